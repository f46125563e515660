// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements bpf-load.h.
 *
 * Programs that are not needed are not loaded, maps of groups that are off
 * have one element. The end of a vCPU is seen by fentry where the kernel
 * allows that; where not, everything is loaded once more to do without.
 */
#include <errno.h>
#include <linux/membarrier.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "source/bpf-kernel.h"
#include "source/bpf-load.h"
#include "source/bpf-snap.h"
/* made at build; knows no types of its own */
#include "exitstat-bpf.skel.h"

/* vCPUs that can be counted at once, or between two reads. */
#define NR_PLACES	1024

struct mapping {
	void *at;
	size_t bytes;
};

struct bpf_load {
	struct exitstat_bpf *skel;
	struct bpf_kernel kernel;
	bool lives;
	struct bpf_arrays arrays;
	struct mapping mappings[4];
	size_t nr_mappings;
};

/* The verifier's last word about the program that it refused. */
static char verifier_says[256];

static void keep_last_line(const char *text)
{
	static const char *const noise[] = {
		"processed ", "verification time", "stack depth", "-- ",
		"libbpf:",
	};
	size_t len = strcspn(text, "\n");

	for (size_t i = 0; i < ARRAY_LEN(noise); i++)
		if (!strncmp(text, noise[i], strlen(noise[i])))
			return;
	if (len)
		snprintf(verifier_says, sizeof(verifier_says), "%.*s",
			 (int)len, text);
}

/* libbpf prints the log of a refused program as one text. */
static void keep_log(const char *format, va_list args)
{
	char *text = NULL;

	if (vasprintf(&text, format, args) < 0)
		return;
	if (strstr(text, "BEGIN PROG LOAD LOG"))
		for (char *line = text; line; line = strchr(line, '\n')) {
			line += *line == '\n';
			keep_last_line(line);
		}
	free(text);
}

static int say(enum libbpf_print_level level, const char *format, va_list args)
{
	va_list again;

	if (level == LIBBPF_WARN) {
		va_copy(again, args);
		keep_log(format, again);
		va_end(again);
	}
	return getenv("EXITSTAT_DEBUG") ? vfprintf(stderr, format, args) : 0;
}

static void choose_programs(struct bpf_load *l, uint32_t groups)
{
	struct exitstat_bpf *s = l->skel;
	bool time = groups & KES_GROUP_TIME;
	bool detail = groups & KES_GROUP_DETAIL && l->kernel.has_vmx;
	const struct {
		struct bpf_program *program;
		bool wanted;
	} table[] = {
		{ s->progs.on_exit, true },
		{ s->progs.on_return, true },
		{ s->progs.on_entry, time },
		{ s->progs.on_wakeup, time },
		{ s->progs.on_switch, time },
		{ s->progs.on_record, detail },
		{ s->progs.on_page_fault, detail && l->kernel.has_page_fault },
		{ s->progs.on_run, l->kernel.may_be_silent },
		{ s->progs.on_destroy, !l->lives },
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		bpf_program__set_autoload(table[i].program, table[i].wanted);
}

static void set_constants(struct bpf_load *l, uint32_t groups)
{
	struct exitstat_bpf *s = l->skel;

	s->rodata->with_time = groups & KES_GROUP_TIME;
	s->rodata->with_histogram = groups & KES_GROUP_HISTOGRAM;
	s->rodata->with_detail = groups & KES_GROUP_DETAIL;
	s->rodata->with_lives = l->lives;
	s->rodata->with_silent = l->kernel.may_be_silent;
	s->rodata->nr_svm_far = bpf_svm_slots((u8 *)s->rodata->svm_near,
					      (void *)s->rodata->svm_far,
					      EB_MAX_FAR);
}

static int size_maps(struct bpf_load *l, uint32_t groups)
{
	struct exitstat_bpf *s = l->skel;
	const struct {
		struct bpf_map *map;
		uint32_t nr;
	} table[] = {
		{ s->maps.vcpus, NR_PLACES },
		{ s->maps.times, groups & KES_GROUP_TIME ? NR_PLACES : 1 },
		{ s->maps.histograms,
		  groups & KES_GROUP_HISTOGRAM ? NR_PLACES : 1 },
		{ s->maps.details, groups & KES_GROUP_DETAIL ? NR_PLACES : 1 },
		{ s->maps.free_places, NR_PLACES },
		{ s->maps.by_vcpu, NR_PLACES },
		{ s->maps.by_tid, 4 * NR_PLACES },
	};
	int rc = 0;

	for (size_t i = 0; !rc && i < ARRAY_LEN(table); i++)
		rc = bpf_map__set_max_entries(table[i].map, table[i].nr);
	return rc;
}

static void *map_array(struct bpf_load *l, struct bpf_map *map, int *rc)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t bytes = (size_t)bpf_map__value_size(map) *
		       bpf_map__max_entries(map);
	void *at;

	if (*rc)
		return NULL;
	bytes = (bytes + page - 1) / page * page;
	at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
		  bpf_map__fd(map), 0);
	if (at == MAP_FAILED) {
		*rc = -errno;
		return NULL;
	}
	l->mappings[l->nr_mappings++] = (struct mapping) { at, bytes };
	return at;
}

