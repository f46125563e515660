// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements cells.h. While cells are added, they are found by a hash of their keys
 * (open addressing); rows have the same order in each sample, so the next cell is
 * usually the neighbour. Sealed cells are sorted and found by bisection.
 */
#include <stdlib.h>
#include <string.h>

#include "model/cells.h"

#define MIN_SLOTS	64
#define NOT_FILLED	{ -1, -1, -1, -1, -1 }

static bool is_same(struct model_key a, struct model_key b)
{
	return a.vm == b.vm && a.vcpu == b.vcpu && a.phase == b.phase &&
	       a.reason == b.reason;
}

static size_t hash_of(struct model_key k)
{
	const int32_t parts[] = { k.vm, k.vcpu, k.phase, k.reason };
	uint64_t h = 0;

	for (size_t i = 0; i < ARRAY_LEN(parts); i++)
		h = (h ^ (uint32_t)parts[i]) * 0x9e3779b97f4a7c15ull;
	return (size_t)(h ^ h >> 32);
}

/* The slot of this key, occupied or free. */
static uint32_t *slot_of(const struct model_cells *c, struct model_key k)
{
	size_t i = hash_of(k) & (c->nr_slots - 1);

	while (c->slots[i] && !is_same(c->cell[c->slots[i] - 1].key, k))
		i = (i + 1) & (c->nr_slots - 1);
	return &c->slots[i];
}

/* At most half of the slots are occupied. */
static void make_room(struct model_cells *c)
{
	if (c->nr < c->nr_slots / 2)
		return;
	free(c->slots);
	c->nr_slots = c->nr_slots ? 2 * c->nr_slots : MIN_SLOTS;
	c->slots = xcalloc(c->nr_slots, sizeof(*c->slots));
	for (size_t i = 0; i < c->nr; i++)
		*slot_of(c, c->cell[i].key) = (uint32_t)i + 1;
}

static struct model_cell *new_cell(struct model_cells *c, struct model_key k)
{
	struct model_cell *cell;

	c->cell = vec_room(c->cell, c->nr, &c->cap, sizeof(*cell));
	cell = &c->cell[c->nr++];
	*cell = (struct model_cell){ .key = k, .n = NOT_FILLED };
	return cell;
}

struct model_cell *model_cells_at(struct model_cells *c, struct model_key k)
{
	uint32_t *slot;

	if (c->hint < c->nr && is_same(c->cell[c->hint].key, k))
		return &c->cell[c->hint++];
	make_room(c);
	slot = slot_of(c, k);
	if (!*slot) {
		new_cell(c, k);
		*slot = (uint32_t)c->nr;
	}
	c->hint = *slot;
	return &c->cell[*slot - 1];
}

static int compare_numbers(int32_t a, int32_t b)
{
	return (a > b) - (a < b);
}

static int by_key(const void *a, const void *b)
{
	const struct model_key *x = &((const struct model_cell *)a)->key;
	const struct model_key *y = &((const struct model_cell *)b)->key;
	int vm = compare_numbers(x->vm, y->vm);
	int vcpu = compare_numbers(x->vcpu, y->vcpu);
	int phase = compare_numbers(x->phase, y->phase);

	if (vm || vcpu)
		return vm ? vm : vcpu;
	return phase ? phase : compare_numbers(x->reason, y->reason);
}

static int by_count(const void *a, const void *b)
{
	const struct model_user *x = a, *y = b;

	if (x->count != y->count)
		return x->count > y->count ? -1 : 1;
	return (x->code > y->code) - (x->code < y->code);
}

void model_cells_seal(struct model_cells *c)
{
	free(c->slots);
	c->slots = NULL;
	c->nr_slots = 0;
	if (c->nr)
		qsort(c->cell, c->nr, sizeof(*c->cell), by_key);
	for (size_t i = 0; i < c->nr; i++)
		if (c->cell[i].nr_users)
			qsort(c->cell[i].users, c->cell[i].nr_users,
			      sizeof(*c->cell[i].users), by_count);
}

void model_cells_free(struct model_cells *c)
{
	for (size_t i = 0; i < c->nr; i++) {
		free(c->cell[i].bucket);
		free(c->cell[i].users);
	}
	free(c->cell);
	free(c->slots);
	memset(c, 0, sizeof(*c));
}

const struct model_cell *model_cells_find(const struct model_cells *c,
					  struct model_key k)
{
	static const struct model_cell none = { .n = NOT_FILLED };
	const struct model_cell wanted = { .key = k }, *found = NULL;

	if (c->nr)
		found = bsearch(&wanted, c->cell, c->nr, sizeof(wanted),
				by_key);
	return found ? found : &none;
}

