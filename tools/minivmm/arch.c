// SPDX-License-Identifier: GPL-2.0-only
/*
 * The initial state of a vCPU, by mode (Intel SDM vol. 3, ch. 9 and 10; AMD APM
 * vol. 2, ch. 14), and of the interrupt chips, as a PC's firmware leaves them.
 *
 * A program sees its slice of memory at address 0: through the segment bases in
 * real and protected mode, through page tables in long mode.
 */
#include <errno.h>

#include "abi.h"
#include "arch.h"

#define CR0_PE		0x1ull
#define CR0_ET		0x10ull
#define CR0_NE		0x20ull
#define CR0_PG		0x80000000ull
#define CR4_PAE		0x20ull
#define EFER_LONG	0x500ull	/* LME, LMA */
#define RFLAGS_FIXED	0x2ull
#define RFLAGS_IOPL	0x3000ull	/* allow ring 3 to use ports */
#define PTE_TABLE	0x7ull		/* present, writable, user mode */
#define PTE_LARGE	0x87ull
#define MIB		0x100000ull
#define PIT_HZ		1193182

/* Required by Linux's boot protocol (__BOOT_CS, __BOOT_DS). */
#define SELECTOR_CODE	0x10
#define SELECTOR_DATA	0x18

static uint64_t slice_base(const struct vcpu *v)
{
	return (uint64_t)(v->slice.base - v->vmm->ram.base);
}

/* Convert KVM's segment to a descriptor in the CPU's format. */
static uint64_t descriptor(const struct kvm_segment *s)
{
	uint64_t limit = s->g ? s->limit >> 12 : s->limit, base = s->base;

	return (limit & 0xffff) | (base & 0xffffff) << 16 |
	       (uint64_t)s->type << 40 | (uint64_t)s->s << 44 |
	       (uint64_t)s->dpl << 45 | (uint64_t)s->present << 47 |
	       (limit >> 16 & 0xf) << 48 | (uint64_t)s->l << 53 |
	       (uint64_t)s->db << 54 | (uint64_t)s->g << 55 |
	       (base >> 24 & 0xff) << 56;
}

static struct kvm_segment segment(uint64_t base, unsigned int selector,
				  enum mode mode)
{
	bool code = selector == SELECTOR_CODE;
	bool longs = code && mode != MODE_PROTECTED;
	uint8_t ring = mode == MODE_USER ? 3 : 0;

	return (struct kvm_segment) {
		.base = base, .limit = 0xffffffff,
		.selector = (uint16_t)(selector | ring), .dpl = ring,
		.type = code ? 11 : 3, .present = 1, .s = 1, .g = 1,
		.l = longs, .db = !longs,
	};
}

/* Set flat segments, and a GDT with the same descriptors for the guest. */
static void set_segments(struct vcpu *v, struct kvm_sregs *s)
{
	enum mode mode = v->boot.mode;
	uint64_t base = mode == MODE_PROTECTED ? slice_base(v) : 0;
	struct kvm_segment code = segment(base, SELECTOR_CODE, mode);
	struct kvm_segment data = segment(base, SELECTOR_DATA, mode);
	uint64_t gdt[] = { 0, 0, descriptor(&code), descriptor(&data) };

	memory_write(&v->slice, v->boot.area, gdt, sizeof(gdt));
	s->cs = code;
	s->ds = s->es = s->fs = s->gs = s->ss = data;
	s->gdt.base = base + v->boot.area;
	s->gdt.limit = sizeof(gdt) - 1;
}

/*
 * Vectors and handlers for real mode. Like a PC's firmware, they acknowledge
 * interrupts at the chips (in KVM), so that further interrupts arrive.
 */
static void set_vectors(struct vcpu *v, struct kvm_sregs *s, uint32_t segment)
{
	static const uint8_t handlers[] = {
		/* 0: any other */	0xcf,			/* iret */
		/* 1: second chip */	0x50,			/* push %ax */
					0xb0, 0x20,		/* mov $0x20, %al */
					0xe6, 0xa0,		/* out %al, $0xa0 */
					0xeb, 0x03,		/* jmp to 11 */
		/* 8: first chip */	0x50,			/* push %ax */
					0xb0, 0x20,		/* mov $0x20, %al */
		/* 11 */		0xe6, 0x20,		/* out %al, $0x20 */
					0x58,			/* pop %ax */
					0xcf,			/* iret */
	};
	uint32_t vectors[256];

	for (uint32_t i = 0; i < ARRAY_LEN(vectors); i++) {
		uint32_t at = i >= 0x08 && i < 0x10 ? 8 :
			      i >= 0x70 && i < 0x78 ? 1 : 0;

		vectors[i] = segment << 16 | (uint32_t)(sizeof(vectors) + at);
	}
	memory_write(&v->slice, v->boot.area, vectors, sizeof(vectors));
	memory_write(&v->slice, v->boot.area + sizeof(vectors), handlers,
		     sizeof(handlers));
	s->idt.base = slice_base(v) + v->boot.area;
	s->idt.limit = sizeof(vectors) - 1;
}

/*
 * Set the segment bases to the slice. The selector matches the base, or is 0
 * above 1 MiB, where no selector does. As on a PC, only vCPU 0 gets interrupts
 * from the PIC.
 */
static void boot_real(struct vcpu *v, struct kvm_sregs *s, struct kvm_regs *r)
{
	uint64_t base = slice_base(v);
	struct kvm_segment *const all[] = {
		&s->cs, &s->ds, &s->es, &s->fs, &s->gs, &s->ss,
	};

	for (size_t i = 0; i < ARRAY_LEN(all); i++) {
		all[i]->base = base;
		all[i]->selector = base < MIB ? (uint16_t)(base >> 4) : 0;
	}
	if (v->index || !(v->vmm->wants & MINIVMM_WANTS_IRQCHIP))
		return;
	set_vectors(v, s, (uint32_t)(v->boot.area >> 4));
	r->rflags |= RFLAGS_IF;
}

