#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat import: the output of kvm_stat and perf becomes a recording with the same
# counts, and invalid input is refused.
#
# golden/kvm_stat-banner.csv is the banner of kvm_stat in Linux 6.12 (-t -d -c, fields
# kvm_exit, exits, io_exits and halt_exits). The counts, and perf's tables and lines in
# the format of perf 6.1, are generated here.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

export TZ=UTC

import_() {
	exitstat import --force "$@" 2>said
}

# rows_are FILE: its rows equal the lines on stdin
rows_are() {
	cat >want
	rows "$1" | diff want -
}

# rows FILE: print its rows as "BEGIN END VCPU REASON N", in seconds from the start
rows() {
	exitstat export "$1" >rows.csv
	sed -n 2,999p rows.csv | awk -F, -v OFS=' ' 'NR == 1 { start = $1 }
		{ print ($1 - start) / 1e9, ($2 - start) / 1e9, $6, $9, $11 }'
}

# kvm_stat_line STAMP COLUMN=N...: print a line for the real banner
kvm_stat_line() {
	local stamp=$1
	shift
	printf '%s\n' "$@" | awk -F= -v OFS= -v stamp="$stamp" '
		FNR == NR { n[$1] = $2; next }
		{ for (i = split($0, key, ","); i > 1; i--)
			line = "," (key[i] in n ? n[key[i]] : 0) line
		  print stamp line }' - "$GOLDEN/kvm_stat-banner.csv"
}

# Exits without a column become UNKNOWN; omitted lines (kvm_stat -z) have no exits.
kvm_stat_traced() {
	{
		cat "$GOLDEN/kvm_stat-banner.csv"
		kvm_stat_line '2026-11-21 15:58:41' kvm_exit=1009 \
			'kvm_exit(IOIO)=600' 'kvm_exit(NPF)=400' exits=7
		kvm_stat_line '2026-11-21 15:58:42' kvm_exit=101 'kvm_exit(IOIO)=101'
		kvm_stat_line '2026-11-21 15:58:43' kvm_exit=23 \
			'kvm_exit(CPUID)=23' 'kvm_exit(HLT)=-4'
		kvm_stat_line '2026-11-21 15:58:59' kvm_exit=7 'kvm_exit(EXCP_BASE)=7'
	} >log.csv
	import_ log.csv
	rows_are log.csv.exitstat <<-END
		0 1 0 IOIO 600
		0 1 0 NPF 400
		0 1 0 UNKNOWN 9
		1 2 0 IOIO 101
		2 3 0 CPUID 23
		18 19 0 EXCP_DE 7
	END
	grep -q '1 negative counts set to 0' said
	grep -q '1,140 exits in 5 intervals, from kvm_stat' said
	exitstat report log.csv.exitstat >words
	grep -q 'source kvm_stat, isa svm' words
	grep -q '2026-11-21 15:58:40 UTC' words
	exitstat diff -j log.csv.exitstat log.csv.exitstat | has '"same": true'
	exitstat plot --ascii log.csv.exitstat | has 'exits/s'
}

# KVM's own statistics, as in the source kvm-stats; several lines per second.
kvm_stat_debugfs() {
	cat >own.csv <<-END
		timestamp,exits,halt_exits,io_exits,mmio_exits
		2026-11-21 15:58:41,100,20,70,5
		2026-11-21 15:58:41,10,10,0,0
		2026-11-21 15:58:42,3,0,3,0
	END
	fails 1 'own.csv: cannot derive the interval from its timestamps' exitstat import own.csv
	import_ --interval 500ms own.csv
	rows_are own.csv.exitstat <<-END
		0 0.5 0 halt_exits 20
		0 0.5 0 io_exits 70
		0 0.5 0 other_exits 10
		0.5 1 0 halt_exits 10
		1 1.5 0 io_exits 3
	END
}

report_table() {
	cat <<-'END'

		Analyze events for all VMs, all VCPUs:

		             VM-EXIT    Samples  Samples%     Time%    Min Time    Max Time         Avg time

		                 npf       1009    49.95%    40.00%      0.57us    120.41us      1.20us ( +-   1.40% )
		             PF excp        101     5.00%    10.00%      0.57us    120.41us      1.20us ( +-   1.40% )
		                  io        908    44.95%    50.00%      0.57us    120.41us      1.20us ( +-   1.40% )
		              banana          2     0.10%     0.00%      0.57us    120.41us      1.20us ( +-   1.40% )

		Total Samples:2020, Total events handled time:12345.67us.

	END
}

