// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements bpf-vms.h.
 *
 * KVM's structures are identified by their addresses, which are reused: a vCPU with
 * an id that the VM at this address already has, or in another process, belongs to a
 * new VM.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/bpf-vms.h"

/* Copies of an array until one is used that a program may have modified. */
#define MAX_TRIES	64

static void *alloc_if(const void *array, size_t size)
{
	return array ? xcalloc(1, size) : NULL;
}

static void alloc_counts(struct bpf_counts *counts,
			 const struct bpf_arrays *arrays)
{
	counts->time = alloc_if(arrays->times, sizeof(*counts->time));
	counts->histogram = alloc_if(arrays->histograms,
				     sizeof(*counts->histogram));
	counts->detail = alloc_if(arrays->details, sizeof(*counts->detail));
}

static void free_counts(struct bpf_counts *counts)
{
	free(counts->time);
	free(counts->histogram);
	free(counts->detail);
	memset(counts, 0, sizeof(*counts));
}

static uint32_t read_seq(const struct eb_vcpu *v)
{
	return __atomic_load_n(&v->seq, __ATOMIC_ACQUIRE);
}

/* Copies an array of the vCPU @v. Returns false if each copy may be torn. */
static bool copy(void *to, const void *from, size_t size,
		 const struct eb_vcpu *v)
{
	uint32_t seq;

	for (int i = 0; i < MAX_TRIES; i++) {
		seq = read_seq(v);
		memcpy(to, from, size);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
		if (!(seq & 1) && read_seq(v) == seq)
			return true;
	}
	return false;
}

/* Rows of reasons without exits are empty. */
static bool copy_histogram(struct bpf_counts *to, const struct eb_histogram *from,
			   const struct eb_vcpu *v)
{
	bool whole = true;

	for (uint32_t slot = 0; slot <= KES_NR_SLOTS; slot++) {
		u64 *row = to->histogram->n[slot];

		if (slot < KES_NR_SLOTS && !to->vcpu.exits[EB_L1][slot] &&
		    !to->vcpu.exits[EB_L2][slot])
			memset(row, 0, sizeof(from->n[slot]));
		else
			whole &= copy(row, from->n[slot], sizeof(from->n[slot]), v);
	}
	return whole;
}

/*
 * An exit whose value is not known yet becomes one with a value. It must not be
 * in both, or a counter would decrease.
 */
static bool copy_detail(struct bpf_counts *to, const struct eb_detail *from,
			const struct eb_vcpu *v)
{
	struct eb_detail *d = to->detail;
	bool whole = copy(d->values, from->values, sizeof(d->values), v);
	uint32_t waiting;

	if (!copy(d->pages, from->pages, sizeof(d->pages), v))
		whole = false;
	for (int i = 0; i < MAX_TRIES; i++) {
		waiting = __atomic_load_n(&v->waiting, __ATOMIC_ACQUIRE);
		if (!copy(d->other, from->other, sizeof(d->other), v))
			whole = false;
		to->vcpu.waiting = waiting;
		if (__atomic_load_n(&v->waiting, __ATOMIC_ACQUIRE) == waiting)
			return whole;
	}
	return false;
}

bool bpf_counts_read(struct bpf_counts *to, const struct bpf_arrays *arrays,
		     uint32_t place)
{
	const struct eb_vcpu *v = &arrays->vcpus[place];
	bool whole = copy(&to->vcpu, v, sizeof(*v), v);

	if (to->time)
		whole &= copy(to->time, &arrays->times[place],
			      sizeof(*to->time), v);
	if (to->histogram)
		whole &= copy_histogram(to, &arrays->histograms[place], v);
	if (to->detail)
		whole &= copy_detail(to, &arrays->details[place], v);
	return whole;
}

void bpf_vms_init(struct bpf_vms *vms, const struct bpf_arrays *arrays)
{
	memset(vms, 0, sizeof(*vms));
	vms->arrays = *arrays;
	vms->owners = xcalloc(arrays->nr, sizeof(*vms->owners));
	vms->done = xcalloc(arrays->nr, sizeof(*vms->done));
	vms->arrivals = xcalloc(arrays->nr, sizeof(*vms->arrivals));
	alloc_counts(&vms->scratch, arrays);
}

static void free_vm(struct bpf_vm *vm)
{
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		free_counts(&vm->vcpus[i]->counts);
		free(vm->vcpus[i]);
	}
	free(vm->vcpus);
	free(vm);
}

