// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements pack.h.
 *
 * A row is a flag byte followed by numbers in LEB128: seven bits per byte, lowest
 * first, with bit 7 set in all but the last. Flag bits 0 to 6: value i is present;
 * an absent value is 0. Bit 7: a second byte follows. Its bits 0 to 6: value i is NULL
 * in this and the following rows. Its bit 7: the vCPU differs from the previous row's,
 * by the signed difference (zigzag) that follows.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "recording/pack.h"

#define OTHER_STATE	0x80	/* in the first byte */
#define OTHER_VCPU	0x80	/* in the second byte */
/* Bytes for 64 bits in groups of seven. */
#define MAX_NUMBER	10
#define MAX_ROW		(2 + PACK_MAX_NUMBERS * MAX_NUMBER)

const struct pack_shape pack_shapes[PACK_NR_SHAPES] = {
	[PACK_DELTA] = { "delta", 2, 5, -1, 0x1e },
	[PACK_ENTRIES] = { "entries", 1, 3, -1, 0 },
	[PACK_USERSPACE] = { "userspace", 2, 1, -1, 0 },
	[PACK_NESTED] = { "nested", 2, 1, -1, 0 },
	[PACK_MODIFIERS] = { "modifiers", 1, 3, -1, 0 },
	[PACK_VCPU_TIME] = { "vcpu_time", 1, 2, -1, 0 },
	[PACK_TIME] = { "time", 2, 7, 6, 0x40 },
	[PACK_HISTOGRAM] = { "histogram", 3, 1, -1, 0 },
	[PACK_DETAIL] = { "detail", 4, 2, -1, 0 },
};

static unsigned char *put_number(unsigned char *at, uint64_t n)
{
	while (n >= 0x80) {
		*at++ = (unsigned char)(n | 0x80);
		n >>= 7;
	}
	*at++ = (unsigned char)n;
	return at;
}

static uint64_t zigzag(uint64_t difference)
{
	return difference << 1 ^ (uint64_t)((int64_t)difference >> 63);
}

static uint64_t unzigzag(uint64_t n)
{
	return n >> 1 ^ (0 - (n & 1));
}

/* Append what differs from the previous row: the NULLs, the vCPU. */
static unsigned char *put_state(unsigned char *row,
				const struct pack_state *s, unsigned int nulls,
				uint64_t vcpu)
{
	row[0] |= OTHER_STATE;
	row[1] = (unsigned char)nulls;
	if (vcpu == s->vcpu)
		return row + 2;
	row[1] |= OTHER_VCPU;
	return put_number(row + 2, zigzag(vcpu - s->vcpu));
}

/*
 * A recording of a thousand vCPUs packs 150,000 rows per second: the functions for the
 * most frequent kinds have loops with lengths known to the compiler, and a short way
 * for rows without NULL.
 */
#define FLAT static inline __attribute__((always_inline))
#define FOR_KIND(_kind, _function, ...) \
	((_kind) == PACK_DELTA ? \
		_function(&pack_shapes[PACK_DELTA], __VA_ARGS__) : \
	 (_kind) == PACK_TIME ? \
		_function(&pack_shapes[PACK_TIME], __VA_ARGS__) : \
	 (_kind) == PACK_HISTOGRAM ? \
		_function(&pack_shapes[PACK_HISTOGRAM], __VA_ARGS__) : \
		_function(&pack_shapes[_kind], __VA_ARGS__))

/* The NULLs among values of which one is negative, or -ERANGE. */
static int find_nulls(const struct pack_shape *shape, const int64_t *values)
{
	unsigned int nulls = 0;

	for (int i = 0; i < shape->values; i++) {
		if (values[i] < -1)
			return -ERANGE;
		nulls |= (unsigned int)(values[i] < 0) << i;
	}
	return nulls & ~shape->nulls ? -ERANGE : (int)nulls;
}

FLAT int put_row(const struct pack_shape *shape, struct pack_state *s,
		 struct buf *out, const int64_t *n)
{
	const int64_t *values = n + shape->keys;
	unsigned char *row = (unsigned char *)buf_room(out, MAX_ROW);
	unsigned char *at = row + 1;
	unsigned int there = 0, nulls = 0;
	int64_t signs = 0;

#pragma GCC unroll 8
	for (int i = 0; i < shape->values; i++) {
		there |= (unsigned int)!!values[i] << i;
		signs |= values[i];
	}
	if (signs < 0) {
		int rc = find_nulls(shape, values);

		if (rc < 0)
			return rc;
		nulls = (unsigned int)rc;
		there &= ~nulls;
	}
	row[0] = (unsigned char)there;
	if ((nulls ^ s->nulls) | ((uint64_t)n[0] ^ s->vcpu))
		at = put_state(row, s, nulls, (uint64_t)n[0]);
	s->nulls = nulls;
	s->vcpu = (uint64_t)n[0];
#pragma GCC unroll 8
	for (int i = 1; i < shape->keys; i++)
		at = put_number(at, (uint64_t)n[i]);
	for (; there; there &= there - 1)
		at = put_number(at, (uint64_t)values[__builtin_ctz(there)]);
	out->len += (size_t)(at - row);
	return 0;
}

