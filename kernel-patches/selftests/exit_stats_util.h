/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Helpers for exit_stats_test: read the VM exit statistics from sysfs, from
 * the binary statistics of a vCPU, and from the snapshot in debugfs.
 *
 * <asm/kvm_exit_stats.h> defines the layout of the snapshot. A snapshot that
 * does not match it fails the test; every record is checked to lie within it.
 */
#ifndef SELFTEST_KVM_EXIT_STATS_UTIL_H
#define SELFTEST_KVM_EXIT_STATS_UTIL_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <asm/kvm_exit_stats.h>
#include <linux/capability.h>

#include "test_util.h"

#include "kvm_util.h"

#define SYSFS		"/sys/kernel/kvm_exit_stats/"
#define DEBUGFS		"/sys/kernel/debug/kvm_exit_stats/"
#define SNAPSHOT	DEBUGFS "snapshot"

/* Return 0 or the errno of the failed call. */
static inline int try_write(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY), ret = 0;

	if (fd < 0)
		return errno;
	if (write(fd, value, strlen(value)) < 0)
		ret = errno;
	close(fd);
	return ret;
}

static inline int try_open(const char *path, int flags)
{
	int fd = open(path, flags);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* Keep only these capabilities: bits by CAP_*. */
static inline int set_capabilities(u64 caps)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = caps, .permitted = caps },
		{ .effective = caps >> 32, .permitted = caps >> 32 },
	};

	return syscall(SYS_capset, &header, data);
}

/* Read a sysfs file that has one number followed by a newline. */
static inline u64 read_number(const char *path)
{
	FILE *f = fopen(path, "r");
	char end = 0;
	u64 n = 0;

	TEST_ASSERT(f, "%s: open: %d", path, errno);
	TEST_ASSERT(fscanf(f, "%lu%c", &n, &end) == 2 && end == '\n',
		    "%s: not a number and a newline", path);
	fclose(f);
	return n;
}

/* Return the value of statistic @name of @vcpu. */
static inline u64 read_stat(struct kvm_vcpu *vcpu, const char *name)
{
	struct kvm_stats_desc *descs, *desc;
	struct kvm_stats_header header;
	int fd = vcpu_get_stats_fd(vcpu);
	u64 value = 0;
	int i, found = 0;

	TEST_ASSERT(pread(fd, &header, sizeof(header), 0) == sizeof(header),
		    "Stats header: %d", errno);
	descs = read_stats_descriptors(fd, &header);
	for (i = 0; i < header.num_desc; i++) {
		desc = get_stats_descriptor(descs, i, &header);
		if (strcmp(desc->name, name))
			continue;
		read_stat_data(fd, &header, desc, &value, 1);
		found++;
	}
	TEST_ASSERT(found == 1, "Found %s %d times, expected 1", name, found);
	free(descs);
	close(fd);
	return value;
}

/* A snapshot, and the id of this test's VM in it */
struct snapshot {
	char *buf;
	size_t size;
	u64 vm_id;
};

static inline const struct kes_header *header_of(const struct snapshot *s)
{
	return (const void *)s->buf;
}

/* Return the record after @rec, or the first one; NULL after the last one. */
static inline const struct kes_record *
next_record(const struct snapshot *s, const struct kes_record *rec)
{
	size_t at = header_of(s)->header_size;

	if (rec)
		at = (const char *)rec - s->buf + rec->size;
	if (at == s->size)
		return NULL;
	rec = (const void *)(s->buf + at);
	TEST_ASSERT(at + sizeof(*rec) <= s->size &&
		    rec->size >= sizeof(struct kes_userspace_record) &&
		    rec->size % 8 == 0 && rec->size <= s->size - at,
		    "Invalid record at offset %zu of %zu", at, s->size);
	return rec;
}

/* Return the id of the only running VM of this process. */
static inline u64 find_vm(const struct snapshot *s)
{
	const struct kes_record *rec = NULL;

	while ((rec = next_record(s, rec))) {
		const struct kes_vm_record *r = (const void *)rec;

		if (rec->type == KES_REC_VM && r->pid == getpid() &&
		    !(r->flags & KES_VM_DESTROYED))
			return r->vm_id;
	}
	TEST_FAIL("The snapshot does not have this VM");
}

static inline void check_header(const struct snapshot *s)
{
	const struct kes_header *h = header_of(s);

	TEST_ASSERT(s->size >= sizeof(*h), "Got only %zu bytes", s->size);
	TEST_ASSERT(h->magic == KES_MAGIC && h->version == KES_VERSION,
		    "Magic 0x%llx, version %u", h->magic, h->version);
	TEST_ASSERT(h->size == s->size && h->header_size >= sizeof(*h) &&
		    h->header_size <= s->size,
		    "Size in the header: %llu, read: %zu", h->size, s->size);
}

static inline int open_snapshot(void)
{
	int fd = open(SNAPSHOT, O_RDONLY);

	TEST_ASSERT(fd >= 0, "snapshot: open: %d", errno);
	return fd;
}

