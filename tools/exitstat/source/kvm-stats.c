// SPDX-License-Identifier: GPL-2.0-only
/*
 * Source "kvm-stats": what KVM counts anyway, where nothing better is allowed.
 *
 * Each VM has one feed, for good: QEMU's QMP, which has every vCPU, or else
 * KVM's files in debugfs, which have the sum of a VM's vCPUs, shown as its
 * vCPU 0. A VM that cannot be read yet is shown without vCPUs, and one that
 * cannot be read at all is left out and told by remarks.
 *
 * Owns the VMs that it has seen: their ids, their last counts, and those of
 * the last 64 that ended. What is shown of the row "other_exits" never falls,
 * although an exit whose handler runs as it is read is not yet in a row of its
 * own: it is then one too high until that many others have come.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "exits/sources.h"
#include "lib/fsroot.h"
#include "lib/proc.h"
#include "snapshot/snapshot.h"
#include "source/kvm-debugfs.h"
#include "source/kvm-procs.h"
#include "source/qmp.h"
#include "source/source.h"

#define MAX_DEAD	64
#define SCAN_NS		(200 * NSEC_PER_MSEC)	/* between looks at /proc */
#define RETRY_NS	(5 * NSEC_PER_SEC)	/* after QMP has failed */
#define READ_NS		(100 * NSEC_PER_MSEC)	/* to wait for answers */
#define PROBE_NS	NSEC_PER_SEC

enum feed { FEED_NONE, FEED_QMP, FEED_DEBUGFS };

struct vcpu {
	uint32_t id;
	uint64_t n[NR_KVM_STATS];
};

struct vm {
	uint64_t id;
	uint32_t pid;
	char dir[32];		/* in debugfs, "" if it is not known */
	char comm[17];
	uint64_t created_ns, died_ns;
	bool seen;		/* in this round */
	enum feed feed;
	struct qmp *qmp;
	uint64_t retry_ns;	/* no QMP before */
	struct vcpu *vcpus;
	size_t nr, cap;
	struct errbuf no_qmp, no_debugfs; /* why it is not read */
};

static struct state {
	const char *root;
	struct vm *vms;
	size_t nr, cap;
	uint64_t nr_ever;
	uint64_t scan_ns;	/* next look at /proc */
	uint64_t retired[NR_KVM_STATS];
} state;

/* ---- which VMs there are ---- */

static struct vm *add_vm(uint32_t pid, const char *dir)
{
	char path[64];
	struct vm *vm;

	state.vms = vec_room(state.vms, state.nr, &state.cap, sizeof(*vm));
	vm = &state.vms[state.nr++];
	*vm = (struct vm) { .id = ++state.nr_ever, .pid = pid };
	snprintf(vm->dir, sizeof(vm->dir), "%s", dir);
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	fsroot_line(state.root, path, vm->comm, sizeof(vm->comm));
	vm->created_ns = proc_began_ns(state.root, pid, mono_ns());
	return vm;
}

static void see_dir(void *arg, uint32_t pid, const char *dir)
{
	struct vm *vm = NULL;

	(void)arg;
	for (size_t i = 0; !vm && i < state.nr; i++) {
		struct vm *at = &state.vms[i];

		if (at->pid == pid && !at->died_ns &&
		    (!strcmp(at->dir, dir) || !*at->dir))
			vm = at;
	}
	if (!vm)
		vm = add_vm(pid, dir);
	snprintf(vm->dir, sizeof(vm->dir), "%s", dir);
	vm->seen = true;
}

static void see_qemu(void *arg, uint32_t pid)
{
	(void)arg;
	for (size_t i = 0; i < state.nr; i++)
		if (state.vms[i].pid == pid && !state.vms[i].died_ns)
			return;
	add_vm(pid, "")->seen = true;
}

static void bury(struct vm *vm)
{
	vm->died_ns = mono_ns();
	qmp_close(vm->qmp);
	vm->qmp = NULL;
}

