// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rest of import.h: maps names to reasons, and writes the recording.
 *
 * Text has only names, not the ISA. Without an option, the ISA is the one that has
 * more of the names.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"
#include "kvm_exit_stats.h"
#include "exits/reasons.h"
#include "recording/writer.h"

/* The ISA that has most of the names; KES_ISA_NONE if two have the same number. */
static uint32_t guess(const struct import *im)
{
	size_t vmx = 0, svm = 0;

	for (size_t i = 0; i < im->nr_names; i++) {
		vmx += !!reason_by_name(KES_ISA_VMX, im->names[i]);
		svm += !!reason_by_name(KES_ISA_SVM, im->names[i]);
	}
	if (vmx == svm)
		return KES_ISA_NONE;
	return vmx > svm ? KES_ISA_VMX : KES_ISA_SVM;
}

/* The rows of reasons, and the row of each name. */
struct rows {
	struct rec_reason *row;
	size_t nr;
	int64_t *of;		/* row by index of name */
};

/* Returns its id. */
static int64_t add_row(struct rows *rows, const struct rec_reason *row)
{
	size_t i = 0;

	while (i < rows->nr && rows->row[i].code != row->code)
		i++;
	if (i == rows->nr)
		rows->row[rows->nr++] = *row;
	return (int64_t)i + 1;
}

/* A code that no processor uses, the same in each recording: FNV-1a. */
static uint64_t code_of_name(const char *name)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 0x100000001b3;
	return 1ull << 62 | h >> 3;
}

/* A code without a name in that kernel: "0x66". */
static bool is_code(const char *name, uint64_t *code)
{
	return !strncmp(name, "0x", 2) &&
	       !parse_u64(name, 0, UINT64_MAX, code);
}

static int64_t resolve(const struct import *im, struct rows *rows,
		       const char *name, struct buf *unknown)
{
	const struct reason *r = reason_by_name(im->isa, name);
	struct rec_reason row = {
		.isa = reason_isa_name(im->isa), .name = name, .class = "other",
		.meaning = "imported under this name", .reference = "none",
	};

	if (!r && is_code(name, &row.code))
		r = reason_by_code(im->isa, row.code);
	else if (!r)
		row.code = strcmp(name, "UNKNOWN") ? code_of_name(name) :
						     KES_CODE_UNKNOWN;
	if (r) {
		row.code = r->code;
		row.name = r->name;
		row.class = reason_class_name(r->class);
		row.meaning = r->meaning;
		row.reference = r->reference;
	} else if (row.code != KES_CODE_UNKNOWN) {
		buf_printf(unknown, "%s%s", unknown->len ? ", " : "", name);
	}
	return add_row(rows, &row);
}

static int resolve_all(struct import *im, struct rows *rows,
		       struct buf *unknown, struct errbuf *err)
{
	bool *used = xcalloc(im->nr_names, sizeof(*used));
	int rc = 0;

	if (!im->isa)
		im->isa = guess(im);
	if (!im->isa)
		rc = err_set(err, -EINVAL,
			     "its names exist on Intel and AMD (use --isa vmx or svm)");
	for (size_t i = 0; i < im->nr_counts; i++)
		used[im->counts[i].name] = true;
	rows->row = xcalloc(im->nr_names, sizeof(*rows->row));
	rows->of = xcalloc(im->nr_names, sizeof(*rows->of));
	for (size_t i = 0; i < im->nr_names && !rc; i++)
		if (used[i])
			rows->of[i] = resolve(im, rows, im->names[i], unknown);
	free(used);
	return rc;
}

/* ---- the recording ---- */

static int write_meta(struct rec_writer *w, const struct import *im,
		      const char *path, const struct import_format *format,
		      struct errbuf *err)
{
	char *why = xasprintf("imported from %s: %.200s", path, format->help);
	uint64_t wall_ns = im->start_wall_ns;
	const struct rec_fact facts[] = {
		{ "version", .text = EXITSTAT_VERSION },
		{ "source", .text = format->name },
		{ "source_why", .text = why },
		{ "isa", .text = reason_isa_name(im->isa) },
		{ "fields", .text = "l1" },
		{ "groups", .text = "count" },
		{ "groups_known", .text = "count" },
		{ "interval_ns", NULL, im->interval_ns, im->interval_ns },
		{ "start_wall_ns", NULL, wall_ns, wall_ns },
		{ "start_mono_ns", NULL, im->ends[0], wall_ns && im->ends[0] },
		{ "lost", NULL, im->lost, im->lost },
		{ "missed", NULL, 0, true },
	};
	int rc = rec_facts(w, facts, ARRAY_LEN(facts), err);

