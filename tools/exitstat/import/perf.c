// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the output of perf.
 *
 * perf kvm stat report: a table "VM-EXIT Samples Samples% ..." for the whole time,
 * whose length it does not print. perf kvm stat live: several tables, each after its
 * time of day. perf's times are ignored, because they include halts and user space.
 *
 * perf script: a line for each kvm:kvm_exit,
 *	COMM TID [CPU] SECONDS: kvm:kvm_exit: vcpu N reason NAME rip 0x...
 * or PID/TID (-F +pid), or COMM-TID as in ftrace; "vcpu N" since Linux 5.10. Other
 * events are ignored.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "import/import.h"

#define DAY_NS		(86400 * NSEC_PER_SEC)
#define SCRIPT_STEP_NS	(100 * NSEC_PER_MSEC)

/* ---- perf kvm stat report ---- */

/* "12:34:56.123456", after the sequence that clears the screen. */
static bool time_of_day(const char *line, uint64_t *ns)
{
	unsigned int h, m, s, us;
	int len = 0;

	while (*line == '\033') {
		line += 1 + strspn(line + 1, "[0123456789;");
		line += isalpha((unsigned char)*line) ? 1 : 0;
	}
	if (isdigit((unsigned char)*line) &&
	    sscanf(line, "%2u:%2u:%2u.%6u%n", &h, &m, &s, &us, &len) == 4 &&
	    len == 15 && !line[len] && h < 24 && m < 60 && s < 61) {
		*ns = ((h * 60 + m) * 60 + s) * NSEC_PER_SEC +
		      us * NSEC_PER_USEC;
		return true;
	}
	return false;
}

static bool is_head(const char *line)
{
	return strstr(line, "VM-EXIT") && strstr(line, "Samples%");
}

static bool is_report(const char *line)
{
	uint64_t ns;

	return is_head(line) || time_of_day(line, &ns);
}

static int begin_block(struct import *im, struct errbuf *err)
{
	uint64_t last = im->nr_ends ? im->ends[im->nr_ends - 1] : 0;
	uint64_t at = im->block_ns;

	if (im->nr_blocks && !im->block_ns)
		return err_set(err, -EINVAL,
			       "second table without a time (import one report at a time)");
	if (!im->nr_blocks && !at && !im->duration_ns)
		return err_set(err, -EINVAL,
			       "the report has no duration (use --duration, the time that perf kvm stat record ran)");
	if (!im->nr_blocks) {
		uint64_t step = !at ? im->duration_ns :
				im->interval_ns ? im->interval_ns : NSEC_PER_SEC;

		if (!im->interval_ns)
			im->interval_ns = step;
		/* the first must not begin before 0 */
		im->shift_ns = DAY_NS;
		at += im->shift_ns;
		import_end_interval(im, at - step);
		import_vcpu(im, import_vm(im, 0, "perf kvm stat"), 0, 0);
	} else {
		at += im->shift_ns;
		if (at <= last) {
			im->shift_ns += DAY_NS;
			at += DAY_NS;
		}
	}
	import_end_interval(im, at);
	im->in_block = true;
	im->nr_blocks++;
	im->block_sum = 0;
	im->block_ns = 0;
	return 0;
}

/* "   NAME WITH BLANKS    COUNT   12.34%  ..." */
static int report_row(struct import *im, char *line, struct errbuf *err)
{
	char *percent = strchr(line, '%'), *count, *name = line;
	uint64_t n;

	if (!percent)
		return err_set(err, -EINVAL, "expected NAME SAMPLES SAMPLES%%");
	*percent = '\0';
	/* back over the percentage, then over the count */
	count = strrchr(line, ' ');
	while (count && count > line && count[-1] == ' ')
		count--;
	if (count)
		*count = '\0';
	count = count ? strrchr(line, ' ') : NULL;
	if (!count || parse_u64(count + 1, 0, IMPORT_MAX_COUNT, &n))
		return err_set(err, -EINVAL, "expected NAME SAMPLES SAMPLES%%");
	while (count > line && count[-1] == ' ')
		count--;
	*count = '\0';
	name += strspn(name, " \t");
	if (!*name)
		return err_set(err, -EINVAL, "expected a name before the number");
	import_add(im, 0, import_name(im, name), n);
	im->block_sum += n;
	return 0;
}

