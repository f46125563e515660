/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Cells: the counts of one reason in one phase of one vCPU. All totals of a recording
 * are sums of cells. A sum is a cell too, with MODEL_ALL in those parts of its key
 * that were added up.
 *
 * A table of cells is sparse: of 1,000 vCPUs, 60 reasons and a dozen phases it has
 * only the combinations that occurred.
 */
#ifndef EXITSTAT_MODEL_CELLS_H
#define EXITSTAT_MODEL_CELLS_H

#include "exits/states.h"
#include "recording/reader.h"

#define MODEL_NONE	(-1)	/* no phase yet, or no reason */
#define MODEL_ALL	(-2)	/* a sum */

/* Indices into the arrays of the recording, or MODEL_ALL. */
struct model_key {
	int32_t vm;
	int32_t vcpu;
	int32_t phase;		/* or MODEL_NONE */
	int32_t reason;		/* or MODEL_NONE: guest time, entries, ... */
};

/* An initial key, to be filled in. */
#define MODEL_KEY_ALL	{ MODEL_ALL, MODEL_ALL, MODEL_ALL, MODEL_ALL }

enum model_entry {
	MODEL_ATTEMPTS, MODEL_ENTRY_FAILED, MODEL_ENTRY_EMULATED, MODEL_NR_ENTRIES
};

enum model_modifier {
	MODEL_BUS_LOCK, MODEL_ENCLAVE, MODEL_FORCED, MODEL_NR_MODIFIERS
};

/* Returns of KVM_RUN to user space. */
struct model_user {
	uint32_t code;		/* KVM_EXIT_* */
	uint64_t count;
};

struct model_cell {
	struct model_key key;
	struct rec_counts n;	/* -1: unavailable from the source */
	uint64_t received;	/* exits that L1 received, by the reason that it sees */
	uint64_t first_ns;	/* start of the first interval with exits */
	uint64_t last_ns;	/* end of the last interval with exits */
	uint64_t ns[KES_NR_STATES];
	uint64_t max_ns;	/* longest handler time, 0: unknown */
	uint64_t *bucket;	/* exits by handler time, see model_bucket() */
	uint8_t first_bucket;
	uint8_t nr_buckets;
	/* not by reason */
	uint64_t elapsed_ns;
	uint64_t entries[MODEL_NR_ENTRIES];
	uint64_t modifiers[MODEL_NR_MODIFIERS];
	struct model_user *users;	/* most frequent first */
	size_t nr_users, cap_users;
};

/* Sorted by key after they are sealed. */
struct model_cells {
	struct model_cell *cell;
	size_t nr, cap;
	uint32_t *slots;	/* hash of keys: index + 1; NULL: sealed */
	size_t nr_slots;
	size_t hint;		/* the cell after the last lookup */
};

/* Finds or creates the cell of a key. Valid until the next one is created. */
struct model_cell *model_cells_at(struct model_cells *c, struct model_key k);
/* Sorts the cells; no more can be added. */
void model_cells_seal(struct model_cells *c);
void model_cells_free(struct model_cells *c);
/* Finds a sealed cell; an empty cell if there is none with this key. */
const struct model_cell *model_cells_find(const struct model_cells *c,
					  struct model_key k);

/* The parts of a key that a sum keeps; the others become MODEL_ALL. */
enum model_keep {
	MODEL_BY_VM = 1 << 0,
	MODEL_BY_VCPU = 1 << 1,		/* includes its VM */
	MODEL_BY_PHASE = 1 << 2,
	MODEL_BY_REASON = 1 << 3,
};

/* Sums up cells into @out, which is sealed. */
void model_cells_fold(struct model_cells *out, const struct model_cells *in,
		      unsigned int keep);

/* Adds counts; unavailable ones leave the cell unchanged. */
void model_cell_add_counts(struct model_cell *c, const struct rec_counts *n,
			   uint64_t begin_ns, uint64_t end_ns);
void model_cell_add_bucket(struct model_cell *c, int bucket, uint64_t count);
void model_cell_add_user(struct model_cell *c, uint32_t code, uint64_t count);

/* A count as a number to add: 0 if unavailable. */
static inline uint64_t model_filled(int64_t n)
{
	return n > 0 ? (uint64_t)n : 0;
}

/* Exits of both contexts. */
static inline uint64_t model_exits(const struct model_cell *c)
{
	return model_filled(c->n.l1) + model_filled(c->n.l2);
}

/* The cost of exits: handler and user space, without waiting. */
static inline uint64_t model_cost_ns(const struct model_cell *c)
{
	return c->ns[KES_STATE_HANDLER] + c->ns[KES_STATE_USERSPACE];
}

/* Exits with a handler time in bucket @b of REC_NR_BUCKETS. */
static inline uint64_t model_bucket(const struct model_cell *c, int b)
{
	int i = b - c->first_bucket;

	return i >= 0 && i < c->nr_buckets ? c->bucket[i] : 0;
}

/* Exits in all buckets. */
uint64_t model_timed(const struct model_cell *c);

#endif
