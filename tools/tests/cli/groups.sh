#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The groups time, histogram and detail on a simulated machine: switching, recording
# and reporting them.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

switches() {
	machine_with
	"$EXITSTAT" list | has 'on: none; off: count,time,histogram,detail'
	"$EXITSTAT" enable detail count
	is_on count detail
	"$EXITSTAT" enable count histogram,time
	is_on count time histogram detail
	"$EXITSTAT" disable time histogram
	is_on count detail
}

needs() {
	machine_with
	cases <<-'END'
		1	exitstat enable time		time requires count first (exitstat enable count time)
		1	exitstat enable histogram count	histogram requires time first
	END
	is_on count
	exitstat enable time
	fails 1 'count is still required by time (exitstat disable time count)' \
		exitstat disable count
	exitstat disable count time
	is_on
}

switch_errors() {
	machine_with
	cases <<-'END'
		2	exitstat enable tea			tea: no such group
		2	exitstat record --groups count,tea	tea: no such group
		2	exitstat enable count,,time		(nothing): no such group
		2	exitstat disable			which GROUP
		2	exitstat reset count			count: unexpected argument
	END
	rm "$SYSFS/detail"
	cases <<-'END'
		0	exitstat list			off: count,time,histogram$
		1	exitstat enable count detail	detail: not supported by the source patched here
	END
	rm -r "$SYSFS" "$DEBUGFS"
	cases <<-'END'
		1	exitstat enable --source patched count	boot the patched kernel
		1	exitstat reset --source patched		boot the patched kernel
	END
}

resets() {
	machine_with
	"$EXITSTAT" reset
	[ "$(cat "$SYSFS/reset")" = 1 ]
}

without_rights() {
	machine_with
	chmod -R a+rX "$T"
	fails 1 'count: cannot switch on: Permission denied (run as root)' \
		as_nobody "$EXITSTAT" enable count
}

record_restores() {
	machine_with count
	exitstat record -o a.x --groups histogram,detail -- cp -r "$SYSFS" in 2>err
	is_on count
	grep -q 'on for this recording: time,histogram,detail' err
	[ "$(cat in/time in/histogram in/detail in/count | tr -d '\n')" = 1111 ]
	"$EXITSTAT" record -q -o b.x -- cp -r "$SYSFS" in2
	[ "$(cat in2/time in2/count | tr -d '\n')" = 01 ]
	rm "$SYSFS/histogram"
	fails 1 'histogram: not supported by the source patched' \
		exitstat record -q -o c.x --groups histogram -- true
	[ ! -e c.x ]
	[ "$(cat "$SYSFS/time")" = 0 ]
}

# grown N: a guest with one vCPU and a TSC of 2 GHz, with N times the counts
grown() {
	local n=$1
	cat <<-END
		isa svm
		clock 2000000 $((1000 + 4000000 * n)) 15
		vm 1 700 1000 ${2:-0} qemu
		vcpu 0 $((101 * n))
		exit 0x7b $((60 * n)) 0 0 0 $((50 * n))
		exit 0x78 $((41 * n)) 0 0 $((7 * n)) 0
		part userspace
		user 2 $((49 * n))
		user 10 $n
		part time
		head 1000 $((1000 + 4000000 * n)) $((1000000 * n)) 2
		time 0x7b $((600000 * n)) $((400000 * n)) 0 0 0 $((20000 + n))
		time 0x78 $((100000 * n)) 0 $((300000 * n)) $((1500000 * n)) $((100000 * n)) 3000
		part histogram
		bucket 0x7b 13 $((60 * n))
		bucket 0x78 11 $((41 * n))
		part detail
		value 0x7b 0x3f8 $((40 * n))
		value 0x7b 0x1000003fd $((11 * n))
		value 0x7b 0x9999 2
		value 0x7b 0 $((9 * n - 2)) 1
	END
}

sql() {
	python3 "$TESTS/lib/packs.py" sql "$@"
}

