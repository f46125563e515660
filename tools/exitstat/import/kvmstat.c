// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses the log of the kernel's tools/kvm/kvm_stat with --csv: a banner
 * "timestamp,kvm_exit,kvm_exit(HLT),..." and lines "YYYY-MM-DD hh:mm:ss,N,N,..." with
 * the counts since the previous line, summed over all VMs (or those of --pid). Columns
 * are tracepoints, with the value of a field in parentheses, and KVM's own statistics;
 * if both exist, the tracepoints are used.
 *
 * Timestamps are local time in whole seconds. kvm_stat sleeps between lines and may
 * omit lines that would be all 0.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "import/import.h"
#include "exits/kvm-stats.h"
#include "kvm_exit_stats.h"

#define STAMP_LEN	19
#define BEGIN_NS	NSEC_PER_SEC	/* start of the recording; 0 means unknown */
#define LAST_SECOND	9000000000	/* the last second that fits in nanoseconds */

static const char banner_begin[] = "timestamp,";

static bool is_banner(const char *line)
{
	return !strncmp(line, banner_begin, strlen(banner_begin));
}

/* ---- the banner ---- */

static bool is_stat(const char *name)
{
	for (size_t i = 0; i < NR_KVM_COUNTED; i++)
		if (!strcmp(name, kvm_stat_names[i]))
			return true;
	return false;
}

static struct import_column column_of(struct import *im, char *name,
				      bool traced)
{
	static const char prefix[] = "kvm_exit(";
	struct import_column c = { COLUMN_OTHER, 0 };
	size_t len = strlen(name);

	if (!strcmp(name, traced ? "kvm_exit" : "exits")) {
		c.kind = COLUMN_TOTAL;
	} else if (traced && !strncmp(name, prefix, strlen(prefix)) &&
		   name[len - 1] == ')') {
		name[len - 1] = '\0';
		c.kind = COLUMN_REASON;
		c.name = import_name(im, name + strlen(prefix));
	} else if (!traced && is_stat(name)) {
		c.kind = COLUMN_REASON;
		c.name = import_name(im, name);
	}
	return c;
}

static int banner(struct import *im, char *line, struct errbuf *err)
{
	bool traced = strstr(line, ",kvm_exit("), any = false;

	im->banner = xstrdup(line);
	strsep(&line, ",");
	for (char *name = strsep(&line, ","); name; name = strsep(&line, ",")) {
		im->columns = vec_room(im->columns, im->nr_columns,
				       &im->cap_columns, sizeof(*im->columns));
		im->columns[im->nr_columns] = column_of(im, name, traced);
		any |= im->columns[im->nr_columns++].kind == COLUMN_REASON;
	}
	if (!any)
		return err_set(err, -ENODATA,
			       "no column has exit reasons (expected kvm_exit(...) from kvm_stat -t, or io_exits etc. from -d)");
	if (!traced)
		im->isa = KES_ISA_KVM;
	import_vcpu(im, import_vm(im, 0, "kvm_stat"), 0, 0);
	return 0;
}

/* ---- lines ---- */

static int parse_stamp(char *line, uint64_t *out, struct errbuf *err)
{
	struct tm tm = { .tm_isdst = -1 };
	char *end;
	time_t t;

	if (strlen(line) <= STAMP_LEN || line[STAMP_LEN] != ',')
		return err_set(err, -EINVAL, "expected a time and counts");
	line[STAMP_LEN] = '\0';
	end = strptime(line, "%Y-%m-%d %H:%M:%S", &tm);
	t = end && !*end ? mktime(&tm) : -1;
	if (t < 0 || t > LAST_SECOND)
		return err_set(err, -EINVAL,
			       "%s: expected YYYY-MM-DD hh:mm:ss", line);
	*out = (uint64_t)t;
	return 0;
}

/* The counts of a destroyed VM disappear, so the sum may decrease. */
static int parse_count(struct import *im, const char *text, uint64_t *out)
{
	if (*text == '-' && !parse_u64(text + 1, 0, IMPORT_MAX_COUNT, out)) {
		im->negative++;
		*out = 0;
		return 0;
	}
	return parse_u64(text, 0, IMPORT_MAX_COUNT, out);
}

/* Exits without a column for their reason are kept as one reason. */
static void add_rest(struct import *im, uint64_t total, uint64_t sum)
{
	if (total > sum)
		import_add(im, 0, import_name(im, im->isa == KES_ISA_KVM ?
			   kvm_stat_names[NR_KVM_COUNTED] : "UNKNOWN"),
			   total - sum);
}

