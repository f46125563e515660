// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the snapshot parser: what it takes, and every kind of damage
 * that it must refuse with a line that says what is wrong.
 */

#include "unit.h"
#include "snapshot/snapshot.h"
#include "snapwrite.h"

/* After a reset, what has retired has a baseline too: VM 0, before all VMs. */
static void retired_baseline(struct snapwrite *s)
{
	struct kes_vcpu_record *v;

	snapwrite_vcpu(s, KES_REC_RETIRED, 0, 7);
	v = (void *)(s->data + s->vcpu_off);
	v->rec.type = KES_REC_BASELINE;
}

/*
 * One retired record and its baseline, two VMs (2 + 1 vCPUs) of
 * which one has a baseline, an unknown record.
 */
static void build(struct snapwrite *s)
{
	snapwrite_begin(s, KES_ISA_VMX, KES_FIELD_CONTEXT);
	snapwrite_vcpu(s, KES_REC_RETIRED, 0, 7);
	snapwrite_exit(s, &(struct kes_exit) { .code = 12, .l1 = 7 });
	retired_baseline(s);
	snapwrite_vm(s, 1, 100, 10, 0, "first");
	for (uint32_t v = 0; v < 2; v++) {
		snapwrite_vcpu(s, KES_REC_VCPU, v, 40 + v);
		snapwrite_exit(s, &(struct kes_exit) { .code = 30, .l1 = 23 });
		snapwrite_exit(s, &(struct kes_exit) {
			.code = 10, .l1 = 11, .l2 = 6, .l2_reflected = 5 });
		snapwrite_vcpu(s, KES_REC_BASELINE, v, 1);
		snapwrite_exit(s, &(struct kes_exit) { .code = 30, .l1 = 1 });
	}
	snapwrite_unknown(s, 24);
	snapwrite_vm(s, 2, 101, 20, 30, "second");
	snapwrite_vcpu(s, KES_REC_VCPU, 5, 997);
	snapwrite_exit(s, &(struct kes_exit) { .code = 30, .l1 = 997 });
	snapwrite_end(s);
}

static void accepts(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;

	build(&w);
	/* twice into the same struct: a reused one must not keep anything */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(snapshot_parse(&s, w.data, w.len, &err), 0);
		assert_int_equal(s.nr_vms, 2);
		assert_int_equal(s.nr_vcpus, 3);
		assert_int_equal(s.nr_exits, 5);
		assert_int_equal(s.retired, 7);
		assert_int_equal(snapshot_vm_exits(&s, &s.vms[0]), 80);
		assert_int_equal(snapshot_vm_exits(&s, &s.vms[1]), 997);
		assert_false(s.vms[0].dead);
		assert_true(s.vms[1].dead);
		assert_int_equal(s.vcpus[2].vcpu_id, 5);
		assert_string_equal(s.vms[1].comm, "second");
	}
	snapshot_free(&s);
	snapwrite_free(&w);
}

static void skips_longer_structs(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;
	struct kes_vcpu_record *v;

	snapwrite_begin(&w, KES_ISA_SVM, 0);
	snapwrite_vm(&w, 1, 1, 1, 0, "x");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, 1);
	snapwrite_exit(&w, &(struct kes_exit) { .code = 0x7b, .l1 = 101 });
	/* a later kernel's struct kes_exit, twice as long */
	snapwrite_exit(&w, &(struct kes_exit) { .code = 1, .l1 = 2 });
	v = (void *)(w.data + w.vcpu_off);
	v->nr_exits = 1;
	v->exit_size = 2 * sizeof(struct kes_exit);
	snapwrite_end(&w);
	assert_int_equal(snapshot_parse(&s, w.data, w.len, &err), 0);
	assert_int_equal(s.nr_exits, 1);
	assert_int_equal(s.exits[0].l1, 101);
	snapshot_free(&s);
	snapwrite_free(&w);
}