void bpf_vms_free(struct bpf_vms *vms)
{
	for (size_t i = 0; i < vms->nr_vms; i++)
		free_vm(vms->vms[i]);
	free(vms->vms);
	free(vms->owners);
	free(vms->done);
	free(vms->arrivals);
	free_counts(&vms->scratch);
	memset(vms, 0, sizeof(*vms));
}

static uint32_t id_of(const struct bpf_vms *vms, const struct bpf_vcpu *vcpu)
{
	return vcpu->ended ? vcpu->counts.vcpu.vcpu_id :
			     vms->arrays.vcpus[vcpu->place].vcpu_id;
}

/* Its counts are final; its place can be freed. */
static void end_vcpu(struct bpf_vms *vms, struct bpf_vcpu *vcpu)
{
	alloc_counts(&vcpu->counts, &vms->arrays);
	vms->torn += !bpf_counts_read(&vcpu->counts, &vms->arrays, vcpu->place);
	vcpu->ended = true;
	vms->owners[vcpu->place] = &vms->done_owner;
	vms->done[vms->nr_done++] = vcpu->place;
}

static void end_vm(struct bpf_vms *vms, struct bpf_vm *vm, uint64_t now_ns)
{
	vm->destroyed_ns = 0;
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		struct bpf_vcpu *vcpu = vm->vcpus[i];

		if (!vcpu->ended)
			end_vcpu(vms, vcpu);
		if (vcpu->counts.vcpu.ended_ns > vm->destroyed_ns)
			vm->destroyed_ns = vcpu->counts.vcpu.ended_ns;
	}
	if (!vm->destroyed_ns)
		vm->destroyed_ns = now_ns;
}

/* The known VM of the vCPU at a place, or NULL. */
static struct bpf_vm *vm_at(const struct bpf_vms *vms, const struct eb_vcpu *v)
{
	for (size_t i = vms->nr_vms; i-- > 0;)
		if (vms->vms[i]->kvm == v->kvm && !vms->vms[i]->destroyed_ns)
			return vms->vms[i];
	return NULL;
}

static bool has_vcpu(const struct bpf_vms *vms, const struct bpf_vm *vm,
		     uint32_t vcpu_id)
{
	for (size_t i = 0; i < vm->nr_vcpus; i++)
		if (id_of(vms, vm->vcpus[i]) == vcpu_id)
			return true;
	return false;
}

static struct bpf_vm *new_vm(struct bpf_vms *vms, const struct eb_vcpu *v)
{
	struct bpf_vm *vm = xcalloc(1, sizeof(*vm));

	vm->id = ++vms->last_id;
	vm->kvm = v->kvm;
	vm->created_ns = v->first_ns;
	vm->tgid = v->tgid;
	memcpy(vm->comm, v->comm, sizeof(vm->comm));
	vm->comm[sizeof(vm->comm) - 1] = '\0';
	vms->vms = vec_room(vms->vms, vms->nr_vms, &vms->cap_vms,
			    sizeof(struct bpf_vm *));
	vms->vms[vms->nr_vms++] = vm;
	return vm;
}

static void adopt(struct bpf_vms *vms, uint32_t place, uint64_t now_ns)
{
	const struct eb_vcpu *v = &vms->arrays.vcpus[place];
	struct bpf_vcpu *vcpu = xcalloc(1, sizeof(*vcpu));
	struct bpf_vm *vm = vm_at(vms, v);

	if (vm && (vm->tgid != v->tgid || has_vcpu(vms, vm, v->vcpu_id))) {
		end_vm(vms, vm, now_ns);
		vm = NULL;
	}
	if (!vm)
		vm = new_vm(vms, v);
	vcpu->place = place;
	vms->owners[place] = vcpu;
	vm->vcpus = vec_room(vm->vcpus, vm->nr_vcpus, &vm->cap_vcpus,
			     sizeof(struct bpf_vcpu *));
	vm->vcpus[vm->nr_vcpus++] = vcpu;
}

