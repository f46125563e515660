# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A fake machine for tests of the tool: a temporary root with the kernel files that
# the tool reads. Sourced by cli.sh. Sets ROOT (fake /sys and /proc), SYSFS and
# DEBUGFS (directories of the engine) and SNAPSHOT.

ROOT=$T/root
SYSFS=$ROOT/sys/kernel/kvm_exit_stats
DEBUGFS=$ROOT/sys/kernel/debug/kvm_exit_stats
export SNAPSHOT=$DEBUGFS/snapshot EXITSTAT_ROOT=$ROOT

# Make a new fake machine: counting is off, no VM exists.
machine() {
	rm -rf "$ROOT"
	mkdir -p "$DEBUGFS" "$SYSFS" "$ROOT/proc/sys/kernel"
	echo 6.12.0-fake >"$ROOT/proc/sys/kernel/osrelease"
	printf 'processor\t: 0\nmodel name\t: Fake CPU\n' >"$ROOT/proc/cpuinfo"
	echo 0 >"$SYSFS/count"
	echo 1 >"$SYSFS/version"
	echo | snapshot
}

# Make a machine without an engine.
stock_machine() {
	machine
	rm -r "$SYSFS" "$DEBUGFS"
}

# machine_with [GROUP...]: the engine has all groups, and only GROUPs are on
machine_with() {
	local group
	machine
	for group in count time histogram detail reset; do
		echo 0 >"$SYSFS/$group"
	done
	for group; do
		echo 1 >"$SYSFS/$group"
	done
}

# is_on [GROUP...]: exactly these groups are on
is_on() {
	local group on=
	for group in count time histogram detail; do
		[ "$(cat "$SYSFS/$group")" = 0 ] || on+=" $group"
	done
	[ "${on# }" = "$*" ]
}

# Make the machine's snapshot from lines for mksnap on standard input.
snapshot() {
	"$BUILD/mksnap" "$SNAPSHOT"
}

# process PID PPID ARGUMENT...: add a process to the fake machine
process() {
	mkdir -p "$ROOT/proc/$1"
	echo "$1 (some) name) S $2 1 1 0" >"$ROOT/proc/$1/stat"
	printf '%s\0' "${@:3}" >"$ROOT/proc/$1/cmdline"
}

# one VM_ID CREATED DIED COUNT [PID NAME]...: print lines for mksnap, for a VM with
# one vCPU and COUNT port accesses
one() {
	echo "vm $1 ${5:-700} $2 $3 ${6:-qemu-system-x86}"
	printf 'vcpu 0 %s\nexit 0x7b %s\n' "$4" "$4"
}

# traced REASON VCPU COUNT...: make the kernel's counts, as a kvm_exit histogram in
# tracefs; FILTER follows its keys, and DROPPED is the number of dropped events
traced() {
	local dir=$ROOT/sys/kernel/tracing/events/kvm/kvm_exit
	mkdir -p "$dir"
	{
		printf '# event histogram\n#\n'
		echo '# trigger info: hist:keys=vcpu_id:vals=hitcount [active]'
		echo '{ vcpu_id: 7 } hitcount: 3'
		echo "# trigger info: hist:keys=exit_reason,vcpu_id:vals=hitcount:size=4096 ${FILTER:-}[active]"
		printf '\n'
		printf '{ exit_reason: %10s, vcpu_id: %10s } hitcount: %10s\n' "$@"
		printf '\nTotals:\n    Hits: 1\n    Entries: 1\n    Dropped: %s\n' "${DROPPED:-0}"
	} >"$dir/hist"
}
