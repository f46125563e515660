/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packs rows of numbers into bytes, the form in which a recording stores samples.
 * A sample of a thousand vCPUs has 15,000 rows; each SQL row would cost a search
 * in a tree. exitstat-recording(5) describes the bytes. Independent of SQLite.
 */
#ifndef EXITSTAT_REC_PACK_H
#define EXITSTAT_REC_PACK_H

#include "util.h"

/*
 * Kinds of numbers, each with its own table of rows in SQL; the columns after
 * "sample" are the numbers. In a recording, their bytes are columns in this order,
 * the largest last, so that reading the others can skip them.
 */
enum pack_kind {
	PACK_DELTA, PACK_ENTRIES, PACK_USERSPACE, PACK_NESTED, PACK_MODIFIERS,
	PACK_VCPU_TIME, PACK_TIME, PACK_HISTOGRAM, PACK_NR_KINDS,
	PACK_DETAIL = PACK_NR_KINDS,	/* same shape, but stored as plain rows */
	PACK_NR_SHAPES
};

#define PACK_MAX_NUMBERS 9	/* of one kind */

struct pack_shape {
	const char *name;	/* the table of rows */
	int keys;		/* the first is the vCPU */
	int values;
	int max_value;		/* index of a maximum (the others are sums); -1: none */
	unsigned int nulls;	/* bit i: value i may be NULL */
};

extern const struct pack_shape pack_shapes[PACK_NR_SHAPES];

/* The state after the previous rows; zero before the first. */
struct pack_state {
	uint64_t vcpu;
	unsigned int nulls;	/* bit i: value i is NULL */
};

/*
 * Appends a row: non-negative keys, then values; -1 is NULL. Returns 0, or -ERANGE
 * without appending if a value is negative or has more than 63 bits.
 */
int pack_put(enum pack_kind kind, struct pack_state *s, struct buf *out,
	      const int64_t *n);

struct pack_reader {
	const unsigned char *at, *end;
	struct pack_state state;
	bool is_v6;		/* bytes of format 6, which has no sleeping_ns */
};

/* Starts to read @len bytes; @data may be NULL if @len is 0. */
static inline struct pack_reader pack_reader(const void *data, size_t len)
{
	const unsigned char *at = data;

	return (struct pack_reader) { .at = at, .end = len ? at + len : at };
}

/* Reads the next row into @n. Returns 1, 0 at the end, or -EINVAL if damaged. */
int pack_next(enum pack_kind kind, struct pack_reader *r, int64_t *n);

/* Compares keys: below 0, 0 or above 0 if @a is before, equal to or after @b. */
int pack_compare(enum pack_kind kind, const int64_t *a, const int64_t *b);
/* Adds @from to @to, value by value; NULL plus a number is the number. */
void pack_add(enum pack_kind kind, int64_t *to, const int64_t *from);

/* ---- sums of rows with the same keys ---- */

struct pack_sums {
	enum pack_kind kind;
	int64_t (*rows)[PACK_MAX_NUMBERS];
	size_t nr, cap;
	uint32_t *places;	/* hash table: index of a row + 1 */
	size_t nr_places;	/* a power of two, or 0 */
	size_t next;		/* the likely index of the next row */
};

void pack_sums_add(struct pack_sums *s, const int64_t *n);
/* pack_put() and, if it succeeds, pack_sums_add(). */
int pack_put_and_add(enum pack_kind kind, struct pack_state *state,
		     struct buf *out, struct pack_sums *sums, const int64_t *n);
/* Appends all rows, in order of first appearance, and clears them. */
void pack_sums_take(struct pack_sums *s, struct buf *out);
void pack_sums_clear(struct pack_sums *s);
void pack_sums_free(struct pack_sums *s);

#endif
