// SPDX-License-Identifier: GPL-2.0-only
/*
 * KVM exit statistics: checking that the module fits the loaded KVM.
 *
 * The kernel's type information (BTF) describes the arguments of KVM's
 * tracepoints and the layout of its structures. Both must match the headers
 * that this module was built with. struct vcpu_svm is not in the headers, so
 * its layout is read from BTF. The BTF of a module is split: its type ids and
 * string offsets continue those of vmlinux.
 */
#include <linux/btf.h>
#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kvm_host.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "feed_btf.h"

#define KES_BTF_DIR	"/sys/kernel/btf/"

/* Types that are looked up by name. */
static const struct {
	u32 kind;
	const char *name;
} kes_wanted[] = {
	{ BTF_KIND_STRUCT, "kvm" },
	{ BTF_KIND_STRUCT, "kvm_arch" },
	{ BTF_KIND_STRUCT, "kvm_vcpu" },
	{ BTF_KIND_STRUCT, "kvm_vcpu_arch" },
	{ BTF_KIND_STRUCT, "kvm_vcpu_stat" },
	{ BTF_KIND_STRUCT, "vcpu_svm" },
	{ BTF_KIND_TYPEDEF, "btf_trace_kvm_exit" },
	{ BTF_KIND_TYPEDEF, "btf_trace_kvm_entry" },
	{ BTF_KIND_TYPEDEF, "btf_trace_kvm_userspace_exit" },
	{ BTF_KIND_TYPEDEF, "btf_trace_kvm_vcpu_wakeup" },
	{ BTF_KIND_TYPEDEF, "btf_trace_sched_switch" },
};

/* One BTF file, of vmlinux or of a module */
struct kes_btf_part {
	void *data;
	const struct btf_header *header;
	const char *strings;
	u32 *offsets;		/* of types, by index */
	u32 nr_types;
	const struct btf_type *found[ARRAY_SIZE(kes_wanted)];
};

struct kes_btf {
	struct kes_btf_part base;
	struct kes_btf_part split;	/* empty if KVM is built in */
};

static const void *kes_btf_types(const struct kes_btf_part *part)
{
	return (const void *)part->header + part->header->hdr_len +
	       part->header->type_off;
}

/* Return the size of a type in bytes, 0 if its kind is unknown. */
static size_t kes_btf_size(const struct btf_type *type)
{
	size_t vlen = btf_type_vlen(type), size = sizeof(*type);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return size + sizeof(u32);
	case BTF_KIND_ARRAY:
		return size + sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return size + vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return size + vlen * sizeof(struct btf_enum);
	case BTF_KIND_ENUM64:
		return size + vlen * sizeof(struct btf_enum64);
	case BTF_KIND_FUNC_PROTO:
		return size + vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return size + vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case BTF_KIND_FLOAT:
	case BTF_KIND_TYPE_TAG:
		return size;
	default:
		return 0;
	}
}

static const char *kes_btf_name(const struct kes_btf *btf, u32 offset)
{
	u32 base_len = btf->base.header->str_len;

	if (offset < base_len)
		return btf->base.strings + offset;
	offset -= base_len;
	if (btf->split.header && offset < btf->split.header->str_len)
		return btf->split.strings + offset;
	return "";
}

static void kes_btf_note(const struct kes_btf *btf, struct kes_btf_part *part,
			 const struct btf_type *type)
{
	const char *name = kes_btf_name(btf, type->name_off);
	u32 kind = BTF_INFO_KIND(type->info);
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_wanted); i++)
		if (kind == kes_wanted[i].kind &&
		    !strcmp(name, kes_wanted[i].name))
			part->found[i] = type;
}

/* Index all types in one pass: vmlinux has about a hundred thousand. */
static int kes_btf_walk(const struct kes_btf *btf, struct kes_btf_part *part)
{
	u32 at = 0, end = part->header->type_len;
	const struct btf_type *type;
	size_t size;

	for (; at < end; at += size) {
		type = kes_btf_types(part) + at;
		if (end - at < sizeof(*type))
			return -EINVAL;
		size = kes_btf_size(type);
		if (!size || size > end - at)
			return -EINVAL;
		part->offsets[part->nr_types++] = at;
		if (BTF_INFO_KIND(type->info) == BTF_KIND_STRUCT ||
		    BTF_INFO_KIND(type->info) == BTF_KIND_TYPEDEF)
			kes_btf_note(btf, part, type);
	}
	return 0;
}

