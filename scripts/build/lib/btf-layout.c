// SPDX-License-Identifier: GPL-2.0-only
/*
 * btf-layout: check that rebuilt KVM modules fit a stock kernel.
 *
 * Parts of KVM are compiled into vmlinux (kernel/entry/kvm.c writes
 * vcpu->run->exit_reason and counts vcpu->stat.signal_exits), with the stock
 * layout of KVM's structures. MODVERSIONS does not detect a different layout in
 * the modules: its checksums come from the stock Module.symvers. Therefore this
 * compares the BTF of the built modules with that of the stock vmlinux: in
 * every structure that both have, every field, down to the innermost, must
 * keep its offset and size. Only the structures in growable[] may get new
 * fields, and only after their last stock field.
 *
 * A module's BTF is split BTF: pahole omits every type that is identical to one
 * in vmlinux. A structure that both the module and vmlinux define therefore
 * differs, or contains one that differs. If the stock module also defines a
 * structure of that name, the difference is not caused by the rebuild; only the
 * structures in must_check[] are compared nevertheless.
 *
 * usage: btf-layout VMLINUX STOCKDIR MODULE...
 * STOCKDIR has the stock modules under the same file names. Prints the compared
 * structures and exits with 0, or prints the first field that moved on stderr and
 * exits with 1.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#define ME		"btf-layout"
#define FIELD_PATH_MAX	512
#define DEPTH_MAX	32
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* A field: its path inside the structure, its offset and size in bits. */
struct field {
	char *path;
	__u64 offset;
	__u64 size;
};

struct layout {
	struct field *fields;
	size_t nr;
	size_t room;
	__u64 size;	/* of the whole structure, bytes */
	__u64 end;	/* of the last field, bits */
};

/* A module under test, and the numbers of compared structures and fields. */
struct module {
	const char *name;
	struct btf *base;
	struct btf *built;
	struct btf *stock;
	size_t nr_structs;
	size_t nr_fields;
	size_t nr_private;
};

/* Compared in every module that defines them. */
static const char * const must_check[] = {
	"kvm_vcpu", "kvm_vcpu_arch", "kvm_vcpu_stat", "kvm_vcpu_stat_generic",
	"kvm_run", "kvm", "kvm_arch", "kvm_vm_stat", "kvm_pmu", "fpu_guest",
};

/* May grow at the end: vmlinux handles pointers to these, never arrays. */
static const char * const growable[] = { "kvm_vcpu", "kvm" };

/* Fields that code in vmlinux uses; printed with their offsets. */
static const struct {
	const char *structure;
	const char *path;
} used_by_vmlinux[] = {
	{ "kvm_vcpu", "run" },
	{ "kvm_vcpu", "stat.signal_exits" },
	{ "kvm_run", "exit_reason" },
};

static bool listed(const char *name, const char * const *list, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!strcmp(list[i], name))
			return true;
	return false;
}

static int layout_add(struct layout *l, const char *path, __u64 offset,
		      __u64 size)
{
	struct field *fields;

	if (l->nr == l->room) {
		l->room = l->room ? 2 * l->room : 256;
		fields = realloc(l->fields, l->room * sizeof(*fields));
		if (!fields)
			return -ENOMEM;
		l->fields = fields;
	}
	l->fields[l->nr].path = strdup(path);
	if (!l->fields[l->nr].path)
		return -ENOMEM;
	l->fields[l->nr].offset = offset;
	l->fields[l->nr].size = size;
	l->nr++;
	if (offset + size > l->end)
		l->end = offset + size;
	return 0;
}

static void layout_free(struct layout *l)
{
	for (size_t i = 0; i < l->nr; i++)
		free(l->fields[i].path);
	free(l->fields);
}

