// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements bpf-kernel.h.
 *
 * KVM and its vendor half are built in or modules with their own BTF. The arguments
 * of a tracepoint are compared before a program that reads them is attached.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "source/bpf-kernel.h"

#define BTF_DIR		"/sys/kernel/btf/"
#define LOCKDOWN	"/sys/kernel/security/lockdown"

/* The kernel's BTF comes first: module BTF is based on it. */
static const char *const btf_names[] = {
	"vmlinux", "kvm", "kvm_intel", "kvm_amd",
};

struct btfs {
	struct btf *btf[ARRAY_LEN(btf_names)];
};

/* An argument: a pointer to a structure with this name, or an integer of this size. */
struct argument {
	const char *points_to;
	uint32_t bytes;
};

static const struct prototype {
	const char *event;
	struct argument arguments[4];
	size_t optional;	/* offset of its flag in struct bpf_kernel, or 0 */
} prototypes[] = {
	{ "kvm_exit", { { "kvm_vcpu", 0 }, { NULL, 4 } }, 0 },
	{ "kvm_entry", { { "kvm_vcpu", 0 } }, 0 },
	{ "kvm_userspace_exit", { { NULL, 4 }, { NULL, 4 } }, 0 },
	{ "kvm_vcpu_wakeup", { { NULL, 8 }, { NULL, 1 } }, 0 },
	{ "sched_switch", { { NULL, 1 }, { "task_struct", 0 },
			    { "task_struct", 0 } }, 0 },
	{ "sched_switch", { { NULL, 1 }, { "task_struct", 0 },
			    { "task_struct", 0 }, { NULL, 4 } },
	  offsetof(struct bpf_kernel, has_prev_state) },
	{ "kvm_page_fault", { { "kvm_vcpu", 0 }, { NULL, 8 } },
	  offsetof(struct bpf_kernel, has_page_fault) },
	{ "kvm_nested_vmexit_inject", { { NULL, 4 }, { NULL, 8 } },
	  offsetof(struct bpf_kernel, has_inject) },
};

_Static_assert(!offsetof(struct bpf_kernel, has_vmx), "0: not optional");

static void free_btfs(struct btfs *b)
{
	for (size_t i = ARRAY_LEN(b->btf); i-- > 0;)
		btf__free(b->btf[i]);
}

static int load_btfs(struct btfs *b, const char *root, struct errbuf *err)
{
	memset(b, 0, sizeof(*b));
	for (size_t i = 0; i < ARRAY_LEN(b->btf); i++) {
		char *path = xasprintf("%s" BTF_DIR "%s", root, btf_names[i]);

		b->btf[i] = btf__parse_split(path, b->btf[0]);
		if (!b->btf[0])
			err_set(err, -errno,
				"%s: %s (BPF requires a kernel with CONFIG_DEBUG_INFO_BTF)",
				path, strerror(errno));
		free(path);
		if (!b->btf[0])
			return -ENOENT;
	}
	return 0;
}

/* The type with this name and kind, and its BTF in @btf; 0: none. */
static uint32_t find_type(const struct btfs *b, const char *name, uint32_t kind,
			  const struct btf **btf)
{
	for (size_t i = 0; i < ARRAY_LEN(b->btf); i++) {
		int id = b->btf[i] ? btf__find_by_name_kind(b->btf[i], name,
							    kind) : 0;

		if (id > 0) {
			*btf = b->btf[i];
			return (uint32_t)id;
		}
	}
	return 0;
}

static bool has(const struct btfs *b, const char *name, uint32_t kind)
{
	const struct btf *btf;

	return find_type(b, name, kind, &btf);
}

/* Skip typedefs, const and similar modifiers. */
static const struct btf_type *plain(const struct btf *btf, uint32_t id)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	while (t && (btf_is_mod(t) || btf_is_typedef(t)))
		t = btf__type_by_id(btf, t->type);
	return t;
}