int pack_put(enum pack_kind kind, struct pack_state *s, struct buf *out,
	     const int64_t *n)
{
	return FOR_KIND(kind, put_row, s, out, n);
}

static int get_number(struct pack_reader *r, uint64_t *n)
{
	*n = 0;
	for (int shift = 0; r->at < r->end && shift < 64; shift += 7) {
		unsigned char byte = *r->at++;

		*n |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return 0;
	}
	return -EINVAL;
}

/* In format 6, bit 6 of the first byte is OTHER_VCPU, and bit 7 adds the NULLs. */
static int get_state_v6(struct pack_reader *r, unsigned int what)
{
	uint64_t n;

	if (what & 0x80) {
		if (r->at == r->end)
			return -EINVAL;
		r->state.nulls = *r->at++;
	}
	if (what & 0x40) {
		if (get_number(r, &n))
			return -EINVAL;
		r->state.vcpu += unzigzag(n);
	}
	return 0;
}

static int get_state(struct pack_reader *r)
{
	unsigned char state;
	uint64_t n;

	if (r->at == r->end)
		return -EINVAL;
	state = *r->at++;
	r->state.nulls = state & ~OTHER_VCPU;
	if (state & OTHER_VCPU) {
		if (get_number(r, &n))
			return -EINVAL;
		r->state.vcpu += unzigzag(n);
	}
	return 0;
}

/* Reads the numbers of a row whose first byte is @what. */
static int get_row(struct pack_reader *r, unsigned int what, int keys,
		   int values, int64_t *n)
{
	*n++ = (int64_t)r->state.vcpu;
	while (--keys > 0)
		if (get_number(r, (uint64_t *)n++))
			return -EINVAL;
	for (int i = 0; i < values; i++, n++) {
		*n = r->state.nulls >> i & 1 ? -1 : 0;
		if (what >> i & 1 && (get_number(r, (uint64_t *)n) || *n < 0))
			return -EINVAL;
	}
	return 0;
}

static int next_v6(enum pack_kind kind, struct pack_reader *r, int64_t *n)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	int64_t *max = n + shape->keys + shape->max_value;
	unsigned int what = *r->at++;

	if (get_state_v6(r, what) ||
	    get_row(r, what, shape->keys, shape->values - (kind == PACK_TIME), n))
		return -EINVAL;
	if (kind == PACK_TIME) {	/* max_ns is after sleeping_ns */
		max[0] = max[-1];
		max[-1] = 0;
	}
	return 1;
}

int pack_next(enum pack_kind kind, struct pack_reader *r, int64_t *n)
{
	const struct pack_shape *shape = &pack_shapes[kind];
	unsigned int what;

	if (r->at == r->end)
		return 0;
	if (r->is_v6)
		return next_v6(kind, r, n);
	what = *r->at++;
	if ((what & OTHER_STATE && get_state(r)) ||
	    get_row(r, what, shape->keys, shape->values, n))
		return -EINVAL;
	return 1;
}

/* Saturates, because a damaged recording may have any value. */
static int64_t sum_of(int64_t a, int64_t b)
{
	if (a < 0 || b < 0)
		return a < 0 ? b : a;
	return b > INT64_MAX - a ? INT64_MAX : a + b;
}

static void add_carefully(const struct pack_shape *shape, int64_t *to,
			  const int64_t *from)
{
	for (int i = 0; i < shape->values; i++) {
		int64_t *sum = to + shape->keys + i, n = from[shape->keys + i];

		if (!n && *sum >= 0)
			continue;
		if (i != shape->max_value)
			*sum = sum_of(*sum, n);
		else if (n > *sum)
			*sum = n;
	}
}

