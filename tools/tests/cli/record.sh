#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat record on a simulated machine: counts, the choice of VMs, the end of the
# command, signals, errors, and the files that are left.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# 25 steps of fakeguest: 3 firmware, 2 kernel early, 10 kernel init, 9 userspace (three
# of them lose 0.75 of a step), no shutdown.
GUEST=("$BUILD/fakeguest" "$ROOT" 2 25)

exact_totals() {
	machine
	EXITSTAT_LAB=fake "$EXITSTAT" record -i 5ms -o a.x -- "${GUEST[@]}" \
		>stdout 2>stderr
	[ -n "$(exits_of_destroyed)" ]
	[ "$(exits_of a.x)" = "$(exits_of_destroyed)" ]
	grep -q 'exits from 1 VM in' stderr
	[ ! -e a.x.part ]
	[ ! -e a.x-wal ]
}

output_passes_through() {
	grep -q 'Linux version' stdout
	[ "$(wc -l <stdout)" = 5 ]
}

phases_are_found() {
	exitstat report -j a.x >j
	for name in firmware 'kernel early' 'kernel init' userspace shutdown; do
		grep -q "\"name\": \"$name\"" j
	done
	# every exit belongs to a phase
	[ "$(sed -n '/"phases"/,/"vcpus"/s/^      "exits": \([0-9]*\),/\1/p' j |
		paste -sd+ | bc)" = "$(exits_of a.x)" ]
}

describes_itself() {
	grep -q '"kernel": "6.12.0-fake"' j
	grep -q '"cpu": "Fake CPU"' j
	grep -q '"lab": "fake"' j
	grep -q '"machine": "default"' j
	grep -q '"command": ".*fakeguest' j
}

counting_is_restored() {
	grep -q 'switched on for this recording: count$' stderr
	[ "$(cat "$SYSFS/count")" = 0 ]
	echo 1 >"$SYSFS/count"
	"$EXITSTAT" record -q -o b.x -- true
	[ "$(cat "$SYSFS/count")" = 1 ]
}

child_status() {
	machine
	cases <<-'END'
		1	exitstat record -q -o c.x -- sh -c 'exit 7'	exited with status 7
		1	exitstat record -q -o d.x -- sh -c 'kill -9 $$'	killed by SIGKILL
	END
	[ -e c.x ]
}

command_not_found() {
	# an unreadable directory in PATH would change the errno
	export PATH=/usr/bin:/bin
	fails 1 'no-such-qemu: cannot start the command: No such file' \
		exitstat record -q -o e.x -- no-such-qemu
	[ ! -e e.x ] && [ ! -e e.x.part ] && [ ! -e e.x.part-wal ]
	[ "$(cat "$SYSFS/count")" = 0 ]
}

existing_file() {
	echo mine >f.x
	fails 1 'File exists' "$EXITSTAT" record -q -o f.x -- true
	[ "$(cat f.x)" = mine ]
	"$EXITSTAT" record -q --force -o f.x -- true
	exitstat report f.x | has 'No exits were recorded'
}

only_own_vms() {
	machine
	export ROOT BUILD
	process 700 1 qemu-system-x86_64 -name guest=other,debug-threads=on \
		-machine q35
	cat >play <<-'END'
		p=$$
		mkdir -p "$ROOT/proc/701"
		echo "701 (q) S $p 1 1 0" >"$ROOT/proc/701/stat"
		printf '%s\0' qemu -name own -M pc,accel=kvm >"$ROOT/proc/701/cmdline"
		"$BUILD/mksnap" "$1" <<-SNAP
			vm 1 700 now 0 other
			vcpu 0 7
			exit 0x7b 7
			vm 2 701 now 0 qemu
			vcpu 0 23
			exit 0x7b 23
		SNAP
	END
	exitstat record -q -i 5ms -o g.x -- bash play "$SNAPSHOT"
	[ "$(exits_of g.x)" = 23 ]
	exitstat report g.x | has 'guest   own, 1 vCPU'
	exitstat report g.x | has 'machine pc'
	echo | snapshot
	exitstat record -q --all -i 5ms -o h.x -- bash play "$SNAPSHOT"
	[ "$(exits_of h.x)" = 30 ]
}

without_command() {
	machine
	one 1 1000 0 100 | snapshot
	"$EXITSTAT" record -q -i 5ms -o i.x &
	eventually sampled i.x 1
	one 1 1000 0 201 | snapshot
	eventually counted i.x 101
	kill -INT $!
	wait $!
	[ "$(exits_of i.x)" = 101 ]
	exitstat report i.x | has 'No boot phases'
}