/* Makes room: the oldest dead one goes into the sum. */
static void retire(void)
{
	size_t dead = 0, oldest = 0;
	struct vm *vm;

	for (size_t i = state.nr; i-- > 0;) {
		dead += state.vms[i].died_ns > 0;
		if (state.vms[i].died_ns)
			oldest = i;
	}
	if (dead <= MAX_DEAD)
		return;
	vm = &state.vms[oldest];
	for (size_t i = 0; i < vm->nr; i++)
		for (size_t k = 0; k < NR_KVM_STATS; k++)
			state.retired[k] += vm->vcpus[i].n[k];
	free(vm->vcpus);
	memmove(vm, vm + 1, (--state.nr - oldest) * sizeof(*vm));
}

static void find_vms(void)
{
	struct errbuf err;
	bool listed;

	for (size_t i = 0; i < state.nr; i++)
		state.vms[i].seen = false;
	listed = !kvm_debugfs_list(state.root, see_dir, NULL, &err);
	if (mono_ns() >= state.scan_ns) {
		kvm_procs_qemus(state.root, see_qemu, NULL);
		state.scan_ns = mono_ns() + SCAN_NS;
	}
	for (size_t i = 0; i < state.nr; i++) {
		struct vm *vm = &state.vms[i];

		if (vm->died_ns || vm->seen)
			continue;
		if ((*vm->dir && listed) ||
		    !proc_is_alive(state.root, vm->pid))
			bury(vm);
	}
	retire();
}

/* ---- what they count ---- */

static struct vcpu *find_vcpu(struct vm *vm, uint32_t id)
{
	struct vcpu *v;

	for (size_t i = 0; i < vm->nr; i++)
		if (vm->vcpus[i].id == id)
			return &vm->vcpus[i];
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*v));
	v = &vm->vcpus[vm->nr++];
	*v = (struct vcpu) { .id = id };
	return v;
}

static void raise_to(uint64_t *n, uint64_t value)
{
	if (value > *n)
		*n = value;
}

/* Counts only grow, also when somebody has set KVM's files to 0. */
static void take(struct vm *vm, uint32_t id, const struct kvm_stat_values *v)
{
	struct vcpu *to = find_vcpu(vm, id);
	uint64_t named = 0;

	for (size_t i = 0; i < NR_KVM_COUNTED; i++) {
		raise_to(&to->n[i], v->n[i]);
		named += v->n[i];
	}
	if (v->exits > named)
		raise_to(&to->n[KVM_STAT_other_exits], v->exits - named);
}

static int start_qmp(struct vm *vm)
{
	char path[QMP_PATH_MAX];
	int rc = kvm_procs_socket(state.root, vm->pid, path);

	if (rc == -EBUSY)
		return err_set(&vm->no_qmp, rc,
			       "its QMP is a descriptor that libvirt has (virsh domstats --vcpu shows the same)");
	if (rc)
		return err_set(&vm->no_qmp, rc,
			       "it has no socket for QMP (-qmp unix:PATH,server=on,wait=off)");
	return qmp_open(&vm->qmp, path, &vm->no_qmp);
}

static int read_qmp(struct vm *vm, uint64_t until_ns)
{
	const struct qmp_cpu *cpus;
	size_t nr;
	int rc = 0;

	if (!vm->qmp)
		rc = mono_ns() < vm->retry_ns ? -EHOSTDOWN : start_qmp(vm);
	if (!rc)
		rc = qmp_read(vm->qmp, until_ns, &vm->no_qmp);
	if (rc == -EAGAIN)
		return rc;
	if (rc) {
		if (rc != -EHOSTDOWN)
			vm->retry_ns = mono_ns() + RETRY_NS;
		qmp_close(vm->qmp);
		vm->qmp = NULL;
		return rc;
	}
	vm->feed = FEED_QMP;
	cpus = qmp_cpus(vm->qmp, &nr);
	for (size_t i = 0; i < nr; i++)
		if (cpus[i].there)
			take(vm, cpus[i].index, &cpus[i].v);
	return 0;
}

