// SPDX-License-Identifier: GPL-2.0-only
/*
 * Damaged snapshots, one after the other, against what is made of them: a
 * recording, and the rows of top. Whatever a kernel says, the recorder refuses it
 * or makes a recording that its own reader takes.
 *
 * An input is up to four snapshots, each after two bytes with its length. Built
 * with clang -fsanitize=fuzzer this is a libFuzzer target (make -C tools/tests
 * fuzz). Built without, main() runs a fixed number of mutations from a fixed seed,
 * under the sanitizers, and emits TAP; with a directory, it puts an input to begin
 * with there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/load.h"
#include "random.h"
#include "snapwrite.h"
#include "top/rows.h"
#include "record/track.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define MAX_SNAPSHOTS	4

static char work[64], part[80];

static void remove_work(void)
{
	static const char *const suffixes[] = { "", "-wal", "-shm" };
	char file[96];

	for (size_t i = 0; i < ARRAY_LEN(suffixes); i++) {
		snprintf(file, sizeof(file), "%s%s", part, suffixes[i]);
		unlink(file);
	}
}

/* Once per process: a file in memory, if there is such a place. */
static void choose_work(void)
{
	if (*work)
		return;
	snprintf(work, sizeof(work), "%s/fuzz-track.%d",
		 access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm", getpid());
	snprintf(part, sizeof(part), "%s" REC_PART_SUFFIX, work);
	atexit(remove_work);
}

static void name_nobody(void *arg, const struct snap_vm *from,
			struct top_vm *vm)
{
	snprintf(vm->name, sizeof(vm->name), "%u", from->pid);
}

/* The next snapshot of the input, as far as there is one. */
static bool take(const uint8_t **data, size_t *len, struct snapshot *s)
{
	struct errbuf err;
	size_t size;

	if (*len < 2)
		return false;
	size = (size_t)(*data)[0] | (size_t)(*data)[1] << 8;
	*data += 2;
	*len -= 2;
	if (size > *len)
		size = *len;
	if (snapshot_parse_in_place(s, *data, size, &err))
		return false;
	*data += size;
	*len -= size;
	return true;
}

static void show(struct top_data *d, const struct snapshot *s)
{
	static const enum top_level levels[] = { TOP_VMS, TOP_REASONS,
						 TOP_DETAIL };
	struct top_table t = { 0 };

	if (!top_data_update(d, s))
		return;
	for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
		struct top_path path = { .level = levels[i],
					 .key = { .code = 1 } };

		top_rows(d, &path, NULL, true, &t);
	}
	top_table_free(&t);
}

/* What was written must be readable, unless the counters themselves cannot be. */
static void read_again(void)
{
	struct recording r;
	struct errbuf err;
	struct model m;

	if (rec_open(&r, part, &err) || model_load(&m, &r, &err)) {
		fprintf(stderr, "%s\n", err.text);
		abort();
	}
	model_free(&m);
	rec_close(&r);
}

static int store(struct rec_writer *w, struct tracker *t,
		 const struct snapshot *s, int64_t k, struct errbuf *err)
{
	int rc = rec_begin(w, err);

	if (!rc)
		rc = rec_sample(w, k, (uint64_t)k * 1000, (uint64_t)k * 1000, 0,
				err);
	if (!rc)
		rc = track_sample(t, s, k, w, err);
	return rc ? rc : rec_commit(w, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct tracker *t = track_new(&(struct track_config) {
		.root = "/nonexistent", .all = true });
	struct top_data d = { .name = name_nobody };
	struct snapshot s = { 0 };
	struct rec_writer *w;
	struct errbuf err;
	int64_t stored = 0;
	int rc = 0;

	choose_work();
	if (rec_create(&w, work, true, &err))
		abort();
	while (!rc && stored < MAX_SNAPSHOTS && take(&data, &len, &s)) {
		show(&d, &s);
		rc = store(w, t, &s, stored + 1, &err);
		stored += !rc;
	}
	rec_leave(w);
	if (stored)
		read_again();
	track_free(t);
	top_data_free(&d);
	snapshot_free(&s);
	return 0;
}

#ifndef FUZZ_LIBFUZZER
#define RUNS	300

static uint64_t next_random(void)
{
	return random_word() >> 20;
}

static void put_groups(struct snapwrite *w, uint64_t n)
{
	snapwrite_part(w, KES_REC_USERSPACE);
	snapwrite_element(w, &(struct kes_userspace) { .reason = 2,
						       .count = n });
	snapwrite_part(w, KES_REC_TIME);
	snapwrite_time(w, 1, 1 + n, n, KES_STATE_HANDLER);
	snapwrite_element(w, &(struct kes_time_exit) { .code = 1,
						       .cyc = { n } });
	snapwrite_part(w, KES_REC_HISTOGRAM);
	snapwrite_element(w, &(struct kes_histogram_exit) {
		.code = 1, .bucket = { n } });
	snapwrite_part(w, KES_REC_DETAIL);
	snapwrite_element(w, &(struct kes_detail_value) { .code = 1,
							  .count = n });
}

static void put_snapshot(struct buf *out, uint64_t n)
{
	struct snapwrite w;
	uint8_t size[2];

	snapwrite_begin(&w, KES_ISA_SVM, 0x1f);
	snapwrite_clock(&w, 1000000, n, 0xf);
	for (uint64_t vm = 1; vm < 3; vm++) {
		snapwrite_vm(&w, vm, 9, 1, vm == 2 ? n & 1 : 0, "fuzz");
		snapwrite_vcpu(&w, KES_REC_VCPU, 0, 3 * n);
		for (uint64_t c = 1; c < 4; c++)
			snapwrite_exit(&w, &(struct kes_exit) { .code = c,
								.l1 = n });
		put_groups(&w, n);
	}
	snapwrite_end(&w);
	size[0] = (uint8_t)w.len;
	size[1] = (uint8_t)(w.len >> 8);
	buf_append(out, size, sizeof(size));
	buf_append(out, w.data, w.len);
	snapwrite_free(&w);
}

/* Words that counters and sizes are made of. */
static void mutate(char *data, size_t len)
{
	static const uint64_t words[] = {
		0, 1, 2, 8, INT64_MAX, UINT64_MAX, 1ull << 63, UINT64_MAX - 5,
	};
	unsigned int n = 1 + next_random() % 3;

	while (n--) {
		size_t at = next_random() % (len - 8);
		uint64_t word = words[next_random() % ARRAY_LEN(words)];

		/* snapshots begin at odd places, numbers at multiples of 8 */
		memcpy(data + at, &word, next_random() % 2 ? 8 : 4);
	}
}

static void write_seed(const char *dir, const struct buf *b)
{
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/snapshots", dir);
	f = fopen(path, "w");
	if (!f || fwrite(b->data, 1, b->len, f) != b->len || fclose(f))
		abort();
}

int main(int argc, char **argv)
{
	struct buf seed = { 0 };

	for (uint64_t n = 0; n < MAX_SNAPSHOTS; n++)
		put_snapshot(&seed, n * 10);
	if (argc == 2) {
		write_seed(argv[1], &seed);
		buf_free(&seed);
		return 0;
	}
	for (int i = 0; i < RUNS; i++) {
		struct buf b = { 0 };

		buf_append(&b, seed.data, seed.len);
		if (i)
			mutate(b.data, b.len);
		LLVMFuzzerTestOneInput((uint8_t *)b.data, b.len);
		buf_free(&b);
	}
	buf_free(&seed);
	printf("1..1\nok 1 - %d mutated series of snapshots, no memory error\n",
	       RUNS);
	return 0;
}
#endif
