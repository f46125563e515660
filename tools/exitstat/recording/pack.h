/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows of numbers as bytes: what a recording keeps of a sample while it is made
 * and, if it is long, for good. A thousand vCPUs have 15,000 rows in a sample;
 * as rows of SQL each of them would cost a search in a tree. The bytes are
 * described in exitstat-recording(5). Pure: knows nothing of SQLite.
 */
#ifndef EXITSTAT_REC_PACK_H
#define EXITSTAT_REC_PACK_H

#include "util.h"

/*
 * Kinds of numbers, each with a table of rows of its own in SQL; the columns after
 * "sample" are the numbers. In a recording, their bytes are columns in this order:
 * the largest at the end, which are passed over where others are read.
 */
enum pack_kind {
	PACK_DELTA, PACK_CLOSURE, PACK_USERSPACE, PACK_VCPU_TIME, PACK_TIME,
	PACK_HISTOGRAM, PACK_NR_KINDS,
	PACK_DETAIL = PACK_NR_KINDS,	/* numbers alike, with rows of its own */
	PACK_NR_SHAPES
};

#define PACK_MAX_NUMBERS 8	/* of one kind: a line of the cache */

struct pack_shape {
	const char *name;	/* of the table of rows */
	int keys;		/* the first is the vCPU */
	int values;
	int max_value;		/* this one is no sum but a maximum; -1: none */
	unsigned int nulls;	/* bit i: value i may be NULL */
};

extern const struct pack_shape pack_shapes[PACK_NR_SHAPES];

/* What the rows before left behind; zeroed for the first. */
struct pack_state {
	uint64_t vcpu;
	unsigned int nulls;	/* bit i: value i is NULL */
};

/*
 * Appends a row: keys, which are not negative, then values; -1 is NULL. -ERANGE:
 * a value is negative, or beyond 63 bits, and nothing has been appended.
 */
int pack_put(enum pack_kind kind, struct pack_state *s, struct buf *out,
	      const int64_t *n);

struct pack_reader {
	const unsigned char *at, *end;
	struct pack_state state;
};

/* Of @len bytes, which may be none at all, and @data NULL then. */
static inline struct pack_reader pack_reader(const void *data, size_t len)
{
	const unsigned char *at = data;

	return (struct pack_reader) { .at = at, .end = len ? at + len : at };
}

/* 1: the next row is in @n; 0: there is none; -EINVAL: damaged. */
int pack_next(enum pack_kind kind, struct pack_reader *r, int64_t *n);

/* By keys: below 0, 0 or above, as @a is before @b, the same or after it. */
int pack_compare(enum pack_kind kind, const int64_t *a, const int64_t *b);
/* Adds @from to @to, value by value; NULL and a number is the number. */
void pack_add(enum pack_kind kind, int64_t *to, const int64_t *from);

/* ---- sums of rows with the same keys ---- */

struct pack_sums {
	enum pack_kind kind;
	int64_t (*rows)[PACK_MAX_NUMBERS];
	size_t nr, cap;
	uint32_t *places;	/* hash table: index of a row + 1 */
	size_t nr_places;	/* a power of two, or 0 */
	size_t next;		/* where the next row is likely to belong */
};

void pack_sums_add(struct pack_sums *s, const int64_t *n);
/* Appends all rows, in the order in which they came first, and forgets them. */
void pack_sums_take(struct pack_sums *s, struct buf *out);
void pack_sums_clear(struct pack_sums *s);
void pack_sums_free(struct pack_sums *s);

#endif
