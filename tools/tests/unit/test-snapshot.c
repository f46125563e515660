// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the snapshot parser: valid snapshots are accepted, and every kind of
 * damage is refused with a message that names the error.
 */

#include "unit.h"
#include "snapshot/snapshot.h"
#include "snapwrite.h"

static struct snapwrite w;
static struct snapshot s;

static int teardown(void **state)
{
	snapshot_free(&s);
	snapwrite_free(&w);
	return report_row(state);
}

/*
 * One evicted record and its baseline, which belongs to VM 0 and exists after a
 * reset; two VMs (2 + 1 vCPUs), one of them with a baseline; an unknown record.
 */
static void build(void)
{
	snapwrite_free(&w);
	snapwrite_begin(&w, KES_ISA_VMX, KES_FIELD_CONTEXT);
	snapwrite_vcpu(&w, KES_REC_EVICTED, 0, 7);
	snapwrite_count(&w, 12, 7, 0);
	snapwrite_vcpu(&w, KES_REC_EVICTED, 0, 7);
	snapwrite_last_vcpu(&w)->rec.type = KES_REC_BASELINE;
	snapwrite_vm(&w, 1, 100, 10, 0, "first");
	for (uint32_t v = 0; v < 2; v++) {
		snapwrite_vcpu(&w, KES_REC_VCPU, v, 40 + v);
		snapwrite_count(&w, 30, 23, 0);
		snapwrite_exit(&w, &(struct kes_exit) {
			.code = 10, .l1 = 11, .l2 = 6, .reflected = 5 });
		snapwrite_vcpu(&w, KES_REC_BASELINE, v, 1);
		snapwrite_count(&w, 30, 1, 0);
	}
	snapwrite_unknown(&w, 24);
	snapwrite_vm(&w, 2, 101, 20, 30, "second");
	snapwrite_vcpu(&w, KES_REC_VCPU, 5, 997);
	snapwrite_count(&w, 30, 997, 0);
	snapwrite_end(&w);
}

/* One VM with two vCPUs, which have a record of each group. */
static void build_parts(void)
{
	snapwrite_free(&w);
	snapwrite_begin(&w, KES_ISA_SVM, 0x1f);
	snapwrite_clock(&w, 2000000, 900, 0xf);
	snapwrite_vm(&w, 1, 1, 1, 0, "x");
	for (uint32_t v = 0; v < 2; v++) {
		snapwrite_vcpu(&w, KES_REC_VCPU, v, 110);
		snapwrite_count(&w, 0x7b, 101, 0);
		snapwrite_part(&w, KES_REC_USERSPACE);
		snapwrite_element(&w, &(struct kes_userspace) { 2, 0, 23 });
		snapwrite_times(&w, 100, 900, 300, KES_STATE_USERSPACE,
				KES_CODE_NONE);
		snapwrite_element(&w, &(struct kes_time_exit) {
			.code = 0x7b, .cyc = { 200, 100 }, .max_cyc = 7 });
		snapwrite_handler(&w, KES_CODE_NONE, 200, 0);
		snapwrite_part(&w, KES_REC_HISTOGRAM);
		snapwrite_element(&w, &(struct kes_histogram_exit) {
			.code = 0x7b, .bucket = { [KES_NR_BUCKETS - 1] = 5 }});
		snapwrite_part(&w, KES_REC_DETAIL);
		snapwrite_detail(&w, 0x7b, 0x3f8, 97, 0);
		snapwrite_detail(&w, 0x7b, 0, 4, KES_DETAIL_OTHER);
	}
	snapwrite_end(&w);
}

static int parse(size_t len)
{
	return snapshot_parse(&s, w.data, len, &err);
}

static void refuses(size_t len, const char *message)
{
	assert_int_equal(parse(len), -EPROTO);
	expect_error(message);
}

static void valid_snapshots_are_accepted(void **state UNUSED)
{
	build();
	/* parse twice into one struct: nothing of the first pass may remain */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(parse(w.len), 0);
		assert_int_equal(s.nr_vms, 2);
		assert_int_equal(s.nr_vcpus, 3);
		assert_int_equal(s.nr_exits, 5);
		assert_int_equal(s.evicted, 7);
		assert_int_equal(snapshot_vm_exits(&s, &s.vms[0]), 80);
		assert_int_equal(snapshot_vm_exits(&s, &s.vms[1]), 997);
		assert_false(s.vms[0].destroyed);
		assert_true(s.vms[1].destroyed);
		assert_int_equal(s.vcpus[2].vcpu_id, 5);
		assert_string_equal(s.vms[1].comm, "second");
	}
}