static bool kes_btf_fits(const struct kes_btf_part *part, size_t size)
{
	const struct btf_header *header = part->data;

	return size >= sizeof(*header) && header->magic == BTF_MAGIC &&
	       header->version == BTF_VERSION && header->hdr_len <= size &&
	       (u64)header->type_off + header->type_len <= size - header->hdr_len &&
	       header->str_len &&
	       (u64)header->str_off + header->str_len <= size - header->hdr_len;
}

static void kes_btf_free(struct kes_btf_part *part)
{
	kvfree(part->offsets);
	vfree(part->data);
	memset(part, 0, sizeof(*part));
}

static int kes_btf_index(const struct kes_btf *btf, struct kes_btf_part *part,
			 size_t size)
{
	u32 most;

	if (!kes_btf_fits(part, size))
		return -EINVAL;
	part->header = part->data;
	part->strings = part->data + part->header->hdr_len +
			part->header->str_off;
	if (part->strings[part->header->str_len - 1])
		return -EINVAL;
	most = part->header->type_len / sizeof(struct btf_type);
	part->offsets = kvmalloc_array(most + 1, sizeof(u32), GFP_KERNEL);
	if (!part->offsets)
		return -ENOMEM;
	return kes_btf_walk(btf, part);
}

/* Read a whole sysfs file; each read returns at most a page. */
static int kes_btf_read_all(struct file *file, void *data, size_t size)
{
	loff_t pos = 0;

	while (pos < size) {
		ssize_t got = kernel_read(file, data + pos, size - pos, &pos);

		if (got < 0)
			return got;
		if (!got)
			return -EIO;
	}
	return 0;
}

static int kes_btf_read_file(const struct kes_btf *btf,
			     struct kes_btf_part *part, struct file *file)
{
	loff_t size = i_size_read(file_inode(file));
	int ret;

	if (size <= 0 || size > INT_MAX)
		return -EINVAL;
	part->data = vmalloc(size);
	if (!part->data)
		return -ENOMEM;
	ret = kes_btf_read_all(file, part->data, size);
	return ret ?: kes_btf_index(btf, part, size);
}

static int kes_btf_read(const struct kes_btf *btf, struct kes_btf_part *part,
			const char *name)
{
	struct file *file;
	char path[64];
	int ret;

	snprintf(path, sizeof(path), KES_BTF_DIR "%s", name);
	file = filp_open(path, O_RDONLY, 0);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ret = kes_btf_read_file(btf, part, file);
	filp_close(file, NULL);
	if (ret)
		pr_err("kvm_exit_stats: %s: cannot read the type information: %d\n",
		       path, ret);
	/* The callers take -ENOENT for a missing file. */
	return ret == -ENOENT ? -EIO : ret;
}

static int kes_btf_open(struct kes_btf *btf)
{
	int ret;

	memset(btf, 0, sizeof(*btf));
	ret = kes_btf_read(btf, &btf->base, "vmlinux");
	if (ret == -ENOENT) {
		pr_err("kvm_exit_stats: this kernel has no type information for KVM's structures (requires CONFIG_DEBUG_INFO_BTF)\n");
		ret = -EOPNOTSUPP;
	}
	if (ret)
		kes_btf_free(&btf->base);
	return ret;
}

/* Replace the split part by that of module @name, if the module has BTF. */
static int kes_btf_add(struct kes_btf *btf, const char *name)
{
	int ret;

	kes_btf_free(&btf->split);
	ret = kes_btf_read(btf, &btf->split, name);
	/* Built in, or no BTF for modules; in that case lookups fail later. */
	return ret == -ENOENT ? 0 : ret;
}

static void kes_btf_close(struct kes_btf *btf)
{
	kes_btf_free(&btf->split);
	kes_btf_free(&btf->base);
}

