// SPDX-License-Identifier: GPL-2.0-only
/*
 * Print a snapshot of the exit statistics as lines of words, for the checks:
 *
 *   header ISA GROUPS SWITCHES END_NS NOW_CYC TSC_KHZ
 *   vm VM FLAGS
 *   vcpu VM VCPU ATTEMPTS FAILED EMULATION EXITS
 *   base VM VCPU ATTEMPTS FAILED EMULATION EXITS
 *   also VM VCPU BUS_LOCK ENCLAVE FORCED
 *   exit VM VCPU CODE L1 L2 REFLECTED FASTPATH USERSPACE
 *   base_exit VM VCPU CODE L1 L2 REFLECTED FASTPATH USERSPACE
 *   user VM VCPU REASON COUNT
 *   nested VM VCPU CODE COUNT
 *   time VM VCPU FIRST_CYC LAST_CYC STATE STATES_CYC
 *   charged VM VCPU CODE CYC... (the states from handler on)
 *   hist VM VCPU CODE INTERVALS
 *   detail VM VCPU CODE COUNT
 *
 * base has the baseline, the counts at the last reset. EXITS, STATES_CYC and
 * INTERVALS are sums. CODE is the low half of the raw code, as ftrace shows it, or
 * "unknown", "none", "emulated" or "failed". detail has one line per value.
 * The format is defined in module/uapi/kvm_exit_stats.h. This reader is independent
 * of exitstat's, which is under test. It only checks that the file is a complete
 * snapshot and that each record is complete.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <kvm_exit_stats.h>

static const char *name;

static _Noreturn void bad(const char *what)
{
	fprintf(stderr, "snap: %s: %s\n", name, what);
	exit(1);
}

/* A record, or the header; take() refuses to read beyond its end. */
struct part {
	const char *at;
	size_t size;
};

static const void *take(const struct part *part, size_t from, size_t size)
{
	if (from > part->size || size > part->size - from)
		bad("a record is too short for its contents");
	return part->at + from;
}

/* Each of the rec->nr elements after a record's head. */
#define FOR_EACH(e, rec, part) \
	for (uint32_t i_ = 0; i_ < (rec)->nr && \
	     ((e) = take(part, sizeof(*(rec)) + i_ * sizeof(*(e)), \
			 sizeof(*(e)))); i_++)

static const char *code_word(uint64_t code)
{
	static char word[16];

	if (code == KES_CODE_UNKNOWN)
		return "unknown";
	if (code == KES_CODE_NONE)
		return "none";
	if (code == KES_CODE_EMULATED)
		return "emulated";
	if (code == KES_CODE_ENTRY_FAILED)
		return "failed";
	snprintf(word, sizeof(word), "%" PRIu32, (uint32_t)code);
	return word;
}

static void print_vm(const struct part *part)
{
	const struct kes_vm_record *vm = take(part, 0, sizeof(*vm));

	printf("vm %llu %u\n", vm->vm_id, vm->flags);
}

static void print_vcpu(const struct part *part)
{
	const struct kes_vcpu_record *vcpu = take(part, 0, sizeof(*vcpu));
	const bool base = vcpu->rec.type == KES_REC_BASELINE;
	uint64_t sum = 0;

	if (vcpu->exit_size < sizeof(struct kes_exit))
		bad("exits are smaller than those of version 2");
	for (uint32_t i = 0; i < vcpu->nr_exits; i++) {
		const struct kes_exit *e = take(part, sizeof(*vcpu) +
				(size_t)i * vcpu->exit_size, sizeof(*e));

		sum += e->l1 + e->l2;
		if (vcpu->rec.type == KES_REC_EVICTED)
			continue;
		printf("%s %llu %u %s %llu %llu %llu %llu %llu\n",
		       base ? "base_exit" : "exit", vcpu->vm_id,
		       vcpu->vcpu_id, code_word(e->code), e->l1, e->l2,
		       e->reflected, e->fastpath, e->userspace);
	}
	printf("%s %llu %u %llu %llu %llu %" PRIu64 "\n",
	       base ? "base" : "vcpu", vcpu->vm_id, vcpu->vcpu_id,
	       vcpu->attempts, vcpu->entry_failed, vcpu->entry_emulated, sum);
	if (vcpu->rec.type == KES_REC_VCPU)
		printf("also %llu %u %llu %llu %llu\n", vcpu->vm_id,
		       vcpu->vcpu_id, vcpu->bus_lock, vcpu->enclave,
		       vcpu->forced);
}