/* Saturates, because a damaged recording may have any value. */
static void add_count(int64_t *sum, int64_t n)
{
	if (n < 0)
		return;
	if (*sum < 0)
		*sum = 0;
	*sum = n > INT64_MAX - *sum ? INT64_MAX : *sum + n;
}

void model_cell_add_counts(struct model_cell *c, const struct rec_counts *n,
			   uint64_t begin_ns, uint64_t end_ns)
{
	bool first = !model_exits(c);

	if (first || begin_ns < c->first_ns)
		c->first_ns = begin_ns;
	if (end_ns > c->last_ns)
		c->last_ns = end_ns;
	add_count(&c->n.l1, n->l1);
	add_count(&c->n.l2, n->l2);
	add_count(&c->n.reflected, n->reflected);
	add_count(&c->n.fastpath, n->fastpath);
	add_count(&c->n.userspace, n->userspace);
}

/* Allocate the buckets from @from to @end - 1. */
static void cover(struct model_cell *c, int from, int end)
{
	int had = c->first_bucket, had_end = had + c->nr_buckets;
	uint64_t *wider;

	if (c->nr_buckets && from >= had && end <= had_end)
		return;
	if (c->nr_buckets && had < from)
		from = had;
	if (c->nr_buckets && had_end > end)
		end = had_end;
	wider = xcalloc((size_t)(end - from), sizeof(*wider));
	if (c->nr_buckets)
		memcpy(wider + (had - from), c->bucket,
		       c->nr_buckets * sizeof(*wider));
	free(c->bucket);
	c->bucket = wider;
	c->first_bucket = (uint8_t)from;
	c->nr_buckets = (uint8_t)(end - from);
}

void model_cell_add_bucket(struct model_cell *c, int bucket, uint64_t count)
{
	cover(c, bucket, bucket + 1);
	c->bucket[bucket - c->first_bucket] += count;
}

static void add_buckets(struct model_cell *to, const struct model_cell *from)
{
	if (!from->nr_buckets)
		return;
	cover(to, from->first_bucket, from->first_bucket + from->nr_buckets);
	for (int i = 0; i < from->nr_buckets; i++)
		to->bucket[from->first_bucket - to->first_bucket + i] +=
			from->bucket[i];
}

void model_cell_add_user(struct model_cell *c, uint32_t code, uint64_t count)
{
	size_t i;

	for (i = 0; i < c->nr_users; i++)
		if (c->users[i].code == code)
			break;
	if (i == c->nr_users) {
		c->users = vec_room(c->users, i, &c->cap_users,
				    sizeof(*c->users));
		c->users[c->nr_users++] = (struct model_user){ .code = code };
	}
	c->users[i].count += count;
}

uint64_t model_timed(const struct model_cell *c)
{
	uint64_t sum = 0;

	for (int i = 0; i < c->nr_buckets; i++)
		sum += c->bucket[i];
	return sum;
}

static void add_cell(struct model_cell *to, const struct model_cell *from)
{
	if (model_exits(from))
		model_cell_add_counts(to, &from->n, from->first_ns,
				      from->last_ns);
	for (int s = 0; s < KES_NR_STATES; s++)
		to->ns[s] += from->ns[s];
	if (from->max_ns > to->max_ns)
		to->max_ns = from->max_ns;
	add_buckets(to, from);
	to->received += from->received;
	to->elapsed_ns += from->elapsed_ns;
	for (int i = 0; i < MODEL_NR_ENTRIES; i++)
		to->entries[i] += from->entries[i];
	for (int i = 0; i < MODEL_NR_MODIFIERS; i++)
		to->modifiers[i] += from->modifiers[i];
	for (size_t i = 0; i < from->nr_users; i++)
		model_cell_add_user(to, from->users[i].code,
				    from->users[i].count);
}

static struct model_key kept(struct model_key k, unsigned int keep)
{
	return (struct model_key) {
		.vm = keep & (MODEL_BY_VM | MODEL_BY_VCPU) ? k.vm : MODEL_ALL,
		.vcpu = keep & MODEL_BY_VCPU ? k.vcpu : MODEL_ALL,
		.phase = keep & MODEL_BY_PHASE ? k.phase : MODEL_ALL,
		.reason = keep & MODEL_BY_REASON ? k.reason : MODEL_ALL,
	};
}

void model_cells_fold(struct model_cells *out, const struct model_cells *in,
		      unsigned int keep)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; i < in->nr; i++)
		add_cell(model_cells_at(out, kept(in->cell[i].key, keep)),
			 &in->cell[i]);
	model_cells_seal(out);
}
