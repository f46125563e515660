// SPDX-License-Identifier: GPL-2.0-only
/* Implements data.h: reads the source, updates the counters and writes the text. */
#include <err.h>
#include <string.h>

#include "metrics/counters-snap.h"
#include "serve/data.h"
#include "source/vm-name.h"

/* Minimum time between reads of the source, independent of the clients. */
#define FRESH_NS	(100 * NSEC_PER_MSEC)

static void name_vm(void *root, const struct snap_vm *from, char name[64],
		    char uuid[40])
{
	vm_name(from, root, name, 64);
	vm_uuid(from, root, uuid, 40);
}

void serve_data_open(struct serve_data *d, const struct serve_config *cfg)
{
	memset(d, 0, sizeof(*d));
	d->cfg = cfg;
	counters_init(&d->counters, &(struct counters_config) {
		.per_vcpu = cfg->per_vcpu, .max_vms = cfg->max_vms,
		.keep_ns = cfg->keep_ns, .name = name_vm,
		.arg = (void *)source_root(cfg->source),
	});
	d->self.source = source_name(cfg->source);
	d->self.has_http = !cfg->textfile;
	d->self.start_ns = clock_wall_ns(cfg->clock);
}

uint64_t serve_now_ns(const struct serve_data *d)
{
	return clock_mono_ns(d->cfg->clock);
}

static uint64_t count_lines(const struct serve_data *d)
{
	struct buf b = { 0 };
	uint64_t n = 0;

	source_remarks(d->cfg->source, &b);
	for (size_t i = 0; i < b.len; i++)
		n += b.data[i] == '\n';
	buf_free(&b);
	return n;
}

/* Print a message only if it differs from the last one. */
static void report(struct serve_data *d, const char *problem)
{
	if (!strcmp(d->reported.text, problem))
		return;
	if (*problem)
		warnx("%s", problem);
	else
		warnx("the source is readable again");
	err_set(&d->reported, 0, "%s", problem);
}

void serve_data_read(struct serve_data *d)
{
	struct metrics_self *self = &d->self;
	uint64_t begin_ns = serve_now_ns(d);
	struct errbuf err;
	int rc;

	d->bytes.len = 0;
	rc = source_read_changes(d->cfg->source, &d->bytes, &err);
	if (!rc)
		rc = snapshot_parse(&d->snap, d->bytes.data, d->bytes.len,
				    &err);
	if (!rc)
		counters_update(&d->counters, &d->snap);
	else
		source_forget_changes(d->cfg->source);
	d->read_ns = serve_now_ns(d);
	self->last_read_ns = d->read_ns - begin_ns;
	self->read_ns += self->last_read_ns;
	self->reads++;
	self->read_errors += !!rc;
	self->up = !rc;
	self->snapshot_bytes = d->bytes.len;
	self->unreadable = rc ? 0 : count_lines(d);
	report(d, rc ? err.text : "");
}

void serve_data_refresh(struct serve_data *d)
{
	if (!d->read_ns || serve_now_ns(d) - d->read_ns >= FRESH_NS)
		serve_data_read(d);
}

void serve_data_text(struct serve_data *d, enum om_format format,
		     struct buf *out)
{
	struct om om = { .out = out, .format = format };

	metrics_write(&om, &d->counters, &d->self);
}

void serve_data_close(struct serve_data *d)
{
	counters_free(&d->counters);
	snapshot_free(&d->snap);
	buf_free(&d->bytes);
}
