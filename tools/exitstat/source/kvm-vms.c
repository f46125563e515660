// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements kvm-vms.h.
 *
 * The row "other_exits" never decreases, although an exit whose handler runs during
 * the read is not yet in its own row: then it is one too high until it is reached by
 * other exits.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "lib/sysroot.h"
#include "lib/proc.h"
#include "source/kvm-debugfs.h"
#include "source/kvm-procs.h"
#include "source/kvm-vms.h"

#define SCAN_NS		(200 * NSEC_PER_MSEC)	/* between scans of /proc */
#define RETRY_NS	(5 * NSEC_PER_SEC)	/* after a failure of QMP */

/* ---- the list of VMs ---- */

static struct kvm_vm *add_vm(struct kvm_vms *k, uint32_t pid,
			     const char *dir)
{
	char path[64];
	struct kvm_vm *vm;

	k->vms = vec_room(k->vms, k->nr, &k->cap, sizeof(*vm));
	vm = &k->vms[k->nr++];
	*vm = (struct kvm_vm) { .id = ++k->nr_ever, .pid = pid };
	snprintf(vm->dir, sizeof(vm->dir), "%s", dir);
	snprintf(path, sizeof(path), "/proc/%u/comm", pid);
	sysroot_line(k->root, path, vm->comm, sizeof(vm->comm));
	vm->created_ns = proc_start_ns(k->root, pid, mono_ns());
	return vm;
}

static void see_dir(void *arg, uint32_t pid, const char *dir)
{
	struct kvm_vms *k = arg;
	struct kvm_vm *vm = NULL;

	for (size_t i = 0; !vm && i < k->nr; i++) {
		struct kvm_vm *at = &k->vms[i];

		if (at->pid == pid && !at->destroyed_ns &&
		    (!strcmp(at->dir, dir) || !*at->dir))
			vm = at;
	}
	if (!vm)
		vm = add_vm(k, pid, dir);
	snprintf(vm->dir, sizeof(vm->dir), "%s", dir);
	vm->seen = true;
}

static void see_qemu(void *arg, uint32_t pid)
{
	struct kvm_vms *k = arg;

	for (size_t i = 0; i < k->nr; i++)
		if (k->vms[i].pid == pid && !k->vms[i].destroyed_ns)
			return;
	add_vm(k, pid, "")->seen = true;
}

static void bury(struct kvm_vm *vm)
{
	vm->destroyed_ns = mono_ns();
	qmp_close(vm->qmp);
	vm->qmp = NULL;
}

/* Evict the oldest destroyed VM: add it to the sum. */
static void retire(struct kvm_vms *k)
{
	size_t destroyed = 0, oldest = 0;
	struct kvm_vm *vm;

	for (size_t i = k->nr; i-- > 0;) {
		destroyed += k->vms[i].destroyed_ns > 0;
		if (k->vms[i].destroyed_ns)
			oldest = i;
	}
	if (destroyed <= KVM_DESTROYED_VMS)
		return;
	vm = &k->vms[oldest];
	for (size_t i = 0; i < vm->nr; i++)
		for (size_t row = 0; row < NR_KVM_STATS; row++)
			k->evicted[row] += vm->vcpus[i].n[row];
	free(vm->vcpus);
	memmove(vm, vm + 1, (--k->nr - oldest) * sizeof(*vm));
}

static void find_vms(struct kvm_vms *k)
{
	struct errbuf err;
	bool listed;

	for (size_t i = 0; i < k->nr; i++)
		k->vms[i].seen = false;
	listed = !kvm_debugfs_list(k->root, see_dir, k, &err);
	if (mono_ns() >= k->scan_ns) {
		kvm_procs_qemus(k->root, see_qemu, k);
		k->scan_ns = mono_ns() + SCAN_NS;
	}
	for (size_t i = 0; i < k->nr; i++) {
		struct kvm_vm *vm = &k->vms[i];

		if (vm->destroyed_ns || vm->seen)
			continue;
		if ((*vm->dir && listed) ||
		    !proc_is_alive(k->root, vm->pid))
			bury(vm);
	}
	retire(k);
}

