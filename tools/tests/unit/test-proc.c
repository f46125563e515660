// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unit tests of process information: state, parents and age of a process, and the
 * VM's name and machine from QEMU's arguments.
 */

#include "clock.h"
#include "lib/proc.h"
#include "lib/qemu-args.h"
#include "root-fixture.h"
#include "source/vm-name.h"

static int setup(void **state)
{
	*state = make_root();
	return 0;
}

static int teardown(void **state)
{
	remove_root(*state);
	return report_row(state);
}

/* Arguments as in /proc/PID/cmdline, and their size. */
#define ARGS(_text) _text, sizeof(_text)

/* A process started @ns_ago, with a name that is hard to parse. */
static void put_stat(const char *root, uint32_t pid, char is, uint32_t parent,
		     uint64_t ns_ago)
{
	uint64_t hz = (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t ticks = (clock_ns(CLOCK_BOOTTIME) - ns_ago) / (NSEC_PER_SEC / hz);
	char *text = xasprintf("%u (a) R 9 (b) %c %u 0 0 0 -1 0 0 0 0 0 0 0 0 0 0 0 1 0 %llu 0\n",
			       pid, is, parent, (unsigned long long)ticks);

	put_at(root, text, "/proc/%u/stat", pid);
	free(text);
}

static void state_is_a_letter(void **state)
{
	put_stat(*state, 700, 'Z', 1, 0);
	assert_int_equal(proc_state(*state, 700), 'Z');
	assert_int_equal(proc_state(*state, 701), 0);
}

static void descent_includes_all_ancestors(void **state)
{
	put_stat(*state, 700, 'S', 600, 0);
	put_stat(*state, 600, 'S', 500, 0);
	put_stat(*state, 500, 'S', 1, 0);
	put_stat(*state, 800, 'S', 801, 0);
	put_stat(*state, 801, 'S', 800, 0);
	assert_int_equal(proc_descends(*state, 700, 700), 1);
	assert_int_equal(proc_descends(*state, 700, 500), 1);
	assert_int_equal(proc_descends(*state, 600, 700), 0);
	assert_int_equal(proc_descends(*state, 701, 500), -ESRCH);
	assert_int_equal(proc_descends(*state, 0, 500), -ESRCH);
	assert_int_equal(proc_descends(*state, 800, 500), 0);
}

/* The ages of a VM and a process show whether the process made the VM. */
static void reused_pid_is_detected_by_age(void **state)
{
	struct snap_vm vm = { .pid = 700, .comm = "comm" };
	char name[64];

	put_bytes(*state, "/proc/700/cmdline", ARGS("qemu\0-name\0guest=web"));
	vm.created_ns = mono_ns();
	vm_name(&vm, *state, name, sizeof(name));
	assert_string_equal(name, "web");
	vm.destroyed = true;		/* and the process's age is unknown */
	vm_name(&vm, *state, name, sizeof(name));
	assert_string_equal(name, "comm");
	put_stat(*state, 700, 'S', 1, 5 * NSEC_PER_SEC);
	vm_name(&vm, *state, name, sizeof(name));
	assert_string_equal(name, "web");
	vm.destroyed = false;
	vm.created_ns -= 10 * NSEC_PER_SEC;
	assert_int_equal(vm_process(&vm, *state), 0);
	vm_name(&vm, *state, name, sizeof(name));
	assert_string_equal(name, "comm");
}

static void name_is_read_from_arguments(void **state)
{
	static const struct {
		const char *args;
		size_t len;
		const char *name;
	} cases[] = {
		{ ARGS("qemu\0--name\0web,debug-threads=on"), "web" },
		{ ARGS("qemu\0-name\0debug-threads=on,guest=a,,b\033[2J"),
		  "a,b?[2J" },
		{ ARGS("qemu\0-name\0debug-threads=on"), "comm" },
		{ ARGS("qemu\0-name\0a-name-that-is-too-long"),
		  "a-name-that-is-" },
		{ ARGS("qemu\0-name"), "comm" },
	};
	char name[16];

	qemu_name(*state, 700, "gone", name, sizeof(name));
	assert_string_equal(name, "gone");
	each_row(c, cases) {
		put_bytes(*state, "/proc/700/cmdline", c->args, c->len);
		qemu_name(*state, 700, "comm", name, sizeof(name));
		assert_string_equal(name, c->name);
	}
}

static void machine_is_read_from_arguments(void **state)
{
	static const struct {
		const char *option, *value, *type;
	} cases[] = {
		{ "-machine", "q35", "q35" },
		{ "-machine", "q35,accel=kvm", "q35" },
		{ "-M", "type=microvm,pit=off", "microvm" },
		{ "--machine", "accel=kvm,type=pc", "pc" },
		{ "-machine", "accel=kvm", "default" },
		{ "-cpu", "host", "default" },
	};
	char type[64];

	each_row(c, cases) {
		char *args[] = { "qemu", (char *)c->option, (char *)c->value };

		qemu_args_machine(args, 3, type, sizeof(type));
		assert_string_equal(type, c->type);
	}
	assert_int_equal(qemu_machine(*state, 700, type, sizeof(type)), -ESRCH);
}

UNIT_TESTS("proc",
	   FTEST(state_is_a_letter), FTEST(descent_includes_all_ancestors),
	   FTEST(reused_pid_is_detected_by_age),
	   FTEST(name_is_read_from_arguments),
	   FTEST(machine_is_read_from_arguments))
