/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Monotonic counters under a bounded set of names, as exported by exitstat serve.
 * Differences are added from outside (meter-snap.h does so for snapshots), and the
 * caller supplies a function for names.
 *
 * A VM is counted in an account with its name and UUID. A restarted VM continues the
 * account of its predecessor. Two VMs with the same name at the same time have an
 * account each, "NAME" and "NAME#2". Beyond max_vms accounts, VMs share the account
 * "other". Each difference is added to one account and to the host's, for good.
 */
#ifndef EXITSTAT_METER_H
#define EXITSTAT_METER_H

#include "snapshot/delta.h"

#define METER_MAX_KEYS	512
#define METER_ALL_VCPUS	UINT32_MAX

enum meter_value {
	METER_L1, METER_L2, METER_REFLECTED, METER_FASTPATH, METER_USERSPACE,
	METER_HANDLER_NS,
	METER_NR_VALUES
};

enum meter_sum {
	METER_ATTEMPTS, METER_ENTRY_FAILED, METER_ENTRY_EMULATED,
	/* nanoseconds, in the order of KES_STATE_* */
	METER_NS_GUEST,
	METER_NR_SUMS = METER_NS_GUEST + KES_NR_STATES
};

/* A reason, by its exported name. */
struct meter_key {
	char name[48];
	const char *class;
};

struct meter_counts {
	uint64_t v[METER_NR_VALUES];
};

struct meter_vcpu {
	uint32_t vcpu_id;		/* or METER_ALL_VCPUS */
	struct meter_counts *counts;	/* index: meter.keys */
	size_t nr;
};

struct meter_account {
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
	uint64_t sums[METER_NR_SUMS];
	struct meter_vcpu *vcpus;
	size_t nr, cap;
};

/* Fills in @name and @uuid of a new VM. */
typedef void (*meter_name_fn)(void *arg, const struct snap_vm *from,
			      char name[64], char uuid[40]);

struct meter_config {
	bool per_vcpu;
	size_t max_vms;
	uint64_t keep_ns;	/* how long a destroyed VM is exported */
	meter_name_fn name;
	void *arg;
};

struct meter {
	struct meter_config cfg;
	struct kes_header hdr;	/* of the last snapshot */
	uint64_t samples;
	uint64_t restarts;	/* counter restarts of vCPUs */
	struct meter_key *keys;
	size_t nr_keys, cap_keys;
	struct meter_account host, other;
	struct meter_account **accounts;
	size_t nr, cap;
	/* owned by meter-snap.c */
	struct delta delta;
	size_t *reason_keys;	/* by index of delta.reasons */
	size_t nr_reason_keys, cap_reason_keys;
};

void meter_init(struct meter *m, const struct meter_config *cfg);
void meter_free(struct meter *m);

/* Finds or creates the account of a VM that starts now. */
struct meter_account *meter_open(struct meter *m, const char *name,
				 const char *uuid);
/* A VM of the account has ended. */
void meter_leave(struct meter *m, struct meter_account *a);
/* Whether no VM has used it for keep_ns; meter_drop_old() frees such accounts. */
bool meter_is_old(const struct meter *m, const struct meter_account *a);
void meter_drop_old(struct meter *m);
/* The index in meter.keys. Beyond METER_MAX_KEYS all reasons are "UNKNOWN". */
size_t meter_key(struct meter *m, const char *name, const char *class);
/* Adds to the account and to the host's. */
void meter_add(struct meter *m, struct meter_account *a, uint32_t vcpu_id,
	       size_t key, enum meter_value value, uint64_t n);
void meter_add_sum(struct meter *m, struct meter_account *a,
		   enum meter_sum sum, uint64_t n);

#endif