static void every_truncation_is_refused(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;

	build(&w);
	for (size_t len = 0; len < w.len; len++) {
		err.text[0] = '\0';
		assert_int_equal(snapshot_parse(&s, w.data, len, &err),
				 -EPROTO);
		assert_non_null(strstr(err.text, "truncated"));
	}
	snapshot_free(&s);
	snapwrite_free(&w);
}

static struct kes_vcpu_record *last_vcpu(struct snapwrite *w)
{
	return (void *)(w->data + w->vcpu_off);
}

static struct kes_vm_record *last_vm(struct snapwrite *w)
{
	return (void *)(w->data + w->vm_off);
}

static void bad_magic(struct snapwrite *w)
{
	snapwrite_header(w)->magic++;
}

static void bad_version(struct snapwrite *w)
{
	snapwrite_header(w)->version = 2;
}

static void more_bytes(struct snapwrite *w)
{
	snapwrite_header(w)->size -= 8;
}

static void short_header(struct snapwrite *w)
{
	snapwrite_header(w)->header_size = 8;
}

static void long_header(struct snapwrite *w)
{
	snapwrite_header(w)->header_size = 1u << 31;
}

static void too_many_records(struct snapwrite *w)
{
	snapwrite_header(w)->nr_records = UINT32_MAX;
}

static void too_few_records(struct snapwrite *w)
{
	snapwrite_header(w)->nr_records--;
}

static void wrong_vms(struct snapwrite *w)
{
	snapwrite_header(w)->nr_vms++;
}

static void wrong_vcpus(struct snapwrite *w)
{
	last_vm(w)->nr_vcpus++;
}

static void exits_overflow(struct snapwrite *w)
{
	last_vcpu(w)->nr_exits = UINT32_MAX;
}

static void exit_size_tiny(struct snapwrite *w)
{
	last_vcpu(w)->exit_size = 8;
	last_vcpu(w)->nr_exits = sizeof(struct kes_exit) / 8;
}

static void record_too_long(struct snapwrite *w)
{
	last_vcpu(w)->rec.size += 8;
}

static void record_of_zero(struct snapwrite *w)
{
	last_vcpu(w)->rec.size = 0;
}

static void foreign_vcpu(struct snapwrite *w)
{
	last_vcpu(w)->vm_id = 77;
}

static void build_parts(struct snapwrite *w)
{
	snapwrite_begin(w, KES_ISA_SVM, 0x1f);
	snapwrite_clock(w, 2000000, 900, 0xf);
	snapwrite_vm(w, 1, 1, 1, 0, "x");
	for (uint32_t v = 0; v < 2; v++) {
		snapwrite_vcpu(w, KES_REC_VCPU, v, 110);
		snapwrite_exit(w, &(struct kes_exit) { .code = 0x7b,
						       .l1 = 101 });
		snapwrite_part(w, KES_REC_USERSPACE);
		snapwrite_element(w, &(struct kes_userspace) { 2, 0, 23 });
		snapwrite_part(w, KES_REC_TIME);
		snapwrite_time(w, 100, 900, 300, KES_STATE_USERSPACE);
		snapwrite_element(w, &(struct kes_time_exit) {
			.code = 0x7b, .cyc = { 200, 100, 0, 0, 0 },
			.max_cyc = 7 });
		snapwrite_element(w, &(struct kes_time_exit) {
			.code = KES_CODE_NONE, .cyc = { 200, 0, 0, 0, 0 } });
		snapwrite_part(w, KES_REC_HISTOGRAM);
		snapwrite_element(w, &(struct kes_histogram_exit) {
			.code = 0x7b, .bucket = { [KES_NR_BUCKETS - 1] = 5 }});
		snapwrite_part(w, KES_REC_DETAIL);
		snapwrite_element(w, &(struct kes_detail_value) {
			.code = 0x7b, .value = 0x3f8, .count = 97 });
		snapwrite_element(w, &(struct kes_detail_value) {
			.code = 0x7b, .count = 4,
			.flags = KES_DETAIL_OTHER });
	}
	snapwrite_end(w);
}

