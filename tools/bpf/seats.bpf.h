/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The maps, and the assignment of places to vCPUs.
 *
 * A vCPU gets a place when it is first seen, from a queue that exitstat fills,
 * and keeps it until KVM destroys it. exitstat frees the place after reading
 * the final counts.
 */
#ifndef SEATS_BPF_H
#define SEATS_BPF_H

#define KVM_X86_TDX_VM	5	/* kvm->arch.vm_type */

#define EB_CPUS		1024	/* higher ones share entries */

/* Set before loading. Each use costs two instructions. */
const volatile bool with_more;		/* anything that is not counting */
const volatile bool with_time;
const volatile bool with_histogram;
const volatile bool with_detail;
const volatile bool no_destroy_event;	/* KVM reports no destruction of vCPUs */
const volatile bool with_silent;	/* PVM only: there may be no events for exits */
const volatile u8 svm_near[KES_SVM_NEAR];
const volatile struct eb_far_code svm_far[EB_MAX_FAR];
const volatile u32 nr_svm_far;
const volatile bool with_cast;		/* the kernel has bpf_rdonly_cast() */
const volatile bool with_prev_state;	/* sched_switch has prev's state */

/* Set when all programs are attached, so that they start together. */
u32 armed;
/* Exits of vCPUs without a place */
u64 lost;
/*
 * The place of the vCPU that each CPU ran last. A hint, which may be out of date
 * or another CPU's: code that uses it compares the vCPU or the thread.
 */
u32 last_place[EB_CPUS];

/* An array with an element per place, mapped by exitstat */
#define OF_EACH_PLACE(name, _type)			\
struct {						\
	__uint(type, BPF_MAP_TYPE_ARRAY);		\
	__uint(map_flags, BPF_F_MMAPABLE);		\
	__uint(max_entries, 1);				\
	__type(key, u32);				\
	__type(value, _type);				\
} name SEC(".maps")

OF_EACH_PLACE(vcpus, struct eb_vcpu);
OF_EACH_PLACE(times, struct eb_time);
OF_EACH_PLACE(histograms, struct eb_histogram);
OF_EACH_PLACE(details, struct eb_detail);

/* Free places, filled by exitstat */
struct {
	__uint(type, BPF_MAP_TYPE_QUEUE);
	__uint(max_entries, 1);
	__type(value, u32);
} free_places SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u64);
	__type(value, u32);
} by_vcpu SEC(".maps");

static __always_inline void begin_write(struct eb_vcpu *v)
{
	(*(volatile u32 *)&v->seq)++;
	barrier();
}

static __always_inline void end_write(struct eb_vcpu *v)
{
	barrier();
	(*(volatile u32 *)&v->seq)++;
}

extern void *bpf_rdonly_cast(const void *address, u32 type) __ksym __weak;

/*
 * Read 8 bytes of kernel memory. A cast pointer may be read directly, if the
 * vmlinux has its type, such as this one of two 64-bit integers: about 10
 * instructions instead of the helper's 70.
 */
static __always_inline u64 load(u64 address)
{
	u64 value = 0;

	if (with_cast) {
		struct timespec64 *p = bpf_rdonly_cast((void *)address,
				bpf_core_type_id_kernel(struct timespec64));

		return p->tv_sec;
	}
	bpf_probe_read_kernel(&value, sizeof(value), (void *)address);
	return value;
}

static __always_inline u32 this_tid(void)
{
	return (u32)bpf_get_current_pid_tgid();
}

static __always_inline bool is_td(struct kvm_vcpu *vcpu)
{
	return bpf_core_field_exists(struct kvm, arch.vm_type) &&
	       BPF_CORE_READ(vcpu, kvm, arch.vm_type) == KVM_X86_TDX_VM;
}

static __always_inline void describe(struct eb_vcpu *v, u32 place,
				     struct kvm_vcpu *vcpu)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	v->place = place;
	v->kvm = (u64)BPF_CORE_READ(vcpu, kvm);
	v->first_ns = bpf_ktime_get_ns();
	v->vcpu_id = BPF_CORE_READ(vcpu, vcpu_id);
	v->tgid = bpf_get_current_pid_tgid() >> 32;
	v->last = EB_NO_EXIT;
	v->is_td = is_td(vcpu);
	if (with_silent)
		v->exits_silent = BPF_CORE_READ(vcpu, stat.exits);
	BPF_CORE_READ_INTO(&v->comm, task, group_leader, comm);
	barrier();
	v->vcpu = (u64)vcpu;
}

/* Take a place for a new vCPU. Return -1 if there is none. */
static __noinline long take_place(struct kvm_vcpu *vcpu)
{
	u64 key = (u64)vcpu;
	struct eb_vcpu *v;
	u32 place;

	if (bpf_map_pop_elem(&free_places, &place))
		return -1;
	v = bpf_map_lookup_elem(&vcpus, &place);
	if (!v)
		return -1;
	if (bpf_map_update_elem(&by_vcpu, &key, &place, BPF_ANY)) {
		bpf_map_push_elem(&free_places, &place, 0);
		return -1;
	}
	describe(v, place, vcpu);
	return place;
}