records_groups() {
	machine_with count time histogram detail
	grown 1 | snapshot
	mkdir "$ROOT/proc/700"
	grown 3 5000 >grown3
	"$EXITSTAT" record -q --all -i 5ms -o r.x -- sh -c \
		"'$BUILD/mksnap' '$SNAPSHOT' <grown3; sleep 0.1"
	[ "$(sql r.x 'SELECT sum(elapsed_ns), sum(guest_ns) FROM vcpu_time')" = \
		'4000000 1000000' ]
	[ "$(sql r.x 'SELECT name, sum(handler_ns), sum(userspace_ns),
		sum(polling_ns), sum(blocked_ns), sum(preempted_ns), sum(sleeping_ns),
		max(max_ns) FROM time JOIN reason ON reason.id = reason
		GROUP BY name ORDER BY name')" = \
		"$(printf '%s\n' 'HLT 100000 0 300000 1500000 100000 0 None' \
			'IOIO 600000 400000 0 0 0 0 10001')" ]
	[ "$(sql r.x 'SELECT bucket, sum(count) FROM histogram GROUP BY bucket')" = \
		"$(printf '%s\n' '11 82' '13 120')" ]
	[ "$(sql r.x 'SELECT name, sum(count) FROM userspace JOIN kvm_exit
		ON code = kvm_exit GROUP BY name')" = \
		"$(printf '%s\n' 'INTR 2' 'IO 98')" ]
	# details are from the last snapshot, and "other"
	[ "$(sql r.x 'SELECT value, other, count FROM detail ORDER BY other, value')" = \
		"$(printf '%s\n' '1016 0 120' '39321 0 2' '4294968317 0 33' \
			'0 1 25')" ]
	[ "$(sql r.x 'PRAGMA user_version')" = 7 ]
	[ "$(sql r.x "SELECT value FROM meta WHERE key = 'tsc_khz'")" = 2000000 ]
}

# The simulated TSC is much slower than the clock.
tsc_against_clock() {
	machine_with count time
	grown 1 | snapshot
	grown 3 5000 >grown3
	"$EXITSTAT" record -q --all -o k.x -- sh -c \
		"sleep 0.6; '$BUILD/mksnap' '$SNAPSHOT' <grown3"
	[ "$(sql k.x "SELECT value < 40000 FROM meta WHERE key = 'tsc_seen_khz'")" = 1 ]
	exitstat report k.x | has 'ran at 0.0.. times the rate that the kernel reports'
	exitstat report k.x | has 'times are off by this factor'
}

# A group that was switched off and on between samples restarts at 0.
group_restarts() {
	machine_with count time histogram
	grown 3 | snapshot
	grown 4 | sed 's/^clock .*/clock 2000000 602000 15/
		s/^head .*/head 2000 602000 100000 2/
		s/^time 0x7b.*/time 0x7b 500000 0 0 0 0 9/
		/^time 0x78/d
		s/^bucket 0x7b.*/bucket 0x7b 13 5/' >restarted
	"$EXITSTAT" record -q --all -i 5ms -o s.x -- \
		sh -c "'$BUILD/mksnap' '$SNAPSHOT' <restarted"
	[ "$(sql s.x 'SELECT elapsed_ns, guest_ns FROM vcpu_time')" = \
		'300000 50000' ]
	[ "$(sql s.x 'SELECT handler_ns FROM time')" = 250000 ]
	[ "$(sql s.x 'SELECT count FROM histogram WHERE bucket = 13')" = 5 ]
}

time_without_clock() {
	machine_with count
	grown 1 | sed 's/^clock 2000000/clock 0/' | snapshot
	fails 1 'no TSC frequency' "$EXITSTAT" list
}

# Both VMs have a vCPU 0; one code is unknown.
checked_machine() {
	machine_with count
	snapshot <<-END
		${1:-switches 1}
		vm 1 700 1000 2000 first
		vcpu 0 101
		exit 0x7b 90
		exit 0x7fffffffffffffff 9
		entries 1 1
		vm 2 701 1000 2000 second
		vcpu 0 23
		exit 0x7b 20 3
		vcpu 1 1
		exit -1 1
	END
	traced 123 0 113 777 0 9 4294967295 1 1
}

check_agrees() {
	checked_machine
	exitstat check >out
	grep -q '1 first  *0  *101  *99  *1  *1  *0$' out
	grep -q '^  right: 0 of 125 attempts are unaccounted$' out
	grep -q 'right: difference 0 in 123 exits, 3 pairs of reason and vCPU' out
}

check_differs() {
	checked_machine
	traced 123 0 112 777 0 9 4294967295 1 1
	exitstat check >out && return 1
	grep -q 'IOIO  *vcpu 0  *113  *112  *+1$' out
	grep -q 'WRONG: 1 of 3 differ' out
	traced 123 0 113 777 0 9 4294967295 1 1 5 1 2
	exitstat check >out && return 1
	grep -q 'vcpu 1  *0  *2  *-2$' out
}

# After a switch, a difference is not an error.
check_may_differ() {
	local header
	for header in 'switches 3' 'clock 0 15 0'; do
		checked_machine "$header"
		exitstat check | has 'difference 0 in 123 exits'
		traced 123 0 112 777 0 9 4294967295 1 1
		exitstat check >out
		grep -q 'cannot be compared: 1 of 3 differ, but counting' out
	done
}

check_unaccounted() {
	machine_with count
	snapshot <<-END
		vm 1 700 1000 2000 first
		vcpu 0 103
		exit 0x7b 101
	END
	exitstat check >out && return 1
	grep -q ' 2 \*$' out
	grep -q 'WRONG: 2 of 103 attempts are unaccounted' out
	# a running vCPU and a switch each explain one attempt
	snapshot <<-END
		switches 1
		vm 1 700 1000 0 first
		vcpu 0 103
		exit 0x7b 101
	END
	exitstat check | has 'Tolerated: one attempt of each running vCPU'
}

check_cannot() {
	checked_machine
	rm -r "$ROOT/sys/kernel/tracing"
	exitstat check | has 'cannot be compared: .*hist: No such file'
	mkdir -p "$ROOT/sys/kernel/tracing/events/kvm/kvm_exit"
	echo '# event histogram' >"$ROOT/sys/kernel/tracing/events/kvm/kvm_exit/hist"
	exitstat check | has 'is not set up (echo .hist:keys='
	FILTER='if vcpu_id == 1 ' traced 123 0 1
	exitstat check | has 'cannot be compared: .* has a filter'
	FILTER='[paused] ' traced 123 0 1
	exitstat check | has 'cannot be compared: .* is paused'
	DROPPED=5 traced 123 0 1
	exitstat check | has 'cannot be compared: .* dropped 5 events'
	rm -r "$ROOT/sys/kernel/tracing"
	echo 'fields 1' | snapshot
	local status=0
	exitstat check >out || status=$?
	[ "$status" = 77 ]
	grep -q 'unavailable: source patched does not count attempts' out
	cp "$SNAPSHOT" copy
	{ exitstat check --snapshot copy || true; } | has '.--snapshot requires --histogram'
	echo 'some text, and not even short: a hundred and twenty bytes it has, or more, as the header of a snapshot has so many too........................' >text
	cases <<-'END'
		1	exitstat check --snapshot none			none: No such file
		1	exitstat check --snapshot copy --histogram none	none: No such file
		1	exitstat check --snapshot text			text: not an exit statistics snapshot
		1	exitstat check --snapshot copy --histogram text	is not set up
	END
}

# damage SQL...: make a recording with all groups, and change it
damage() {
	"$BUILD/mkrec" bad.x groups
	case $1 in
	*TABLE* | 'UPDATE pack '*)
		python3 -c 'import sqlite3, sys
sqlite3.connect("bad.x", isolation_level=None).executescript(sys.argv[1])' "$1" ;;
	*) python3 "$TESTS/lib/packs.py" edit bad.x "$@" ;;
	esac
}

