// SPDX-License-Identifier: GPL-2.0-only
/* Implements model.h: findings about a model, which load.c makes. */
#include <stdio.h>
#include <string.h>

#include "model/model.h"

struct model_cell *model_cell_of(struct model *m, int64_t sample, int64_t vcpu,
				 int64_t reason)
{
	return model_cells_at(&m->sums.cells, (struct model_key) {
		.vm = (int32_t)m->rec->vcpus[vcpu].vm, .vcpu = (int32_t)vcpu,
		.phase = m->bins.phase_of[sample], .reason = (int32_t)reason,
	});
}

const struct model_cell *model_in_phase(const struct model *m, size_t phase,
					size_t reason)
{
	struct model_key k = MODEL_KEY_ALL;

	k.phase = (int32_t)phase;
	k.reason = (int32_t)reason;
	return model_cells_find(&m->sums.by_phase_reason, k);
}

static bool is_named(const struct model *m, size_t phase, const char *name)
{
	return !strcmp(m->phases[phase].name, name);
}

bool model_has_phase(const struct model *m, const char *name)
{
	for (size_t i = 0; *name && i < m->nr_phases; i++)
		if (is_named(m, i, name))
			return true;
	return !*name;
}

uint64_t model_exits_in(const struct model *m, const char *name,
			int32_t reason)
{
	uint64_t sum = 0;

	if (!*name)
		return reason == MODEL_ALL ? m->total :
		       model_exits(m->reasons[reason].sum);
	for (size_t i = 0; i < m->nr_phases; i++)
		if (is_named(m, i, name))
			sum += model_exits(reason == MODEL_ALL ?
				m->phases[i].sum :
				model_in_phase(m, i, (size_t)reason));
	return sum;
}

uint64_t model_ns_in(const struct model *m, const char *name)
{
	uint64_t sum = 0;

	if (!*name)
		return m->end_ns;
	for (size_t i = 0; i < m->nr_phases; i++)
		if (is_named(m, i, name))
			sum += m->phases[i].end_ns - m->phases[i].begin_ns;
	return sum;
}

double model_point_rate(const struct model_point *p)
{
	return model_rate(p->total, p->end_ns - p->begin_ns);
}

bool model_is_peak(const struct model *m, const struct model_point *p)
{
	return p->total &&
	       model_point_rate(p) > MODEL_PEAK_FACTOR * m->shape.median;
}

double model_rate(uint64_t exits, uint64_t ns)
{
	return ns ? (double)exits * 1e9 / (double)ns : 0;
}

double model_share(const struct model *m, uint64_t exits)
{
	return m->total ? 100.0 * (double)exits / (double)m->total : 0;
}

void model_guest_text(const struct model *m, char *out, size_t size)
{
	size_t vms = m->rec->nr_vms, vcpus = m->rec->nr_vcpus;

	if (!vms)
		snprintf(out, size, "no VM");
	else if (vms == 1)
		snprintf(out, size, "guest %.64s, %zu vCPU%s",
			 m->rec->vms[0].name, vcpus, vcpus == 1 ? "" : "s");
	else
		snprintf(out, size, "%zu VMs, %zu vCPUs", vms, vcpus);
}

const char *model_machine(const struct model *m)
{
	for (size_t i = 0; i < m->rec->nr_vms; i++)
		if (m->rec->vms[i].machine)
			return m->rec->vms[i].machine;
	return rec_get(m->rec, "machine");
}

const char *model_isa(const struct model *m)
{
	const struct recording *r = m->rec;

	if (!*rec_get(r, "isa") && r->nr_reasons)
		return r->reasons[0].isa;
	return rec_get(r, "isa");
}