# The module is reloaded: the recording continues, and reports it.
counters_restart() {
	machine
	snapshot <<-END
		vm 1 700 1000 0 qemu
		vcpu 0 150
		exit 0x7b 100
		exit 0x78 50
	END
	"$EXITSTAT" record -i 5ms -o fell.x 2>stderr &
	eventually sampled fell.x 1
	snapshot <<-END
		vm 1 700 1000 0 qemu
		vcpu 0 83
		exit 0x7b 23
		exit 0x78 60
	END
	eventually counted fell.x 83
	kill -INT $!
	wait $!
	[ "$(exits_of fell.x)" = 83 ]
	grep -q "WARNING: 1 restart of a vCPU's counters" stderr
	exitstat report fell.x | has "^WARNING: 1 restart of a vCPU's counters: its exits just before are not counted"
	exitstat report -j fell.x | has '"restarts": 1,'
	exitstat report -j a.x | has '"restarts": 0,'
}

# twice_listed EXITS: a VM whose vCPU 0 is listed twice, as while KVM_CREATE_VCPU
# fails for an id that exists
twice_listed() {
	one 1 1000 0 "$1"
	echo vcpu 0 0
}

id_is_listed_twice() {
	machine
	one 1 1000 0 100 | snapshot
	"$EXITSTAT" record -i 5ms -o twice.x 2>stderr &
	eventually sampled twice.x 1
	twice_listed 123 | snapshot
	eventually counted twice.x 23
	one 1 1000 0 124 | snapshot
	eventually counted twice.x 24
	twice_listed 131 | snapshot
	eventually counted twice.x 31
	kill -INT $!
	wait $!
	[ "$(exits_of twice.x)" = 31 ]
	lacks WARNING stderr
	exitstat report twice.x | has 'qemu-system-x86, 1 vCPU'
}

duration() {
	"$EXITSTAT" record -q -i 10ms -d 50ms -o j.x
	fails 1 'SIGTERM' exitstat record -q -i 10ms -d 50ms -o k.x -- sleep 20
	[ -e k.x ]
}

# Job control gives the recorder its own process group, like a terminal.
term_is_forwarded() {
	machine
	local status=0
	"$EXITSTAT" record -q -i 5ms -o l.x -- "$BUILD/fakeguest" "$ROOT" 5 90000 \
		>out 2>err &
	eventually grep SeaBIOS out	# it handles signals now
	kill -TERM $!
	wait $! || status=$?
	[ "$status" = 1 ]
	grep -q 'fakeguest exited with status 3' err
	[ "$(exits_of l.x)" = "$(exits_of_destroyed)" ]
}

kill_9() {
	machine
	"$EXITSTAT" record -q -i 10ms -o m.x -- "$BUILD/fakeguest" "$ROOT" 5 90000 \
		>/dev/null &
	eventually sampled m.x 20
	local guest
	guest=$(pgrep -P $!)
	kill -9 $!
	wait $! || true
	# the guest is not our child: wait for its end
	kill "$guest"
	eventually gone "$guest"
	fails 1 'm.x.part is an interrupted or running recording' exitstat report m.x
	exitstat report m.x.part >words
	grep -q INTERRUPTED words
	# the recording has the source's description from the first sample
	grep -q 'groups  count; off: time,histogram,detail' words
	exitstat export --table entries m.x.part | has ',attempts,'
	local n
	n=$("$EXITSTAT" report -j m.x.part | sed -n 's/.*"samples": \([0-9]*\),/\1/p')
	[ "$n" -ge 20 ]
	fails 1 'an interrupted or running recording' exitstat record -q -o m.x -- true
}

bad_sources() {
	machine
	rm -r "$DEBUGFS"
	fails 1 'mount -t debugfs' exitstat record -q --source patched -o n.x -- true
	rm -r "$SYSFS"
	fails 1 'boot the patched kernel' exitstat record -q --source patched -o n.x -- true
	machine
	rm "$SNAPSHOT"
	mkdir "$SNAPSHOT"
	fails 1 'snapshot: Is a directory' exitstat record -q --source patched -o n.x -- true
	fails 2 'no such source' exitstat record --source tea -o n.x -- true
	[ ! -e n.x ] && [ ! -e n.x.part ]
}