static void boot_protected(struct vcpu *v, struct kvm_sregs *s,
			   struct kvm_regs *r)
{
	(void)r;
	set_segments(v, s);
	s->cr0 = CR0_PE | CR0_ET | CR0_NE;
}

/*
 * Map the first GiB of addresses to the slice and the memory after it. Ring 3
 * can access all of it, and ports.
 */
static void boot_long(struct vcpu *v, struct kvm_sregs *s, struct kvm_regs *r)
{
	uint64_t base = slice_base(v), at = v->boot.area + AREA_TABLES;
	uint64_t *tables = memory_at(&v->slice, at, 3 * PAGE);

	if (!tables)
		return;	/* cannot happen: the loaders put the area inside */
	tables[0] = (base + at + PAGE) | PTE_TABLE;
	tables[512] = (base + at + 2 * PAGE) | PTE_TABLE;
	for (uint64_t i = 0; i < 512; i++)
		tables[1024 + i] = (base + i * LONG_UNIT) | PTE_LARGE;
	set_segments(v, s);
	s->cr3 = base + at;
	s->cr4 = CR4_PAE;
	s->efer = EFER_LONG;
	s->cr0 = CR0_PE | CR0_ET | CR0_NE | CR0_PG;
	if (v->boot.mode == MODE_USER)
		r->rflags |= RFLAGS_IOPL;
}

static void (*const boot_mode[])(struct vcpu *, struct kvm_sregs *,
				 struct kvm_regs *) = {
	[MODE_REAL] = boot_real,
	[MODE_PROTECTED] = boot_protected,
	[MODE_LONG] = boot_long,
	[MODE_USER] = boot_long,
};

/* With interrupt chips, all vCPUs except the first wait for a start-up IPI. */
static int make_runnable(struct vcpu *v, struct errbuf *err)
{
	struct kvm_mp_state state = { .mp_state = KVM_MP_STATE_RUNNABLE };

	if (!v->index || !(v->vmm->wants & MINIVMM_WANTS_IRQCHIP))
		return 0;
	return call_kvm(&v->vmm->times, v->fd, CALL_SET_MP_STATE, &state, err);
}

int arch_boot(struct vcpu *v, struct errbuf *err)
{
	struct call_times *times = &v->vmm->times;
	struct kvm_regs regs = {
		.rip = v->boot.entry, .rsp = v->boot.rsp, .rax = v->boot.rax,
		.rbx = v->boot.rbx, .rsi = v->boot.rsi, .rflags = RFLAGS_FIXED,
	};
	struct kvm_sregs sregs;
	int rc;

	if (v->boot.mode == MODE_FIRMWARE)
		return 0;	/* KVM's initial state is at the reset vector */
	rc = call_kvm(times, v->fd, CALL_GET_SREGS, &sregs, err);
	if (rc < 0)
		return rc;
	boot_mode[v->boot.mode](v, &sregs, &regs);
	rc = call_kvm(times, v->fd, CALL_SET_SREGS, &sregs, err);
	if (rc >= 0)
		rc = call_kvm(times, v->fd, CALL_SET_REGS, &regs, err);
	return rc < 0 ? rc : make_runnable(v, err);
}

/* The vectors start at 0x08 for the first chip, at 0x70 for the second. */
static int init_pic(struct vmm *vmm, uint32_t chip_id, struct errbuf *err)
{
	struct kvm_irqchip chip = { .chip_id = chip_id };
	bool first = chip_id == KVM_IRQCHIP_PIC_MASTER;
	int rc = call_kvm(&vmm->times, vmm->vm, CALL_GET_IRQCHIP, &chip, err);

	if (rc < 0)
		return rc;
	chip.chip.pic.irq_base = first ? 0x08 : 0x70;
	chip.chip.pic.imr = first ? 0xf8 : 0xff;	/* timer, keyboard, second */
	return call_kvm(&vmm->times, vmm->vm, CALL_SET_IRQCHIP, &chip, err);
}

/* Set channel 0 to rate generator, 18.2 Hz by default. */
static int start_pit(struct vmm *vmm, struct errbuf *err)
{
	uint64_t hz = vmm->options->timer_hz;
	struct kvm_pit_state2 pit = { 0 };
	int rc = call_kvm(&vmm->times, vmm->vm, CALL_GET_PIT2, &pit, err);

	if (rc < 0)
		return rc;
	pit.channels[0].mode = 2;
	pit.channels[0].gate = 1;
	pit.channels[0].count = hz ? (uint32_t)(PIT_HZ / hz) : 0x10000;
	return call_kvm(&vmm->times, vmm->vm, CALL_SET_PIT2, &pit, err);
}

int arch_interrupts(struct vmm *vmm, struct errbuf *err)
{
	struct kvm_pit_config config = { .flags = KVM_PIT_SPEAKER_DUMMY };
	bool timer = vmm->wants & MINIVMM_WANTS_TIMER;
	int rc = call_number(&vmm->times, vmm->vm, CALL_CREATE_IRQCHIP, 0, err);

	if (rc >= 0 && timer)
		rc = call_kvm(&vmm->times, vmm->vm, CALL_CREATE_PIT2, &config,
			      err);
	if (rc < 0 || vmm->vcpus[0].boot.mode != MODE_REAL)
		return rc;
	rc = init_pic(vmm, KVM_IRQCHIP_PIC_MASTER, err);
	if (rc >= 0)
		rc = init_pic(vmm, KVM_IRQCHIP_PIC_SLAVE, err);
	return rc >= 0 && timer ? start_pit(vmm, err) : rc;
}