static int read_debugfs(struct vm *vm)
{
	struct kvm_stat_values v;
	int rc = -ENOENT;

	if (*vm->dir)
		rc = kvm_debugfs_read(state.root, vm->dir, &v,
				      &vm->no_debugfs);
	if (rc)
		return rc;
	vm->feed = FEED_DEBUGFS;
	take(vm, 0, &v);
	return 0;
}

static void read_vm(struct vm *vm, uint64_t until_ns)
{
	int rc = -ENOENT;

	if (vm->feed != FEED_DEBUGFS)
		rc = read_qmp(vm, until_ns);
	if (rc && rc != -EAGAIN && vm->feed != FEED_QMP)
		rc = read_debugfs(vm);
	if (!rc) {
		vm->no_qmp.text[0] = '\0';
		vm->no_debugfs.text[0] = '\0';
	}
}

static void update(const char *root, uint64_t wait_ns)
{
	uint64_t until_ns = mono_ns() + wait_ns;

	state.root = root;
	find_vms();
	for (size_t i = 0; i < state.nr; i++)
		if (!state.vms[i].died_ns)
			read_vm(&state.vms[i], until_ns);
}

/* ---- the snapshot ---- */

static void put_counts(struct buf *out, uint32_t type, uint64_t vm_id,
		       uint32_t vcpu_id, const uint64_t n[NR_KVM_STATS])
{
	struct kes_vcpu_record r = {
		.rec.type = type,
		.vm_id = vm_id,
		.vcpu_id = vcpu_id,
		.exit_size = sizeof(struct kes_exit),
	};

	for (size_t i = 0; i < NR_KVM_STATS; i++)
		r.nr_exits += n[i] > 0;
	r.rec.size = (uint32_t)(sizeof(r) +
				r.nr_exits * sizeof(struct kes_exit));
	buf_append(out, &r, sizeof(r));
	for (uint64_t i = 0; i < NR_KVM_STATS; i++) {
		struct kes_exit e = { .code = i, .l1 = n[i] };

		if (n[i])
			buf_append(out, &e, sizeof(e));
	}
}

static void put_vm(struct buf *out, const struct vm *vm)
{
	struct kes_vm_record r = {
		.rec = { KES_REC_VM, sizeof(r) },
		.vm_id = vm->id,
		.created_ns = vm->created_ns,
		.died_ns = vm->died_ns,
		.pid = vm->pid,
		.flags = vm->died_ns ? KES_VM_DEAD : 0,
		.nr_vcpus = (uint32_t)vm->nr,
	};

	memcpy(r.comm, vm->comm, sizeof(r.comm));
	buf_append(out, &r, sizeof(r));
	for (size_t i = 0; i < vm->nr; i++)
		put_counts(out, KES_REC_VCPU, vm->id, vm->vcpus[i].id,
			   vm->vcpus[i].n);
}

/* Seen, but neither readable nor about to be. */
static bool is_left_out(const struct vm *vm)
{
	return !vm->nr && *vm->no_qmp.text;
}

static int kvm_stats_read(const char *root, struct buf *out, struct errbuf *err)
{
	struct kes_header h = {
		.magic = KES_MAGIC,
		.version = KES_VERSION,
		.header_size = sizeof(h),
		.isa = KES_ISA_KVM,
		.source = KES_SOURCE_KVM_STATS,
		.groups = KES_GROUP_COUNT,
		.groups_known = KES_GROUP_COUNT,
		.nr_records = 1,
		.begin_ns = mono_ns(),
	};
	size_t at = out->len;

	(void)err;
	update(root, READ_NS);
	h.end_ns = mono_ns();
	buf_append(out, &h, sizeof(h));
	put_counts(out, KES_REC_RETIRED, 0, 0, state.retired);
	for (size_t i = 0; i < state.nr; i++) {
		if (is_left_out(&state.vms[i]))
			continue;
		put_vm(out, &state.vms[i]);
		h.nr_vms++;
		h.nr_records += 1 + (uint32_t)state.vms[i].nr;
	}
	h.size = out->len - at;
	memcpy(out->data + at, &h, sizeof(h));
	return 0;
}