perf_report() {
	report_table >report.txt
	fails 1 'report.txt:4: the report has no duration (use --duration' \
		exitstat import report.txt
	[ ! -e report.txt.exitstat ]
	import_ --duration 10s report.txt
	grep -q 'kept under these names: banana$' said
	rows_are report.txt.exitstat <<-END
		0 10 0 NPF 1009
		0 10 0 EXCP_PF 101
		0 10 0 IOIO 908
		0 10 0 banana 2
	END
	sed 's/ 101 / 102 /' report.txt >wrong.txt
	head -8 report.txt >short.txt
	cat report.txt report.txt >two.txt
	cases <<-'END'
		1	exitstat import --duration 10s wrong.txt	wrong.txt:11: the samples above add up to 2021
		1	exitstat import --duration 10s short.txt	short.txt: the line "Total Samples:" is missing
		1	exitstat import --duration 10s two.txt		two.txt:16: second table without a time
	END
}

# A table each second, over midnight.
perf_live() {
	local time
	for time in 23:59:58.500000 23:59:59.500000 00:00:00.500000; do
		printf '\033[H\033[J%s\n' "$time"
		report_table
	done >live.txt
	import_ --isa svm live.txt
	rows live.txt.exitstat | grep IOIO >got
	diff - got <<-END
		0 1 0 IOIO 908
		1 2 0 IOIO 908
		2 3 0 IOIO 908
	END
}

# The formats of a thread: perf's TID and PID/TID, and ftrace's.
perf_script() {
	cat >script.txt <<-'END'
		# cmdline : perf script
		       CPU 0/KVM  5417 [002] 12345.600001:   kvm:kvm_exit: vcpu 0 reason EPT_VIOLATION rip 0xf info1 0x184 info2 0x0 intr_info 0x0 error_code 0x0
		       CPU 0/KVM  5417 [002] 12345.600005:  kvm:kvm_entry: vcpu 0, rip 0xf
		       CPU 0/KVM  5417 [002] 12345.600009:   kvm:kvm_exit: vcpu 0 reason EPT_VIOLATION rip 0xf info1 0x184 info2 0x0
		       CPU 1/KVM  5418 [000] 12345.700001:   kvm:kvm_exit: vcpu 1 reason INVALID_STATE FAILED_VMENTRY rip 0xf
		       CPU 1/KVM  5418 [000] 12346.650000:   kvm:kvm_exit: vcpu 1 reason 0x1e rip 0xf info1 0x0
	END
	import_ script.txt
	rows_are script.txt.exitstat <<-END
		0 0.1 0 EPT_VIOLATION 2
		0.1 0.2 1 INVALID_STATE 1
		1 1.1 1 IO_INSTRUCTION 1
	END
	sed 's/5418/5419/; s/vcpu 1/vcpu 0/' script.txt >mixed.txt
	fails 1 'mixed.txt:5: two threads are named vCPU 0: unknown VMs (use perf script -F +pid' \
		exitstat import mixed.txt
	sed 's/ 5417 / 54\/5417 /; s/ 5418 / 55\/5418 /; s/vcpu 1/vcpu 0/' \
		script.txt >pids.txt
	import_ pids.txt
	exitstat export pids.txt.exitstat >pids.csv
	[ "$(cut -d, -f 5,6 pids.csv | sort -u | grep -c 'VM of process 5[45],0')" = 2 ]
	sed 's/ *\(CPU .\/KVM\)  \(54..\) \[\(...\)\]/ \1-\2 [\3] d..1./; s/kvm:kvm_exit: vcpu ./kvm_exit:/' \
		script.txt >ftrace.txt
	import_ - -o ftrace.x <ftrace.txt
	rows ftrace.x | diff want -
}

