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
		dmesg | grep kvm_exit_stats: | tail -n 1 \
			>>"$STEP/${name%.ko}"
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
