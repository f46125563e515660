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

/* Set before loading. */
const volatile bool with_time;
const volatile bool with_histogram;
const volatile bool with_detail;
const volatile bool no_destroy_event;	/* KVM reports no destruction of vCPUs */
const volatile bool with_silent;	/* PVM only: there may be no events for exits */
const volatile u8 svm_near[KES_SVM_NEAR];
const volatile struct eb_far_code svm_far[EB_MAX_FAR];
const volatile u32 nr_svm_far;

/* Set when all programs are attached, so that they start together. */
u32 armed;
/* Exits of vCPUs without a place */
u64 lost;

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

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, u32);
	__type(value, u32);
} by_tid SEC(".maps");

/* A vCPU's place and its counts; the other arrays are looked up when needed. */
struct seat {
	struct eb_vcpu *v;
	u32 place;
};

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

static __always_inline u32 this_tid(void)
{
	return (u32)bpf_get_current_pid_tgid();
}

/*
 * Record that this thread runs the vCPU of @place: events of the scheduler and
 * returns to user space are looked up by thread.
 */
static __noinline void settle(struct eb_vcpu *v, u32 place, u32 tid)
{
	u32 old, *known;

	if (!v)
		return;
	old = v->tid;
	if (old && old != tid) {
		known = bpf_map_lookup_elem(&by_tid, &old);
		if (known && *known == place)
			bpf_map_delete_elem(&by_tid, &old);
	}
	known = bpf_map_lookup_elem(&by_tid, &tid);
	if (!known || *known != place)
		bpf_map_update_elem(&by_tid, &tid, &place, BPF_ANY);
	v->tid = tid;
	v->settled = 1;
}

static __always_inline void describe(struct eb_vcpu *v, struct kvm_vcpu *vcpu)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	v->kvm = (u64)BPF_CORE_READ(vcpu, kvm);
	v->first_ns = bpf_ktime_get_ns();
	v->vcpu_id = BPF_CORE_READ(vcpu, vcpu_id);
	v->tgid = bpf_get_current_pid_tgid() >> 32;
	v->last = EB_NO_EXIT;
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
	describe(v, vcpu);
	return place;
}

/* From now on, KVM may create another vCPU at the same address. */
static __noinline void end_life(struct eb_vcpu *v, u64 key)
{
	u32 *place, tid;

	if (!v)
		return;
	tid = v->tid;
	place = bpf_map_lookup_elem(&by_tid, &tid);
	if (place && bpf_map_lookup_elem(&vcpus, place) == v)
		bpf_map_delete_elem(&by_tid, &tid);
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

/* @exit: an exit is about to be counted */
static __always_inline bool find_seat(struct seat *s, struct kvm_vcpu *vcpu,
				      bool exit)
{
	u64 key = (u64)vcpu;
	u32 *place = bpf_map_lookup_elem(&by_vcpu, &key);
	long taken;

	s->v = NULL;
	if (place) {
		s->place = *place;
		s->v = bpf_map_lookup_elem(&vcpus, place);
		if (s->v && is_new_vcpu(s->v, vcpu, exit)) {
			end_life(s->v, key);
			s->v = NULL;
		}
	}
	if (!s->v) {
		taken = take_place(vcpu);
		if (taken < 0)
			return false;
		s->place = taken;
		s->v = bpf_map_lookup_elem(&vcpus, &s->place);
	}
	if (s->v && (!s->v->settled || s->v->tid != this_tid()))
		settle(s->v, s->place, this_tid());
	return s->v;
}

#endif