/* Rows must add up to the total, or some are missing. */
static int end_block(struct import *im, const char *line, struct errbuf *err)
{
	unsigned long long total;

	if (sscanf(line, "Total Samples:%llu", &total) != 1 ||
	    total != im->block_sum)
		return err_set(err, -EINVAL, "the samples above add up to %llu",
			       (unsigned long long)im->block_sum);
	im->in_block = false;
	return 0;
}

static int report_line(struct import *im, char *line, struct errbuf *err)
{
	unsigned long long lost;
	uint64_t ns;

	if (!im->in_block) {
		if (is_head(line))
			return begin_block(im, err);
		if (time_of_day(line, &ns))
			im->block_ns = ns ? ns : 1;
		if (sscanf(line, "Lost events: %llu", &lost) == 1)
			im->lost += lost;
		return 0;
	}
	if (!line[strspn(line, " \t")])
		return 0;
	if (!strncmp(line, "Total Samples:", strlen("Total Samples:")))
		return end_block(im, line, err);
	return report_row(im, line, err);
}

static int report_end(struct import *im, struct errbuf *err)
{
	if (im->in_block)
		return err_set(err, -EINVAL,
			       "the line \"Total Samples:\" is missing");
	return 0;
}

const struct import_format import_report = {
	"perf-report", "perf kvm stat report, or perf kvm stat live",
	is_report, report_line, report_end,
};

/* ---- perf script ---- */

static const char event[] = "kvm_exit: ";

static bool is_script(const char *line)
{
	return strstr(line, event) && strstr(line, "reason ");
}

/* The text before "[CPU]": "COMM PID/TID", "COMM TID" or "COMM-TID". */
struct thread {
	char comm[32];
	uint64_t pid, tid;	/* pid 0: unknown */
};

static void trim_end(char *text)
{
	size_t len = strlen(text);

	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = '\0';
}

static bool parse_thread(char *text, struct thread *t)
{
	size_t len;
	char *slash;

	trim_end(text);
	len = strlen(text);
	while (len && (isdigit((unsigned char)text[len - 1]) ||
		       text[len - 1] == '/'))
		len--;
	if (!len || !strchr(" -", text[len - 1]))
		return false;
	slash = strchr(text + len, '/');
	if (slash)
		*slash = '\0';
	t->pid = 0;
	if ((slash && parse_u64(text + len, 1, UINT32_MAX, &t->pid)) ||
	    parse_u64(slash ? slash + 1 : text + len, 1, UINT32_MAX, &t->tid))
		return false;
	text[len - 1] = '\0';
	trim_end(text);
	copy_printable(t->comm, sizeof(t->comm), text + strspn(text, " \t"));
	return true;
}

/* "12345.678901", the last word before the event. */
static bool parse_time(const char *text, uint64_t *ns)
{
	unsigned long long s;
	char fraction[10] = "000000000";
	size_t digits;
	int len = 0;

	if (!isdigit((unsigned char)*text) ||
	    sscanf(text, "%10llu.%n", &s, &len) != 1 || !len)
		return false;
	digits = strspn(text + len, "0123456789");
	if (!digits || digits > 9 || text[len + digits])
		return false;
	memcpy(fraction, text + len, digits);
	*ns = s * NSEC_PER_SEC + strtoull(fraction, NULL, 10);
	return s <= 9000000000;
}

struct script_exit {
	struct thread thread;
	uint64_t ns;
	uint64_t vcpu;
	bool has_vcpu;
	char *reason;
};

/* "vcpu 0 reason NAME FLAG rip 0x1234 ..." */
static bool parse_payload(char *text, struct script_exit *e)
{
	char *reason = strstr(text, "reason "), *end, *number;

	if (!strncmp(text, "vcpu ", 5)) {
		number = text + 5;
		end = strchr(number, ' ');
		if (!end)
			return false;
		*end = '\0';
		e->has_vcpu = true;
		if (parse_u64(number, 0, UINT32_MAX, &e->vcpu))
			return false;
	}
	e->reason = reason ? reason + strlen("reason ") : NULL;
	end = reason ? strstr(e->reason, " rip ") : NULL;
	if (!end)
		return false;
	*end = '\0';
	end = strstr(e->reason, " FAILED_VMENTRY");
	if (end)
		*end = '\0';
	return *e->reason;
}