# A missing table is damage, for every command, and so is a row with an invalid
# reference or number.
damaged_groups() {
	local sql
	for sql in 'DROP TABLE kvm_exit' 'DROP TABLE pack' 'DROP TABLE block' \
		'ALTER TABLE pack RENAME histogram TO x' \
		'ALTER TABLE vm RENAME TO x; CREATE TABLE t(a);
			CREATE VIEW vm AS SELECT * FROM x' \
		'UPDATE histogram SET bucket = 40 WHERE sample = 2 AND bucket = 11 AND reason = 1' \
		'UPDATE time SET reason = 999 WHERE sample = 2 AND reason = 1' \
		'UPDATE time SET handler_ns = -1' \
		'UPDATE userspace SET vcpu = 0 WHERE sample = 2' \
		'UPDATE detail SET other = 2' \
		'UPDATE entries SET attempts = -5' \
		'UPDATE sample SET phase = 6 WHERE id = 56' \
		'UPDATE sample SET phase = 0 WHERE id = 56' \
		"UPDATE pack SET time = 'soon' WHERE sample = 9" \
		"UPDATE pack SET vcpu_time = x'4102' WHERE sample = 9"; do
		damage "$sql"
		cases <<-'END'
			1	exitstat report bad.x				bad.x: damaged recording
			1	exitstat plot --chart time -o bad.svg bad.x	bad.x: damaged recording
			1	exitstat export -f sqlite -o bad.db bad.x	bad.x: damaged recording
		END
		[ ! -e bad.svg ]
		[ ! -e bad.db ]
	done
	damage "UPDATE meta SET value = 'no number' WHERE key = 'tsc_khz'"
	"$EXITSTAT" export --table histogram bad.x | has ',11,1024,,'
	fails 1 'nothing to plot' "$EXITSTAT" plot --chart latency -o l.svg bad.x
	damage 'UPDATE delta SET l1 = 9223372036854775807' \
		'UPDATE time SET handler_ns = 9223372036854775807' \
		'UPDATE histogram SET count = 9223372036854775807'
	exitstat report bad.x >/dev/null
	"$EXITSTAT" plot --chart time -o t.svg bad.x
	"$EXITSTAT" plot --chart latency -o t.svg bad.x
	damage "UPDATE meta SET value = 'time,,tea' WHERE key = 'groups'"
	exitstat report bad.x >/dev/null
}

