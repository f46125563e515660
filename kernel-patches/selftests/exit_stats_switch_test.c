// SPDX-License-Identifier: GPL-2.0-only
/*
 * exit_stats_switch_test
 *
 * Test switching groups of the VM exit statistics of KVM while vCPUs run, for
 * all VMs and for one VM: the counts of the vCPUs stay exact, and a group that
 * is on for one VM has no records of another.
 */
#define _GNU_SOURCE /* for program_invocation_short_name */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "test_util.h"

#include "kvm_util.h"
#include "processor.h"

#include "exit_stats_guest.h"

#define NR_VCPUS	2
#define NR_ROUNDS	7
#define LEAST_SWITCHES	10

static const struct isa *isa;

/* A VM whose vCPUs run in threads of their own */
struct crew {
	struct kvm_vm *vm;
	struct kvm_vcpu *vcpus[NR_VCPUS];
	pthread_t threads[NR_VCPUS];
	unsigned int rounds;
	u64 id;
};

static unsigned int nr_running;

static void *run_rounds(void *arg)
{
	struct kvm_vcpu *vcpu = arg;
	unsigned int i;

	for (i = 0; i < NR_ROUNDS; i++)
		run_round(vcpu);
	__atomic_fetch_sub(&nr_running, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void create(struct crew *c)
{
	c->vm = vm_create_with_vcpus(NR_VCPUS, guest_rounds, c->vcpus);
	c->id = newest_vm();
}

static void start(struct crew *c)
{
	unsigned int i;

	for (i = 0; i < NR_VCPUS; i++) {
		__atomic_fetch_add(&nr_running, 1, __ATOMIC_SEQ_CST);
		pthread_create(&c->threads[i], NULL, run_rounds, c->vcpus[i]);
	}
}

static void finish(struct crew *c)
{
	unsigned int i;

	for (i = 0; i < NR_VCPUS; i++)
		pthread_join(c->threads[i], NULL);
	c->rounds += NR_ROUNDS;
}

/* Every vCPU must have made exactly the exits of its rounds. */
static void check(const struct crew *c)
{
	struct snapshot s = take_snapshot_of(c->id);
	unsigned int i;

	for (i = 0; i < NR_VCPUS; i++) {
		const struct kes_vcpu_record *rec;

		rec = find_record(&s, KES_REC_VCPU, i);
		check_rounds(isa, rec, c->rounds);
		check_accounting(rec);
	}
	free(s.buf);
}

static struct crew crew, other;

/* Groups in the order in which they are switched on */
static const char * const groups[] = { "time", "histogram", "detail" };

static void path_of(char *path, size_t size, const char *group,
		    const char *suffix)
{
	snprintf(path, size, SYSFS "%s%s", group, suffix);
}

static void switch_groups(const char *suffix, const char *on, const char *off)
{
	char path[128];
	int i;

	for (i = 0; i < (int)ARRAY_SIZE(groups); i++) {
		path_of(path, sizeof(path), groups[i], suffix);
		expect_write(path, on, 0);
	}
	for (i = ARRAY_SIZE(groups) - 1; i >= 0; i--) {
		path_of(path, sizeof(path), groups[i], suffix);
		expect_write(path, off, 0);
	}
}

/* Switch all groups on and off while the vCPUs of both VMs run. */
static void switch_while_running(const char *suffix, const char *on,
				 const char *off)
{
	unsigned int nr = 0;

	start(&crew);
	start(&other);
	while (__atomic_load_n(&nr_running, __ATOMIC_SEQ_CST) ||
	       nr < LEAST_SWITCHES) {
		switch_groups(suffix, on, off);
		nr++;
	}
	finish(&crew);
	finish(&other);
	check(&crew);
	check(&other);
}

static void test_switch(void)
{
	switch_while_running("", "1", "0");
}

static void id_text(char *text, size_t size, char sign)
{
	snprintf(text, size, "%c%llu", sign, (unsigned long long)crew.id);
}

static void test_switch_one(void)
{
	char on[32], off[32];

	id_text(on, sizeof(on), '+');
	id_text(off, sizeof(off), '-');
	switch_while_running("_vms", on, off);
}

/* Return whether the file lists the id of the first VM. */
static bool lists_crew(const char *path)
{
	FILE *f = fopen(path, "r");
	unsigned long long id;
	bool found = false;

	TEST_ASSERT(f, "%s: open: %d", path, errno);
	while (fscanf(f, "%llu", &id) == 1)
		found |= id == crew.id;
	fclose(f);
	return found;
}

static void expect_record(const struct crew *c, u32 type, bool want)
{
	struct snapshot s = take_snapshot_of(c->id);
	unsigned int i;

	for (i = 0; i < NR_VCPUS; i++)
		TEST_ASSERT(!!find_record(&s, type, i) == want,
			    "vCPU %u has %s record of type %u", i,
			    want ? "no" : "a", type);
	free(s.buf);
}

static u32 groups_of(const struct crew *c)
{
	struct snapshot s = take_snapshot_of(c->id);
	const struct kes_vm_record *rec = vm_record(&s);
	u32 vm_groups;

	TEST_ASSERT(rec, "No record for the VM");
	vm_groups = rec->groups;
	free(s.buf);
	return vm_groups;
}

/* Only the VM for which a group is on has records of it. */
static void check_one(const char *group, u32 type, u32 bit)
{
	char path[128], on[32], off[32];

	path_of(path, sizeof(path), group, "_vms");
	id_text(on, sizeof(on), '+');
	id_text(off, sizeof(off), '-');
	TEST_ASSERT(!lists_crew(path), "%s lists the VM already", path);
	expect_write(path, on, 0);
	TEST_ASSERT(lists_crew(path), "%s does not list the VM", path);
	start(&crew);
	start(&other);
	finish(&crew);
	finish(&other);
	expect_record(&crew, type, true);
	expect_record(&other, type, false);
	TEST_ASSERT(groups_of(&crew) == (KES_GROUP_COUNT | bit) &&
		    groups_of(&other) == KES_GROUP_COUNT,
		    "Groups 0x%x, those of the other VM 0x%x",
		    groups_of(&crew), groups_of(&other));
	expect_write(path, off, 0);
	TEST_ASSERT(!lists_crew(path), "%s still lists the VM", path);
	expect_record(&crew, type, false);
	check(&crew);
	check(&other);
}

static void test_time_of_one(void)
{
	check_one("time", KES_REC_TIME, KES_GROUP_TIME);
}

static void test_detail_of_one(void)
{
	check_one("detail", KES_REC_DETAIL, KES_GROUP_DETAIL);
}

static void test_invalid_ids(void)
{
	static const char * const values[] = {
		"1", "+", "-", "+x", "+-1", " ",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		expect_write(SYSFS "time_vms", values[i], EINVAL);
}

static const struct named_test tests[] = {
	{ "counts stay exact while groups are switched", test_switch },
	{ "counts stay exact while groups are switched for one VM",
	  test_switch_one },
	{ "time is recorded only for the VM for which it is on",
	  test_time_of_one },
	{ "detail is recorded only for the VM for which it is on",
	  test_detail_of_one },
	{ "invalid ids are refused", test_invalid_ids },
};

int main(int argc, char *argv[])
{
	setbuf(stdout, NULL);
	require_exit_stats();
	create(&crew);
	create(&other);
	isa = find_isa();
	expect_write(SYSFS "count", "1", 0);
	run_tests(tests, ARRAY_SIZE(tests));
	kvm_vm_free(crew.vm);
	kvm_vm_free(other.vm);
	ksft_exit_pass();
}
