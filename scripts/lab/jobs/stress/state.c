// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files and snapshots of the engine, see state.h.
 */
#include <dirent.h>
#include <err.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kvm_exit_stats.h"
#include "state.h"

unsigned long long buffer[1 << 20];
bool inconsistent;

static size_t buffer_used;

void complain(const char *operation, const char *what)
{
	printf("wrong: %s: %s\n", operation, what);
	inconsistent = true;
}

/* Read the file to its end into the buffer of the snapshot. */
int read_again(int fd)
{
	ssize_t size = 0;

	buffer_used = 0;
	do {
		buffer_used += size;
		size = pread(fd, (char *)buffer + buffer_used,
			     sizeof(buffer) - buffer_used, buffer_used);
	} while (size > 0);
	return size ? -1 : 0;
}

int read_file(const char *name)
{
	int ret, fd = open(name, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	ret = read_again(fd);
	close(fd);
	return ret;
}

int write_file(const char *name, const char *value)
{
	int fd = open(name, O_WRONLY | O_CLOEXEC);
	ssize_t size;

	if (fd < 0)
		return -1;
	size = write(fd, value, strlen(value));
	close(fd);
	return size < 0 ? -1 : 0;
}

void read_snapshot(void)
{
	if (read_file(DEBUGFS "snapshot"))
		err(1, "snapshot");
}

/* The next record at or after @rec of @type, NULL at the end */
static struct kes_record *find_record(void *rec, unsigned int type)
{
	char *end = (char *)buffer + buffer_used;
	char *at = rec;

	while (at < end && ((struct kes_record *)at)->type != type)
		at += ((struct kes_record *)at)->size;
	return at < end ? (void *)at : NULL;
}

static void *next_record(void *rec, unsigned int type)
{
	return find_record((char *)rec + ((struct kes_record *)rec)->size, type);
}

static void *first_record(unsigned int type)
{
	struct kes_header *header = (void *)buffer;

	return find_record((char *)buffer + header->header_size, type);
}

static bool has_vm(unsigned long long id)
{
	struct kes_vm_record *vm = first_record(KES_REC_VM);

	while (vm && vm->vm_id != id)
		vm = next_record(vm, KES_REC_VM);
	return vm;
}

static bool has_vcpu(unsigned long long vm_id, unsigned int id)
{
	struct kes_vcpu_record *vcpu = first_record(KES_REC_VCPU);

	while (vcpu && (vcpu->vm_id != vm_id || vcpu->vcpu_id != id))
		vcpu = next_record(vcpu, KES_REC_VCPU);
	return vcpu;
}

unsigned long long own_exits(unsigned long long code)
{
	struct kes_vm_record *vm = first_record(KES_REC_VM);
	struct kes_vcpu_record *vcpu = first_record(KES_REC_VCPU);
	unsigned long long id = 0, n = 0;
	struct kes_exit *exit;

	for (; vm; vm = next_record(vm, KES_REC_VM))
		if (vm->pid == (unsigned int)getpid())
			id = vm->vm_id;
	for (; vcpu; vcpu = next_record(vcpu, KES_REC_VCPU)) {
		exit = (void *)(vcpu + 1);
		for (unsigned int i = 0; i < vcpu->nr_exits; i++) {
			if (vcpu->vm_id == id && exit->code == code)
				n += exit->l1;
			exit = (void *)((char *)exit + vcpu->exit_size);
		}
	}
	return n;
}

/* --- consistency --- */

/* Files of vCPUs in a VM's directory must be in the snapshot. */
static void check_directory(const char *operation, const char *name)
{
	unsigned long long vm_id = strtoull(name, NULL, 10);
	struct dirent *entry;
	unsigned int id;
	char path[512];
	DIR *dir;

	if (!has_vm(vm_id))
		complain(operation, "a directory of a VM that does not exist");
	snprintf(path, sizeof(path), DEBUGFS "vms/%s", name);
	dir = opendir(path);
	while (dir && (entry = readdir(dir)))
		if (sscanf(entry->d_name, "vcpu%u", &id) == 1 &&
		    !has_vcpu(vm_id, id))
			complain(operation, "a file of a vCPU that does not exist");
	if (dir)
		closedir(dir);
}

/* Other processes may create and end VMs at this time: look at our own. */
void check_files(const char *operation)
{
	struct dirent *entry;
	char pid[16];
	DIR *dir;

	snprintf(pid, sizeof(pid), "-%d", getpid());
	read_snapshot();
	dir = opendir(DEBUGFS "vms");
	while (dir && (entry = readdir(dir))) {
		char *dash = strchr(entry->d_name, '-');

		if (dash && !strcmp(dash, pid))
			check_directory(operation, entry->d_name);
	}
	if (dir)
		closedir(dir);
}
