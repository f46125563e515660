// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements metrics.h.
 *
 * A family is written as a whole, so the table also defines the order of the text. A
 * series appears with its first count: a reason that never occurred has none, nor
 * has a disposition that a reason never had.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "exits/states.h"
#include "lib/sysroot.h"
#include "exits/groups.h"
#include "metrics/metrics.h"
#include "exits/reasons.h"
#include "exits/returns.h"

const struct om_family metrics_families[METRICS_NR] = {
	[METRICS_EXITS] = { "exitstat_exits", OM_COUNTER, NULL,
		"VM exits by reason; context l2: exits of L2" },
	[METRICS_REFLECTED] = { "exitstat_exits_reflected", OM_COUNTER, NULL,
		"VM exits of L2 that were reflected to L1" },
	[METRICS_FASTPATH] = { "exitstat_exits_fastpath", OM_COUNTER, NULL,
		"VM exits handled by a fastpath of KVM" },
	[METRICS_USERSPACE] = { "exitstat_exits_userspace", OM_COUNTER, NULL,
		"VM exits that returned to user space" },
	[METRICS_RECEIVED] = { "exitstat_exits_received", OM_COUNTER, NULL,
		"VM exits that L1 received from L2, by the reason that L1 sees" },
	[METRICS_BUS_LOCK] = { "exitstat_exits_bus_lock", OM_COUNTER, NULL,
		"VM exits for another reason with a bus lock" },
	[METRICS_ENCLAVE] = { "exitstat_exits_enclave", OM_COUNTER, NULL,
		"VM exits in an enclave" },
	[METRICS_FORCED] = { "exitstat_exits_forced", OM_COUNTER, NULL,
		"PREEMPTION_TIMER exits that KVM forced" },
	[METRICS_RETURNS] = { "exitstat_userspace_returns", OM_COUNTER, NULL,
		"Returns of KVM_RUN to user space, by KVM_EXIT or error" },
	[METRICS_HANDLER_TIME] = { "exitstat_handler_seconds", OM_COUNTER,
		"seconds", "vCPU time in state handler, by reason" },
	[METRICS_TIME] = { "exitstat_vcpu_time_seconds", OM_COUNTER, "seconds",
		"vCPU time by state, sum of the VM's vCPUs" },
	[METRICS_ATTEMPTS] = { "exitstat_entry_attempts", OM_COUNTER, NULL,
		"Completed VM-entry attempts" },
	[METRICS_FAILED] = { "exitstat_entry_failed", OM_COUNTER, NULL,
		"VM-entry attempts that failed as an instruction" },
	[METRICS_EMULATED] = { "exitstat_entry_emulated", OM_COUNTER, NULL,
		"VM-entry attempts replaced by emulation" },
	[METRICS_UNACCOUNTED] = { "exitstat_unaccounted", OM_GAUGE, NULL,
		"Attempts without an exit, a failed or an emulated entry; a vCPU read during an attempt is off by 1" },
	[METRICS_VM] = { "exitstat_vm", OM_INFO, NULL,
		"Process of a VM" },
	[METRICS_RUNNING] = { "exitstat_vm_running", OM_GAUGE, NULL,
		"Running VMs with this name; 0: destroyed" },
	[METRICS_VCPUS] = { "exitstat_vm_vcpus", OM_GAUGE, NULL,
		"vCPUs of a running VM" },
	[METRICS_HOST_EXITS] = { "exitstat_host_exits", OM_COUNTER, NULL,
		"VM exits of all VMs, including destroyed ones; has all classes" },
	[METRICS_UP] = { "exitstat_up", OM_GAUGE, NULL,
		"1: the counters could be read; 0: they could not, and are left out" },
	[METRICS_BUILD] = { "exitstat_build", OM_INFO, NULL,
		"Version of exitstat" },
	[METRICS_SOURCE] = { "exitstat_source", OM_INFO, NULL,
		"Source of the counters, and the processor's instruction set extension" },
	[METRICS_GROUP] = { "exitstat_group_enabled", OM_GAUGE, NULL,
		"1: the group is on. Without count, VMs are left out" },
	[METRICS_READS] = { "exitstat_source_reads", OM_COUNTER, NULL,
		"Reads of the source" },
	[METRICS_READ_ERRORS] = { "exitstat_source_read_errors", OM_COUNTER, NULL,
		"Failed reads of the source" },
	[METRICS_READ_TIME] = { "exitstat_source_read_seconds", OM_COUNTER,
		"seconds", "Duration of all reads of the source" },
	[METRICS_LAST_READ] = { "exitstat_source_last_read_seconds", OM_GAUGE,
		"seconds", "Duration of the last read of the source" },
	[METRICS_SNAPSHOT] = { "exitstat_snapshot_bytes", OM_GAUGE, "bytes",
		"Size of the last snapshot, or of what changed since the one before" },
	[METRICS_VMS] = { "exitstat_vms", OM_GAUGE, NULL,
		"VMs by state: running, destroyed and still shown, counted together as other" },
	[METRICS_UNREADABLE] = { "exitstat_vms_unreadable", OM_GAUGE, NULL,
		"VMs that the source could not read" },
	[METRICS_LOST] = { "exitstat_exits_lost", OM_COUNTER, NULL,
		"VM exits lost (out of memory)" },
	[METRICS_RESETS] = { "exitstat_resets", OM_COUNTER, NULL,
		"Resets of the kernel's text and sysfs counters; metrics are not reset" },
	[METRICS_RESTARTS] = { "exitstat_source_restarts", OM_COUNTER, NULL,
		"Restarts of a vCPU's counters in the source; metrics continue" },
	[METRICS_REQUESTS] = { "exitstat_http_requests", OM_COUNTER, NULL,
		"HTTP requests by status of the response" },
	[METRICS_CONNECTIONS] = { "exitstat_http_connections", OM_GAUGE, NULL,
		"Open HTTP connections" },
	[METRICS_CUT] = { "exitstat_http_connections_cut", OM_COUNTER, NULL,
		"HTTP connections closed because they were too slow or too many" },
	[METRICS_CPU] = { "process_cpu_seconds", OM_COUNTER, "seconds",
		"CPU time of this exitstat" },
	[METRICS_MEMORY] = { "process_resident_memory_bytes", OM_GAUGE, "bytes",
		"Memory of this exitstat" },
	[METRICS_START] = { "process_start_time_seconds", OM_GAUGE, "seconds",
		"Start time of this exitstat, since 1970" },
};