/* ---- the rest of the source ---- */

static void describe(const struct vm *vm, struct buf *out)
{
	buf_printf(out, "not read: %s (pid %u): %s%s%s\n",
		   *vm->comm ? vm->comm : "a VM", vm->pid, vm->no_qmp.text,
		   *vm->no_debugfs.text ? "; " : "", vm->no_debugfs.text);
}

static void kvm_stats_remarks(struct buf *out)
{
	for (size_t i = 0; i < state.nr; i++)
		if (is_left_out(&state.vms[i]) ||
		    (!state.vms[i].died_ns && *state.vms[i].no_qmp.text))
			describe(&state.vms[i], out);
}

static size_t count_feeds(enum feed feed)
{
	size_t nr = 0;

	for (size_t i = 0; i < state.nr; i++)
		nr += state.vms[i].feed == feed && !state.vms[i].died_ns;
	return nr;
}

/* Waits for those whose QEMU is about to answer. */
static void settle(const char *root)
{
	uint64_t until_ns = mono_ns() + PROBE_NS;
	bool waiting;

	do {
		update(root, READ_NS);
		waiting = false;
		for (size_t i = 0; i < state.nr; i++)
			waiting |= state.vms[i].qmp && !state.vms[i].nr;
	} while (waiting && mono_ns() < until_ns);
}

static int kvm_stats_probe(const char *root, struct errbuf *why)
{
	struct kvm_stat_values sums;
	struct errbuf no_debugfs;
	struct buf b = { 0 };
	bool has_debugfs;
	size_t qmp;

	settle(root);
	has_debugfs = !kvm_debugfs_read(root, "", &sums, &no_debugfs);
	qmp = count_feeds(FEED_QMP);
	if (qmp)
		return err_set(why, 0, "QMP of %zu QEMU answers%s", qmp,
			       has_debugfs ?
			       ", and KVM's totals in debugfs are readable" :
			       "");
	if (has_debugfs)
		return err_set(why, 0,
			       "KVM's totals for each VM in %s" KVM_DEBUGFS " are readable",
			       root);
	for (size_t i = 0; i < state.nr; i++)
		if (*state.vms[i].no_qmp.text)
			describe(&state.vms[i], &b);
	if (b.len)
		b.data[strcspn(b.data, "\n")] = '\0';
	err_set(why, 0, "%.300s; %.180s", no_debugfs.text,
		b.len ? b.data : "and no QEMU runs that has QMP");
	buf_free(&b);
	return -EAGAIN;
}

static int kvm_stats_get(const char *root, uint32_t *on, uint32_t *known,
			 struct errbuf *err)
{
	(void)root;
	(void)err;
	*on = KES_GROUP_COUNT;
	*known = KES_GROUP_COUNT;
	return 0;
}

static int kvm_stats_set(const char *root, uint32_t group, bool on,
			 struct errbuf *err)
{
	(void)root;
	(void)group;
	(void)on;
	return err_set(err, -EOPNOTSUPP,
		       "source kvm-stats: KVM always counts these, and they cannot be switched");
}

static int kvm_stats_reset(const char *root, struct errbuf *err)
{
	(void)root;
	return err_set(err, -EOPNOTSUPP,
		       "source kvm-stats: these are KVM's own statistics, and others may read them: not reset");
}

const struct source_ops source_kvm_stats = {
	.name = SOURCE_NAME_KVM_STATS,
	.help = "KVM's own statistics, by QMP or debugfs",
	.probe = kvm_stats_probe,
	.read = kvm_stats_read,
	.get_groups = kvm_stats_get,
	.set_group = kvm_stats_set,
	.reset = kvm_stats_reset,
	.remarks = kvm_stats_remarks,
};