	free(why);
	return rc;
}

static int write_vms(struct rec_writer *w, const struct import *im,
		     struct errbuf *err)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < im->nr_vms; i++)
		rc = rec_put(w, REC_VM, (int64_t)i + 1, &(struct rec_vm) {
			.vm_id = i + 1, .pid = im->vms[i].pid,
			.name = im->vms[i].name, .comm = "", .cmdline = "",
			.created_ns = im->ends[0],
		}, err);
	for (size_t i = 0; !rc && i < im->nr_vcpus; i++)
		rc = rec_vcpu(w, (int64_t)i + 1, (int64_t)im->vcpus[i].vm + 1,
			      im->vcpus[i].id, err);
	return rc;
}

static int by_place(const void *a, const void *b)
{
	const struct import_count *x = a, *y = b;

	if (x->interval != y->interval)
		return x->interval < y->interval ? -1 : 1;
	if (x->vcpu != y->vcpu)
		return x->vcpu < y->vcpu ? -1 : 1;
	return (x->name > y->name) - (x->name < y->name);
}

static void add_same(void *to, const void *from)
{
	((struct import_count *)to)->n +=
		((const struct import_count *)from)->n;
}

/* Sample 1 is the start of the first interval. */
static int write_counts(struct rec_writer *w, struct import *im,
			const struct rows *rows, struct errbuf *err)
{
	const struct import_count *c, *end;
	int rc = 0;

	for (size_t i = 0; i < im->nr_counts; i++)
		im->counts[i].name = (size_t)rows->of[im->counts[i].name];
	im->nr_counts = vec_merge(im->counts, im->nr_counts,
				  sizeof(*im->counts), by_place, add_same);
	c = im->counts;
	end = c + im->nr_counts;
	for (size_t i = 0; !rc && i < im->nr_ends; i++) {
		rc = rec_sample(w, (int64_t)i + 1, im->ends[i], im->ends[i], 0,
				err);
		for (; !rc && c < end && c->interval + 1 == i; c++) {
			const int64_t n[] = { (int64_t)c->vcpu + 1,
					      (int64_t)c->name, (int64_t)c->n,
					      -1, -1, -1, -1 };

			rc = rec_row(w, PACK_DELTA, (int64_t)i + 1, n, err);
		}
	}
	return rc;
}

static int write_all(struct rec_writer *w, struct import *im, const char *path,
		     const struct import_format *format,
		     const struct rows *rows, struct errbuf *err)
{
	int rc = rec_begin(w, err);

	if (!rc)
		rc = write_meta(w, im, path, format, err);
	if (!rc)
		rc = write_vms(w, im, err);
	for (size_t i = 0; !rc && i < rows->nr; i++)
		rc = rec_put(w, REC_REASON, (int64_t)i + 1, &rows->row[i], err);
	if (!rc)
		rc = write_counts(w, im, rows, err);
	return rc ? rc : rec_commit(w, err);
}

int import_write(struct import *im, const char *path,
		 const struct import_format *format, const char *out,
		 bool force, struct buf *unknown, struct errbuf *err)
{
	struct rows rows = { 0 };
	struct rec_writer *w;
	struct errbuf why;
	int rc = resolve_all(im, &rows, unknown, &why);

	if (rc) {
		err_set(err, rc, "%.200s: %.250s", path, why.text);
		goto free_rows;
	}
	rc = rec_create(&w, out, force, err);
	if (rc)
		goto free_rows;
	rc = write_all(w, im, path, format, &rows, err);
	if (rc)
		rec_discard(w);
	else
		rc = rec_finish(w, err);
free_rows:
	free(rows.row);
	free(rows.of);
	return rc;
}