const unsigned int metrics_codes[METRICS_NR_CODES] = { 200, 401, 404, 405 };

/* ---- VMs ---- */

/* The series to write, and the output. */
struct page {
	struct om *out;
	const struct counters *all;
	const struct counters_series *s;
};

static void put_count(const struct page *p, const struct counters_vcpu *v,
		      size_t key, enum counters_value value,
		      const char *context)
{
	uint64_t n = v->counts[key].v[value];
	char vcpu[16] = "";

	if (!n)
		return;
	if (v->vcpu_id != COUNTERS_ALL_VCPUS)
		snprintf(vcpu, sizeof(vcpu), "%u", v->vcpu_id);
	const struct om_label labels[] = {
		{ "vm", p->s->vm }, { "uuid", p->s->uuid }, { "vcpu", vcpu },
		{ "reason", p->all->keys[key].name },
		{ "class", p->all->keys[key].class }, { "context", context },
	};
	if (value == COUNTERS_HANDLER_NS)
		om_ns(p->out, labels, ARRAY_LEN(labels), n);
	else
		om_u64(p->out, labels, ARRAY_LEN(labels), n);
}

/* @value: enum counters_value. */
static void put_counts(const struct page *p, int value)
{
	bool context = p->all->hdr.fields & KES_FIELD_CONTEXT;

	for (size_t i = 0; i < p->s->nr; i++) {
		const struct counters_vcpu *v = &p->s->vcpus[i];

		for (size_t key = 0; key < v->nr; key++) {
			put_count(p, v, key, (enum counters_value)value,
				  value == COUNTERS_L1 && context ? "l1" : "");
			if (value == COUNTERS_L1)
				put_count(p, v, key, COUNTERS_L2, "l2");
		}
	}
}

#define VM_LABELS(_p) { "vm", (_p)->s->vm }, { "uuid", (_p)->s->uuid }

static void put_times(const struct page *p, int first)
{
	for (int i = 0; i < KES_NR_STATES; i++) {
		uint64_t ns = p->s->sums[first + i];
		const struct om_label labels[] = {
			VM_LABELS(p), { "state", state_table[i].name },
		};

		if (ns)
			om_ns(p->out, labels, ARRAY_LEN(labels), ns);
	}
}

static void put_number(const struct page *p, uint64_t n)
{
	const struct om_label labels[] = { VM_LABELS(p) };

	om_u64(p->out, labels, ARRAY_LEN(labels), n);
}