static void longer_structs_are_skipped(void **state UNUSED)
{
	snapwrite_begin(&w, KES_ISA_SVM, 0);
	snapwrite_vm(&w, 1, 1, 1, 0, "x");
	snapwrite_vcpu(&w, KES_REC_VCPU, 0, 1);
	snapwrite_count(&w, 0x7b, 101, 0);
	/* a later kernel's struct kes_exit, twice as long */
	snapwrite_count(&w, 1, 2, 0);
	snapwrite_last_vcpu(&w)->nr_exits = 1;
	snapwrite_last_vcpu(&w)->exit_size = 2 * sizeof(struct kes_exit);
	snapwrite_end(&w);
	assert_int_equal(parse(w.len), 0);
	assert_int_equal(s.nr_exits, 1);
	assert_int_equal(s.exits[0].l1, 101);
}

static void every_truncation_is_refused(void **state UNUSED)
{
	build();
	for (size_t len = 0; len < w.len; len++)
		refuses(len, "truncated");
	build_parts();
	for (size_t len = 0; len < w.len; len++)
		refuses(len, "truncated");
}

static void parts_are_read(void **state UNUSED)
{
	const struct snap_vcpu *v;

	build_parts();
	for (int i = 0; i < 2; i++)
		assert_int_equal(parse(w.len), 0);
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
}

/* Set or add to a number in the header or in the last record of a kind. */
struct damage {
	enum { HEADER, VM, VCPU, PART } where;
	size_t at, bytes;	/* bytes 0: none */
	enum { IS, PLUS } how;
	uint64_t n;
};

#define OF(_where, _record, _field) \
	_where, offsetof(struct _record, _field), \
	sizeof(((struct _record *)NULL)->_field)

static void damage(const struct damage *d)
{
	const size_t off[] = { [HEADER] = 0, [VM] = w.vm_off,
			       [VCPU] = w.vcpu_off, [PART] = w.part_off };
	unsigned char *at = w.data + off[d->where] + d->at;
	uint64_t n = 0;

	memcpy(&n, at, d->bytes);
	n = d->how == PLUS ? n + d->n : d->n;
	memcpy(at, &n, d->bytes);
}

static void damage_is_refused(void **state UNUSED)
{
	static const struct {
		void (*build)(void);
		struct damage damage[2];
		const char *message;
	} cases[] = {
		{ build, {{ OF(HEADER, kes_header, magic), PLUS, 1 }}, "magic" },
		{ build, {{ OF(HEADER, kes_header, version), IS, 3 }},
		  "version 3" },
		{ build, {{ OF(HEADER, kes_header, size), PLUS, -8 }}, "more" },
		{ build, {{ OF(HEADER, kes_header, header_size), IS, 8 }},
		  "header size" },
		{ build, {{ OF(HEADER, kes_header, header_size), IS, 1u << 31 }},
		  "header size" },
		{ build, {{ OF(HEADER, kes_header, nr_records), IS, UINT32_MAX }},
		  "inconsistent" },
		{ build, {{ OF(HEADER, kes_header, nr_records), PLUS, -1 }},
		  "after its last record" },
		{ build, {{ OF(HEADER, kes_header, nr_vms), PLUS, 1 }},
		  "announces" },
		{ build, {{ OF(VM, kes_vm_record, nr_vcpus), PLUS, 1 }},
		  "announces" },
		{ build, {{ OF(VCPU, kes_vcpu_record, nr_exits), IS, UINT32_MAX }},
		  "inconsistent" },
		{ build, {{ OF(VCPU, kes_vcpu_record, exit_size), IS, 8 },
			  { OF(VCPU, kes_vcpu_record, nr_exits), IS,
			    sizeof(struct kes_exit) / 8 }}, "inconsistent" },
		{ build, {{ OF(VCPU, kes_vcpu_record, rec.size), PLUS, 8 }},
		  "inconsistent" },
		{ build, {{ OF(VCPU, kes_vcpu_record, rec.size), IS, 0 }},
		  "inconsistent" },
		{ build, {{ OF(VCPU, kes_vcpu_record, vm_id), IS, 77 }},
		  "inconsistent" },
		{ build_parts, {{ OF(PART, kes_detail_record, nr), PLUS, 1 }},
		  "inconsistent" },
		{ build_parts, {{ OF(PART, kes_detail_record, nr), IS,
				  UINT32_MAX }}, "inconsistent" },
		{ build_parts, {{ OF(PART, kes_detail_record, vcpu_id), IS, 0 }},
		  "inconsistent" },
		{ build_parts, {{ OF(PART, kes_detail_record, vm_id), IS, 2 }},
		  "inconsistent" },
	};

	each_row(c, cases) {
		c->build();
		damage(&c->damage[0]);
		damage(&c->damage[1]);
		refuses(w.len, c->message);
	}
}