/* The sign is set if a value is NULL, or if a sum has more than 63 bits. */
FLAT int add_row(const struct pack_shape *shape, int64_t *to, const int64_t *from)
{
	int64_t sums[PACK_MAX_NUMBERS], signs = 0;

#pragma GCC unroll 8
	for (int i = 0; i < shape->values; i++) {
		int64_t a = to[shape->keys + i], b = from[shape->keys + i];

		if (i == shape->max_value) {
			sums[i] = b > a ? b : a;
			continue;
		}
		sums[i] = (int64_t)((uint64_t)a + (uint64_t)b);
		signs |= a | b | sums[i];
	}
	if (signs < 0)
		add_carefully(shape, to, from);
	else
		memcpy(to + shape->keys, sums,
		       sizeof(*sums) * (size_t)shape->values);
	return 0;
}

void pack_add(enum pack_kind kind, int64_t *to, const int64_t *from)
{
	FOR_KIND(kind, add_row, to, from);
}

int pack_compare(enum pack_kind kind, const int64_t *a, const int64_t *b)
{
	for (int i = 0; i < pack_shapes[kind].keys; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

FLAT bool keys_equal(const struct pack_shape *shape, const int64_t *a,
		     const int64_t *b)
{
	int64_t differ = 0;

#pragma GCC unroll 8
	for (int i = 0; i < shape->keys; i++)
		differ |= a[i] ^ b[i];
	return !differ;
}

static bool same_keys(const struct pack_sums *s, size_t row, const int64_t *n)
{
	return keys_equal(&pack_shapes[s->kind], s->rows[row], n);
}

/* The place of a row's keys in the hash table: occupied by the row, or empty. */
static uint32_t *place_of(const struct pack_sums *s, const int64_t *n)
{
	uint64_t hash = 0;

	for (int i = 0; i < pack_shapes[s->kind].keys; i++)
		hash = (hash ^ (uint64_t)n[i]) * 0x9e3779b97f4a7c15;
	for (size_t at = hash >> 32;; at++) {
		uint32_t *place = &s->places[at & (s->nr_places - 1)];

		if (!*place || same_keys(s, *place - 1, n))
			return place;
	}
}

/* At most half of the places are occupied. */
static void make_room(struct pack_sums *s)
{
	s->rows = vec_room(s->rows, s->nr, &s->cap, sizeof(*s->rows));
	if (s->nr * 2 < s->nr_places)
		return;
	s->nr_places = s->nr_places ? s->nr_places * 2 : 256;
	free(s->places);
	s->places = xcalloc(s->nr_places, sizeof(*s->places));
	for (size_t i = 0; i < s->nr; i++)
		*place_of(s, s->rows[i]) = (uint32_t)i + 1;
}

/* Samples have the same order of rows, so it is usually the next. */
FLAT bool add_to_next(const struct pack_shape *shape, struct pack_sums *s,
		      const int64_t *n)
{
	if (s->next >= s->nr || !keys_equal(shape, s->rows[s->next], n))
		return false;
	add_row(shape, s->rows[s->next++], n);
	return true;
}

static void add_anywhere(struct pack_sums *s, const int64_t *n)
{
	uint32_t *place;

	make_room(s);
	place = place_of(s, n);
	if (*place) {
		pack_add(s->kind, s->rows[*place - 1], n);
	} else {
		const struct pack_shape *shape = &pack_shapes[s->kind];

		memcpy(s->rows[s->nr], n, sizeof(*n) *
		       (size_t)(shape->keys + shape->values));
		*place = (uint32_t)++s->nr;
	}
	s->next = *place;
}

void pack_sums_add(struct pack_sums *s, const int64_t *n)
{
	if (!FOR_KIND(s->kind, add_to_next, s, n))
		add_anywhere(s, n);
}

FLAT int put_and_add(const struct pack_shape *shape, struct pack_state *state,
		     struct buf *out, struct pack_sums *sums, const int64_t *n)
{
	int rc = put_row(shape, state, out, n);

	if (!rc && !add_to_next(shape, sums, n))
		add_anywhere(sums, n);
	return rc;
}

int pack_put_and_add(enum pack_kind kind, struct pack_state *state,
		     struct buf *out, struct pack_sums *sums, const int64_t *n)
{
	return FOR_KIND(kind, put_and_add, state, out, sums, n);
}

void pack_sums_take(struct pack_sums *s, struct buf *out)
{
	struct pack_state state = { 0 };

	for (size_t i = 0; i < s->nr; i++)
		pack_put(s->kind, &state, out, s->rows[i]);
	pack_sums_clear(s);
}

void pack_sums_clear(struct pack_sums *s)
{
	s->nr = 0;
	s->next = 0;
	if (s->nr_places)
		memset(s->places, 0, s->nr_places * sizeof(*s->places));
}

void pack_sums_free(struct pack_sums *s)
{
	free(s->rows);
	free(s->places);
}
