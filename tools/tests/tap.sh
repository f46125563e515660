# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the shell tests of the tool share: a fake machine below a temporary root,
# and checks of output. Sourced; sets T (temporary directory), ROOT (fake /sys
# and /proc) and EXITSTAT (the tool under test). Tests are counted and printed
# by scripts/check.d/tap.sh.

set -euo pipefail
# shellcheck source=scripts/check.d/tap.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../scripts/check.d/tap.sh"
export LC_ALL=C ASAN_OPTIONS=exitcode=99 UBSAN_OPTIONS=print_stacktrace=1
: "${BUILD:?the build directory of tools/tests}"
# fontconfig keeps what it has read until the process ends
echo 'leak:libfontconfig' >"$BUILD/lsan"
export LSAN_OPTIONS=suppressions=$BUILD/lsan:print_suppressions=0
export EXITSTAT=$BUILD/exitstat
export GOLDEN
GOLDEN=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/golden
T=$(mktemp -d)
ROOT=$T/root
export EXITSTAT_ROOT=$ROOT
trap 'rm -rf "$T"' EXIT
cd "$T"

# Debian's, which has the module sqlite3: others in PATH may be built without.
python3() {
	/usr/bin/python3 "$@"
}

# has TEXT: on standard input, which is read to its end: grep -q would leave the
# writer with SIGPIPE
has() {
	grep -e "$1" >/dev/null
}

# golden NAME COMMAND...: standard output equals the file. UPDATE_GOLDEN=1 writes
# it instead: look at the difference.
golden() {
	local want=$GOLDEN/$1
	shift
	"$@" >got
	if [ -n "${UPDATE_GOLDEN:-}" ]; then
		cp got "$want"
	fi
	diff -u "$want" got
}

# Nothing that a person reads is wider than 80 columns.
narrow() {
	"$@" | awk 'length($0) > 80 { print; bad = 1 } END { exit bad }'
}

# lacks TEXT FILE
lacks() {
	if grep -q "$1" "$2"; then
		return 1
	fi
}

# fails CODE TEXT COMMAND...: exits with CODE and says TEXT, in one line
fails() {
	local want=$1 text=$2 status=0
	shift 2
	"$@" >"$T/out" 2>"$T/err" || status=$?
	cat "$T/err"
	[ "$status" = "$want" ]
	grep -qF -- "$text" "$T/err"
	if [ "$want" != 2 ]; then
		[ "$(wc -l <"$T/err")" = 1 ]
	fi
}

# one_line_or_fine STATUS: of a command that got damaged input: it did without,
# or said so in "err", in one line, and exited with 1. No list of && and ||:
# "set -e" does not see what fails inside of one.
one_line_or_fine() {
	if [ "$1" != 0 ]; then
		[ "$1" = 1 ]
		[ "$(wc -l <err)" = 1 ]
	fi
}

# A fresh fake machine: counting off, no VM.
machine() {
	rm -rf "$ROOT"
	mkdir -p "$ROOT/sys/kernel/debug/kvm_exit_stats" \
		"$ROOT/sys/kernel/kvm_exit_stats" "$ROOT/proc/sys/kernel"
	echo 6.12.0-fake >"$ROOT/proc/sys/kernel/osrelease"
	printf 'processor\t: 0\nmodel name\t: Fake CPU\n' >"$ROOT/proc/cpuinfo"
	echo 0 >"$ROOT/sys/kernel/kvm_exit_stats/count"
	echo 1 >"$ROOT/sys/kernel/kvm_exit_stats/version"
	echo | snapshot
}

# The lines of mksnap on standard input become the machine's snapshot.
snapshot() {
	"$BUILD/mksnap" "$ROOT/sys/kernel/debug/kvm_exit_stats/snapshot"
}

# A process of the fake machine: process PID PPID ARGUMENT...
process() {
	mkdir -p "$ROOT/proc/$1"
	echo "$1 (some) name) S $2 1 1 0" >"$ROOT/proc/$1/stat"
	printf '%s\0' "${@:3}" >"$ROOT/proc/$1/cmdline"
}
