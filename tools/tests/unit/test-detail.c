// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the kernel's detail tables: module/detail.c, compiled in user space
 * with the stand-ins of fake/kernel.
 *
 * The values of a reason and its "other" add up to its exits; a page that becomes
 * frequent late is shown with nearly all of its exits; a reader that runs at the same
 * time sees the key, the count and the error of one pair.
 */
#include <pthread.h>

#include "unit.h"
#include "random.h"

#include "kernel.h"

/* The part of the engine that counts details. */
#define KES_COUNT_H
struct kes_vcpu {
	struct kes_detail *detail;
};

#include "detail.c"

/* Slots of reasons: any numbers do. */
#define NPF		129
#define MSR		86

#define COLD_PAGES	20000
#define COLD_FIRST	0x1000
#define HOT_FIRST	0xfe000
#define HOT_EXITS	100000

static struct kes_detail tables;
static struct kes_vcpu vcpu = { &tables };

static int setup(void **state UNUSED)
{
	memset(&tables, 0, sizeof(tables));
	return 0;
}

static int teardown(void **state)
{
	return report_row(state);
}

static u64 other_of(unsigned int slot)
{
	for (unsigned int i = 0; i < KES_DETAIL_REASONS; i++)
		if (tables.slot[i] == slot + 1)
			return tables.other[i];
	return 0;
}

/* The exits of @slot that are shown with values in [@from, @to). */
static u64 shown(unsigned int slot, u64 from, u64 to)
{
	struct kes_pair pair;
	u64 sum = 0;
	u32 error;

	for (unsigned int i = 0; i < KES_NR_PAIRS; i++) {
		u64 value;

		if (!kes_detail_read(&tables, i, &pair, &error))
			continue;
		value = pair.key & KES_VALUE_MASK;
		if (kes_key_slot(pair.key) == slot && value >= from && value < to)
			sum += pair.count;
	}
	return sum;
}

static u64 total(unsigned int slot)
{
	return shown(slot, 0, KES_VALUE_MASK) + other_of(slot);
}

/* Pages that fault some times each and are never seen again, as while booting. */
static void count_cold_pages(unsigned int times)
{
	for (u64 page = COLD_FIRST; page < COLD_FIRST + COLD_PAGES; page++)
		for (unsigned int i = 0; i < times; i++)
			kes_detail_count(&vcpu, KES_PAGES, NPF, page);
}

enum order { IN_TURN, RANDOM };

static void count_hot_pages(u64 nr, u64 step, enum order order)
{
	for (u64 i = 0; i < nr * HOT_EXITS; i++) {
		u64 page = order == IN_TURN ? i % nr : random_below(nr);

		kes_detail_count(&vcpu, KES_PAGES, NPF, HOT_FIRST + page * step);
	}
}

/*
 * Without the error that a new pair inherits, the first row with 64 pages shows 6 %
 * of the exits of the hot pages, and 150 pages in random order show 7 %.
 */
static void pages_that_become_frequent_late_are_shown(void **state UNUSED)
{
	static const struct {
		unsigned int cold;
		u64 hot, step;
		enum order order;
	} table[] = {
		{ 3, 4, 1, IN_TURN },
		{ 2, 64, 1, IN_TURN },
		{ 3, 64, 1, RANDOM },
		{ 3, 64, 1, IN_TURN },
		{ 10, 16, 1, RANDOM },
		{ 30, 16, 1, RANDOM },
		{ 30, 16, 1, IN_TURN },
		{ 30, 16, 256, IN_TURN },
		{ 30, 150, 1, RANDOM },
		{ 30, 150, 1, IN_TURN },
	};

	each_row(row, table) {
		u64 cold = (u64)COLD_PAGES * row->cold, hot = row->hot * HOT_EXITS;

		setup(NULL);
		count_cold_pages(row->cold);
		assert_int_equal(total(NPF), cold);
		count_hot_pages(row->hot, row->step, row->order);
		assert_int_equal(total(NPF), cold + hot);
		/* 999 of 1,000 */
		assert_true(shown(NPF, HOT_FIRST, KES_VALUE_MASK) >= hot / 1000 * 999);
		assert_true(other_of(NPF) <= cold + hot / 1000);
	}
}

/* More frequent pages than the table has places: nothing is lost or counted twice. */
static void sums_are_exact_in_a_table_that_is_too_small(void **state UNUSED)
{
	for (u64 i = 0; i < 1000003; i++) {
		kes_detail_count(&vcpu, KES_PAGES, NPF, random_below(4 * KES_NR_PAIRS));
		kes_detail_count(&vcpu, KES_VALUES, MSR, random_below(8 * KES_NR_PAIRS));
	}
	assert_int_equal(total(NPF), 1000003);
	assert_int_equal(total(MSR), 1000003);
	assert_true(other_of(NPF) && other_of(MSR));
}

static void many_reasons_share_a_table(void **state UNUSED)
{
	for (unsigned int slot = 0; slot < KES_DETAIL_REASONS; slot++)
		for (u64 value = 0; value < 997; value++)
			kes_detail_count(&vcpu, KES_VALUES, slot, value);
	for (unsigned int slot = 0; slot < KES_DETAIL_REASONS; slot++)
		assert_int_equal(total(slot), 997);
}