/* @sum: enum counters_sum. */
static void put_sum(const struct page *p, int sum)
{
	if (p->s->sums[sum])
		put_number(p, p->s->sums[sum]);
}

static void put_returns(const struct page *p, int unused)
{
	(void)unused;
	for (size_t i = 0; i < p->s->nr_returns; i++) {
		char name[RETURN_NAME_LEN];
		const struct om_label labels[] = {
			VM_LABELS(p),
			{ "kvm_exit", return_name(p->s->returns[i].code, name) },
		};

		om_u64(p->out, labels, ARRAY_LEN(labels), p->s->returns[i].n);
	}
}

static void put_unaccounted(const struct page *p, int unused)
{
	const struct om_label labels[] = { VM_LABELS(p) };

	(void)unused;
	if (p->all->hdr.fields & KES_FIELD_ACCOUNTING && p->s->running)
		om_i64(p->out, labels, ARRAY_LEN(labels), p->s->unaccounted);
}

static void put_vm(const struct page *p, int unused)
{
	char pid[16];
	const struct om_label labels[] = { VM_LABELS(p), { "pid", pid } };

	(void)unused;
	snprintf(pid, sizeof(pid), "%u", p->s->pid);
	if (p->s->running && p->s != &p->all->other)
		om_u64(p->out, labels, ARRAY_LEN(labels), 1);
}

static void put_running(const struct page *p, int unused)
{
	(void)unused;
	put_number(p, p->s->running);
}

static void put_vcpus(const struct page *p, int unused)
{
	(void)unused;
	if (p->s->running)
		put_number(p, p->s->nr_vcpus);
}

/*
 * Prometheus treats a series' first value as a baseline, so these series start at 0.
 * They are by class, because there are few classes and many reasons.
 */
static void put_host(struct om *out, const struct counters *all)
{
	const struct counters_vcpu *v = all->host.vcpus;

	om_family(out, &metrics_families[METRICS_HOST_EXITS]);
	for (int c = 0; c < REASON_NR_CLASSES; c++) {
		const char *class = reason_class_name((enum reason_class)c);
		const struct om_label label = { "class", class };
		uint64_t n = 0;

		for (size_t key = 0; v && key < v->nr; key++)
			if (!strcmp(all->keys[key].class, class))
				n += v->counts[key].v[COUNTERS_L1] +
				     v->counts[key].v[COUNTERS_L2];
		om_u64(out, &label, 1, n);
	}
}

static const struct {
	enum metrics_id id;
	void (*put)(const struct page *p, int which);
	int which;
	bool live;		/* only for running VMs: absent in a recording */
} vm_table[] = {
	{ METRICS_EXITS, put_counts, COUNTERS_L1, false },
	{ METRICS_REFLECTED, put_counts, COUNTERS_REFLECTED, false },
	{ METRICS_FASTPATH, put_counts, COUNTERS_FASTPATH, false },
	{ METRICS_USERSPACE, put_counts, COUNTERS_USERSPACE, false },
	{ METRICS_RECEIVED, put_counts, COUNTERS_RECEIVED, false },
	{ METRICS_BUS_LOCK, put_sum, COUNTERS_BUS_LOCK, false },
	{ METRICS_ENCLAVE, put_sum, COUNTERS_ENCLAVE, false },
	{ METRICS_FORCED, put_sum, COUNTERS_FORCED, false },
	{ METRICS_RETURNS, put_returns, 0, false },
	{ METRICS_HANDLER_TIME, put_counts, COUNTERS_HANDLER_NS, false },
	{ METRICS_TIME, put_times, COUNTERS_NS_GUEST, false },
	{ METRICS_ATTEMPTS, put_sum, COUNTERS_ATTEMPTS, false },
	{ METRICS_FAILED, put_sum, COUNTERS_ENTRY_FAILED, false },
	{ METRICS_EMULATED, put_sum, COUNTERS_ENTRY_EMULATED, false },
	{ METRICS_UNACCOUNTED, put_unaccounted, 0, true },
	{ METRICS_VM, put_vm, 0, true },
	{ METRICS_RUNNING, put_running, 0, true },
	{ METRICS_VCPUS, put_vcpus, 0, true },
};
static_assert(ARRAY_LEN(vm_table) == METRICS_HOST_EXITS,
	      "every metric of a VM is written");