static int by_first(const void *a, const void *b)
{
	const struct bpf_arrival *x = a, *y = b;

	return (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

/* Finds the vCPUs without an owner, oldest first. */
static size_t find_arrivals(struct bpf_vms *vms)
{
	const struct eb_vcpu *v = vms->arrays.vcpus;
	size_t nr = 0;

	for (uint32_t i = 0; i < vms->arrays.nr; i++)
		if (!vms->owners[i] &&
		    __atomic_load_n(&v[i].vcpu, __ATOMIC_ACQUIRE))
			vms->arrivals[nr++] = (struct bpf_arrival) {
				v[i].first_ns, i
			};
	qsort(vms->arrivals, nr, sizeof(*vms->arrivals), by_first);
	return nr;
}

/* End the vCPUs that KVM had destroyed by @until_ns, or whose process has exited. */
static void look_for_ends(struct bpf_vms *vms, struct bpf_vm *vm,
			  uint64_t until_ns)
{
	size_t ended = 0;

	if (vm->destroyed_ns)
		return;
	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		struct bpf_vcpu *vcpu = vm->vcpus[i];
		uint64_t ended_ns = vms->arrays.vcpus[vcpu->place].ended_ns;

		if (!vcpu->ended && ended_ns && ended_ns <= until_ns)
			end_vcpu(vms, vcpu);
		ended += vcpu->ended;
	}
	if (ended == vm->nr_vcpus)
		end_vm(vms, vm, until_ns);
}

static void look_for_all_ends(struct bpf_vms *vms, uint64_t until_ns)
{
	for (size_t i = 0; i < vms->nr_vms; i++)
		look_for_ends(vms, vms->vms[i], until_ns);
}

static void look_for_processes(struct bpf_vms *vms, uint64_t now_ns)
{
	for (size_t i = 0; vms->runs && i < vms->nr_vms; i++)
		if (!vms->vms[i]->destroyed_ns &&
		    !vms->runs(vms->arg, vms->vms[i]->tgid))
			end_vm(vms, vms->vms[i], now_ns);
}

static void add_u64(u64 *to, const u64 *from, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		to[i] += from[i];
}

/* Slots have different codes in each vCPU, so only the sum can be kept. */
static void retire_coded(struct eb_vcpu *sum, const struct eb_vcpu *v)
{
	for (size_t i = 0; i < KES_NR_SLOTS; i++) {
		sum->exits[EB_L1][KES_SLOT_UNKNOWN] += v->exits[EB_L1][i];
		sum->userspace[EB_L1][KES_SLOT_UNKNOWN] +=
			v->userspace[EB_L1][i];
	}
}

static void retire(struct bpf_vms *vms, const struct bpf_vm *vm)
{
	struct eb_vcpu *sum = &vms->evicted;

	for (size_t i = 0; i < vm->nr_vcpus; i++) {
		const struct eb_vcpu *v = &vm->vcpus[i]->counts.vcpu;

		if (v->isa == KES_ISA_PVM) {
			retire_coded(sum, v);
		} else {
			add_u64(sum->exits[0], v->exits[0],
				sizeof(sum->exits) / sizeof(u64));
			add_u64(sum->userspace[0], v->userspace[0],
				sizeof(sum->userspace) / sizeof(u64));
		}
		if (v->unknown_last)
			sum->unknown_last = v->unknown_last;
		if (v->isa)
			sum->isa = v->isa;
	}
}

/* Evict the VM that was destroyed first if there are too many. */
static bool retire_one(struct bpf_vms *vms)
{
	size_t destroyed = 0, first = 0;

	for (size_t i = 0; i < vms->nr_vms; i++) {
		if (!vms->vms[i]->destroyed_ns)
			continue;
		if (!destroyed++ || vms->vms[i]->destroyed_ns <
				    vms->vms[first]->destroyed_ns)
			first = i;
	}
	if (destroyed <= BPF_DESTROYED_VMS || !vms->vms[first]->reported)
		return false;
	retire(vms, vms->vms[first]);
	free_vm(vms->vms[first]);
	memmove(&vms->vms[first], &vms->vms[first + 1],
		(--vms->nr_vms - first) * sizeof(struct bpf_vm *));
	return true;
}

/*
 * In order of time: since the last call, a VM may have been destroyed and another one
 * created at its address.
 */
void bpf_vms_update(struct bpf_vms *vms, uint64_t now_ns)
{
	size_t nr = find_arrivals(vms);

	for (size_t i = 0; i < nr; i++) {
		look_for_all_ends(vms, vms->arrivals[i].first_ns);
		adopt(vms, vms->arrivals[i].place, now_ns);
	}
	look_for_all_ends(vms, now_ns);
	look_for_processes(vms, now_ns);
	while (retire_one(vms))
		;
}

void bpf_vms_recycled(struct bpf_vms *vms)
{
	for (size_t i = 0; i < vms->nr_done; i++)
		vms->owners[vms->done[i]] = NULL;
	vms->nr_done = 0;
}