/* Strip typedefs, qualifiers and array dimensions; set *array if it is an array. */
static const struct btf_type *element_type(const struct btf *btf, __u32 id,
					   bool *array)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	*array = false;
	while (t && (btf_is_mod(t) || btf_is_typedef(t) || btf_is_array(t) ||
		     btf_is_type_tag(t))) {
		if (btf_is_array(t)) {
			*array = true;
			t = btf__type_by_id(btf, btf_array(t)->type);
		} else {
			t = btf__type_by_id(btf, t->type);
		}
	}
	return t;
}

static int flatten(const struct btf *btf, const struct btf_type *t,
		   const char *prefix, __u64 offset, int depth,
		   struct layout *l);

/* Add a member and, if it is a structure by value, its members. */
static int flatten_member(const struct btf *btf, const struct btf_type *t,
			  int i, const char *prefix, __u64 offset, int depth,
			  struct layout *l)
{
	const struct btf_member *m = &btf_members(t)[i];
	const char *name = btf__name_by_offset(btf, m->name_off);
	__u32 bits = btf_member_bitfield_size(t, i);
	const struct btf_type *inner;
	char path[FIELD_PATH_MAX];
	bool array;
	__s64 size;
	int err;

	offset += btf_member_bit_offset(t, i);
	size = bits ? (__s64)bits : 8 * btf__resolve_size(btf, m->type);
	if (size < 0)
		return -EINVAL;
	inner = element_type(btf, m->type, &array);
	if (!inner)
		return -EINVAL;
	snprintf(path, sizeof(path), "%s%s%s", prefix,
		 *prefix && *name ? "." : "", name);
	if (*name) {
		err = layout_add(l, path, offset, size);
		if (err)
			return err;
	}
	if (!btf_is_composite(inner))
		return 0;
	if (array)
		strncat(path, "[]", sizeof(path) - strlen(path) - 1);
	return flatten(btf, inner, path, offset, depth + 1, l);
}

static int flatten(const struct btf *btf, const struct btf_type *t,
		   const char *prefix, __u64 offset, int depth,
		   struct layout *l)
{
	if (depth > DEPTH_MAX)
		return -E2BIG;
	for (int i = 0; i < btf_vlen(t); i++) {
		int err = flatten_member(btf, t, i, prefix, offset, depth, l);

		if (err)
			return err;
	}
	return 0;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct field *)a)->path,
		      ((const struct field *)b)->path);
}

static int layout_of(const struct btf *btf, __u32 id, struct layout *l)
{
	const struct btf_type *t = btf__type_by_id(btf, id);
	int err;

	memset(l, 0, sizeof(*l));
	l->size = t->size;
	err = flatten(btf, t, "", 0, 0, l);
	if (!err && l->nr)
		qsort(l->fields, l->nr, sizeof(*l->fields), by_path);
	return err;
}

static const struct field *layout_find(const struct layout *l,
				       const struct field *key)
{
	if (!l->nr)
		return NULL;
	return bsearch(key, l->fields, l->nr, sizeof(*key), by_path);
}

/* The field to report is the outermost one at the lowest old offset. */
static bool names_better(const struct field *f, const struct field *best)
{
	if (!best || f->offset != best->offset)
		return !best || f->offset < best->offset;
	return strlen(f->path) < strlen(best->path);
}

static const struct field *first_moved(const struct layout *stock,
				       const struct layout *built, size_t *nr)
{
	const struct field *best = NULL;

	for (size_t i = 0; i < stock->nr; i++) {
		const struct field *s = &stock->fields[i];
		const struct field *b = layout_find(built, s);

		if (b && b->offset == s->offset && b->size == s->size)
			continue;
		++*nr;
		if (names_better(s, best))
			best = s;
	}
	return best;
}

static const struct field *first_new(const struct layout *stock,
				     const struct layout *built, __u64 end)
{
	const struct field *best = NULL;

	for (size_t i = 0; i < built->nr; i++) {
		const struct field *b = &built->fields[i];

		if (b->offset < end && !layout_find(stock, b) &&
		    names_better(b, best))
			best = b;
	}
	return best;
}