static void print_userspace(const struct part *part)
{
	const struct kes_userspace_record *rec = take(part, 0, sizeof(*rec));
	const struct kes_userspace *u;

	FOR_EACH(u, rec, part)
		printf("user %llu %u %u %llu\n", rec->vm_id, rec->vcpu_id,
		       u->reason, u->count);
}

static void print_nested(const struct part *part)
{
	const struct kes_nested_record *rec = take(part, 0, sizeof(*rec));
	const struct kes_nested *e;

	FOR_EACH(e, rec, part)
		printf("nested %llu %u %s %llu\n", rec->vm_id, rec->vcpu_id,
		       code_word(e->code), e->count);
}

static uint64_t print_charged(const struct kes_time_record *rec,
			      const struct kes_time_exit *e)
{
	uint64_t sum = 0;

	printf("charged %llu %u %s", rec->vm_id, rec->vcpu_id,
	       code_word(e->code));
	for (int s = 0; s < KES_NR_STATES - 1; s++) {
		printf(" %llu", e->cyc[s]);
		sum += e->cyc[s];
	}
	putchar('\n');
	return sum;
}

static void print_time(const struct part *part)
{
	const struct kes_time_record *rec = take(part, 0, sizeof(*rec));
	const struct kes_time_exit *e;
	uint64_t sum = rec->guest_cyc;

	FOR_EACH(e, rec, part)
		sum += print_charged(rec, e);
	printf("time %llu %u %llu %llu %u %" PRIu64 "\n", rec->vm_id,
	       rec->vcpu_id, rec->first_cyc, rec->last_cyc, rec->state, sum);
}

static void print_histogram(const struct part *part)
{
	const struct kes_histogram_record *rec = take(part, 0, sizeof(*rec));
	const struct kes_histogram_exit *e;
	uint64_t sum;

	FOR_EACH(e, rec, part) {
		sum = 0;
		for (int b = 0; b < KES_NR_BUCKETS; b++)
			sum += e->bucket[b];
		printf("hist %llu %u %s %" PRIu64 "\n", rec->vm_id,
		       rec->vcpu_id, code_word(e->code), sum);
	}
}

static void print_detail(const struct part *part)
{
	const struct kes_detail_record *rec = take(part, 0, sizeof(*rec));
	const struct kes_detail_value *v;

	FOR_EACH(v, rec, part)
		printf("detail %llu %u %s %llu\n", rec->vm_id, rec->vcpu_id,
		       code_word(v->code), v->count);
}

static void (*const printers[])(const struct part *) = {
	[KES_REC_VM] = print_vm,
	[KES_REC_VCPU] = print_vcpu,
	[KES_REC_BASELINE] = print_vcpu,
	[KES_REC_EVICTED] = print_vcpu,
	[KES_REC_USERSPACE] = print_userspace,
	[KES_REC_TIME] = print_time,
	[KES_REC_HISTOGRAM] = print_histogram,
	[KES_REC_DETAIL] = print_detail,
	[KES_REC_NESTED] = print_nested,
};

static void print_snapshot(const struct part *file)
{
	const struct kes_header *h = take(file, 0, sizeof(*h));
	size_t at = h->header_size;

	if (h->magic != KES_MAGIC || h->version != KES_VERSION)
		bad("not a snapshot of version 2");
	if (h->size != file->size)
		bad("the size differs from the header's");
	printf("header %u %u %llu %llu %llu %llu\n", h->isa, h->groups,
	       h->switches, h->end_ns, h->now_cyc, h->tsc_khz);
	for (uint32_t i = 0; i < h->nr_records; i++) {
		const struct kes_record *rec = take(file, at, sizeof(*rec));
		const struct part part = {
			.at = take(file, at, rec->size),
			.size = rec->size,
		};

		if (rec->type >= sizeof(printers) / sizeof(printers[0]) ||
		    !printers[rec->type])
			bad("a record has an unknown type");
		printers[rec->type](&part);
		at += rec->size;
	}
	if (at != file->size)
		bad("there is data after the last record");
}

int main(int argc, char **argv)
{
	static char buf[64 << 20];
	FILE *file;
	struct part part = { .at = buf };

	if (argc != 2) {
		fputs("usage: snap FILE\n", stderr);
		return 2;
	}
	name = argv[1];
	file = fopen(name, "rb");
	if (!file)
		bad("cannot open");
	part.size = fread(buf, 1, sizeof(buf), file);
	if (ferror(file) || part.size == sizeof(buf))
		bad("cannot read");
	fclose(file);
	print_snapshot(&part);
	return 0;
}