static void duplicate_parts_are_refused(void **state UNUSED)
{
	build_parts();
	snapwrite_part(&w, KES_REC_DETAIL);
	snapwrite_end(&w);
	refuses(w.len, "inconsistent");
}

/* A snapshot read while the first state began is valid and has no first_cyc. */
static void unordered_times_are_refused(void **state UNUSED)
{
	static const struct {
		uint64_t first, last, guest;
		uint32_t state;
		bool good;
	} cases[] = {
		{ 1, 2, 1, KES_NR_STATES, false }, { 2, 1, 0, 0, false },
		{ 900, 0, 0, KES_STATE_USERSPACE, true },
	};

	each_row(c, cases) {
		build_parts();
		snapwrite_vcpu(&w, KES_REC_VCPU, 7, 0);
		snapwrite_times(&w, c->first, c->last, c->guest, c->state,
				KES_CODE_NONE);
		snapwrite_end(&w);
		if (!c->good) {
			refuses(w.len, "inconsistent");
			continue;
		}
		assert_int_equal(parse(w.len), 0);
		assert_true(s.vcpus[s.nr_vcpus - 1].times.there);
		assert_int_equal(s.vcpus[s.nr_vcpus - 1].time.first_cyc, 0);
	}
}

/* Even if no reason has any time yet. */
static void times_need_a_clock(void **state UNUSED)
{
	for (int khz = 1; khz >= 0; khz--) {
		snapwrite_free(&w);
		snapwrite_begin(&w, KES_ISA_SVM, 0);
		snapwrite_clock(&w, (uint64_t)khz, 900, KES_GROUP_TIME);
		snapwrite_vm(&w, 1, 1, 1, 0, "a");
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, 0);
		snapwrite_times(&w, 1, 2, 1, KES_STATE_GUEST, KES_CODE_NONE);
		snapwrite_end(&w);
		if (khz)
			assert_int_equal(parse(w.len), 0);
		else
			refuses(w.len, "TSC frequency");
	}
}

static void comm_without_nul_is_read(void **state UNUSED)
{
	build();
	memset(snapwrite_last_vm(&w)->comm, 'x', 16);
	assert_int_equal(parse(w.len), 0);
	assert_int_equal(strlen(s.vms[1].comm), 16);
}

/* In place and copied: unaligned bytes must be copied. */
static void aligned_exits_are_parsed_in_place(void **state UNUSED)
{
	struct snapshot stay = { 0 };
	unsigned char *bytes;

	build();
	bytes = malloc(w.len + 1);
	assert_non_null(bytes);
	assert_int_equal(parse(w.len), 0);
	for (size_t shift = 0; shift < 2; shift++) {
		memcpy(bytes + shift, w.data, w.len);
		must(snapshot_parse_in_place(&stay, bytes + shift, w.len, &err));
		assert_int_equal(stay.nr_vcpus, s.nr_vcpus);
		for (size_t i = 0; i < stay.nr_vcpus; i++) {
			const struct snap_vcpu *v = &stay.vcpus[i];

			assert_int_equal(!v->in_place, shift);
			assert_int_equal(v->nr_exits, s.vcpus[i].nr_exits);
			assert_memory_equal(snap_exits(&stay, v),
				snap_exits(&s, &s.vcpus[i]),
				v->nr_exits * sizeof(struct kes_exit));
		}
		assert_int_equal(snapshot_vm_exits(&stay, &stay.vms[1]), 997);
	}
	snapshot_free(&stay);
	free(bytes);
}

UNIT_TESTS("snapshot",
	   TTEST(valid_snapshots_are_accepted),
	   TTEST(aligned_exits_are_parsed_in_place),
	   TTEST(longer_structs_are_skipped),
	   TTEST(every_truncation_is_refused), TTEST(damage_is_refused),
	   TTEST(comm_without_nul_is_read), TTEST(parts_are_read),
	   TTEST(duplicate_parts_are_refused),
	   TTEST(unordered_times_are_refused), TTEST(times_need_a_clock))
