# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The steps for kvm-exit-stats.ko only: load and unload it before and after KVM,
# before and after guests. Each step leaves it loaded and counting. Sourced by run.

LOADS=8

# said FILE COMMAND...: save its output and its status in FILE
said()
{
	local file=$1 rc=0
	shift
	"$@" >"$STEP/$file" 2>&1 || rc=$?
	echo "status $rc" >>"$STEP/$file"
}

load_kvm()
{
	load_module /lab/modules/kvm.ko
	load_module "/lab/modules/$VENDOR.ko"
}

unload_kvm()
{
	oracles_stop
	rmmod "$VENDOR" kvm
}

# The module is loaded before KVM; KVM is unloaded while the module counts, and loaded
# again.
step_before_kvm()
{
	unload_module kvm_exit_stats
	unload_kvm || fail 'kvm: cannot unload'
	load_module "$MODULE"
	counting 1
	load_kvm
	begin before_kvm
	micro_guest counts || fail 'the micro guest failed'
	end
	unload_kvm || fail 'kvm: in use by the module'
	load_kvm
	begin kvm_again
	micro_guest counts || fail 'the micro guest failed'
	end
}

# The module is unloaded and loaded repeatedly while a guest runs. Then another guest
# is counted from its start to its end, and the first one from now on.
step_life()
{
	local rc=0 i=0
	STEP=/tmp
	start_guest quiet
	sleep 1
	while [ $i -lt $LOADS ] && kill -0 "$GUEST_PID" 2>/dev/null; do
		unload_module kvm_exit_stats
		load_module "$MODULE"
		[ $((i % 4)) = 0 ] || counting 1
		[ $((i % 4)) != 2 ] || switch_groups 1 time histogram detail
		[ $((i % 2)) = 0 ] || usleep 20000
		i=$((i + 1))
	done
	unload_module kvm_exit_stats
	load_module "$MODULE"
	begin life
	echo $i >"$STEP/loads"
	counting 1
	micro_guest counts || rc=$?
	still_runs
	save_snapshot micro
	finish_guest $rc
	mv /tmp/guest.log "$STEP/"
	end
}

# step_many's vCPUs: more than the module has spare memory for
MANY=200

# many_vcpus NAME VCPUS ROUNDS
many_vcpus()
{
	many-vcpus "$2" "$3" >"$STEP/$1.log" 2>&1 </dev/null ||
		fail "many-vcpus: $(tail -n 1 "$STEP/$1.log")"
	save_snapshot "$1"
}

# A VM whose vCPUs exist before counting is on.
many_existing()
{
	counting 0
	mkfifo /tmp/go
	many-vcpus $MANY 1 >"$STEP/existing.log" 2>&1 </tmp/go &
	exec 6>/tmp/go
	wait_for created "$STEP/existing.log" $!
	counting 1
	exec 6>&-
	wait $! || fail "many-vcpus: $(tail -n 1 "$STEP/existing.log")"
	rm /tmp/go
	save_snapshot existing
}

# Nothing reports the end of a VM while kprobes are disabled, and the next one has its
# addresses.
many_unseen()
{
	echo 0 >/sys/kernel/debug/kprobes/enabled
	many_vcpus unseen 3 5
	counting 0
	said disabled sh -c "echo 1 >$KES_SYSFS/count"
	log_tail disabled
	echo 1 >/sys/kernel/debug/kprobes/enabled
}

no_ftrace()
{
	echo 0 >/proc/sys/kernel/ftrace_enabled
	said no_ftrace sh -c "echo 1 >$KES_SYSFS/count"
	log_tail no_ftrace
	echo 1 >/proc/sys/kernel/ftrace_enabled
	counting 1
}

# log_tail FILE: add the module's last message to FILE
log_tail()
{
	dmesg | grep kvm_exit_stats: | tail -n 1 >>"$STEP/$1"
}

# charged NAME: save what MANY vCPUs charge to their cgroup, in lines of memory.stat.
# Reading the snapshot waits until the module has made new spare memory. vCPUs that
# found none get their memory at their first exit only.
charged()
{
	mkfifo /tmp/go
	mkdir /tmp/cgroup/vmm
	sh -c "echo \$\$ >/tmp/cgroup/vmm/cgroup.procs; exec many-vcpus $MANY 1" \
		>"$STEP/$1.log" 2>&1 </tmp/go &
	exec 6>/tmp/go
	wait_for created "$STEP/$1.log" $!
	save_snapshot "$1.vcpus"
	cat /tmp/cgroup/vmm/memory.stat >"$STEP/$1.stat"
	exec 6>&-
	wait $! || fail "many-vcpus: $(tail -n 1 "$STEP/$1.log")"
	rm /tmp/go
	rmdir /tmp/cgroup/vmm
}

# With all groups on, a vCPU's memory is charged to the cgroup of its VMM.
many_charged()
{
	mkdir /tmp/cgroup
	mount -t cgroup2 none /tmp/cgroup
	echo +memory >/tmp/cgroup/cgroup.subtree_control
	counting 0
	charged uncounted
	counting 1
	switch_groups 1 time histogram detail
	charged counted
	switch_groups 0 histogram time detail
	umount /tmp/cgroup
}

# More vCPUs at once than the module has spare memory for, VMs whose end is not seen,
# and switches by which an administrator disables the module's kprobes.
step_many()
{
	counting 1
	begin many
	many_existing
	many_vcpus created $MANY 1
	many_unseen
	no_ftrace
	many_charged
	end
}

# A vCPU that waits for INIT does not exit, and is blocked.
step_waits()
{
	counting 1
	begin waits
	switch_groups 1 time
	wait-init >"$STEP/log" 2>&1 ||
		fail "wait-init: $(tail -n 1 "$STEP/log")"
	end
	switch_groups 0 time
}

# Modules built for another KVM (scripts/check/judges/checks.sh).
step_misfits()
{
	local file name
	STEP=/out/misfits
	mkdir -p $STEP
	unload_module kvm_exit_stats
	for file in ./misfit-*.ko; do
		name=${file#./}
		said "${name%.ko}" insmod "$file"
		log_tail "${name%.ko}"
	done
	load_module "$MODULE"
}

# A second load is refused, and an open file keeps the module loaded.
step_refused()
{
	STEP=/out/refused
	mkdir -p $STEP
	said again insmod "$MODULE"
	exec 5<"$KES_DEBUGFS/snapshot"
	said busy rmmod kvm_exit_stats
	exec 5<&-
}