unreadable_snapshot() {
	machine
	chmod -R a+rX "$T"
	chmod 0 "$SNAPSHOT"
	fails 1 'Permission denied (run as root)' as_nobody "$EXITSTAT" list --source patched
}

bad_snapshots() {
	machine
	echo 'version 3' | snapshot
	fails 1 'snapshot version 3, but this exitstat supports 2' \
		exitstat record -q -o o.x -- true
	echo hello >"$SNAPSHOT"
	fails 1 'snapshot truncated' exitstat record -q -o o.x -- true
	[ ! -e o.x ] && [ ! -e o.x.part ]
}

bad_options() {
	echo 'nonsense' >phases
	cases <<-'END'
		2	exitstat record -i 10 -o q.x -- true			exitstat record
		2	exitstat record -i 0ms -o q.x -- true			exitstat record
		2	exitstat record -i 1h -o q.x -- true			exitstat record
		2	exitstat record -d x -o q.x -- true			exitstat record
		2	exitstat record --nonsense -o q.x -- true		exitstat record
		1	exitstat record -q --phases phases -o q.x -- true	phases:1: expected NAME: PATTERN
		1	exitstat record -q --phases nophases -o q.x -- true	nophases: No such file
	END
	[ ! -e q.x ]
}

# A limit on the file's size simulates a full disk, without a mount.
file_too_large() {
	machine
	fails_somehow 'r.x' bash -c 'ulimit -f 200; exec "$@"' - "$EXITSTAT" \
		record -q -i 1ms -o r.x -- "$BUILD/fakeguest" "$ROOT" 2 300
}

# fails_somehow FILE COMMAND...: record reports the error and waits for the command's
# end; there is no file with the final name, and the partial file is readable
fails_somehow() {
	local file=$1 status=0
	shift
	"$@" >out 2>err || status=$?
	cat err
	[ "$status" = 1 ]
	grep -q "$file.part: " err
	grep -q 'recording stopped; the command continues' err
	grep -q shutdown out
	[ ! -e "$file" ]
	"$EXITSTAT" report "$file.part" | has INTERRUPTED
}

full_disk_inner() {
	mount -t tmpfs -o size=200k none "$T/disk"
	fails_somehow disk/s.x "$EXITSTAT" record -q -i 1ms -o disk/s.x -- \
		"$BUILD/fakeguest" "$ROOT" 2 300
	grep -q 'disk full' err
	[ ! -e disk/s.x ]
}

full_disk() {
	machine
	mkdir disk
	export -f full_disk_inner fails_somehow has
	export T EXITSTAT ROOT BUILD
	unshare -m bash -euc full_disk_inner
}

reader_goes_away() {
	machine
	"$EXITSTAT" record -q -i 5ms -o t.x -- "${GUEST[@]}" | head -1 >/dev/null
	[ "$(exits_of t.x)" = "$(exits_of_destroyed)" ]
}

check 'totals are exact to the last exit' exact_totals
check 'the output of the command passes through' output_passes_through
check 'phases are found, and every exit is in one' phases_are_found
check 'a recording describes kernel, CPU, lab, machine and command' describes_itself
check 'the group count is restored' counting_is_restored
check 'the status of the command is reported' child_status
check 'a missing COMMAND is reported in one line, and no file is left' command_not_found
check 'an existing FILE is refused without --force' existing_file
check 'only VMs of the command are recorded, or with --all all VMs' only_own_vms
check 'without a command, record counts from its start until SIGINT' without_command
check 'restarted counters are reported' counters_restart
check 'a vCPU id that is listed twice does not end the recording' id_is_listed_twice
check '-d ends the recording' duration
check 'SIGTERM is forwarded, and the recording completed' term_is_forwarded
check 'kill -9 loses at most the last sample' kill_9
check 'an unreadable source is reported with advice' bad_sources
check_unprivileged 'missing permission is reported with advice' unreadable_snapshot
check 'unknown versions and damaged snapshots are refused' bad_snapshots
machine
check 'a FILE that cannot be created is reported' cases <<-'END'
	1	exitstat record -q -o nowhere/p.x -- true	cannot create: No such file
	1	exitstat record -q -o /proc/p.x -- true		cannot create
END
check 'invalid options and phase files are refused' bad_options
check 'a write error stops the recording, not the command' file_too_large
check_mounting 'a full disk stops the recording, not the command' full_disk
check 'a closed standard output does not end the recording' reader_goes_away
done_testing
