#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat top without a screen: golden outputs for two snapshots that are a second
# apart, unavailable values, options, pipes, and the tables of keys and columns in the
# man page.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

PAGE=$TOP/docs/man/exitstat-top.1

# until_text FILE PID: the file is not empty, or the process has ended
until_text() {
	while [ ! -s "$1" ] && kill -0 "$2"; do sleep 0.01; done
}

# two ARG...: print top's output for the machine, and for the lines in "later". An
# unchanged snapshot is not a sample, so the output does not depend on time.
two() {
	"$BUILD/mksnap" next <later
	: >out
	timeout 300 "$EXITSTAT" top 20ms 2 "$@" >out &
	until_text out $!
	mv next "$SNAPSHOT"
	wait $!
	cat out
}

# The second VM has ended; the third belongs to another VMM.
vms() {
	machine
	process 700 1 qemu-system-x86_64 -name guest=web,debug-threads=on \
		-uuid 1b4e28ba-2fa1-11d2-883f-0016d3cca427
	process 710 1 minivmm --kernel bzImage
	snapshot <<-END
		stamp 5000000000
		clock 1000000 1000000000 11
		vm 1 700 1000 0 qemu-system-x86
		vcpu 0 0
		exit 0x7b 1000 0 0 0 600
		exit 0x72 50
		part time
		head 1 1000000000 700000000 0
		time 0x7b 100000000 200000000 0 0 0 9000
		part detail
		value 0x7b 0x3f8 900 0
		value 0x7b 0 100 1
		vcpu 1 0
		exit 0x78 40
		part time
		head 1 1000000000 100000000 4
		time 0x78 0 0 0 900000000 0 0
		vm 2 705 2000 3000 gone
		vcpu 0 0
		exit 0x7b 17
		vm 3 710 4000 0 minivmm
		vcpu 0 0
	END
	cat >later <<-END
		stamp 6000000000
		clock 1000000 2000000000 11
		vm 1 700 1000 0 qemu-system-x86
		vcpu 0 0
		exit 0x7b 2009 100 23 0 1101
		exit 0x72 50 0 0 0 0
		exit 0x400 7 0 0 0 0
		part time
		head 1 2000000000 1400000000 0
		time 0x7b 200000000 400000000 0 0 0 9000
		time 0x400 0 0 0 0 0 0
		part detail
		value 0x7b 0x3f8 1897 0
		value 0x7b 0 112 1
		vcpu 1 0
		exit 0x78 141 0 0 101 0
		part time
		head 1 1500000000 200000000 4
		time 0x78 100000000 0 0 1200000000 0 0
		vm 2 705 2000 3000 gone
		vcpu 0 0
		exit 0x7b 17
		vm 3 710 4000 0 minivmm
		vcpu 0 0
	END
}

golden_of() {
	local name=$1
	shift
	vms
	golden "top-$name" two "$@"
}

# The output is at most 80 columns wide, or 200 in a wide terminal.
widths() {
	local w
	for w in 60 80 132 200; do
		vms
		two -b --width "$w" >wide
		awk -v w="$w" 'length($0) > w { bad = 1 } END { exit bad }' wide
	done
	grep -q '1b4e28ba-2fa1-11d2-883f-0016d3cca427 *2 running ' wide
	narrow "$EXITSTAT" top --help
}

# Without -b, the first report has totals; rates need a second sample.
first_report() {
	vms
	"$EXITSTAT" top -b 1 1 >one
	grep -q '^web  *700  *2  *-  *-  *1,090  *-$' one
}

json_is_json() {
	vms
	two -j --vm web -l reasons >lines
	[ "$(wc -l <lines)" = 2 ]
	python3 - <<-'END'
		import json
		first, second = [json.loads(l) for l in open("lines")]
		assert first["interval_ns"] is None
		assert all(r["per_s"] is None for r in first["rows"])
		rows = {r["name"]: r for r in second["rows"]}
		assert rows["IOIO"]["per_s"] == 1109 and rows["IOIO"]["l2_per_s"] == 100, rows
		assert rows["CPUID"]["delta"] == 0 and rows["CPUID"]["mean_ns"] is None, rows
		assert rows["HLT"]["fastpath_per_s"] == 101, rows
		assert second["interval_ns"] == 10**9 and second["path"] == "VMs > web > all vCPUs"
	END
}

# Data that the module cannot count is "-" or null, never 0.
unavailable() {
	vms
	echo module >"$SYSFS/source"
	sed -i '1i source 2\nfields 9' later
	sed 's/^stamp .*/stamp 5000000000/' later | snapshot
	two -j --vm web -l reasons >lines
	python3 - <<-'END'
		import json
		for line in open("lines"):
		    for row in json.loads(line)["rows"]:
		        assert row["fastpath_per_s"] is None and row["reflected_per_s"] is None, row
	END
	sed -i 's/^fields 9/fields 0/; /^clock/d; /^part/d; /^head/d; /^time/d; /^value/d' later
	sed 's/^stamp .*/stamp 5000000000/' later | snapshot
	two -b --width 260 >words
	tail -n 2 words | tr -s ' ' >row
	grep -qE '^web 700 1b4e28ba[^ ]* 2 running 0 0 2,307( -){10,} _*$' row
}