# Groups without rows: no empty picture, and no crash.
groups_without_rows() {
	damage 'DELETE FROM time' 'DELETE FROM vcpu_time' \
		'DELETE FROM histogram' 'DELETE FROM detail' \
		"INSERT INTO meta VALUES('groups', 'count,time,histogram,detail')"
	fails 1 'nothing to plot' "$EXITSTAT" plot --chart time -o e.svg bad.x
	fails 1 'nothing to plot' "$EXITSTAT" plot --chart latency -o e.svg bad.x
	[ ! -e e.svg ]
	exitstat report --detail bad.x | has 'No details: no exit had a value'
	[ "$("$EXITSTAT" export --table time bad.x | wc -l)" = 1 ]
}

check 'enable and disable switch groups in the required order' switches
check 'enable and disable report the group that is required' needs
check 'enable and disable report errors in one line' switch_errors
check 'reset resets the counters' resets
check_unprivileged 'enable requires root' without_rights
check 'record --groups switches missing groups on, and off afterwards' record_restores
check 'time, histogram, returns and details are recorded' records_groups
check 'report: a wrong TSC rate is reported' tsc_against_clock
check 'a group that is switched off and on restarts at 0' group_restarts
check 'check: correct counts pass' check_agrees
check 'check: a difference to the trace is reported' check_differs
check 'check: differences after a switch are tolerated' check_may_differ
check 'check: unaccounted attempts are reported' check_unaccounted
check 'check: the reason for a missing comparison is reported' check_cannot
check 'a recording without its tables is damaged' damaged_groups
check 'groups without rows give no empty picture' groups_without_rows
check 'a snapshot without a TSC rate is refused' time_without_clock
done_testing