static int refuse_moved(const struct module *mod, const char *name,
			const struct field *old, const struct layout *built,
			size_t nr)
{
	const struct field *now = layout_find(built, old);

	fprintf(stderr, ME ": %s: struct %s: ", mod->name, name);
	if (!now)
		fprintf(stderr, "%s at byte %llu is gone", old->path,
			old->offset / 8);
	else if (now->offset != old->offset)
		fprintf(stderr, "%s moved from byte %llu to byte %llu",
			old->path, old->offset / 8, now->offset / 8);
	else
		fprintf(stderr, "%s at byte %llu changed from %llu to %llu bytes",
			old->path, old->offset / 8, old->size / 8,
			now->size / 8);
	if (nr > 1)
		fprintf(stderr, " and %zu more with it", nr - 1);
	fprintf(stderr, " (the stock kernel still uses the old place: new fields belong at the end of struct kvm_vcpu)\n");
	return 1;
}

static int refuse_new(const struct module *mod, const char *name,
		      const struct field *f)
{
	fprintf(stderr, ME ": %s: struct %s: new field %s at byte %llu (new fields belong at the end of struct kvm_vcpu or struct kvm)\n",
		mod->name, name, f->path, f->offset / 8);
	return 1;
}

/* Return 0 if every stock field is unchanged; otherwise report one and return 1. */
static int compare(const struct module *mod, const char *name,
		   const struct layout *stock, const struct layout *built)
{
	bool may_grow = listed(name, growable, ARRAY_SIZE(growable));
	__u64 end = may_grow ? stock->end : (__u64)-1;
	const struct field *f;
	size_t nr = 0;

	f = first_moved(stock, built, &nr);
	if (f)
		return refuse_moved(mod, name, f, built, nr);
	f = first_new(stock, built, end);
	if (f)
		return refuse_new(mod, name, f);
	if (built->size != stock->size && !may_grow) {
		fprintf(stderr, ME ": %s: struct %s: %llu bytes, was %llu\n",
			mod->name, name, built->size, stock->size);
		return 1;
	}
	return 0;
}

static bool is_named_struct(const struct btf *btf, __u32 id, const char **name)
{
	const struct btf_type *t = btf__type_by_id(btf, id);

	if (!btf_is_composite(t))
		return false;
	*name = btf__name_by_offset(btf, t->name_off);
	return **name != '\0';
}

/* The next definition of struct name at or after id, below end; 0 for none. */
static __u32 next_struct(const struct btf *btf, __u32 id, __u32 end,
			 const char *name)
{
	const char *other;

	for (; id < end; id++)
		if (is_named_struct(btf, id, &other) && !strcmp(other, name))
			return id;
	return 0;
}

/* Compare one of the module's definitions with one of vmlinux's. */
static int compare_ids(struct module *mod, const char *name, __u32 base_id,
		       __u32 built_id)
{
	struct layout stock, built = { 0 };
	int err;

	err = layout_of(mod->base, base_id, &stock);
	if (!err)
		err = layout_of(mod->built, built_id, &built);
	if (err)
		fprintf(stderr, ME ": %s: struct %s: %s\n", mod->name, name,
			strerror(-err));
	else
		err = compare(mod, name, &stock, &built);
	if (!err) {
		printf("%s: struct %s: %zu fields in place, %llu -> %llu bytes\n",
		       mod->name, name, stock.nr, stock.size, built.size);
		mod->nr_structs++;
		mod->nr_fields += stock.nr;
	}
	layout_free(&stock);
	layout_free(&built);
	return err;
}

static int check_struct(struct module *mod, const char *name, __u32 built_id)
{
	__u32 nr_base = btf__type_cnt(mod->base);
	__u32 base_id = next_struct(mod->base, 1, nr_base, name);

	if (!base_id)
		return 0;
	if (!listed(name, must_check, ARRAY_SIZE(must_check)) &&
	    next_struct(mod->stock, nr_base, btf__type_cnt(mod->stock), name)) {
		mod->nr_private++;
		return 0;
	}
	for (; base_id; base_id = next_struct(mod->base, base_id + 1, nr_base,
					      name)) {
		int err = compare_ids(mod, name, base_id, built_id);

		if (err)
			return err;
	}
	return 0;
}

