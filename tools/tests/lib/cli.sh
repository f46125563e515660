# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the shell tests of the tool share: a fake machine below a temporary root,
# and checks of output. Sourced; sets T (temporary directory), ROOT (fake /sys
# and /proc), EXITSTAT (the tool under test), TOP, TESTS and GOLDEN. Tests are
# counted and printed by scripts/check/lib/tap.sh.
#
# Programs run at the same time, on machines that are busy: what a test needs for
# itself is below T, or it holds it (exclusive), and it waits for what happens
# (eventually), never for a time.
#
# LEAKS=0: do not look for lost memory, which takes half of the tool's time here.
# BUILD: where "make -C tools/tests O=DIR" was done; out/unit of this checkout,
# and made first, unless given.

set -euo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(cd "$TESTS/../.." && pwd)
# shellcheck source=scripts/check/lib/tap.sh
. "$TOP/scripts/check/lib/tap.sh"
export LC_ALL=C ASAN_OPTIONS=exitcode=99:detect_leaks=${LEAKS:-1} UBSAN_OPTIONS=print_stacktrace=1
export TESTS TOP GOLDEN=$TESTS/golden

# One program makes it, others wait for it.
build_tests() {
	mkdir -p "$BUILD"
	flock "$BUILD" make -s -C "$TESTS" O="$BUILD" -j"$(nproc)" >&2
}
[ -n "${BUILD-}" ] || { BUILD=$TOP/out/unit; build_tests; }
export BUILD EXITSTAT=$BUILD/exitstat

T=$(mktemp -d)
ROOT=$T/root
export EXITSTAT_ROOT=$ROOT
# fontconfig keeps what it has read until the process ends
echo 'leak:libfontconfig' >"$T/lsan"
export LSAN_OPTIONS=suppressions=$T/lsan:print_suppressions=0
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

# eventually COMMAND...: until it succeeds. Its patience only says how long a
# failed test takes.
eventually() {
	local end=$((SECONDS + 120))
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || {
			echo "still not so after 120 s: $*"
			return 1
		}
		sleep 0.02
	done
}

# gone PID: it has ended
gone() {
	! kill -0 "$1"
}

# sampled FILE N: the recording that becomes FILE has N samples by now. Not before
# it has a log of SQLite's, with which a reader is in nobody's way.
sampled() {
	[ -s "$1.part-wal" ] &&
		[ "$(sqlite3 "$1.part" 'SELECT count(*) FROM sample')" -ge "$2" ]
}

# counted FILE N: and these are its exits
counted() {
	[ -s "$1.part-wal" ] && "$BUILD/nocairo/exitstat" report -j "$1.part" |
		grep "^    \"exits\": $2,\$"
}

# more_samples FILE: two that began after this
more_samples() {
	local n
	eventually sampled "$1" 1
	n=$(sqlite3 "$1.part" 'SELECT count(*) FROM sample')
	eventually sampled "$1" $((n + 2))
}

# exclusive NAME: hold what this machine has once, such as a port, until this
# shell ends; other programs that need it wait, of other checkouts, too
HELD=
exclusive() {
	local file=/tmp/exitstat-test-$1.lock fd
	case $HELD in *" $1 "*) return ;; esac
	[ -e "$file" ] || (umask 0 && : >>"$file")
	exec {fd}<"$file"
	flock "$fd"
	HELD+=" $1 "
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

# check_unprivileged NAME FUNCTION: one that root runs, in which the tool is run by
# another user
check_unprivileged() {
	local why=''
	[ "$(id -u)" = 0 ] || why='needs root'
	[ -n "$why" ] || setpriv --reuid 65534 --clear-groups test -x "$EXITSTAT" ||
		why='no other user may enter the build directory'
	if [ -n "$why" ]; then skip "$1" "$why"; else check "$@"; fi
}

# check_mounting NAME FUNCTION: one that mounts something where nobody else sees it
check_mounting() {
	local why=''
	[ "$(id -u)" = 0 ] || why='needs root'
	[ -n "$why" ] || unshare -m mount -t tmpfs none /mnt 2>/dev/null ||
		why='nothing can be mounted here (is this a chroot, or a container?)'
	if [ -n "$why" ]; then skip "$1" "$why"; else check "$@"; fi
}
