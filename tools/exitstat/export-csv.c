// SPDX-License-Identifier: GPL-2.0-only
/*
 * A recording as CSV in long format: one line per sample, vCPU and reason
 * with exits, times in CLOCK_MONOTONIC ns. A field that the source does not
 * fill is empty. Text is quoted as RFC 4180 says where it has to be.
 */
#include <inttypes.h>
#include <string.h>

#include "export.h"

uint64_t export_begin_ns(const struct recording *r, size_t sample)
{
	return r->samples[sample ? sample - 1 : 0].end_ns;
}

const char *export_phase(const struct recording *r, size_t sample)
{
	uint64_t at = export_begin_ns(r, sample);
	const char *name = NULL;

	/* as in model.c: the first interval begins just before the command */
	if (sample <= 1)
		at += (r->samples[sample].end_ns - at) / 2;
	for (size_t i = 0; i < r->nr_phases; i++)
		if (r->phases[i].begin_ns <= at)
			name = r->phases[i].name;
	return name;
}

bool export_has_sub(const struct recording *r)
{
	const char *fields = rec_get(r, "fields");
	size_t len = strlen(fields);

	return len >= 4 && !strcmp(fields + len - 4, " sub");
}

static void put_text(FILE *out, const char *text)
{
	if (!strpbrk(text, ",\"\r\n")) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}

static void put_count(FILE *out, int64_t n)
{
	fputc(',', out);
	if (n >= 0)
		fprintf(out, "%" PRId64, n);
}

struct csv {
	struct recording *r;
	FILE *out;
	bool has_sub;
};

static int put_delta(void *arg, const struct rec_delta *d)
{
	struct csv *c = arg;
	struct recording *r = c->r;
	const struct rec_vcpu *v = &r->vcpus[d->vcpu];
	const struct rec_reason *e = &r->reasons[d->reason];
	const char *phase = export_phase(r, d->sample);

	fprintf(c->out, "%" PRIu64 ",%" PRIu64 ",", export_begin_ns(r, d->sample),
		r->samples[d->sample].end_ns);
	put_text(c->out, phase ? phase : "");
	fprintf(c->out, ",%" PRIu64 ",", r->vms[v->vm].vm_id);
	put_text(c->out, r->vms[v->vm].name);
	fprintf(c->out, ",%u,%s,%" PRId64 ",", v->vcpu_id, e->isa,
		(int64_t)e->code);
	if (c->has_sub)
		fprintf(c->out, "%u", e->sub);
	fputc(',', c->out);
	put_text(c->out, e->name);
	fputc(',', c->out);
	put_text(c->out, e->class);
	put_count(c->out, d->n.l1);
	put_count(c->out, d->n.l2);
	put_count(c->out, d->n.l2_reflected);
	put_count(c->out, d->n.fastpath);
	put_count(c->out, d->n.userspace);
	fputc('\n', c->out);
	return 0;
}

int export_csv(struct recording *r, FILE *out, struct errbuf *err)
{
	struct csv c = { r, out, export_has_sub(r) };

	fprintf(out, "sample_begin_ns,sample_end_ns,phase,vm,name,vcpu,isa,code,sub,reason,class,l1,l2,l2_reflected,fastpath,userspace\n");
	return rec_for_each_delta(r, put_delta, &c, err);
}