static void parts_are_read(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;
	const struct snap_vcpu *v;

	build_parts(&w);
	for (int i = 0; i < 2; i++)
		assert_int_equal(snapshot_parse(&s, w.data, w.len, &err), 0);
	v = &s.vcpus[1];
	assert_int_equal(s.nr_users, 2);
	assert_int_equal(s.users[v->users.first].count, 23);
	assert_true(v->times.there);
	assert_int_equal(v->time.guest_cyc, 300);
	assert_int_equal(v->times.nr, 2);
	assert_int_equal(s.times[v->times.first].max_cyc, 7);
	assert_int_equal(s.histograms[v->histograms.first]
			 .bucket[KES_NR_BUCKETS - 1], 5);
	assert_int_equal(v->details.first, 2);
	assert_int_equal(s.details[3].flags, KES_DETAIL_OTHER);
	assert_int_equal(snapshot_unaccounted(&s, v), 9);
	for (size_t len = 0; len < w.len; len++)
		assert_int_equal(snapshot_parse(&s, w.data, len, &err),
				 -EPROTO);
	snapshot_free(&s);
	snapwrite_free(&w);
}

static struct kes_detail_record *last_part(struct snapwrite *w)
{
	return (void *)(w->data + w->part_off);
}

static void part_nr(struct snapwrite *w)
{
	last_part(w)->nr++;
}

static void part_nr_huge(struct snapwrite *w)
{
	last_part(w)->nr = UINT32_MAX;
}

static void part_of_other_vcpu(struct snapwrite *w)
{
	last_part(w)->vcpu_id = 0;
}

static void part_of_other_vm(struct snapwrite *w)
{
	last_part(w)->vm_id = 2;
}

static void part_twice(struct snapwrite *w)
{
	snapwrite_part(w, KES_REC_DETAIL);
	snapwrite_end(w);
}

static void time_state(struct snapwrite *w)
{
	snapwrite_vcpu(w, KES_REC_VCPU, 7, 0);
	snapwrite_part(w, KES_REC_TIME);
	snapwrite_time(w, 1, 2, 1, KES_NR_STATES);
	snapwrite_end(w);
}

static void time_backwards(struct snapwrite *w)
{
	snapwrite_vcpu(w, KES_REC_VCPU, 7, 0);
	snapwrite_part(w, KES_REC_TIME);
	snapwrite_time(w, 2, 1, 0, 0);
	snapwrite_end(w);
}

/* Also when no reason has any time yet. */
static void times_need_a_clock(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;

	for (uint64_t khz = 0; khz <= 1; khz++) {
		snapwrite_begin(&w, KES_ISA_SVM, 0);
		snapwrite_clock(&w, khz, 900, KES_GROUP_TIME);
		snapwrite_vm(&w, 1, 1, 1, 0, "a");
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, 0);
		snapwrite_part(&w, KES_REC_TIME);
		snapwrite_time(&w, 1, 2, 1, KES_STATE_GUEST);
		snapwrite_end(&w);
		assert_int_equal(snapshot_parse(&s, w.data, w.len, &err),
				 khz ? 0 : -EPROTO);
		snapwrite_free(&w);
	}
	assert_non_null(strstr(err.text, "how long a cycle is"));
	snapshot_free(&s);
}

/* Read while the first state began, which is no damage. */
static void times_begin(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;

	build_parts(&w);
	snapwrite_vcpu(&w, KES_REC_VCPU, 7, 0);
	snapwrite_part(&w, KES_REC_TIME);
	snapwrite_time(&w, 900, 0, 0, KES_STATE_USERSPACE);
	snapwrite_end(&w);
	assert_int_equal(snapshot_parse(&s, w.data, w.len, &err), 0);
	assert_true(s.vcpus[s.nr_vcpus - 1].times.there);
	assert_int_equal(s.vcpus[s.nr_vcpus - 1].time.first_cyc, 0);
	snapwrite_free(&w);
	snapshot_free(&s);
}