static void pages_and_values_have_tables_of_their_own(void **state UNUSED)
{
	kes_detail_count(&vcpu, KES_VALUES, MSR, 0x10);
	for (u64 page = 0; page < COLD_PAGES; page++)
		kes_detail_count(&vcpu, KES_PAGES, NPF, page);
	assert_int_equal(shown(MSR, 0x10, 0x11), 1);
	assert_int_equal(other_of(MSR), 0);
}

/* A value that found a free place has no error; one that replaced another has. */
static void only_values_that_replaced_others_have_an_error(void **state UNUSED)
{
	unsigned int with = 0, without = 0;
	struct kes_pair pair;
	u32 error;

	count_cold_pages(7);
	for (unsigned int i = 0; i < KES_NR_PAIRS; i++) {
		if (!kes_detail_read(&tables, i, &pair, &error))
			continue;
		with += error != 0;
		without += !error;
	}
	assert_int_equal(with, KES_NR_PAGES);
	assert_int_equal(without, 0);

	setup(NULL);
	for (u64 page = 0; page < KES_DETAIL_STEPS; page++)
		kes_detail_count(&vcpu, KES_PAGES, NPF, page);
	for (unsigned int i = 0; i < KES_NR_PAIRS; i++)
		if (kes_detail_read(&tables, i, &pair, &error))
			assert_int_equal(error, 0);
	assert_int_equal(shown(NPF, 0, KES_DETAIL_STEPS), KES_DETAIL_STEPS);
}

/* The error of a value is at least the number of its exits that are not shown. */
static void the_error_covers_what_is_not_shown(void **state UNUSED)
{
	static u64 exact[4096];
	struct kes_pair pair;
	u32 error;

	memset(exact, 0, sizeof(exact));
	for (u64 i = 0; i < 1000003; i++) {
		u64 page = random_below(random_below(ARRAY_LEN(exact)) + 1);

		exact[page]++;
		kes_detail_count(&vcpu, KES_PAGES, NPF, page);
	}
	for (unsigned int i = 0; i < KES_NR_PAIRS; i++) {
		if (!kes_detail_read(&tables, i, &pair, &error))
			continue;
		assert_true(pair.count <= exact[pair.key & KES_VALUE_MASK]);
		assert_true(pair.count + error >= exact[pair.key & KES_VALUE_MASK]);
	}
}

/* A very large weight is inherited as the largest error, and its count is kept. */
static void the_error_has_a_limit(void **state UNUSED)
{
	u64 sum = 0;

	count_cold_pages(1);
	for (unsigned int i = 0; i < KES_NR_PAIRS; i++) {
		if (tables.pairs[i].count)
			tables.pairs[i].count = 1ULL << 40;
		sum += tables.pairs[i].count;
	}
	sum += other_of(NPF);
	kes_detail_count(&vcpu, KES_PAGES, NPF, HOT_FIRST);
	assert_int_equal(shown(NPF, HOT_FIRST, HOT_FIRST + 1), 1);
	assert_int_equal(total(NPF), sum + 1);
	for (unsigned int i = 0; i < KES_NR_PAIRS; i++)
		if (tables.pairs[i].count == 1)
			assert_int_equal(tables.error[i], U32_MAX);
}

/*
 * A page is counted as often in a row as times_of() says, and never again. A larger
 * count would be that of another page.
 */
#define RACE_PAGES	3000000
#define RACE_READS	10000

static u64 times_of(u64 page)
{
	return page % 5 ? 1 : 9;
}

static bool race_done;

static void *count_race_pages(void *unused UNUSED)
{
	for (u64 page = 1; page <= RACE_PAGES; page++)
		for (u64 i = 0; i < times_of(page); i++)
			kes_detail_count(&vcpu, KES_PAGES, NPF, page);
	__atomic_store_n(&race_done, true, __ATOMIC_RELEASE);
	return NULL;
}

static void readers_see_one_pair(void **state UNUSED)
{
	u64 reads = 0, torn = 0;
	struct kes_pair pair;
	pthread_t writer;
	u32 error;

	race_done = false;
	assert_int_equal(pthread_create(&writer, NULL, count_race_pages, NULL), 0);
	while (!__atomic_load_n(&race_done, __ATOMIC_ACQUIRE)) {
		for (unsigned int i = 0; i < KES_NR_PAIRS; i++) {
			if (!kes_detail_read(&tables, i, &pair, &error))
				continue;
			reads++;
			torn += pair.count > times_of(pair.key & KES_VALUE_MASK);
		}
	}
	assert_int_equal(pthread_join(writer, NULL), 0);
	assert_int_equal(torn, 0);
	assert_true(reads > RACE_READS);
	assert_int_equal(tables.seq.sequence % 2, 0);
}

UNIT_TESTS("detail",
	FTEST(pages_that_become_frequent_late_are_shown),
	FTEST(sums_are_exact_in_a_table_that_is_too_small),
	FTEST(many_reasons_share_a_table),
	FTEST(pages_and_values_have_tables_of_their_own),
	FTEST(only_values_that_replaced_others_have_an_error),
	FTEST(the_error_covers_what_is_not_shown),
	FTEST(the_error_has_a_limit),
	FTEST(readers_see_one_pair))
