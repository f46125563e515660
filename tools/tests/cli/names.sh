#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Names in outputs: the table of docs/abi.md, section "Names", compared with the
# outputs of report, export, serve and top for one recording and one fake machine.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/serve.sh
. "$TESTS/lib/serve.sh"

ABI=$TOP/docs/abi.md

# A machine on which no count is 0: a metric without a count has no series.
everything_counts() {
	vms
	snapshot <<-END
		stamp 5000000000
		clock 1000000 1000000001 11
		vm 1 700 1000 0 qemu-system-x86
		vcpu 0 1054
		entries 1 3
		modifiers 7 11 23
		exit 0x7b 1000 0 0 0 600
		exit 0x78 40 10 3 12
		part time
		head 1 1000000000 500000000 0
		time 0x7b 100000000 200000000 50000000 100000000 50000000 9000
		part userspace
		user 2 600
		part nested
		received 0x78 3
		part detail
		value 0x7b 0x3f8 900 0
		vm 2 705 2000 4000000000 gone
		vcpu 0 17
		exit 0x7b 17
	END
}

# outputs: a file for each column of the table, in outputs/
outputs() {
	local table
	mkdir -p outputs
	recordings groups
	{ exitstat report groups.x; exitstat report --nested groups.x; } >outputs/report
	exitstat report -j groups.x >outputs/json
	for table in exits entries userspace nested modifiers vcpu-time time histogram detail; do
		exitstat export --table "$table" groups.x | sed -n 1p
	done >outputs/csv
	everything_counts
	"$EXITSTAT" serve --textfile outputs/prometheus --once
	exitstat export -f openmetrics groups.x >>outputs/prometheus
	{
		"$EXITSTAT" top -b --width 400 -d -s name 1 1
		"$EXITSTAT" top -b --reason IOIO 1 1
		"$EXITSTAT" top -j -d 1 1
		"$EXITSTAT" top -j --reason IOIO 1 1
	} >outputs/top
}

names() {
	python3 "$TESTS/lib/names.py" "$1"
}

table_holds() {
	outputs
	names "$ABI"
}

# A name in the table that no output has, a column of an output that the table
# lacks, and an old name in an output, are found.
faults_are_found() {
	outputs
	sed 's/handler_ns/handling_ns/; s/ .kvm_exit_name.//' "$ABI" >wrong.md
	{ names wrong.md || true; } >out
	grep -q '^JSON: handling_ns: in the table, not in the output$' out
	grep -q '^CSV: kvm_exit_name: not in the table$' out
	sed -i 's/COST%/TIME%/' outputs/top
	{ names "$ABI" || true; } >out
	grep -q '^top: TIME%: old name$' out
}

check 'the outputs have the names of the table in docs/abi.md' table_holds
check 'the check of names finds faults' faults_are_found
done_testing