static void damaged_parts_are_refused(void **state)
{
	static void (*const cases[])(struct snapwrite *w) = {
		part_nr, part_nr_huge, part_of_other_vcpu, part_of_other_vm,
		part_twice, time_state, time_backwards,
	};
	struct snapshot s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapwrite w;
		struct errbuf err;

		build_parts(&w);
		cases[i](&w);
		assert_int_equal(snapshot_parse(&s, w.data, w.len, &err),
				 -EPROTO);
		assert_non_null(strstr(err.text, "inconsistent"));
		snapwrite_free(&w);
	}
	snapshot_free(&s);
}

static void damage_is_refused(void **state)
{
	static const struct {
		void (*damage)(struct snapwrite *w);
		const char *says;
	} cases[] = {
		{ bad_magic, "magic" }, { bad_version, "version 2" },
		{ more_bytes, "more" }, { short_header, "header size" },
		{ long_header, "header size" },
		{ too_many_records, "inconsistent" },
		{ too_few_records, "after its last record" },
		{ wrong_vms, "announces" }, { wrong_vcpus, "announces" },
		{ exits_overflow, "inconsistent" },
		{ exit_size_tiny, "inconsistent" },
		{ record_too_long, "inconsistent" },
		{ record_of_zero, "inconsistent" },
		{ foreign_vcpu, "inconsistent" },
	};
	struct snapshot s = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct snapwrite w;
		struct errbuf err;

		build(&w);
		cases[i].damage(&w);
		assert_int_equal(snapshot_parse(&s, w.data, w.len, &err),
				 -EPROTO);
		assert_non_null(strstr(err.text, cases[i].says));
		assert_null(strchr(err.text, '\n'));
		snapwrite_free(&w);
	}
	snapshot_free(&s);
}

static void comm_without_end(void **state)
{
	struct snapshot s = { 0 };
	struct snapwrite w;
	struct errbuf err;

	build(&w);
	memset(last_vm(&w)->comm, 'x', 16);
	assert_int_equal(snapshot_parse(&s, w.data, w.len, &err), 0);
	assert_int_equal(strlen(s.vms[1].comm), 16);
	snapshot_free(&s);
	snapwrite_free(&w);
}

/* Both ways, and where the bytes lie so that they cannot stay. */
static void exits_may_stay(void **state)
{
	struct snapshot copied = { 0 }, stay = { 0 };
	unsigned char *bytes;
	struct snapwrite w;
	struct errbuf err;

	build(&w);
	bytes = malloc(w.len + 1);
	assert_non_null(bytes);
	assert_int_equal(snapshot_parse(&copied, w.data, w.len, &err), 0);
	for (size_t shift = 0; shift < 2; shift++) {
		memcpy(bytes + shift, w.data, w.len);
		assert_int_equal(snapshot_parse_in_place(&stay, bytes + shift,
							 w.len, &err), 0);
		assert_int_equal(stay.nr_vcpus, copied.nr_vcpus);
		for (size_t i = 0; i < stay.nr_vcpus; i++) {
			const struct snap_vcpu *v = &stay.vcpus[i];

			assert_int_equal(!v->in_place, shift);
			assert_int_equal(v->nr_exits, copied.vcpus[i].nr_exits);
			assert_memory_equal(snap_exits(&stay, v),
				snap_exits(&copied, &copied.vcpus[i]),
				v->nr_exits * sizeof(struct kes_exit));
		}
		assert_int_equal(snapshot_vm_exits(&stay, &stay.vms[1]), 997);
	}
	snapshot_free(&stay);
	snapshot_free(&copied);
	free(bytes);
	snapwrite_free(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(accepts),
		TEST(exits_may_stay),
		TEST(skips_longer_structs),
		TEST(every_truncation_is_refused),
		TEST(damage_is_refused),
		TEST(comm_without_end),
		TEST(parts_are_read),
		TEST(damaged_parts_are_refused),
		TEST(times_need_a_clock),
		TEST(times_begin),
	};

	return cmocka_run_group_tests_name("snapshot", tests, NULL, NULL);
}