static int counts(struct import *im, char *text, struct errbuf *err)
{
	uint64_t total = 0, sum = 0, n;
	size_t nr = 0;

	for (char *word = strsep(&text, ","); word; word = strsep(&text, ",")) {
		if (nr == im->nr_columns)
			return err_set(err, -EINVAL, "more than the %zu counts of the banner",
				       im->nr_columns);
		if (parse_count(im, word, &n))
			return err_set(err, -EINVAL, "%.40s: expected a number", word);
		if (im->columns[nr].kind == COLUMN_TOTAL) {
			total = n;
		} else if (im->columns[nr].kind == COLUMN_REASON) {
			import_add(im, 0, im->columns[nr].name, n);
			sum += n;
		}
		nr++;
	}
	if (nr != im->nr_columns)
		return err_set(err, -EINVAL, "%zu counts, but %zu in the banner",
			       nr, im->nr_columns);
	add_rest(im, total, sum);
	return 0;
}

/* Times are known only at the end; until then intervals are numbered. */
static int take_line(struct import *im, char *line, struct errbuf *err)
{
	uint64_t stamp = 0;
	int rc;

	if (!*line)
		return 0;
	if (!im->banner)
		return banner(im, line, err);
	if (is_banner(line))
		return strcmp(line, im->banner) ?
		       err_set(err, -EINVAL, "columns differ from the first banner") : 0;
	rc = parse_stamp(line, &stamp, err);
	if (rc)
		return rc;
	im->stamps = vec_room(im->stamps, im->nr_stamps, &im->cap_stamps,
			      sizeof(*im->stamps));
	im->stamps[im->nr_stamps++] = stamp;
	if (!im->nr_ends)
		import_end_interval(im, im->nr_ends);
	import_end_interval(im, im->nr_ends);
	return counts(im, line + STAMP_LEN + 1, err);
}

/* ---- times ---- */

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of the differences, in seconds; 0: some were below one second. */
static uint64_t usual_step(const struct import *im)
{
	uint64_t *step = xcalloc(im->nr_stamps, sizeof(*step)), median;
	size_t nr = 0;

	for (size_t i = 1; i < im->nr_stamps; i++)
		if (im->stamps[i] >= im->stamps[i - 1])
			step[nr++] = im->stamps[i] - im->stamps[i - 1];
	qsort(step, nr, sizeof(*step), by_size);
	median = nr && step[0] ? step[nr / 2] : 0;
	free(step);
	return median;
}

/*
 * The end of interval @i, after @last. Missing lines mean no exits: the interval has the
 * usual length, and the one before it is longer.
 */
static uint64_t end_of(const struct import *im, size_t i, uint64_t last)
{
	uint64_t step = im->interval_ns;
	uint64_t at = im->stamps[i] < im->stamps[0] ? 0 :
		      BEGIN_NS + step + (im->stamps[i] - im->stamps[0]) * NSEC_PER_SEC;

	return at > last ? at : last + step;
}

/* Renumber counts when an interval is inserted for missing lines. */
static void set_times(struct import *im)
{
	size_t nr = im->nr_stamps, c = 0;
	uint64_t last = BEGIN_NS;

	im->nr_ends = 0;
	import_end_interval(im, last);
	for (size_t i = 0; i < nr; i++) {
		uint64_t end = end_of(im, i, last);

		if (end - last > 2 * im->interval_ns + NSEC_PER_SEC)
			import_end_interval(im, end - im->interval_ns);
		import_end_interval(im, end);
		for (; c < im->nr_counts && im->counts[c].interval == i; c++)
			im->counts[c].interval = im->nr_ends - 2;
		last = end;
	}
}

static int finish(struct import *im, struct errbuf *err)
{
	if (!im->nr_stamps)
		return err_set(err, -ENODATA, "no lines of counts");
	if (!im->interval_ns)
		im->interval_ns = usual_step(im) * NSEC_PER_SEC;
	if (!im->interval_ns)
		return err_set(err, -EINVAL,
			       "cannot derive the interval from its timestamps (use --interval, as given to kvm_stat -s)");
	set_times(im);
	im->start_wall_ns = im->stamps[0] * NSEC_PER_SEC;
	if (im->start_wall_ns > im->interval_ns)
		im->start_wall_ns -= im->interval_ns;
	return 0;
}

const struct import_format import_kvm_stat = {
	"kvm_stat", "the log of kvm_stat --csv (-l or -L FILE)",
	is_banner, take_line, finish,
};