static bool is_argument(const struct btf *btf, uint32_t id,
			const struct argument *a)
{
	const struct btf_type *t = plain(btf, id);

	if (!t || !a->points_to)
		return t && (btf_is_int(t) || btf_is_any_enum(t)) &&
		       t->size == a->bytes;
	if (!btf_is_ptr(t))
		return false;
	t = plain(btf, t->type);
	return t && !strcmp(btf__name_by_offset(btf, t->name_off),
			    a->points_to);
}

/* A line of a small file that contains @word; "" if none does. */
static void line_with(const char *path, const char *word, char *line,
		      size_t size)
{
	FILE *f = fopen(path, "re");
	bool found = false;

	while (f && !found && fgets(line, (int)size, f))
		found = strstr(line, word);
	if (f)
		fclose(f);
	if (!found)
		line[0] = '\0';
}

/* If ftrace is switched off, programs at functions are never called. */
static bool functions_are_traced(void)
{
	char line[8];

	line_with("/proc/sys/kernel/ftrace_enabled", "0", line, sizeof(line));
	return !line[0];
}

/* The first argument is the tracepoint's own; additional ones are allowed. */
static bool arguments_fit(const struct btf *btf, const struct btf_type *proto,
			  const struct prototype *p)
{
	const struct btf_param *params = btf_params(proto);

	for (size_t i = 0; i < ARRAY_LEN(p->arguments); i++) {
		const struct argument *a = &p->arguments[i];

		if (!a->points_to && !a->bytes)
			break;
		if (btf_vlen(proto) < i + 2 ||
		    !is_argument(btf, params[i + 1].type, a))
			return false;
	}
	return true;
}

/* Returns 0, -ENOENT if there is no such event, -EPROTO if its arguments differ. */
static int check_event(const struct btfs *b, const struct prototype *p)
{
	const struct btf_type *t;
	const struct btf *btf;
	char name[64];
	uint32_t id;

	snprintf(name, sizeof(name), "btf_trace_%s", p->event);
	id = find_type(b, name, BTF_KIND_TYPEDEF, &btf);
	if (!id)
		return -ENOENT;
	t = plain(btf, id);
	t = t && btf_is_ptr(t) ? plain(btf, t->type) : NULL;
	return t && btf_is_func_proto(t) && arguments_fit(btf, t, p) ?
	       0 : -EPROTO;
}

static bool has_member(const struct btfs *b, const char *name,
		       const char *member)
{
	const struct btf_type *t;
	const struct btf *btf;
	uint32_t id = find_type(b, name, BTF_KIND_STRUCT, &btf);

	if (!id)
		return false;
	t = btf__type_by_id(btf, id);
	for (int i = 0; i < btf_vlen(t); i++)
		if (!strcmp(btf__name_by_offset(btf, btf_members(t)[i].name_off),
			    member))
			return true;
	return false;
}

static bool exists(const char *root, const char *path)
{
	char *whole = xasprintf("%s%s", root, path);
	bool there = !access(whole, F_OK);

	free(whole);
	return there;
}

/* A kvm module without BTF was not built for this kernel. */
static int no_event(const struct prototype *p, const char *root,
		    struct errbuf *err)
{
	if (!exists(root, "/sys/module/kvm"))
		return err_set(err, -EAGAIN,
			       "kvm is not loaded (modprobe kvm_intel or kvm_amd)");
	if (!exists(root, BTF_DIR "kvm"))
		return err_set(err, -ENOENT,
			       BTF_DIR "kvm: %s (this kvm module has no BTF for this kernel: build it with CONFIG_DEBUG_INFO_BTF_MODULES)",
			       strerror(ENOENT));
	return err_set(err, -ENOENT,
		       "KVM has no tracepoint %s (requires a kernel with CONFIG_TRACEPOINTS)",
		       p->event);
}