/* ---- their counts ---- */

static struct kvm_vcpu *find_vcpu(struct kvm_vm *vm, uint32_t id)
{
	struct kvm_vcpu *v;

	for (size_t i = 0; i < vm->nr; i++)
		if (vm->vcpus[i].id == id)
			return &vm->vcpus[i];
	vm->vcpus = vec_room(vm->vcpus, vm->nr, &vm->cap, sizeof(*v));
	v = &vm->vcpus[vm->nr++];
	*v = (struct kvm_vcpu) { .id = id };
	return v;
}

static void raise_to(uint64_t *n, uint64_t value)
{
	if (value > *n)
		*n = value;
}

/* Keep counts monotonic, even if KVM's files were reset to 0. */
static void take(struct kvm_vm *vm, uint32_t id, const struct kvm_stat_values *v)
{
	struct kvm_vcpu *to = find_vcpu(vm, id);
	uint64_t named = 0;

	for (size_t i = 0; i < NR_KVM_COUNTED; i++) {
		raise_to(&to->n[i], v->n[i]);
		named += v->n[i];
	}
	if (v->exits > named)
		raise_to(&to->n[KVM_STAT_other_exits], v->exits - named);
}

static int start_qmp(const struct kvm_vms *k, struct kvm_vm *vm)
{
	char path[QMP_PATH_MAX];
	int rc = kvm_procs_socket(k->root, vm->pid, path);

	if (rc == -EBUSY)
		return err_set(&vm->no_qmp, rc,
			       "its QMP is used by libvirt (virsh domstats --vcpu shows the same)");
	if (rc)
		return err_set(&vm->no_qmp, rc,
			       "it has no QMP socket (-qmp unix:PATH,server=on,wait=off)");
	return qmp_open(&vm->qmp, path, &vm->no_qmp);
}

static int read_qmp(const struct kvm_vms *k, struct kvm_vm *vm,
		    uint64_t until_ns)
{
	const struct qmp_cpu *cpus;
	size_t nr;
	int rc = 0;

	if (!vm->qmp)
		rc = mono_ns() < vm->retry_ns ? -EHOSTDOWN : start_qmp(k, vm);
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
	vm->method = KVM_METHOD_QMP;
	cpus = qmp_cpus(vm->qmp, &nr);
	for (size_t i = 0; i < nr; i++)
		if (cpus[i].there)
			take(vm, cpus[i].index, &cpus[i].v);
	return 0;
}

static int read_debugfs(const struct kvm_vms *k, struct kvm_vm *vm)
{
	struct kvm_stat_values v;
	int rc = -ENOENT;

	if (*vm->dir)
		rc = kvm_debugfs_read(k->root, vm->dir, &v,
				      &vm->no_debugfs);
	if (rc)
		return rc;
	vm->method = KVM_METHOD_DEBUGFS;
	take(vm, 0, &v);
	return 0;
}

static void read_vm(const struct kvm_vms *k, struct kvm_vm *vm,
		    uint64_t until_ns)
{
	int rc = -ENOENT;

	if (vm->method != KVM_METHOD_DEBUGFS)
		rc = read_qmp(k, vm, until_ns);
	if (rc && rc != -EAGAIN && vm->method != KVM_METHOD_QMP)
		rc = read_debugfs(k, vm);
	if (!rc) {
		vm->no_qmp.text[0] = '\0';
		vm->no_debugfs.text[0] = '\0';
	}
}

void kvm_vms_update(struct kvm_vms *k, uint64_t wait_ns)
{
	uint64_t until_ns = mono_ns() + wait_ns;

	find_vms(k);
	for (size_t i = 0; i < k->nr; i++)
		if (!k->vms[i].destroyed_ns)
			read_vm(k, &k->vms[i], until_ns);
}

void kvm_vms_free(struct kvm_vms *k)
{
	for (size_t i = 0; i < k->nr; i++) {
		qmp_close(k->vms[i].qmp);
		free(k->vms[i].vcpus);
	}
	free(k->vms);
}
