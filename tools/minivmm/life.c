// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements life.h: /dev/kvm, the VM, its memory and images, the interrupt
 * chips if an image or an option requires them, and the vCPUs.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "abi.h"
#include "arch.h"
#include "clock.h"
#include "life.h"
#include "load.h"

#define API_VERSION	12
#define MAX_RAM		(3ull << 30)
#define MAX_IMAGE	(512u << 20)
/* Pages that KVM needs on Intel, at the same addresses as in QEMU. */
#define IDENTITY_ADDR	0xfeffc000ull
#define TSS_ADDR	0xfeffd000ul

#define CPUID_FIRST	80	/* entries; doubled while KVM returns E2BIG */
#define CPUID_MOST	1024

/* CPUID leaf 1 */
#define EDX_APIC	(1u << 9)
#define ECX_X2APIC	(1u << 21)
#define ECX_DEADLINE	(1u << 24)

static int vm_call(struct vmm *vmm, enum call call, void *arg,
		   struct errbuf *err)
{
	return call_kvm(&vmm->times, vmm->vm, call, arg, err);
}

static int capability(struct vmm *vmm, unsigned long cap, struct errbuf *err)
{
	return call_number(&vmm->times, vmm->kvm, CALL_CHECK_EXTENSION, cap,
			   err);
}

static int open_kvm(struct vmm *vmm, struct errbuf *err)
{
	int rc;

	vmm->kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (vmm->kvm < 0)
		return err_set(err, -ENODEV, "/dev/kvm: %m (%s)",
			       errno == EACCES || errno == EPERM ?
			       "run as root, or join the group kvm" :
			       "load kvm-intel or kvm-amd; check that the firmware enables virtualization");
	rc = call_number(&vmm->times, vmm->kvm, CALL_GET_API_VERSION, 0, err);
	if (rc < 0)
		return -ENODEV;
	if (rc != API_VERSION)
		return err_set(err, -ENODEV, "/dev/kvm: API version %d (this minivmm supports %d)",
			       rc, API_VERSION);
	return 0;
}

static int create_vm(struct vmm *vmm, struct errbuf *err)
{
	uint64_t identity = IDENTITY_ADDR;
	int rc;

	vmm->vm = call_number(&vmm->times, vmm->kvm, CALL_CREATE_VM, 0, err);
	if (vmm->vm < 0)
		return vmm->vm;
	rc = vm_call(vmm, CALL_SET_IDENTITY_MAP_ADDR, &identity, err);
	if (rc < 0)
		return rc;
	return call_number(&vmm->times, vmm->vm, CALL_SET_TSS_ADDR, TSS_ADDR,
			   err);
}

static int map_memory(struct memory *memory, uint64_t size, struct errbuf *err)
{
	memory->base = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (memory->base == MAP_FAILED)
		return err_set(err, -errno, "cannot map %llu KiB of guest memory: %m (decrease --memory)",
			       (unsigned long long)size >> 10);
	memory->size = size;
	return 0;
}

/* Slot 0 is the RAM, slot 1 the ROM. */
static int give_memory(struct vmm *vmm, uint32_t slot, struct errbuf *err)
{
	const struct memory *m = slot ? &vmm->rom : &vmm->ram;
	struct kvm_userspace_memory_region region = {
		.slot = slot,
		.flags = slot ? KVM_MEM_READONLY : 0,
		.guest_phys_addr = slot ? FOUR_GIB - m->size : 0,
		.memory_size = m->size,
		.userspace_addr = (unsigned long)m->base,
	};

	return vm_call(vmm, CALL_SET_USER_MEMORY_REGION, &region, err);
}

/* Read the images, and find out how each vCPU starts and what it requires. */
static int inspect_images(struct vmm *vmm, struct image *images,
			  struct errbuf *err)
{
	const struct options *o = vmm->options;
	uint32_t wants = (o->firmware ? MINIVMM_IS_FIRMWARE : 0) |
			 (o->irqchip ? MINIVMM_WANTS_IRQCHIP : 0) |
			 (o->timer ? MINIVMM_WANTS_TIMER : 0);

