// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of what the source bpf makes of a kernel's BTF: it refuses
 * tracepoints whose arguments it does not know, and tells what is missing. The
 * BTF is made here, by libbpf.
 */
#include <sys/stat.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "unit.h"
#include "source/bpf-kernel.h"

/* What differs from a kernel as it should be. */
struct oddity {
	int isa_bytes;			/* the second argument of kvm_exit */
	const char *vcpu;		/* what the first points to */
	const char *without;		/* a tracepoint */
	const char *vendor;		/* a structure */
	bool old_page_fault;
};

static const struct oddity usual = { 4, "kvm_vcpu", "", "vcpu_vmx", false };

struct made {
	struct btf *btf;
	int word[9];			/* integer types by their bytes */
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

	if (!strcmp(event, m->odd->without))
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
	int vcpu = pointer_to(m, m->odd->vcpu);
	int task = pointer_to(m, "task_struct");
	const int *w = m->word;

	add_event(m, "kvm_exit", (int[]) { vcpu, w[m->odd->isa_bytes] }, 2);
	add_event(m, "kvm_entry", (int[]) { pointer_to(m, "kvm_vcpu"), w[1] },
		  2);
	add_event(m, "kvm_userspace_exit", (int[]) { w[4], w[4] }, 2);
	add_event(m, "kvm_vcpu_wakeup", (int[]) { w[8], w[1], w[1] }, 3);
	add_event(m, "sched_switch", (int[]) { w[1], task, task, w[4] }, 4);
	add_event(m, "kvm_page_fault",
		  (int[]) { m->odd->old_page_fault ? w[8] :
			    pointer_to(m, "kvm_vcpu"), w[8], w[8] }, 3);
}

static void make_btf(const char *path, const struct oddity *odd)
{
	struct made m = { .btf = btf__new_empty(), .odd = odd };
	const void *data;
	uint32_t size;
	FILE *f;

	m.word[1] = btf__add_int(m.btf, "u8", 1, 0);
	m.word[4] = btf__add_int(m.btf, "u32", 4, 0);
	m.word[8] = btf__add_int(m.btf, "u64", 8, 0);
	m.any = btf__add_ptr(m.btf, 0);
	add_events(&m);
	btf__add_struct(m.btf, odd->vendor, 8);
	data = btf__raw_data(m.btf, &size);
	assert_non_null(data);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, size, f), size);
	fclose(f);
	btf__free(m.btf);
}

static char root[] = "/tmp/exitstat-btf.XXXXXX";

static const char *below(const char *path)
{
	static char whole[128];

	snprintf(whole, sizeof(whole), "%s%s", root, path);
	return whole;
}

static int silence(enum libbpf_print_level level, const char *format,
		   va_list args)
{
	return 0;
}

static int make_root(void **state)
{
	static const char *const dirs[] = {
		"/sys", "/sys/kernel", "/sys/kernel/btf", "/sys/module",
		"/sys/module/kvm",
	};

	libbpf_set_print(silence);
	if (!mkdtemp(root))
		return -1;
	for (size_t i = 0; i < ARRAY_LEN(dirs); i++)
		if (mkdir(below(dirs[i]), 0700))
			return -1;
	return 0;
}

static int remove_root(void **state)
{
	static const char *const names[] = {
		"/sys/kernel/btf/vmlinux", "/sys/kernel/btf", "/sys/kernel",
		"/sys/module/kvm", "/sys/module", "/sys", "",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		remove(below(names[i]));
	return 0;
}

static int look(const struct oddity *odd, struct bpf_kernel *kernel,
		struct errbuf *err)
{
	err->text[0] = '\0';
	make_btf(below("/sys/kernel/btf/vmlinux"), odd);
	return bpf_kernel_look(kernel, root, err);
}

static void refuses(const struct oddity *odd, int rc, const char *text)
{
	struct bpf_kernel kernel;
	struct errbuf err;

	assert_int_equal(look(odd, &kernel, &err), rc);
	if (!strstr(err.text, text) || strchr(err.text, '\n'))
		fail_msg("\"%s\" is not in \"%s\"", text, err.text);
}

static void takes_a_usual_kernel(void **state)
{
	struct bpf_kernel kernel;
	struct errbuf err;

	assert_int_equal(look(&usual, &kernel, &err), 0);
	assert_true(kernel.has_vmx && kernel.has_page_fault);
	assert_false(kernel.has_svm || kernel.has_pvm || kernel.has_destroy);
}

static void refuses_unknown_arguments(void **state)
{
	struct oddity odd = usual;

	odd.isa_bytes = 8;
	refuses(&odd, -EPROTO, "tracepoint kvm_exit has other arguments");
	odd = usual;
	odd.vcpu = "kvm";
	refuses(&odd, -EPROTO, "tracepoint kvm_exit has other arguments");
}

static void does_without_an_old_page_fault(void **state)
{
	struct oddity odd = usual;
	struct bpf_kernel kernel;
	struct errbuf err;

	odd.old_page_fault = true;
	assert_int_equal(look(&odd, &kernel, &err), 0);
	assert_false(kernel.has_page_fault);
}

static void tells_what_is_missing(void **state)
{
	struct oddity odd = usual;

	odd.vendor = "vcpu_none";
	refuses(&odd, -EAGAIN, "nothing that runs vCPUs");
	odd = usual;
	odd.without = "kvm_exit";
	refuses(&odd, -ENOENT, "this kvm module has no BTF");
	assert_int_equal(rmdir(below("/sys/module/kvm")), 0);
	refuses(&odd, -EAGAIN, "kvm is not loaded");
}

static void tells_that_there_is_no_btf(void **state)
{
	struct bpf_kernel kernel;
	struct errbuf err;

	remove(below("/sys/kernel/btf/vmlinux"));
	assert_int_equal(bpf_kernel_look(&kernel, root, &err), -ENOENT);
	assert_non_null(strstr(err.text, "CONFIG_DEBUG_INFO_BTF"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(takes_a_usual_kernel),
		TEST(refuses_unknown_arguments),
		TEST(does_without_an_old_page_fault),
		TEST(tells_what_is_missing),
		TEST(tells_that_there_is_no_btf),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