static bool parse_exit(char *line, struct script_exit *e)
{
	char *at = strstr(line, event), *time, *cpu;

	if (!parse_payload(at + strlen(event), e))
		return false;
	*at = '\0';
	if (at - line >= 4 && !strcmp(at - 4, "kvm:"))
		at[-4] = '\0';
	trim_end(line);
	time = strrchr(line, ' ');
	cpu = strrchr(line, '[');
	if (!time || !cpu || cpu > time || line[strlen(line) - 1] != ':')
		return false;
	line[strlen(line) - 1] = '\0';
	*cpu = '\0';
	return parse_time(time + 1, &e->ns) && parse_thread(line, &e->thread);
}

/* QEMU names vCPU threads "CPU N/KVM"; other threads are numbered. */
static uint32_t number_of(const struct import *im, size_t vm,
			  const struct script_exit *e)
{
	uint32_t next = 0;
	unsigned int n;

	if (e->has_vcpu)
		return (uint32_t)e->vcpu;
	for (size_t i = 0; i < im->nr_vcpus; i++) {
		if (im->vcpus[i].vm != vm)
			continue;
		if (im->vcpus[i].tid == e->thread.tid)
			return im->vcpus[i].id;
		next++;
	}
	return sscanf(e->thread.comm, "CPU %5u/KVM", &n) == 1 ? n : next;
}

static int vcpu_of(struct import *im, const struct script_exit *e,
		   size_t *vcpu, struct errbuf *err)
{
	char name[64] = "perf script";
	size_t vm;

	if (e->thread.pid)
		snprintf(name, sizeof(name), "VM of process %u",
			 (uint32_t)e->thread.pid);
	vm = import_vm(im, (uint32_t)e->thread.pid, name);
	*vcpu = import_vcpu(im, vm, number_of(im, vm, e),
			    (uint32_t)e->thread.tid);
	if (!e->thread.pid && im->vcpus[*vcpu].tid != e->thread.tid)
		return err_set(err, -EINVAL,
			       "two threads are named vCPU %u: unknown VMs (use perf script -F +pid)",
			       im->vcpus[*vcpu].id);
	return 0;
}

/* Intervals of equal length; consecutive ones without exits are merged. */
static void begin_interval_of(struct import *im, uint64_t ns)
{
	uint64_t step, last;

	if (!im->interval_ns)
		im->interval_ns = SCRIPT_STEP_NS;
	step = im->interval_ns;
	if (!im->nr_ends) {
		im->shift_ns = ns < step ? step : 0;
		import_end_interval(im, ns + im->shift_ns);
		import_end_interval(im, ns + im->shift_ns + step);
		return;
	}
	ns += im->shift_ns;
	last = im->ends[im->nr_ends - 1];
	if (ns < last)
		return;
	if (ns - last >= step)
		import_end_interval(im, last + (ns - last) / step * step);
	import_end_interval(im, last + ((ns - last) / step + 1) * step);
}

static int script_line(struct import *im, char *line, struct errbuf *err)
{
	struct script_exit e = { .vcpu = 0 };
	size_t vcpu;
	int rc;

	if (!is_script(line))
		return 0;
	if (!parse_exit(line, &e))
		return err_set(err, -EINVAL,
			       "expected COMM TID [CPU] SECONDS: kvm:kvm_exit: ... reason NAME rip ...");
	/* perf sorts events, except late ones */
	if (im->nr_ends && e.ns + im->shift_ns + NSEC_PER_SEC <
	    im->ends[im->nr_ends - 1])
		return err_set(err, -EINVAL, "time before that of the previous line");
	rc = vcpu_of(im, &e, &vcpu, err);
	if (rc)
		return rc;
	begin_interval_of(im, e.ns);
	import_add(im, vcpu, import_name(im, e.reason), 1);
	return 0;
}

const struct import_format import_script = {
	"perf-script", "perf script, or ftrace's text, with kvm:kvm_exit",
	is_script, script_line, NULL,
};