static int check_events(struct bpf_kernel *kernel, const struct btfs *b,
			const char *root, struct errbuf *err)
{
	for (size_t i = 0; i < ARRAY_LEN(prototypes); i++) {
		const struct prototype *p = &prototypes[i];
		int rc = check_event(b, p);

		if (p->optional)
			*((bool *)kernel + p->optional) = !rc;
		else if (rc == -ENOENT)
			return no_event(p, root, err);
		else if (rc)
			return err_set(err, rc,
				       "tracepoint %s has unknown arguments (use a newer exitstat)",
				       p->event);
	}
	return 0;
}

int bpf_kernel_look(struct bpf_kernel *kernel, const char *root,
		    struct errbuf *err)
{
	struct btfs b;
	int rc;

	memset(kernel, 0, sizeof(*kernel));
	rc = load_btfs(&b, root, err);
	if (!rc)
		rc = check_events(kernel, &b, root, err);
	if (!rc && !has_member(&b, "kvm_vcpu_stat", "guest_mode"))
		rc = err_set(err, -EPROTO,
			     "KVM has no statistic guest_mode (requires Linux 5.14 or later)");
	if (!rc) {
		kernel->has_vmx = has(&b, "vcpu_vmx", BTF_KIND_STRUCT);
		kernel->has_svm = has(&b, "vcpu_svm", BTF_KIND_STRUCT);
		kernel->has_pvm = has(&b, "vcpu_pvm", BTF_KIND_STRUCT);
		kernel->has_cast = has(&b, "bpf_rdonly_cast", BTF_KIND_FUNC);
		kernel->has_destroy = has(&b, "kvm_arch_vcpu_destroy",
					  BTF_KIND_FUNC) &&
				      functions_are_traced();
	}
	kernel->may_be_silent = kernel->has_pvm && !kernel->has_vmx &&
				!kernel->has_svm;
	if (!rc && !kernel->has_vmx && !kernel->has_svm && !kernel->has_pvm)
		rc = err_set(err, -EAGAIN,
			     "kvm is loaded without a vendor module (modprobe kvm_intel or kvm_amd)");
	free_btfs(&b);
	return rc;
}

static bool lacks(int capability)
{
	char line[128];

	line_with("/proc/self/status", "CapEff:", line, sizeof(line));
	return line[0] &&
	       !(strtoull(line + strlen("CapEff:"), NULL, 16) >> capability & 1);
}

#define CAP_SYS_ADMIN	21

int bpf_kernel_refused(int rc, const char *log, struct errbuf *err)
{
	const char *what = strerror(-rc);
	char line[128];

	/* these two have many causes, including messages of the verifier */
	line_with(LOCKDOWN, "[confidentiality]", line, sizeof(line));
	if (line[0])
		return err_set(err, rc,
			       "loading BPF programs: %s (kernel lockdown, confidentiality, forbids programs that read kernel memory)",
			       what);
	/* CAP_BPF and CAP_PERFMON can load programs but not list BTF of modules */
	if (lacks(CAP_SYS_ADMIN))
		return err_set(err, rc,
			       "loading BPF programs: %s (run as root: finding the BTF of kvm's modules requires CAP_SYS_ADMIN)",
			       what);
	if (log[0])
		return err_set(err, rc,
			       "the kernel's verifier rejected a BPF program: %.200s (EXITSTAT_DEBUG=1 shows all messages)",
			       log);
	if (rc == -EPERM)
		return err_set(err, rc,
			       "loading BPF programs: %s (before Linux 5.11: raise the limit of locked memory, ulimit -l; otherwise this kernel forbids tracing with BPF)",
			       what);
	if (rc == -ENOMEM || rc == -E2BIG)
		return err_set(err, rc,
			       "loading BPF programs: %s (record fewer groups, which need less memory)",
			       what);
	return err_set(err, rc,
		       "loading BPF programs: %s (EXITSTAT_DEBUG=1 shows more)",
		       what);
}