static int map_arrays(struct bpf_load *l, uint32_t groups)
{
	struct exitstat_bpf *s = l->skel;
	struct bpf_arrays *a = &l->arrays;
	int rc = 0;

	a->nr = NR_PLACES;
	a->vcpus = map_array(l, s->maps.vcpus, &rc);
	if (groups & KES_GROUP_TIME)
		a->times = map_array(l, s->maps.times, &rc);
	if (groups & KES_GROUP_HISTOGRAM)
		a->histograms = map_array(l, s->maps.histograms, &rc);
	if (groups & KES_GROUP_DETAIL)
		a->details = map_array(l, s->maps.details, &rc);
	return rc;
}

static int free_place(struct bpf_load *l, uint32_t place)
{
	return bpf_map_update_elem(bpf_map__fd(l->skel->maps.free_places),
				   NULL, &place, BPF_ANY) ? -errno : 0;
}

static int fill_queue(struct bpf_load *l)
{
	int rc = 0;

	for (uint32_t i = 0; !rc && i < NR_PLACES; i++)
		rc = free_place(l, i);
	return rc;
}

static int load_all(struct bpf_load *l, uint32_t groups, bool attach)
{
	int rc;

	choose_programs(l, groups);
	set_constants(l, groups);
	rc = size_maps(l, groups);
	if (!rc)
		rc = exitstat_bpf__load(l->skel);
	if (rc || !attach)
		return rc;
	rc = map_arrays(l, groups);
	if (!rc)
		rc = fill_queue(l);
	/* in the order of the source: on_record follows on_exit at an exit */
	if (!rc)
		rc = exitstat_bpf__attach(l->skel);
	if (!rc)
		__atomic_store_n(&l->skel->bss->armed, 1, __ATOMIC_RELEASE);
	return rc;
}

static struct bpf_load *open_once(const struct bpf_kernel *kernel, bool lives,
				  uint32_t groups, bool attach, int *rc)
{
	struct bpf_load *l = xcalloc(1, sizeof(*l));

	verifier_says[0] = '\0';
	l->kernel = *kernel;
	l->lives = lives;
	l->skel = exitstat_bpf__open();
	*rc = l->skel ? load_all(l, groups, attach) : -errno;
	if (!*rc)
		return l;
	bpf_load_close(l);
	return NULL;
}

int bpf_load_open(struct bpf_load **out, uint32_t groups, bool attach,
		  struct errbuf *err)
{
	struct bpf_kernel kernel;
	int rc;

	*out = NULL;
	libbpf_set_print(say);
	rc = bpf_kernel_look(&kernel, "", err);
	if (rc)
		return rc;
	if (kernel.has_destroy)
		*out = open_once(&kernel, false, groups, attach, &rc);
	if (!*out)
		*out = open_once(&kernel, true, groups, attach, &rc);
	return *out ? 0 : bpf_kernel_refused(rc, verifier_says, err);
}

void bpf_load_close(struct bpf_load *load)
{
	if (!load)
		return;
	for (size_t i = 0; i < load->nr_mappings; i++)
		munmap(load->mappings[i].at, load->mappings[i].bytes);
	exitstat_bpf__destroy(load->skel);
	free(load);
}

const struct bpf_arrays *bpf_load_arrays(const struct bpf_load *load)
{
	return &load->arrays;
}

uint32_t bpf_load_isa(const struct bpf_load *load)
{
	const struct bpf_kernel *k = &load->kernel;

	if (k->has_vmx + k->has_svm + k->has_pvm != 1)
		return KES_ISA_NONE;
	if (k->has_pvm)
		return KES_ISA_PVM;
	return k->has_vmx ? KES_ISA_VMX : KES_ISA_SVM;
}

uint64_t bpf_load_lost(const struct bpf_load *load)
{
	return __atomic_load_n(&load->skel->bss->lost, __ATOMIC_RELAXED);
}

bool bpf_load_sees_ends(const struct bpf_load *load)
{
	return !load->lives;
}

/*
 * Until every program that may still hold a place has ended: they run within
 * RCU's grace periods. Where this call is not allowed, a moment is as good.
 */
static void wait_for_programs(void)
{
	static const struct timespec moment = { .tv_nsec = 100000000 };

	if (syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0))
		nanosleep(&moment, NULL);
}

/* An entry of @map, unless it is of another place by now. */
static void forget(struct bpf_map *map, const void *key, uint32_t place)
{
	uint32_t known;

	if (!bpf_map_lookup_elem(bpf_map__fd(map), key, &known) &&
	    known == place)
		bpf_map_delete_elem(bpf_map__fd(map), key);
}

static void zero_place(const struct bpf_arrays *a, uint32_t place)
{
	memset(&a->vcpus[place], 0, sizeof(*a->vcpus));
	if (a->times)
		memset(&a->times[place], 0, sizeof(*a->times));
	if (a->histograms)
		memset(&a->histograms[place], 0, sizeof(*a->histograms));
	if (a->details)
		memset(&a->details[place], 0, sizeof(*a->details));
}

void bpf_load_recycle(struct bpf_load *load, const uint32_t *places, size_t nr)
{
	for (size_t i = 0; i < nr; i++) {
		const struct eb_vcpu *v = &load->arrays.vcpus[places[i]];

		forget(load->skel->maps.by_vcpu, &v->vcpu, places[i]);
		forget(load->skel->maps.by_tid, &v->tid, places[i]);
	}
	wait_for_programs();
	for (size_t i = 0; i < nr; i++) {
		zero_place(&load->arrays, places[i]);
		free_place(load, places[i]);
	}
}
