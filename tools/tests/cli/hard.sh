#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Recording under unusual conditions: the clock is set, the recorder is stopped, a pid
# is reused, VMs start and end between two samples.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# The real-time clock jumps two hours at each reading; samples use the monotonic clock.
# Without sanitizers, which must be loaded before other libraries.
clock_steps() {
	local wall now
	machine
	LD_PRELOAD=$BUILD/skewclock.so "$BARE" record -q -i 5ms -o a.x -- \
		"$BUILD/fakeguest" "$ROOT" 2 60 >/dev/null
	"$BARE" report -j a.x >j
	wall=$(sed -n 's/^ *"start_wall_ns": \([0-9]*\),$/\1/p' j)
	now=$(date +%s)
	[ $((now - wall / 1000000000)) -gt 3600 ] ||
		[ $((wall / 1000000000 - now)) -gt 3600 ]
	sqlite3 a.x 'SELECT max(end_ns) - min(begin_ns) BETWEEN 100000000 AND 600000000000,
		(SELECT count(*) FROM sample a JOIN sample b ON b.id = a.id + 1
		WHERE b.begin_ns < a.end_ns) FROM sample' | has '^1|0$'
	[ "$(exits_of a.x)" = "$(exits_of_destroyed)" ]
}

# As after a suspend, but the clock continues.
stopped() {
	local recorder
	machine
	"$BARE" record -i 10ms -o b.x 2>err &
	recorder=$!
	eventually sampled b.x 5
	kill -STOP "$recorder"
	sleep 0.6
	kill -CONT "$recorder"
	more_samples b.x
	kill -INT "$recorder"
	wait "$recorder"
	cat err
	grep -q 'sample deadlines missed' err
	# one sample has the missed deadlines, and the samples cover the whole time
	sqlite3 b.x 'SELECT max(missed) >= 50, abs(sum(missed) + count(*) - 2 -
		(max(end_ns) - min(begin_ns)) / 10000000) <= 2 FROM sample' | has '^1|1$'
	"$BARE" report b.x | has '[1-9][0-9]* missed deadlines'
}

# vm_of TICKS NS: process 700 started TICKS, and its VM was created NS after boot
vm_of() {
	machine
	process 700 1 qemu -name guest=usurper -M pc
	echo "700 (q) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 $1 0 0" \
		>"$ROOT/proc/700/stat"
	one 1 "$2" 0 5 700 founder | snapshot
}

pid_is_reused() {
	vm_of 1 60000000000
	"$BARE" record -q -i 5ms -d 20ms -o c.x
	"$BARE" report c.x | has 'guest   usurper'
	sqlite3 c.x 'SELECT name, machine FROM vm' | has '^usurper|pc$'
	# ten seconds younger than its VM
	vm_of 7000 60000000000
	"$BARE" record -q -i 5ms -d 20ms -o d.x
	sqlite3 d.x "SELECT name, cmdline, ifnull(machine, 'NULL') FROM vm" |
		has '^founder||NULL$'
	"$BARE" top -b 100ms 1 | has founder
	"$BARE" list | has founder
	"$BARE" serve --once --textfile e.prom
	has '"founder"' <e.prom
}

# A VM that the kernel no longer reports: its missing counts are reported.
vms_vanish() {
	machine
	one 1 1000 0 5 | snapshot
	"$BARE" record -i 5ms -o e.x 2>err &
	eventually sampled e.x 1
	echo | snapshot
	more_samples e.x
	kill -INT $!
	wait $!
	cat err
	grep -q '1 VM exited between samples: its final counts were not recorded' err
}

type sqlite3 >/dev/null 2>&1 || skip_rest 'no sqlite3'
check 'setting the clock does not affect a recording' clock_steps
check 'a stopped recorder reports missed deadlines' stopped
check 'a VM does not get the name of a process that reuses its pid' pid_is_reused
check 'VMs that disappear between samples are reported' vms_vanish
done_testing
