/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Monotonic counters under a bounded set of names, as exported by exitstat serve.
 * The caller adds differences (counters-snap.h does so for snapshots) and supplies a
 * function for names.
 *
 * A VM is counted in the series with its name and UUID. A restarted VM continues the
 * series of its predecessor. Two running VMs with the same name have separate series,
 * "NAME" and "NAME#2". Beyond max_vms names, VMs share the series "other". Each
 * difference is added to the series of one VM and to those of the host.
 */
#ifndef EXITSTAT_COUNTERS_H
#define EXITSTAT_COUNTERS_H

#include "snapshot/delta.h"

#define COUNTERS_MAX_KEYS	512
#define COUNTERS_ALL_VCPUS	UINT32_MAX

enum counters_value {
	COUNTERS_L1, COUNTERS_L2, COUNTERS_REFLECTED, COUNTERS_FASTPATH,
	COUNTERS_USERSPACE, COUNTERS_HANDLER_NS, COUNTERS_RECEIVED,
	COUNTERS_NR_VALUES
};

enum counters_sum {
	/* in the order of enum delta_sum */
	COUNTERS_ATTEMPTS, COUNTERS_ENTRY_FAILED, COUNTERS_ENTRY_EMULATED,
	COUNTERS_BUS_LOCK, COUNTERS_ENCLAVE, COUNTERS_FORCED,
	/* nanoseconds, in the order of KES_STATE_* */
	COUNTERS_NS_GUEST,
	COUNTERS_NR_SUMS = COUNTERS_NS_GUEST + KES_NR_STATES
};

/* A reason, by its exported name. */
struct counters_key {
	char name[48];
	const char *class;
};

struct counters_values {
	uint64_t v[COUNTERS_NR_VALUES];
};

struct counters_vcpu {
	uint32_t vcpu_id;		/* or COUNTERS_ALL_VCPUS */
	struct counters_values *counts;	/* index: counters.keys */
	size_t nr;
};

/* Returns of KVM_RUN to user space. */
struct counters_returns {
	uint32_t code;			/* KVM_EXIT_*, or an error */
	uint64_t n;
};

struct counters_series {
	char vm[80];
	char uuid[40];		/* "": none */
	uint32_t instance;	/* N in "NAME#N", from 1 */
	size_t name_len;	/* of vm, without "#N" */
	size_t running;		/* running VMs; above 1 only in "other" */
	uint32_t pid;		/* of the last VM */
	uint64_t created_ns;
	uint64_t ended_ns;	/* when the last VM was seen to have ended */
	uint32_t nr_vcpus;	/* of running VMs */
	int64_t unaccounted;
	uint64_t sums[COUNTERS_NR_SUMS];
	struct counters_returns *returns;	/* in order of appearance */
	size_t nr_returns, cap_returns;
	struct counters_vcpu *vcpus;
	size_t nr, cap;
};

/* Fills in @name and @uuid of a new VM. */
typedef void (*counters_name_fn)(void *arg, const struct snap_vm *from,
				 char name[64], char uuid[40]);

struct counters_config {
	bool per_vcpu;
	size_t max_vms;
	uint64_t keep_ns;	/* how long a destroyed VM is exported */
	counters_name_fn name;
	void *arg;
};

struct counters {
	struct counters_config cfg;
	struct kes_header hdr;	/* of the last snapshot */
	uint64_t samples;
	uint64_t restarts;	/* counter restarts of vCPUs */
	struct counters_key *keys;
	size_t nr_keys, cap_keys;
	struct counters_series host, other;
	struct counters_series **series;
	size_t nr, cap;
	/* owned by counters-snap.c */
	struct delta delta;
	size_t *reason_keys;	/* by index of delta.reasons */
	size_t nr_reason_keys, cap_reason_keys;
};

void counters_init(struct counters *all, const struct counters_config *cfg);
void counters_free(struct counters *all);

/* Finds or creates the series for a VM that starts now. */
struct counters_series *counters_open(struct counters *all, const char *name,
				      const char *uuid);
/* A VM counted in @s has ended. */
void counters_leave(struct counters *all, struct counters_series *s);
/* Whether no VM has used @s for keep_ns; counters_drop_old() frees such series. */
bool counters_is_old(const struct counters *all,
		     const struct counters_series *s);
void counters_drop_old(struct counters *all);
/* The index in counters.keys. Beyond COUNTERS_MAX_KEYS all reasons are "UNKNOWN". */
size_t counters_key(struct counters *all, const char *name, const char *class);
/* Adds to @s and to the host's series. */
void counters_add(struct counters *all, struct counters_series *s,
		  uint32_t vcpu_id, size_t key, enum counters_value value,
		  uint64_t n);
void counters_add_sum(struct counters *all, struct counters_series *s,
		      enum counters_sum sum, uint64_t n);
void counters_add_returns(struct counters *all, struct counters_series *s,
			  uint32_t code, uint64_t n);

#endif