static void write_vms(struct om *out, const struct counters *all, bool live)
{
	for (size_t i = 0; i < ARRAY_LEN(vm_table); i++) {
		if (vm_table[i].live && !live)
			continue;
		om_family(out, &metrics_families[vm_table[i].id]);
		for (size_t k = 0; k < all->nr; k++)
			vm_table[i].put(&(struct page) { out, all, all->series[k] },
					vm_table[i].which);
		if (all->other.nr || all->other.running)
			vm_table[i].put(&(struct page) { out, all, &all->other },
					vm_table[i].which);
	}
	if (live)
		put_host(out, all);
}

/* ---- exitstat serve itself ---- */

static uint64_t cpu_ns(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (uint64_t)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) *
	       NSEC_PER_SEC +
	       (uint64_t)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) *
	       NSEC_PER_USEC;
}

/* The second number of statm: resident pages. */
static uint64_t resident_bytes(void)
{
	unsigned long long pages = 0;
	char line[80];

	sysroot_line("", "/proc/self/statm", line, sizeof(line));
	if (sscanf(line, "%*u %llu", &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void put_one(struct om *out, enum metrics_id id, const char *label,
		    const char *text, uint64_t n)
{
	const struct om_label l = { label, text };

	if (out->family != &metrics_families[id])
		om_family(out, &metrics_families[id]);
	if (metrics_families[id].unit &&
	    !strcmp(metrics_families[id].unit, "seconds"))
		om_ns(out, &l, 1, n);
	else
		om_u64(out, &l, 1, n);
}

static void write_source(struct om *out, const struct counters *all,
			 const struct metrics_self *self)
{
	const struct om_label source[] = {
		{ "source", self->source },
		{ "isa", self->up ? reason_isa_name(all->hdr.isa) : "" },
	};

	put_one(out, METRICS_UP, "", "", self->up);
	put_one(out, METRICS_BUILD, "version", EXITSTAT_VERSION, 1);
	om_family(out, &metrics_families[METRICS_SOURCE]);
	om_u64(out, source, ARRAY_LEN(source), 1);
	for (size_t i = 0; self->up && i < NR_GROUPS; i++)
		put_one(out, METRICS_GROUP, "group", group_table[i].name,
			!!(all->hdr.groups & group_table[i].bit));
	put_one(out, METRICS_READS, "", "", self->reads);
	put_one(out, METRICS_READ_ERRORS, "", "", self->read_errors);
	put_one(out, METRICS_READ_TIME, "", "", self->read_ns);
	put_one(out, METRICS_LAST_READ, "", "", self->last_read_ns);
}

static void write_state(struct om *out, const struct counters *all,
			const struct metrics_self *self)
{
	size_t running = 0;

	for (size_t i = 0; i < all->nr; i++)
		running += all->series[i]->running;
	put_one(out, METRICS_SNAPSHOT, "", "", self->snapshot_bytes);
	put_one(out, METRICS_VMS, "state", "running", running);
	put_one(out, METRICS_VMS, "state", "destroyed", all->nr - running);
	put_one(out, METRICS_VMS, "state", "other", all->other.running);
	put_one(out, METRICS_UNREADABLE, "", "", self->unreadable);
	put_one(out, METRICS_LOST, "", "", all->hdr.lost);
	put_one(out, METRICS_RESETS, "", "", all->hdr.generation);
	put_one(out, METRICS_RESTARTS, "", "", all->restarts);
}

static void write_http(struct om *out, const struct metrics_http *http)
{
	char code[16];

	for (size_t i = 0; i < METRICS_NR_CODES; i++) {
		snprintf(code, sizeof(code), "%u", metrics_codes[i]);
		put_one(out, METRICS_REQUESTS, "code", code,
			http->requests[i]);
	}
	put_one(out, METRICS_CONNECTIONS, "", "", http->connections);
	put_one(out, METRICS_CUT, "why", "late", http->cut_late);
	put_one(out, METRICS_CUT, "why", "crowded", http->cut_crowded);
}

static void write_self(struct om *out, const struct counters *all,
		       const struct metrics_self *self)
{
	write_source(out, all, self);
	if (self->up)
		write_state(out, all, self);
	if (self->has_http)
		write_http(out, &self->http);
	put_one(out, METRICS_CPU, "", "", cpu_ns());
	put_one(out, METRICS_MEMORY, "", "", resident_bytes());
	put_one(out, METRICS_START, "", "", self->start_ns);
}

void metrics_write(struct om *out, const struct counters *all,
		   const struct metrics_self *self)
{
	if (self)
		write_self(out, all, self);
	if (!self || (self->up && all->hdr.groups & KES_GROUP_COUNT))
		write_vms(out, all, self);
	om_end(out);
}
