/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lists of counters by code, with N numbers each, as subtracted by delta.c and
 * delta-groups.c.
 */
#ifndef EXITSTAT_DELTA_LIST_H
#define EXITSTAT_DELTA_LIST_H

#include <string.h>

#include "snapshot/delta-types.h"

/* The last values of a code; N numbers follow. */
struct delta_last {
	uint64_t code;
	uint32_t reason;	/* index: delta.reasons */
	uint32_t pass;		/* the last pass that had it: it counts once per pass */
	uint64_t n[];
};

/* The start value of a new counter; see delta.h. */
static inline uint64_t delta_start(uint64_t now)
{
	return (int64_t)now < 0 ? now : 0;
}

/* The consecutive numbers in a struct of the snapshot. */
static inline uint64_t delta_number(const void *numbers, int i)
{
	uint64_t n;

	memcpy(&n, (const char *)numbers + (size_t)i * sizeof(n), sizeof(n));
	return n;
}

/* Elements of a snapshot array, which may be empty. */
static inline const void *delta_part(const void *array, size_t size,
				     const struct snap_part *part)
{
	return part->nr ? (const char *)array + part->first * size : NULL;
}

/* Subtracts @nr numbers; returns their signs combined: negative if one decreased. */
static inline int64_t delta_subtract(uint64_t *restrict out,
				     const void *restrict now,
				     const uint64_t *restrict last, int nr,
				     uint64_t *any)
{
	uint64_t signs = 0;

#pragma GCC unroll 5
	for (int i = 0; i < nr; i++) {
		out[i] = delta_number(now, i) - last[i];
		signs |= out[i];
	}
	*any |= signs;
	return (int64_t)signs;
}

static inline size_t delta_last_size(int nr)
{
	return sizeof(struct delta_last) + (size_t)nr * sizeof(uint64_t);
}

static inline struct delta_last *delta_last(const struct delta_list *l, size_t i,
					    int nr)
{
	return (void *)((char *)l->data + i * delta_last_size(nr));
}

/*
 * The last values of @code, or NULL. Snapshots have the same order except for new
 * entries, so the search starts after the last hit, *at: a sample of a thousand vCPUs
 * takes linear time without a hash table.
 */
static inline struct delta_last *delta_find(const struct delta_list *l, int nr,
					    size_t *at, uint64_t code)
{
	size_t i = *at < l->nr ? *at : 0;

	for (size_t n = 0; n < l->nr; n++) {
		struct delta_last *last = delta_last(l, i, nr);

		i = i + 1 < l->nr ? i + 1 : 0;
		if (last->code == code) {
			*at = i;
			return last;
		}
	}
	return NULL;
}

static inline struct delta_last *delta_add(const struct delta *d,
					   struct delta_list *l, int nr,
					   uint64_t code, uint32_t reason,
					   const void *now)
{
	struct delta_last *last;

	l->data = vec_room(l->data, l->nr, &l->cap, delta_last_size(nr));
	last = delta_last(l, l->nr++, nr);
	last->code = code;
	last->reason = reason;
	last->pass = d->pass - 1;
	for (int i = 0; i < nr; i++)
		last->n[i] = delta_start(delta_number(now, i));
	return last;
}

/*
 * Whether the @nr numbers have changed. If so, stores the differences in @out and
 * updates @last. An entry that is listed twice counts once. *signs becomes negative
 * if a number decreased.
 */
static inline bool delta_change(const struct delta *d, struct delta_last *last,
				int nr, const void *now, bool is_new,
				uint64_t *out, int64_t *signs)
{
	uint64_t any = is_new;

	if (last->pass == d->pass)
		return false;
	last->pass = d->pass;
	*signs |= delta_subtract(out, now, last->n, nr, &any);
	if (any)
		memcpy(last->n, now, (size_t)nr * sizeof(*last->n));
	return any;
}

#endif