	vmm->nr_vcpus = (unsigned int)o->vcpus;
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++) {
		struct boot *boot = &vmm->vcpus[i].boot;
		int rc;

		if (i >= o->nr_images) {
			*boot = vmm->vcpus[0].boot;
			continue;
		}
		*boot = (struct boot) {
			.mode = o->mode, .wants = wants, .append = o->append,
			.initrd = o->initrd,
		};
		rc = image_read(&images[i], o->images[i], MAX_IMAGE, err);
		if (!rc)
			rc = load_inspect(&images[i], boot, err);
		if (rc)
			return rc;
		if (boot->kind->alone &&
		    (o->nr_images > 1 || (boot->kind->os && o->vcpus > 1)))
			return err_set(err, -EINVAL, "%s: a %s image must run alone%s",
				       o->images[i], boot->kind->name,
				       boot->kind->os ? ", on one vCPU" : "");
		vmm->wants |= boot->wants;
	}
	return 0;
}

/* The slices are contiguous; vCPU i has the i-th slice. */
static int make_ram(struct vmm *vmm, struct errbuf *err)
{
	uint64_t slice = vmm->options->memory;
	uint64_t nr = vmm->vcpus[0].boot.kind->alone ? 1 : vmm->nr_vcpus;
	int rc;

	for (unsigned int i = 0; i < nr && !vmm->options->memory; i++)
		if (slice < vmm->vcpus[i].boot.memory)
			slice = vmm->vcpus[i].boot.memory;
	if (slice > MAX_RAM / nr)
		return err_set(err, -EINVAL,
			       "--memory: %llu KiB for each of %llu programs is more than 3 GiB",
			       (unsigned long long)slice >> 10,
			       (unsigned long long)nr);
	rc = map_memory(&vmm->ram, slice * nr, err);
	if (rc)
		return rc;
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++)
		vmm->vcpus[i].slice = (struct memory) {
			vmm->ram.base + (nr > 1 ? i * slice : 0), slice,
		};
	return give_memory(vmm, 0, err);
}

static int load_images(struct vmm *vmm, const struct image *images,
		       struct errbuf *err)
{
	struct boot *first = &vmm->vcpus[0].boot;
	int rc = 0;

	if (first->mode == MODE_FIRMWARE) {
		rc = map_memory(&vmm->rom, images[0].len, err);
		if (!rc)
			rc = load_image(&images[0], &vmm->rom, first, err);
		return rc ? rc : give_memory(vmm, 1, err);
	}
	for (unsigned int i = 0; i < vmm->nr_vcpus && !rc; i++) {
		unsigned int image = i < vmm->options->nr_images ? i : 0;

		rc = load_image(&images[image], &vmm->vcpus[i].slice,
				&vmm->vcpus[i].boot, err);
	}
	return rc;
}

/* Get the CPUID that KVM supports. Grow the buffer until it fits. */
static int get_cpuid(struct vmm *vmm, struct kvm_cpuid2 **cpuid,
		     struct errbuf *err)
{
	int rc = -E2BIG;

	for (unsigned int nr = CPUID_FIRST; rc == -E2BIG && nr <= CPUID_MOST;
	     nr *= 2) {
		free(*cpuid);
		*cpuid = xcalloc(1, sizeof(**cpuid) +
				 nr * sizeof((*cpuid)->entries[0]));
		(*cpuid)->nent = nr;
		rc = call_kvm(&vmm->times, vmm->kvm, CALL_GET_SUPPORTED_CPUID,
			      *cpuid, err);
	}
	return rc;
}

/* Set the APIC id, and clear the APIC features if there is no APIC. */
static void fix_cpuid(const struct vmm *vmm, struct kvm_cpuid_entry2 *e,
		      uint32_t id, bool deadline)
{
	if (e->function == 1) {
		e->ebx = (e->ebx & 0xffff) | vmm->nr_vcpus << 16 | id << 24;
		if (!(vmm->wants & MINIVMM_WANTS_IRQCHIP)) {
			e->edx &= ~EDX_APIC;
			e->ecx &= ~(ECX_X2APIC | ECX_DEADLINE);
		} else if (deadline) {
			e->ecx |= ECX_DEADLINE;
		}
	} else if (e->function == 0xb || e->function == 0x1f) {
		e->edx = id;
	}
}

