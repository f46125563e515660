// SPDX-License-Identifier: GPL-2.0-only
/*
 * Initial view of exitstat top: looks up the names given by options in the first
 * snapshot. Pure.
 */
#include <errno.h>
#include <string.h>

#include "exits/reasons.h"
#include "top/start.h"

static bool is_called(const struct top_vm *vm, const char *text)
{
	uint64_t pid;

	return !strcmp(vm->name, text) || !strcasecmp(vm->uuid, text) ||
	       (!parse_u64(text, 1, UINT32_MAX, &pid) && pid == vm->pid);
}

/* Prefers a running VM to a destroyed one. @text NULL: any VM. */
static const struct top_vm *find_vm(const struct top_data *d, const char *text)
{
	const struct top_vm *found = NULL;

	for (size_t i = 0; i < d->nr; i++) {
		const struct top_vm *vm = d->vms[i];

		if ((!text || is_called(vm, text)) && (!found || found->destroyed))
			found = vm;
	}
	return found;
}

static void take_vm(struct top_view *v, const struct top_vm *vm)
{
	v->path.has_vm = true;
	v->path.key.vm_id = vm->vm_id;
	v->path.key.created_ns = vm->created_ns;
}

static int choose_vm(struct top_view *v, const struct top_config *cfg,
		     const struct top_data *d, struct errbuf *err)
{
	const struct top_vm *vm = find_vm(d, cfg->vm);
	size_t running = 0;

	for (size_t i = 0; i < d->nr; i++)
		running += !d->vms[i]->destroyed;
	if (cfg->vm && !vm)
		return err_set(err, -ENOENT,
			       "%s: no VM with this name, pid or uuid (see exitstat list)",
			       cfg->vm);
	/* the only running VM is the default */
	if (!cfg->vm && (cfg->level == TOP_VCPUS || cfg->vcpu >= 0)) {
		if (running != 1)
			return err_set(err, -ENOENT,
				       "%zu VMs are running: select one with --vm NAME (see exitstat list)",
				       running);
	} else if (!cfg->vm) {
		return 0;
	}
	take_vm(v, vm);
	return 0;
}

static int choose_vcpu(struct top_view *v, const struct top_config *cfg,
		       const struct top_data *d, struct errbuf *err)
{
	const struct top_vm *vm = top_path_vm(d, &v->path);

	if (cfg->vcpu < 0)
		return 0;
	for (size_t i = 0; vm && i < vm->nr; i++)
		if (vm->vcpus[i].vcpu_id == cfg->vcpu) {
			v->path.has_vcpu = true;
			v->path.key.vcpu_id = (uint32_t)cfg->vcpu;
			return 0;
		}
	return err_set(err, -ENOENT, "the VM has no vCPU %lld",
		       (long long)cfg->vcpu);
}

static int choose_reason(struct top_view *v, const struct top_config *cfg,
			 const struct top_data *d, struct errbuf *err)
{
	const struct reason *r;

	if (!cfg->reason)
		return cfg->level != TOP_DETAIL ? 0 :
		       err_set(err, -ENOENT, "level detail requires --reason NAME");
	r = reason_by_name(d->hdr.isa, cfg->reason);
	if (r)
		v->path.key.code = r->code;
	else if (parse_u64(cfg->reason, 0, UINT64_MAX, &v->path.key.code))
		return err_set(err, -ENOENT,
			       "%s: no such exit reason of %s (see exitstat explain)",
			       cfg->reason, reason_isa_name(d->hdr.isa));
	return 0;
}

/* Without --level, the selected object determines the level. */
static enum top_level first_level(const struct top_config *cfg)
{
	if (cfg->level != TOP_NR_LEVELS)
		return cfg->level;
	if (cfg->reason)
		return TOP_DETAIL;
	if (cfg->vcpu >= 0)
		return TOP_REASONS;
	return cfg->vm ? TOP_VCPUS : TOP_VMS;
}

static int choose_order(struct top_view *v, const struct top_config *cfg,
			struct errbuf *err)
{
	enum top_level level = v->path.level;

	if (cfg->filter)
		copy_printable(v->filter[level], TOP_FILTER_LEN, cfg->filter);
	v->reverse[level] = cfg->reverse;
	if (!cfg->sort)
		return 0;
	v->sort[level] = top_column_by_name(cfg->sort, level);
	if (v->sort[level] != SIZE_MAX &&
	    top_columns[v->sort[level]].kind != TOP_TREND)
		return 0;
	return err_set(err, -ENOENT,
		       "sort: %s: level %s has no such column (see exitstat top --help)",
		       cfg->sort, top_level_name(level));
}

int top_view_start(struct top_view *v, const struct top_config *cfg,
		   const struct top_data *d, struct errbuf *err)
{
	int rc;

	top_view_init(v, cfg->interval_ns);
	v->destroyed = cfg->destroyed;
	rc = choose_vm(v, cfg, d, err);
	if (!rc)
		rc = choose_vcpu(v, cfg, d, err);
	if (!rc)
		rc = choose_reason(v, cfg, d, err);
	v->path.level = first_level(cfg);
	if (v->path.level == TOP_VMS)
		v->path = (struct top_path) { .level = TOP_VMS };
	return rc ? rc : choose_order(v, cfg, err);
}
