# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The steps in which not every source can count: a locked-down kernel, no debugfs.
# Each source is chosen by name, then the best one is chosen automatically; the
# messages and recordings are saved. Sourced by run.

ALL_SOURCES='patched module bpf kvm-stats auto'

# try_sources NAME: counting is on, if there is a switch
try_sources()
{
	local source rc
	[ ! -d "$KES_SYSFS" ] || counting 1
	stage "$1"
	STEP=/out/$1
	mkdir -p "$STEP"
	oracle_start
	for source in $ALL_SOURCES; do
		rc=0
		SOURCES=$source micro_guest counts recorded || rc=$?
		mv "$STEP/record.log" "$STEP/$source.said"
		echo "$rc" >"$STEP/$source.rc"
		exitstat list --source "$source" >"$STEP/$source.list" 2>&1 || :
	done
	oracle_save "$STEP/hist"
}

step_no_debugfs()
{
	umount /sys/kernel/debug
	try_sources no_debugfs
	mount -t debugfs debugfs /sys/kernel/debug
}

# A prefix for linux_guest.
recorded_by_qmp()
{
	recorded "$@" -qmp unix:/tmp/qmp.socket,server=on,wait=off
}

# Lockdown refuses KVM's statistics in debugfs, but QEMU can read its own VM's.
try_qmp()
{
	# shellcheck disable=SC2034 # for recorded()
	local SOURCES=kvm-stats
	mkdir -p "$STEP/qmp"
	STEP=$STEP/qmp
	GUEST_QUIET=$GUEST_BRIEF linux_guest recorded_by_qmp >"$STEP/guest.log" || :
}

# Lock the kernel down, unless it was booted so. This cannot be undone, so it is the
# last step. The module is not signed with a key of this kernel.
step_lockdown()
{
	local level=/sys/kernel/security/lockdown
	if grep -q '\[none\]' $level; then
		echo integrity >$level
	fi
	mkdir -p /out/lockdown
	cat $level >/out/lockdown/level
	if [ -f "$MODULE" ]; then
		insmod "$MODULE" >/out/lockdown/insmod 2>&1
	fi
	try_sources lockdown
	[ -d "$KES_SYSFS" ] || try_qmp
}

# With a patched KVM, the module must refuse to load.
step_declined()
{
	STEP=/out/declined
	mkdir -p $STEP
	insmod "$MODULE" >"$STEP/insmod" 2>&1 && echo loaded >"$STEP/loaded"
	dmesg | grep kvm_exit_stats: | tail -n 1 >"$STEP/reason"
}
