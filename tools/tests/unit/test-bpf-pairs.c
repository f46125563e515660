// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the detail tables of the BPF programs: the sums are exact, and values
 * that become frequent late are in the table.
 */
#include "unit.h"
#include "pairs.h"

#define SLOT	48		/* EPT_VIOLATION */
#define PAGES	20000		/* that fault before the hot ones */
#define EACH	100000		/* exits of each hot value */
#define HOT	(1ULL << 30)

static struct eb_detail d;
static uint32_t seed;

static void count(uint64_t value)
{
	count_pair(&d, d.pages, EB_PAGE_BITS, pair_key(SLOT, value));
}

/* xorshift32: the same sequence in each run */
static uint32_t next_random(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 17;
	seed ^= seed << 5;
	return seed;
}

static uint64_t counted(uint64_t from, uint64_t *errors)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_LEN(d.pages); i++) {
		if (!d.pages[i].key || (d.pages[i].key & EB_VALUE_MASK) < from)
			continue;
		sum += d.pages[i].count;
		*errors += d.pages[i].error;
	}
	return sum;
}

/*
 * Pages fault @faults times each, as during boot; then @hot values have exits in turn
 * or in random order, as the doorbells of devices.
 */
static void late_values_are_shown(void **state UNUSED)
{
	static const struct {
		uint32_t faults, hot;
		bool random;
		uint32_t least_shown;	/* percent of the hot exits */
	} cases[] = {
		{ 3, 4, false, 99 },
		{ 2, 64, false, 99 },
		{ 3, 64, false, 99 },
		{ 3, 64, true, 99 },
		{ 10, 16, true, 99 },
		{ 30, 16, true, 99 },
		{ 30, 150, true, 99 },
	};

	each_row(c, cases) {
		uint64_t hot_exits = (uint64_t)c->hot * EACH, all, shown;
		uint64_t errors = 0;

		memset(&d, 0, sizeof(d));
		seed = 1;
		for (uint64_t i = 0; i < (uint64_t)PAGES * c->faults; i++)
			count(i / c->faults);
		for (uint64_t i = 0; i < hot_exits; i++)
			count(HOT + (c->random ? next_random() : i) % c->hot);
		all = (uint64_t)PAGES * c->faults + hot_exits;
		shown = counted(HOT, &errors);
		assert_int_equal(counted(0, &errors) + d.other[SLOT], all);
		assert_true(shown * 100 >= hot_exits * c->least_shown);
	}
}

/* The true count of a value is between its count and its count + error. */
static void errors_are_bounds(void **state UNUSED)
{
	static uint64_t exits[4096];
	uint64_t errors = 0;

	memset(&d, 0, sizeof(d));
	seed = 7;
	for (int i = 0; i < 1000000; i++) {
		uint32_t value = next_random() % 4096 & next_random() % 4096;

		exits[value]++;
		count(value);
	}
	for (size_t i = 0; i < ARRAY_LEN(d.pages); i++) {
		const struct eb_pair *p = &d.pages[i];

		assert_true(p->count <= exits[p->key & EB_VALUE_MASK]);
		assert_true(p->count + p->error >= exits[p->key & EB_VALUE_MASK]);
	}
	assert_int_equal(counted(0, &errors) + d.other[SLOT], 1000000);
	assert_true(errors > 0);
}

static void few_values_are_exact(void **state UNUSED)
{
	memset(&d, 0, sizeof(d));
	for (uint64_t i = 0; i < 1600; i++)
		count(i % 16);
	for (size_t i = 0; i < ARRAY_LEN(d.pages); i++)
		if (d.pages[i].key)
			assert_true(d.pages[i].count == 100 && !d.pages[i].error);
	assert_int_equal(d.other[SLOT], 0);
}

UNIT_TESTS("bpf-pairs",
	   TEST(late_values_are_shown), TEST(errors_are_bounds),
	   TEST(few_values_are_exact))
