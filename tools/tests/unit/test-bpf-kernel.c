// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of the BTF checks in the source bpf: it refuses tracepoints with unknown
 * arguments and reports what is missing. The tests generate the BTF with libbpf.
 */
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "root-fixture.h"
#include "source/bpf-kernel.h"

/* Differences from a usable kernel; 0: none. */
struct oddity {
	int isa_bytes;			/* size of the second argument of kvm_exit */
	const char *vcpu;		/* type that the first argument points to */
	const char *without;		/* name of a missing tracepoint */
	const char *vendor;		/* name of the vendor's structure */
	bool old_page_fault, no_inject, no_prev_state, no_guest_mode, no_btf, no_kvm;
};

struct made {
	struct btf *btf;
	int word[9];			/* integer types by size in bytes */
	int any;			/* void * */
	const struct oddity *odd;
};

static int pointer_to(struct made *m, const char *name)
{
	int id = btf__find_by_name_kind(m->btf, name, BTF_KIND_STRUCT);

	if (id < 0)
		id = btf__add_struct(m->btf, name, 8);
	return btf__add_ptr(m->btf, id);
}

static void add_event(struct made *m, const char *event, const int *types,
		      size_t nr)
{
	char name[64];
	int id;

	if (m->odd->without && !strcmp(event, m->odd->without))
		return;
	id = btf__add_func_proto(m->btf, 0);
	btf__add_func_param(m->btf, "", m->any);
	for (size_t i = 0; i < nr; i++)
		btf__add_func_param(m->btf, "", types[i]);
	id = btf__add_ptr(m->btf, id);
	snprintf(name, sizeof(name), "btf_trace_%s", event);
	btf__add_typedef(m->btf, name, id);
}

static void add_events(struct made *m)
{
	int vcpu = pointer_to(m, m->odd->vcpu ?: "kvm_vcpu");
	int task = pointer_to(m, "task_struct");
	const int *w = m->word;

	add_event(m, "kvm_exit", (int[]) { vcpu, w[m->odd->isa_bytes ?: 4] }, 2);
	add_event(m, "kvm_entry", (int[]) { pointer_to(m, "kvm_vcpu"), w[1] },
		  2);
	add_event(m, "kvm_userspace_exit", (int[]) { w[4], w[4] }, 2);
	add_event(m, "kvm_vcpu_wakeup", (int[]) { w[8], w[1], w[1] }, 3);
	add_event(m, "sched_switch", (int[]) { w[1], task, task, w[4] },
		  m->odd->no_prev_state ? 3 : 4);
	add_event(m, "kvm_page_fault",
		  (int[]) { m->odd->old_page_fault ? w[8] :
			    pointer_to(m, "kvm_vcpu"), w[8], w[8] }, 3);
	if (!m->odd->no_inject)
		add_event(m, "kvm_nested_vmexit_inject",
			  (int[]) { w[4], w[8], w[8], w[4], w[4], w[4] }, 6);
}

static void add_stat(struct made *m)
{
	btf__add_struct(m->btf, "kvm_vcpu_stat", 16);
	btf__add_field(m->btf, "exits", m->word[8], 0, 0);
	if (!m->odd->no_guest_mode)
		btf__add_field(m->btf, "guest_mode", m->word[8], 64, 0);
}

static void put_btf(const char *root, const struct oddity *odd)
{
	struct made m = { .btf = btf__new_empty(), .odd = odd };
	const void *data;
	uint32_t size;

	m.word[1] = btf__add_int(m.btf, "u8", 1, 0);
	m.word[4] = btf__add_int(m.btf, "u32", 4, 0);
	m.word[8] = btf__add_int(m.btf, "u64", 8, 0);
	m.any = btf__add_ptr(m.btf, 0);
	add_events(&m);
	add_stat(&m);
	btf__add_struct(m.btf, odd->vendor ?: "vcpu_vmx", 8);
	data = btf__raw_data(m.btf, &size);
	assert_non_null(data);
	put_bytes(root, "/sys/kernel/btf/vmlinux", data, size);
	btf__free(m.btf);
}

static int silence(enum libbpf_print_level level UNUSED,
		   const char *format UNUSED, va_list args UNUSED)
{
	return 0;
}

static int setup(void **state)
{
	libbpf_set_print(silence);
	*state = make_root();
	return 0;
}

static int teardown(void **state)
{
	remove_root(*state);
	return report_row(state);
}

static void unusable_kernels_are_refused(void **state)
{
	static const struct {
		struct oddity odd;
		int rc;
		const char *message;
	} cases[] = {
		{ { 0 }, 0, "" },
		/* unknown arguments of a required tracepoint are refused */
		{ { .isa_bytes = 8 }, -EPROTO,
		  "tracepoint kvm_exit has unknown arguments" },
		{ { .vcpu = "kvm" }, -EPROTO,
		  "tracepoint kvm_exit has unknown arguments" },
		{ { .old_page_fault = true }, 0, "" },
		{ { .no_inject = true }, 0, "" },
		{ { .no_prev_state = true }, 0, "" },
		{ { .no_guest_mode = true }, -EPROTO,
		  "KVM has no statistic guest_mode" },
		/* the message names the missing part */
		{ { .vendor = "vcpu_none" }, -EAGAIN, "loaded without a vendor module" },
		{ { .without = "kvm_exit" }, -ENOENT,
		  "this kvm module has no BTF" },
		{ { .without = "kvm_exit", .no_kvm = true }, -EAGAIN,
		  "kvm is not loaded" },
		{ { .no_btf = true }, -ENOENT, "CONFIG_DEBUG_INFO_BTF" },
	};

	each_row(c, cases) {
		struct bpf_kernel kernel;

		remove_all(*state, "/sys");
		if (!c->odd.no_btf)
			put_btf(*state, &c->odd);
		if (!c->odd.no_kvm)
			put(*state, "/sys/module/kvm/initstate", "live\n");
		assert_int_equal(bpf_kernel_look(&kernel, *state, &err), c->rc);
		expect_error(c->message);
		if (c->rc)
			continue;
		assert_true(kernel.has_vmx);
		assert_int_equal(kernel.has_page_fault, !c->odd.old_page_fault);
		assert_int_equal(kernel.has_inject, !c->odd.no_inject);
		assert_int_equal(kernel.has_prev_state, !c->odd.no_prev_state);
		assert_false(kernel.has_svm || kernel.has_pvm ||
			     kernel.has_destroy);
	}
}

UNIT_TESTS("bpf-kernel",
	   FTEST(unusable_kernels_are_refused))
