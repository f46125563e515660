#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The examples of exitstat in the man pages run: those of a user ("$") succeed on
# recordings with the names in the examples, those of root ("#") are accepted on a
# fake machine, where commands that do not end are interrupted.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

MAN=$TOP/docs/man

# examples PAGE: print a line "$ COMMAND" or "# COMMAND" for each command line
# that begins with exitstat in the section EXAMPLES, up to its first pipe
examples() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$1" |
		sed -e 's/^\.Dl //' -e 's/\\-/-/g' -e 's/\\e/\\/g' |
		sed -e ':a' -e '/\\$/N; s/\\\n */ /; ta' |
		sed -n '/^[$#] exitstat /{s/ *[|&].*//; p}'
}

# The page's file names, as recordings of what the example describes.
files() {
	local run
	"$BUILD/mkrec" boot.exitstat groups
	cp boot.exitstat one-vcpu.exitstat
	cp boot.exitstat 10s.exitstat
	"$BUILD/mkrec" two-vcpus.exitstat less
	for run in 0 1 2; do
		"$BUILD/mkrec" "pc-$run.exitstat" groups "$run"
		"$BUILD/mkrec" "microvm-$run.exitstat" less "$run"
		"$BUILD/mkrec" "without.$run.exitstat" groups "$run"
	done
	"$BUILD/mkrec" with.1.exitstat groups 9
	printf '%s\n' 'timestamp,kvm_exit,kvm_exit(IOIO),kvm_exit(NPF)' \
		'2026-11-21 15:58:41,9,5,4' '2026-11-21 15:58:42,7,7,0' >old.csv
	cp "$SNAPSHOT" snapshot
	cp "$ROOT/sys/kernel/tracing/events/kvm/kvm_exit/hist" hist
}

# run_example COMMAND: run by a user. A budget may be exceeded, and there may be
# nothing to check.
run_example() {
	local status=0
	bash -c "$1" >out 2>err </dev/null || status=$?
	case "$status $1" in
	0\ * | 1\ exitstat\ check-budget* | 77\ exitstat\ check\ *) ;;
	*)
		echo "$1: status $status"
		cat out err
		return 1
		;;
	esac
}

# accept_example COMMAND: run by root, where a usage error is the only failure
accept_example() {
	local status=0
	EXITSTAT_ROOT=$ROOT timeout -s INT -k 20 1 bash -c "exec $1" \
		>out 2>err </dev/null || status=$?
	[ "$status" != 2 ] || { echo "$1: usage error"; cat out err; return 1; }
}

examples_run() {
	local nr=0 page line
	mkdir as-user as-root
	(cd as-user && files)
	for page in "$MAN"/exitstat*.1; do
		examples "$page" >lines
		while IFS= read -r line; do
			nr=$((nr + 1))
			case $line in
			'$'*) (cd as-user && run_example "${line#? }") ;;
			*) (cd as-root && accept_example "${line#? }") ;;
			esac
		done <lines
	done
	echo "$nr examples"
	[ "$nr" -gt 40 ]
}

machine
one 2 100 0 5 | snapshot
traced 123 0 5
mkdir bin
ln -s "$EXITSTAT" bin/exitstat
PATH=$T/bin:$PATH
check 'the examples of the man pages run' examples_run
done_testing