/* Print the structures that the module's BTF omits, since they are identical. */
static void print_shared(const struct module *mod)
{
	__u32 nr_base = btf__type_cnt(mod->base);
	__u32 nr = btf__type_cnt(mod->built);

	printf("%s: identical to vmlinux:", mod->name);
	for (size_t i = 0; i < ARRAY_SIZE(must_check); i++)
		if (next_struct(mod->base, 1, nr_base, must_check[i]) &&
		    !next_struct(mod->built, nr_base, nr, must_check[i]))
			printf(" %s", must_check[i]);
	printf("\n");
}

static int check_module(struct module *mod)
{
	__u32 nr = btf__type_cnt(mod->built);
	__u32 id = btf__type_cnt(mod->base);
	const char *name;
	int err;

	print_shared(mod);
	for (; id < nr; id++) {
		if (!is_named_struct(mod->built, id, &name))
			continue;
		err = check_struct(mod, name, id);
		if (err)
			return err;
	}
	return 0;
}

static struct btf *load(const char *path, struct btf *base)
{
	struct btf *btf = base ? btf__parse_split(path, base) :
				 btf__parse(path, NULL);
	long err = libbpf_get_error(btf);

	if (!err)
		return btf;
	fprintf(stderr, ME ": %s: no usable BTF: %s (was it built without pahole?)\n",
		path, strerror((int)-err));
	return NULL;
}

static int check_file(struct btf *base, const char *stock_dir, const char *path)
{
	struct module mod = { .name = path, .base = base };
	const char *slash = strrchr(path, '/');
	char stock_path[4096];
	int err = 1;

	if (slash)
		mod.name = slash + 1;
	snprintf(stock_path, sizeof(stock_path), "%s/%s", stock_dir, mod.name);
	mod.built = load(path, base);
	mod.stock = mod.built ? load(stock_path, base) : NULL;
	if (mod.stock)
		err = check_module(&mod);
	if (!err)
		printf("layout: %s: %zu structures shared with vmlinux, %zu fields in place (%zu structures private to KVM)\n",
		       mod.name, mod.nr_structs, mod.nr_fields, mod.nr_private);
	btf__free(mod.stock);
	btf__free(mod.built);
	return err;
}

/* If vmlinux lacks them, it is the wrong file to compare with. */
static int print_used(const struct btf *base)
{
	for (size_t i = 0; i < ARRAY_SIZE(used_by_vmlinux); i++) {
		const char *name = used_by_vmlinux[i].structure;
		struct field key = { .path = (char *)used_by_vmlinux[i].path };
		__u32 id = next_struct(base, 1, btf__type_cnt(base), name);
		const struct field *f = NULL;
		struct layout l = { 0 };

		if (id && !layout_of(base, id, &l))
			f = layout_find(&l, &key);
		if (f)
			printf("vmlinux itself uses %s.%s at byte %llu\n",
			       name, f->path, f->offset / 8);
		else
			fprintf(stderr, ME ": struct %s with %s: not in the BTF of vmlinux (is it a kernel with KVM?)\n",
				name, key.path);
		layout_free(&l);
		if (!f)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct btf *base;
	int err;

	if (argc < 4) {
		fprintf(stderr, "usage: " ME " VMLINUX STOCKDIR MODULE...\n");
		return 2;
	}
	libbpf_set_print(NULL);
	base = load(argv[1], NULL);
	if (!base)
		return 1;
	err = print_used(base);
	for (int i = 3; i < argc && !err; i++)
		err = check_file(base, argv[2], argv[i]);
	btf__free(base);
	return err ? 1 : 0;
}
