// SPDX-License-Identifier: GPL-2.0-only
/* Implements the part of import.h for parsers: collecting counts. */
#include <stdlib.h>
#include <string.h>

#include "import/import.h"

size_t import_name(struct import *im, const char *name)
{
	for (size_t i = 0; i < im->nr_names; i++)
		if (!strcmp(im->names[i], name))
			return i;
	im->names = vec_room(im->names, im->nr_names, &im->cap_names,
			     sizeof(*im->names));
	im->names[im->nr_names] = xstrdup(name);
	return im->nr_names++;
}

size_t import_vm(struct import *im, uint32_t pid, const char *name)
{
	struct import_vm *vm;

	for (size_t i = 0; i < im->nr_vms; i++)
		if (im->vms[i].pid == pid &&
		    (pid || !strcmp(im->vms[i].name, name)))
			return i;
	im->vms = vec_room(im->vms, im->nr_vms, &im->cap_vms, sizeof(*im->vms));
	vm = &im->vms[im->nr_vms];
	vm->pid = pid;
	copy_printable(vm->name, sizeof(vm->name), name);
	return im->nr_vms++;
}

size_t import_vcpu(struct import *im, size_t vm, uint32_t id, uint32_t tid)
{
	for (size_t i = 0; i < im->nr_vcpus; i++)
		if (im->vcpus[i].vm == vm && im->vcpus[i].id == id)
			return i;
	im->vcpus = vec_room(im->vcpus, im->nr_vcpus, &im->cap_vcpus,
			     sizeof(*im->vcpus));
	im->vcpus[im->nr_vcpus] = (struct import_vcpu) { vm, id, tid };
	return im->nr_vcpus++;
}

void import_end_interval(struct import *im, uint64_t end_ns)
{
	im->ends = vec_room(im->ends, im->nr_ends, &im->cap_ends,
			    sizeof(*im->ends));
	if (im->nr_ends && end_ns <= im->ends[im->nr_ends - 1])
		end_ns = im->ends[im->nr_ends - 1] + 1;
	im->ends[im->nr_ends++] = end_ns;
}

void import_add(struct import *im, size_t vcpu, size_t name, uint64_t n)
{
	struct import_count c = { im->nr_ends - 2, vcpu, name, n };

	if (!n)
		return;
	/* in perf script's output, each exit is a line */
	for (size_t i = im->nr_counts;
	     i && im->counts[i - 1].interval == c.interval; i--)
		if (im->counts[i - 1].vcpu == vcpu &&
		    im->counts[i - 1].name == name) {
			im->counts[i - 1].n += n;
			return;
		}
	im->counts = vec_room(im->counts, im->nr_counts, &im->cap_counts,
			      sizeof(c));
	im->counts[im->nr_counts++] = c;
}

void import_free(struct import *im)
{
	for (size_t i = 0; i < im->nr_names; i++)
		free(im->names[i]);
	free(im->names);
	free(im->vms);
	free(im->vcpus);
	free(im->ends);
	free(im->counts);
	free(im->banner);
	free(im->columns);
	free(im->stamps);
	memset(im, 0, sizeof(*im));
}