static u32 kes_btf_nr(const struct kes_btf *btf)
{
	return 1 + btf->base.nr_types + btf->split.nr_types;
}

/* Return the type with @id, NULL for void (id 0) and for an invalid id. */
static const struct btf_type *kes_btf_type(const struct kes_btf *btf, u32 id)
{
	const struct kes_btf_part *part = &btf->base;

	if (!id || id >= kes_btf_nr(btf))
		return NULL;
	id--;
	if (id >= part->nr_types) {
		id -= part->nr_types;
		part = &btf->split;
	}
	return kes_btf_types(part) + part->offsets[id];
}

/* @name: one of kes_wanted */
static const struct btf_type *kes_btf_find(const struct kes_btf *btf,
					   const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_wanted); i++)
		if (!strcmp(kes_wanted[i].name, name))
			return btf->split.found[i] ?: btf->base.found[i];
	return NULL;
}

/* Return the offset of a member in bytes, or -ENOENT. */
static int kes_btf_offset(const struct kes_btf *btf, const char *name,
			  const char *member)
{
	const struct btf_type *type = kes_btf_find(btf, name);
	const struct btf_member *m;
	u32 i;

	if (!type)
		return -ENOENT;
	m = (const void *)(type + 1);
	for (i = 0; i < btf_type_vlen(type); i++, m++) {
		if (strcmp(kes_btf_name(btf, m->name_off), member))
			continue;
		return (btf_type_kflag(type) ?
			BTF_MEMBER_BIT_OFFSET(m->offset) : m->offset) / 8;
	}
	return -ENOENT;
}

/* Return the letter for the type of a parameter, see kes_btf_prototype(). */
static char kes_btf_letter(const struct kes_btf *btf, u32 id)
{
	const struct btf_type *type = kes_btf_type(btf, id);
	const struct btf_type *to;

	while (type && (BTF_INFO_KIND(type->info) == BTF_KIND_TYPEDEF ||
			BTF_INFO_KIND(type->info) == BTF_KIND_CONST))
		type = kes_btf_type(btf, type->type);
	if (!type)
		return '?';
	if (BTF_INFO_KIND(type->info) == BTF_KIND_INT)
		return '0' + type->size;
	if (BTF_INFO_KIND(type->info) != BTF_KIND_PTR)
		return '?';
	to = kes_btf_type(btf, type->type);
	if (!to)
		return 'p';
	if (!strcmp(kes_btf_name(btf, to->name_off), "kvm_vcpu"))
		return 'v';
	if (!strcmp(kes_btf_name(btf, to->name_off), "task_struct"))
		return 't';
	return '?';
}

/*
 * Describe the parameters of a tracepoint's probes, one letter each: p: void
 * *, v: struct kvm_vcpu *, t: struct task_struct *, digit: integer of that
 * many bytes, ?: anything else.
 */
static int kes_btf_prototype(const struct kes_btf *btf, const char *tracepoint,
			     char *letters, size_t size)
{
	const struct btf_param *param;
	const struct btf_type *type;
	char name[64];
	u32 i, nr;

	snprintf(name, sizeof(name), "btf_trace_%s", tracepoint);
	type = kes_btf_find(btf, name);
	if (!type)
		return -ENOENT;
	type = kes_btf_type(btf, type->type);
	if (type && BTF_INFO_KIND(type->info) == BTF_KIND_PTR)
		type = kes_btf_type(btf, type->type);
	if (!type || BTF_INFO_KIND(type->info) != BTF_KIND_FUNC_PROTO)
		return -EINVAL;
	nr = min_t(u32, btf_type_vlen(type), size - 1);
	param = (const void *)(type + 1);
	for (i = 0; i < nr; i++)
		letters[i] = kes_btf_letter(btf, param[i].type);
	letters[nr] = 0;
	return 0;
}

static const struct {
	const char *tracepoint;
	const char *letters;
	const char *other;	/* also supported */
} kes_prototypes[] = {
	{ "kvm_exit", "pv4", NULL },
	{ "kvm_entry", "pv1", "pv" },
	{ "kvm_userspace_exit", "p44", NULL },
	{ "kvm_vcpu_wakeup", "p811", NULL },
	{ "sched_switch", "p1tt4", NULL },
};

