#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Groups that are on for one VM, on a simulated machine: enable, disable and record.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# machine_with_vms GROUP...: like machine_with, with the switches for single VMs, and
# the VMs 1 (web, pid 700) and 2 (db, pid 710)
machine_with_vms() {
	machine_with "$@"
	touch "$SYSFS/time_vms" "$SYSFS/histogram_vms" "$SYSFS/detail_vms"
	process 700 1 qemu -name web -uuid 1b4e28ba-2fa1-11d2-883f-0016d3cca427
	process 710 1 qemu -name db
	{ one 1 1000 0 101; one 2 2000 0 23 710; } | snapshot
}

# vms_are TIME HISTOGRAM DETAIL: the last writes to the switches for single VMs
vms_are() {
	[ "$(cat "${IN:-$SYSFS}/time_vms")" = "$1" ]
	[ "$(cat "${IN:-$SYSFS}/histogram_vms")" = "$2" ]
	[ "$(cat "${IN:-$SYSFS}/detail_vms")" = "$3" ]
}

# A VM by each of its names.
switches_of_a_vm() {
	local name
	for name in web 700 1B4E28BA-2fa1-11d2-883f-0016d3cca427 1; do
		machine_with_vms count
		"$EXITSTAT" enable time,histogram --vm "$name"
		is_on count
		vms_are +1 +1 ''
		"$EXITSTAT" disable histogram --vm "$name"
		vms_are +1 -1 ''
	done
	"$EXITSTAT" enable detail --vm db
	vms_are +1 -1 +2
	# what is in that state stays: the kernel lists numbers
	echo 2 >"$SYSFS/detail_vms"
	"$EXITSTAT" enable detail --vm db
	"$EXITSTAT" disable time --vm db
	vms_are +1 -1 2
}

switch_errors_of_a_vm() {
	machine_with_vms count time
	cases <<-'END'
		1	exitstat enable time --vm mail		mail: no running VM with this name, pid, uuid or id
		1	exitstat enable count --vm web		count: the source patched can switch it only for all VMs
		1	exitstat disable time --vm web		on for all VMs: time (exitstat disable time)
		2	exitstat record --vm web --all -o a.x	--vm excludes --all
		1	exitstat record --vm mail -o a.x	mail: no running VM
	END
	# time is on for all VMs
	"$EXITSTAT" enable histogram --vm web
	vms_are '' +1 ''
	machine_with_vms count
	cases <<-'END'
		1	exitstat enable histogram --vm web	histogram requires time first (exitstat enable time histogram --vm 1)
	END
	echo 1 >"$SYSFS/time_vms"
	echo 1 >"$SYSFS/histogram_vms"
	cases <<-'END'
		1	exitstat disable time --vm web		time is still required by histogram (exitstat disable histogram time --vm 1)
	END
	process 710 1 qemu -name web
	cases <<-'END'
		1	exitstat enable time --vm web		web: 2 VMs have this name, pid or uuid: select one by its id
		0	exitstat enable time --vm 2
	END
	rm "$SYSFS/time_vms"
	cases <<-'END'
		1	exitstat enable time --vm 2		time: the source patched can switch it only for all VMs
	END
}

# A recording of one VM switches groups for it alone, and back.
record_one_vm() {
	machine_with_vms
	exitstat record -o one.x --groups histogram --vm web -- \
		cp -r "$SYSFS" in0 2>err
	grep -q 'on for this recording: count,time,histogram$' err
	[ "$(cat in0/count in0/time in0/histogram | tr -d '\n')" = 100 ]
	IN=in0 vms_are +1 +1 ''
	vms_are -1 -1 ''
	is_on
	exitstat report one.x | has '^  guest   web, 1 vCPU'
	# groups that were on stay on
	machine_with_vms count
	echo 1 >"$SYSFS/time_vms"
	exitstat record -q -o two.x --groups time,detail --vm 1 -- true
	vms_are 1 '' -1
	is_on count
	# an engine without these switches
	rm "$SYSFS"/*_vms
	exitstat record -o three.x --groups time --vm 1 -- cp -r "$SYSFS" in3 2>err
	[ "$(cat in3/time)" = 1 ]
	is_on count
}

# Groups are on for all VMs until the command's VM is found, so that it is counted from
# its first exit; then only for this one, because another VM runs.
record_limits_groups() {
	machine_with_vms
	export ROOT SYSFS BUILD
	cat >play <<-'END'
		cp -r "$SYSFS" in1
		mkdir -p "$ROOT/proc/720"
		echo "720 (q) S $$ 1 1 0" >"$ROOT/proc/720/stat"
		printf '%s\0' qemu -name own >"$ROOT/proc/720/cmdline"
		"$BUILD/mksnap" "$1" <<-SNAP
			$2
			vm 3 720 now 0 qemu
			vcpu 0 7
			exit 0x7b 7
		SNAP
		until grep -q 0 "$SYSFS/time"; do sleep 0.02; done
		cp -r "$SYSFS" in2
	END
	exitstat record -i 5ms -o own.x --groups time,detail -- bash play \
		"$SNAPSHOT" "$(one 2 2000 0 23 710)" 2>err
	[ "$(cat in1/count in1/time in1/detail | tr -d '\n')" = 111 ]
	IN=in1 vms_are '' '' ''
	[ "$(cat in2/count in2/time in2/detail | tr -d '\n')" = 100 ]
	IN=in2 vms_are +3 '' +3
	is_on
	vms_are -3 '' -3
	[ "$(exits_of own.x)" = 7 ]
}

# No other VM runs: nothing is slowed, and all VMs of the command are counted from
# their first exit.
record_alone() {
	machine_with_vms
	echo | snapshot
	# shellcheck disable=SC2016 # the inner shell expands it
	exitstat record -q -i 5ms -o alone.x --groups time -- sh -c '
		"$0/mksnap" "$1" <<-SNAP
			vm 3 $$ now 0 sh
			vcpu 0 7
			exit 0x7b 7
		SNAP
		sleep 0.2; cp -r "$2" in4' "$BUILD" "$SNAPSHOT" "$SYSFS"
	[ "$(cat in4/time)" = 1 ]
	vms_are '' '' ''
	is_on
}

check 'enable and disable --vm switch groups for one VM' switches_of_a_vm
check 'enable and disable --vm report errors in one line' switch_errors_of_a_vm
check 'record --vm switches groups for one VM, and back' record_one_vm
check 'record limits groups to the VMs of its command' record_limits_groups
check 'record does not limit groups if no other VM runs' record_alone
done_testing