# Every name that this machine's kernel prints for an exit gets the right code.
names_of_the_kernel() {
	python3 - "$1" <<-'END'
		import re, sys
		text = open(sys.argv[1]).read().split("print fmt:")[1]
		# the first list is Intel's, the second flags, the third AMD's
		lists = re.split(r"__print_(?:symbolic|flags)\(", text)[1:]
		for isa, part in ("vmx", lists[0]), ("svm", lists[1]):
		    rows = [(eval(c), n) for c, n in re.findall(
		        r'\{ ([-0-9a-fx + ]+), "([^"]+)" \}', part)]
		    with open(isa + ".script", "w") as f:
		        for i, (code, name) in enumerate(rows):
		            f.write("vm 7 [0] %d.5: kvm:kvm_exit: vcpu 0 reason %s rip 0x0\n"
		                    % (i + 1, name))
		    open(isa + ".codes", "w").writelines("%d\n" % c for c, n in rows)
	END
	local isa
	for isa in vmx svm; do
		[ "$(wc -l <"$isa.codes")" -gt 40 ]
		import_ -s 1s "$isa.script" -o "$isa.x"
		lacks 'kept under these names' said
		exitstat export "$isa.x" | sed 1d | cut -d, -f 7,8 >got
		sed "s/^/$isa,/" "$isa.codes" | diff - got
	done
}

refuses_nonsense() {
	echo 'Hello world' >diary
	head -c 4096 /bin/sh >binary
	: >empty
	echo 'timestamp,kvm_entry' >useless
	printf 'timestamp,kvm_exit(HLT)\n2026-11-21 15:58:41,1,2\n' >wide
	printf 'timestamp,kvm_exit(HLT)\n2026-11-21 15:58:41,x\n' >word
	printf 'timestamp,kvm_exit(HLT)\nyesterday 5 o clock,1\n' >when
	printf 'timestamp,kvm_exit(HLT)\n2026-11-21 15:58:41,1\n' >both
	echo 'a 1 [0] 5.x: kvm:kvm_exit: reason HLT rip 0' >when2
	cases <<-'END'
		1	exitstat import diary		diary: unknown format (one of kvm_stat, perf-report, perf-script)
		1	exitstat import binary		binary:1: not a text file
		1	exitstat import empty		empty: unknown format
		1	exitstat import none		none: No such file
		1	exitstat import useless		useless:1: no column has exit reasons
		1	exitstat import wide		wide:2: more than the 1 counts
		1	exitstat import word		word:2: x: expected a number
		1	exitstat import when		when:2: yesterday 5 o clock: expected YYYY
		1	exitstat import -s 1s both	both: its names exist on Intel and AMD (use --isa
		1	exitstat import when2		when2:1: expected COMM TID
		2	exitstat import -f tea both	tea: no such format (one of kvm_stat, perf-report
		2	exitstat import --isa pvm both	isa: pvm: need vmx or svm
		2	exitstat import -		standard input requires --output
	END
	[ -z "$(find . -name '*.exitstat' -newer diary -o -name '*.part')" ]
}

keeps_what_is_there() {
	printf 'timestamp,kvm_exit(HLT)\n2026-11-21 15:58:41,1\n' >old
	exitstat import -s 1s --isa vmx old 2>said
	fails 1 'old.exitstat' exitstat import -s 1s --isa vmx old
	echo 2026 >>old
	fails 1 'old:3: expected a time' exitstat import --force -s 1s old
	exitstat report -j old.exitstat | has '"exits": 1,'
}

check 'kvm_stat: tracepoints are imported' kvm_stat_traced
check "kvm_stat: KVM's own statistics are imported" kvm_stat_debugfs
check 'perf kvm stat report is imported' perf_report
check 'perf kvm stat live is imported' perf_live
check 'perf script and ftrace are imported' perf_script
FORMAT=/sys/kernel/tracing/events/kvm/kvm_exit/format
if [ -r "$FORMAT" ] && grep -q EPT_VIOLATION "$FORMAT"; then
	check "this kernel's names are known" names_of_the_kernel "$FORMAT"
else
	skip "this kernel's names are known" "$FORMAT cannot be read, or has no names"
fi
check 'invalid input is reported in one line, and no file is written' refuses_nonsense
check 'an existing recording is not overwritten' keeps_what_is_there
done_testing