lost_and_lines() {
	vms
	sed -i '1i lost 7' later
	two -b | has '^WARNING: 7 exits lost'
}

# The counters of web's first vCPU decrease.
restarts() {
	vms
	sed -i 's/^exit 0x7b .*/exit 0x7b 23/' later
	two -b --vm web -l vcpus | has "^WARNING: 1 restart of a vCPU's counters"
	vms
	sed -i 's/^exit 0x7b .*/exit 0x7b 23/' later
	two -j | tail -n 1 | has '"restarts":1,'
}

# Groups are switched on while top runs.
switches() {
	vms
	echo 0 >"$SYSFS/time"
	two -b --groups time >words
	[ "$(cat "$SYSFS/time" "$SYSFS/count" | tr -d '\n')" = 00 ]
	vms
	timeout 300 "$EXITSTAT" top -b 20ms >endless &
	until_text endless $!
	[ "$(cat "$SYSFS/count")" = 1 ]
	kill -TERM $!
	wait $! || [ $? = 124 ]	# the status of timeout
	[ "$(cat "$SYSFS/count")" = 0 ]
}

# After a closed pipe, no error is printed, and groups are switched off.
closed_pipe() {
	vms
	rm -f status
	{
		set +e
		timeout 300 "$EXITSTAT" top -b 20ms 2>err
		echo $? >status
	} | head -n 1 >line &
	until_text line $!
	stamps_until status
	wait $!
	[ "$(cat status)" = 141 ]
	[ ! -s err ]
	[ "$(cat "$SYSFS/count")" = 0 ]
}

# stamps_until FILE: write new snapshots until FILE exists
stamps_until() {
	local n=7
	while [ ! -e "$1" ]; do
		sed "s/^stamp .*/stamp ${n}000000000/" later | snapshot
		n=$((n + 1))
		sleep 0.05
	done
}

wrong_usage() {
	vms
	cases <<-'END'
		1	exitstat top -b --vm tea		tea: no VM with this name, pid or uuid
		1	exitstat top -b -l vcpus		2 VMs are running: select one with --vm NAME
		1	exitstat top -b --vm web --vcpu 9	the VM has no vCPU 9
		1	exitstat top -b --reason TEA		no such exit reason of svm
		1	exitstat top -b -s known_as		level vms has no such column
		1	exitstat top -b -l detail		level detail requires --reason
		2	exitstat top -l tea			level: tea
		2	exitstat top 1ms			interval: 1ms: need a time from 10ms
		2	exitstat top 0				interval: 0
		2	exitstat top 1 x			count: x
		2	exitstat top 1 1 1			1: unexpected argument
		1	exitstat top				is not a terminal (use --batch)
	END
	[ "$(cat "$SYSFS/count")" = 0 ]
}

source_goes_away() {
	vms
	: >out
	timeout 300 "$EXITSTAT" top -b 20ms >out 2>err &
	until_text out $!
	rm -r "$DEBUGFS"
	if wait $!; then
		return 1
	fi
	grep -q 'snapshot: No such file' err
}

without_curses() {
	vms
	fails 1 'built without ncursesw (install libncurses-dev' \
		"$BARE" top
	EXITSTAT=$BARE
	two -b | has '^web '
}

# The page's lists are generated by exitstat top --mdoc.
page_is_generated() {
	"$EXITSTAT" top --mdoc >lists
	sed -n '/^\.\\" top: keys and columns/,/^\.\\" top: end/p' "$PAGE" |
		sed '1d;$d' | diff - lists
	[ "$(grep -c '^\.It' lists)" -ge 40 ]
	mandoc -T lint -W warning "$PAGE"
}

check 'golden: VMs, with totals first, then rates, shares of time and trends' \
	golden_of vms.txt -b --ascii
check 'golden: the vCPUs of a VM' golden_of vcpus.txt -b --ascii --vm web
check 'golden: the reasons of a vCPU' \
	golden_of reasons.txt -b --ascii --width 120 --vm web --vcpu 0
check 'golden: the details of a reason' \
	golden_of detail.txt -b --ascii --reason IOIO
check 'golden: sorted and filtered, with destroyed VMs' \
	golden_of sorted.txt -b --ascii -d -s name -r -f o
check '--total prints one line per sample' golden_of total.txt --total --ascii
check 'golden: --total for a VM' golden_of total-vm.txt -t --ascii --vm web -l reasons
check '-j prints an object per line' golden_of json.txt -j
check '-j: an unknown value is null' json_is_json
check 'columns fit any width' widths
check 'the first report has totals' first_report
check 'an unavailable value is -, not 0' unavailable
check 'lost exits are reported' lost_and_lines
check 'restarted counters are reported' restarts
check 'groups are switched on while top runs, and off at any end' switches
check 'a closed pipe ends top silently' closed_pipe
check 'usage errors are refused' wrong_usage
check 'top ends if its source disappears' source_goes_away
check 'a build without ncurses refuses a screen, and prints' without_curses
check 'the man page has the tables of keys and columns' page_is_generated
done_testing
