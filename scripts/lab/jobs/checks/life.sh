# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The steps for kvm-exit-stats.ko only: it comes and goes before and after KVM,
# before and after guests. Each leaves it loaded, and counting. Sourced by run.

LOADS=8

# What a command says, and its status.
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

# Loaded before KVM, which then goes while the module counts, and comes back.
step_before_kvm()
{
	unload_module kvm_exit_stats
	unload_kvm || fail 'kvm: cannot be unloaded'
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

# Under a running guest: unloaded and loaded, again and again; and then another
# guest's life is counted from its beginning to its end, the first one's from
# now on.
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

# Modules that take KVM for another than it is (scripts/check/judges/checks.sh).
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

# What is refused, and that a reader keeps the module.
step_refused()
{
	STEP=/out/refused
	mkdir -p $STEP
	said again insmod "$MODULE"
	exec 5<"$KES_DEBUGFS/snapshot"
	said busy rmmod kvm_exit_stats
	exec 5<&-
}