static int kes_check_prototypes(const struct kes_btf *btf, bool *one_arg_entry)
{
	char found[16];
	size_t i;
	int ret;

	for (i = 0; i < ARRAY_SIZE(kes_prototypes); i++) {
		const char *name = kes_prototypes[i].tracepoint;
		const char *other = kes_prototypes[i].other;

		ret = kes_btf_prototype(btf, name, found, sizeof(found));
		if (ret) {
			pr_err("kvm_exit_stats: no type information for tracepoint %s (is CONFIG_DEBUG_INFO_BTF_MODULES set?)\n",
			       name);
			return -EOPNOTSUPP;
		}
		if (other && !strcmp(found, other)) {
			*one_arg_entry = true;
			continue;
		}
		if (strcmp(found, kes_prototypes[i].letters)) {
			pr_err("kvm_exit_stats: tracepoint %s has parameters (%s), this module supports (%s)\n",
			       name, found, kes_prototypes[i].letters);
			return -EOPNOTSUPP;
		}
	}
	return 0;
}

#define KES_MEMBER(_struct, _member)	\
	{ #_struct, #_member, offsetof(struct _struct, _member) }

static const struct {
	const char *name;
	const char *member;
	int offset;
} kes_members[] = {
	KES_MEMBER(kvm, mm),
#ifdef KVM_X86_TDX_VM
	KES_MEMBER(kvm, arch),
	KES_MEMBER(kvm_arch, vm_type),
#endif
	KES_MEMBER(kvm_vcpu, kvm),
	KES_MEMBER(kvm_vcpu, vcpu_id),
	KES_MEMBER(kvm_vcpu, stat),
	KES_MEMBER(kvm_vcpu_stat, exits),
	KES_MEMBER(kvm_vcpu, arch),
	KES_MEMBER(kvm_vcpu_arch, regs),
	KES_MEMBER(kvm_vcpu_arch, hflags),
};

static int kes_check_members(const struct kes_btf *btf)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(kes_members); i++) {
		int offset = kes_btf_offset(btf, kes_members[i].name,
					    kes_members[i].member);

		if (offset == kes_members[i].offset)
			continue;
		pr_err("kvm_exit_stats: struct %s has %s at offset %d, but the module was built for %d (rebuild it for this kernel)\n",
		       kes_members[i].name, kes_members[i].member, offset,
		       kes_members[i].offset);
		return -EOPNOTSUPP;
	}
	return 0;
}

static int kes_check_types(const struct kes_btf *btf, bool *one_arg_entry)
{
	int ret;

	*one_arg_entry = false;
	/* The patch series adds this member. */
	if (kes_btf_offset(btf, "kvm_vcpu", "exit_stats") >= 0)
		return -EBUSY;
	ret = kes_check_prototypes(btf, one_arg_entry);
	return ret ?: kes_check_members(btf);
}

/* Find the VMCB pointer in struct vcpu_svm, whose first member must be vcpu. */
static int kes_find_vmcb(const struct kes_btf *btf, size_t *offset)
{
	int vmcb = kes_btf_offset(btf, "vcpu_svm", "vmcb");

	if (!kes_btf_find(btf, "vcpu_svm"))
		return -ENOENT;
	if (kes_btf_offset(btf, "vcpu_svm", "vcpu") != 0 || vmcb < 0) {
		pr_err("kvm_exit_stats: struct vcpu_svm does not begin with vcpu, or has no vmcb\n");
		return -EOPNOTSUPP;
	}
	*offset = vmcb;
	return 0;
}

int kes_btf_check(bool *one_arg_entry, size_t *vmcb_offset)
{
	struct kes_btf btf;
	int ret = kes_btf_open(&btf);

	if (ret)
		return ret;
	ret = kes_btf_add(&btf, "kvm");
	if (!ret)
		ret = kes_check_types(&btf, one_arg_entry);
	if (!ret && vmcb_offset)
		ret = kes_btf_add(&btf, "kvm_amd");
	if (!ret && vmcb_offset)
		ret = kes_find_vmcb(&btf, vmcb_offset);
	kes_btf_close(&btf);
	return ret;
}