/* Read from the current offset of @fd to the end, @step bytes at a time. */
static inline struct snapshot read_bytes(int fd, size_t step)
{
	struct snapshot s = {};
	size_t room = 0;
	ssize_t n;

	do {
		if (s.size + step > room) {
			room = 2 * (s.size + step);
			s.buf = realloc(s.buf, room);
			TEST_ASSERT(s.buf, "Out of memory");
		}
		n = read(fd, s.buf + s.size, step);
		TEST_ASSERT(n >= 0, "snapshot: read: %d", errno);
		s.size += n;
	} while (n);
	check_header(&s);
	return s;
}

static inline struct snapshot read_snapshot(int fd, size_t step)
{
	struct snapshot s = read_bytes(fd, step);

	s.vm_id = find_vm(&s);
	return s;
}

static inline struct snapshot take_snapshot(void)
{
	int fd = open_snapshot();
	struct snapshot s = read_snapshot(fd, 65536);

	close(fd);
	return s;
}

/* Take a snapshot and look at the VM with id @vm_id in it. */
static inline struct snapshot take_snapshot_of(u64 vm_id)
{
	int fd = open_snapshot();
	struct snapshot s = read_bytes(fd, 65536);

	close(fd);
	s.vm_id = vm_id;
	return s;
}

/* Return the id of the VM that was created last. */
static inline u64 newest_vm(void)
{
	struct snapshot s = take_snapshot_of(0);
	const struct kes_record *rec = NULL;
	u64 newest = 0;

	while ((rec = next_record(&s, rec))) {
		const struct kes_vm_record *r = (const void *)rec;

		if (rec->type == KES_REC_VM && r->vm_id > newest)
			newest = r->vm_id;
	}
	free(s.buf);
	return newest;
}

/* Return the record of the VM, or NULL. */
static inline const struct kes_vm_record *vm_record(const struct snapshot *s)
{
	const struct kes_record *rec = NULL;

	while ((rec = next_record(s, rec))) {
		const struct kes_vm_record *r = (const void *)rec;

		if (rec->type == KES_REC_VM && r->vm_id == s->vm_id)
			return r;
	}
	return NULL;
}

/*
 * Return the record of the given type for a vCPU, or NULL. All records of a
 * vCPU share the first members of struct kes_userspace_record.
 */
static inline const void *find_record(const struct snapshot *s, u32 type,
				      u32 vcpu_id)
{
	const struct kes_record *rec = NULL;

	while ((rec = next_record(s, rec))) {
		const struct kes_userspace_record *r = (const void *)rec;

		if (rec->type == type && r->vm_id == s->vm_id &&
		    r->vcpu_id == vcpu_id)
			return rec;
	}
	return NULL;
}

static inline const struct kes_exit *
exit_nr(const struct kes_vcpu_record *rec, unsigned int i)
{
	return (const void *)rec + sizeof(*rec) + i * rec->exit_size;
}

/* Return the counts for @code, all 0 if it is not listed or @rec is NULL. */
static inline struct kes_exit find_exit(const struct kes_vcpu_record *rec,
					u64 code)
{
	struct kes_exit found = { .code = code };
	unsigned int i, nr = 0;

	for (i = 0; rec && i < rec->nr_exits; i++) {
		if (exit_nr(rec, i)->code != code)
			continue;
		found = *exit_nr(rec, i);
		nr++;
	}
	TEST_ASSERT(nr <= 1, "Found code 0x%lx %u times", code, nr);
	return found;
}

/* Return how often KVM_RUN returned for @reason, 0 if @rec is NULL. */
static inline u64 find_return(const struct kes_userspace_record *rec, u32 reason)
{
	const struct kes_userspace *entry = (const void *)(rec + 1);
	unsigned int i;

	for (i = 0; rec && i < rec->nr; i++)
		if (entry[i].reason == reason)
			return entry[i].count;
	return 0;
}

static inline u64 sum_of_time(const struct kes_time_record *rec)
{
	const struct kes_time_exit *exits = (const void *)(rec + 1);
	u64 sum = rec->guest_cyc;
	unsigned int i, state;

	for (i = 0; i < rec->nr; i++)
		for (state = 0; state < KES_NR_STATES - 1; state++)
			sum += exits[i].cyc[state];
	return sum;
}

static inline u64 sum_of_buckets(const struct kes_histogram_record *rec,
				 u64 code)
{
	const struct kes_histogram_exit *exits = (const void *)(rec + 1);
	unsigned int i, bucket;
	u64 sum = 0;

	for (i = 0; i < rec->nr; i++)
		for (bucket = 0; bucket < KES_NR_BUCKETS; bucket++)
			if (exits[i].code == code)
				sum += exits[i].bucket[bucket];
	return sum;
}

#endif /* SELFTEST_KVM_EXIT_STATS_UTIL_H */