/* From now on, KVM may create another vCPU at the same address. */
static __noinline void end_life(struct eb_vcpu *v, u64 key)
{
	if (!v)
		return;
	v->pid = 0;
	v->settled = 0;
	bpf_map_delete_elem(&by_vcpu, &key);
	v->ended_ns = bpf_ktime_get_ns();
}

/*
 * Return true if @vcpu is not the vCPU for which the place was taken. In
 * another process, it is a different vCPU. In the same process, if there is no
 * event for the destruction of a vCPU, KVM's own count of exits is used, which
 * starts at 0 for a new vCPU. KVM increments it after the event, and not while
 * a fastpath re-enters the guest; but it has been incremented when KVM_RUN
 * returns, which happens before a vCPU is destroyed.
 */
static __always_inline bool is_new_vcpu(const struct eb_vcpu *v,
					struct kvm_vcpu *vcpu, bool exit)
{
	u64 exits;

	if (v->tgid != (u32)(bpf_get_current_pid_tgid() >> 32))
		return true;
	if (!no_destroy_event || !bpf_core_field_exists(vcpu->stat.exits))
		return false;
	exits = BPF_CORE_READ(vcpu, stat.exits);
	if (exits < v->exits_before || exits < v->exits_returned)
		return true;
	return exit && v->returned && v->isa && exits == v->exits_before;
}

/* Store KVM's own count of exits for is_new_vcpu(). */
static __always_inline void note_exits(struct eb_vcpu *v, struct kvm_vcpu *vcpu,
				       bool exit)
{
	u64 exits;

	if (!no_destroy_event || !bpf_core_field_exists(vcpu->stat.exits))
		return;
	exits = BPF_CORE_READ(vcpu, stat.exits);
	if (exit)
		v->exits_before = exits;
	else
		v->exits_returned = exits;
}

static __always_inline u32 *this_place(void)
{
	return &last_place[bpf_get_smp_processor_id() & (EB_CPUS - 1)];
}

/* The vCPU that this CPU ran last, or NULL */
static __always_inline struct eb_vcpu *last_vcpu(void)
{
	return bpf_map_lookup_elem(&vcpus, this_place());
}

static __always_inline struct eb_vcpu *find_vcpu(u64 vcpu)
{
	u32 *place = bpf_map_lookup_elem(&by_vcpu, &vcpu);

	return place ? bpf_map_lookup_elem(&vcpus, place) : NULL;
}

/*
 * The vCPU in KVM_RUN of the current thread, which gets a place if it has none
 * and all programs are attached; @exit: an exit is about to be counted.
 */
static __noinline struct eb_vcpu *settle(struct kvm_vcpu *vcpu, bool exit)
{
	struct eb_vcpu *v;
	long taken;
	u32 place;

	if (!armed)
		return NULL;
	v = find_vcpu((u64)vcpu);
	if (v && is_new_vcpu(v, vcpu, exit)) {
		end_life(v, (u64)vcpu);
		v = NULL;
	}
	if (!v) {
		taken = take_place(vcpu);
		if (taken < 0) {
			__sync_fetch_and_add(&lost, 1);
			return NULL;
		}
		place = taken;
		v = bpf_map_lookup_elem(&vcpus, &place);
		if (!v)
			return NULL;
	}
	v->tid = this_tid();
	v->pid = bpf_core_field_exists(vcpu->pid) ?
		 (u64)BPF_CORE_READ(vcpu, pid) : 0;
	v->settled = 1;
	*this_place() = v->place;
	return v;
}

/*
 * Return true if @v is @vcpu, run by the same thread as before: KVM changes
 * vcpu->pid with the thread, and holds a reference to it.
 */
static __always_inline bool is_settled(const struct eb_vcpu *v,
				       struct kvm_vcpu *vcpu, bool exit)
{
	if (v->vcpu != (u64)vcpu || !bpf_core_field_exists(vcpu->pid) ||
	    v->pid != (u64)vcpu->pid)
		return false;
	return !no_destroy_event || !is_new_vcpu(v, vcpu, exit);
}

/* As settle(), for an event's argument */
static __always_inline struct eb_vcpu *vcpu_of(struct kvm_vcpu *vcpu, bool exit)
{
	struct eb_vcpu *v = last_vcpu();

	if (!v || !is_settled(v, vcpu, exit))
		return settle(vcpu, exit);
	v->settled = 1;
	return v;
}

/*
 * The vCPU that a thread has loaded, from its preempt notifier, or 0. It is
 * loaded while the thread is in KVM_RUN, except at the very begin and end.
 */
static __always_inline u64 loaded_by(struct task_struct *task)
{
	u64 notifier = (u64)BPF_CORE_READ(task, preempt_notifiers.first);

	return notifier ? notifier -
	       bpf_core_field_offset(struct preempt_notifier, link) -
	       bpf_core_field_offset(struct kvm_vcpu, preempt_notifier) : 0;
}

/* The vCPU of the current thread, which has it loaded, or NULL */
static __always_inline struct eb_vcpu *loaded_vcpu(void)
{
	struct eb_vcpu *v = last_vcpu();

	if (v && v->settled && v->tid == this_tid())
		return v;
	return find_vcpu(loaded_by((void *)bpf_get_current_task()));
}

#endif