static int make_vcpu(struct vmm *vmm, unsigned int index,
		     struct kvm_cpuid2 *cpuid, bool deadline, struct errbuf *err)
{
	struct vcpu *v = &vmm->vcpus[index];
	int rc;

	v->vmm = vmm;
	v->index = index;
	v->fd = call_number(&vmm->times, vmm->vm, CALL_CREATE_VCPU, index, err);
	if (v->fd < 0)
		return v->fd;
	v->run = mmap(NULL, vmm->run_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		      v->fd, 0);
	if (v->run == MAP_FAILED)
		return err_set(err, -errno, "cannot map vCPU %u: %m", index);
	for (uint32_t i = 0; i < cpuid->nent; i++)
		fix_cpuid(vmm, &cpuid->entries[i], index, deadline);
	rc = call_kvm(&vmm->times, v->fd, CALL_SET_CPUID2, cpuid, err);
	return rc < 0 ? rc : arch_boot(v, err);
}

static int make_vcpus(struct vmm *vmm, struct errbuf *err)
{
	struct kvm_cpuid2 *cpuid = NULL;
	int max = capability(vmm, KVM_CAP_MAX_VCPUS, err);
	bool deadline = capability(vmm, KVM_CAP_TSC_DEADLINE_TIMER, err) > 0;
	int rc = call_number(&vmm->times, vmm->kvm, CALL_GET_VCPU_MMAP_SIZE, 0,
			     err);

	vmm->run_bytes = rc < 0 ? 0 : (size_t)rc;
	if (rc >= 0)
		rc = get_cpuid(vmm, &cpuid, err);
	if (rc >= 0 && max > 0 && vmm->nr_vcpus > (unsigned int)max)
		rc = err_set(err, -EINVAL, "%u vCPUs: this KVM supports at most %d",
			     vmm->nr_vcpus, max);
	for (unsigned int i = 0; i < vmm->nr_vcpus && rc >= 0; i++)
		rc = make_vcpu(vmm, i, cpuid, deadline, err);
	free(cpuid);
	return rc < 0 ? rc : 0;
}

static int make_events(struct vmm *vmm, struct errbuf *err)
{
	vmm->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	vmm->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (vmm->wake_fd < 0 || vmm->stop_fd < 0)
		return err_set(err, -errno, "eventfd: %m");
	pthread_mutex_init(&vmm->output_lock, NULL);
	pthread_mutex_init(&vmm->device_lock, NULL);
	return 0;
}

static int make_machine(struct vmm *vmm, const struct image *images,
			struct errbuf *err)
{
	int rc = make_events(vmm, err);

	if (!rc)
		rc = open_kvm(vmm, err);
	if (!rc)
		rc = create_vm(vmm, err);
	if (rc >= 0)
		rc = make_ram(vmm, err);
	if (rc >= 0)
		rc = load_images(vmm, images, err);
	if (rc >= 0 && vmm->wants & MINIVMM_WANTS_IRQCHIP)
		rc = arch_interrupts(vmm, err);
	return rc < 0 ? rc : make_vcpus(vmm, err);
}

int life_create(struct vmm *vmm, struct errbuf *err)
{
	struct image *images = xcalloc(vmm->options->nr_images,
				       sizeof(*images));
	int rc = inspect_images(vmm, images, err);

	if (!rc)
		rc = make_machine(vmm, images, err);
	for (unsigned int i = 0; i < vmm->options->nr_images; i++)
		free(images[i].data);
	free(images);
	vmm->times.frozen = 1;
	vmm->setup_ns = mono_ns() - vmm->start_ns;
	return rc;
}

/* KVM destroys the VM when the last vCPU is closed. */
void life_destroy(struct vmm *vmm)
{
	for (unsigned int i = 0; i < vmm->nr_vcpus; i++) {
		struct vcpu *v = &vmm->vcpus[i];

		munmap(v->run, vmm->run_bytes);
		close(v->fd);
		buf_free(&v->line);
	}
	close(vmm->vm);
	close(vmm->kvm);
	munmap(vmm->ram.base, vmm->ram.size);
	if (vmm->rom.size)
		munmap(vmm->rom.base, vmm->rom.size);
	close(vmm->wake_fd);
	close(vmm->stop_fd);
	pthread_mutex_destroy(&vmm->output_lock);
	pthread_mutex_destroy(&vmm->device_lock);
}
