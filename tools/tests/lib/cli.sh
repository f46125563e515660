# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions for the shell tests of the tool: recordings and checks of output.
# Sources machine.sh, which makes fake machines. Sets T (temporary directory),
# EXITSTAT (the tool under test), BARE (a build without sanitizers, cairo, BPF,
# ncurses, libmicrohttpd and uPlot), TOP, TESTS and GOLDEN. Tests are counted and
# printed by scripts/check/lib/tap.sh.
#
# Programs run in parallel on busy machines. A test keeps its files below T, locks
# anything shared (exclusive), and waits for events (eventually), never for a
# fixed time.
#
# LEAKS=0: do not check for memory leaks, which takes half of the tool's time here.
# BUILD: directory of "make -C tools/tests O=DIR"; default: out/unit of this
# checkout, which is built first.

set -euo pipefail
TESTS=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TOP=$(cd "$TESTS/../.." && pwd)
# shellcheck source=scripts/check/lib/tap.sh
. "$TOP/scripts/check/lib/tap.sh"
export LC_ALL=C ASAN_OPTIONS=exitcode=99:detect_leaks=${LEAKS:-1} UBSAN_OPTIONS=print_stacktrace=1
export TESTS TOP GOLDEN=$TESTS/golden

# One program builds it, the others wait for the lock.
build_tests() {
	mkdir -p "$BUILD"
	flock "$BUILD" make -s -C "$TESTS" O="$BUILD" -j"$(nproc)" >&2
}
[ -n "${BUILD-}" ] || { BUILD=$TOP/out/unit; build_tests; }
export BUILD EXITSTAT=$BUILD/exitstat BARE=$BUILD/nocairo/exitstat

T=$(mktemp -d)
# fontconfig keeps its cache until the process exits
echo 'leak:libfontconfig' >"$T/lsan"
export LSAN_OPTIONS=suppressions=$T/lsan:print_suppressions=0
trap 'rm -rf "$T"' EXIT
cd "$T"
# shellcheck source=tools/tests/lib/machine.sh
. "$TESTS/lib/machine.sh"

exitstat() {
	"$EXITSTAT" "$@"
}

# Debian's python3 has the module sqlite3; another one in PATH may lack it.
python3() {
	/usr/bin/python3 "$@"
}

# has TEXT: standard input contains TEXT. Reads to the end of input, because grep -q
# would kill the writer with SIGPIPE
has() {
	grep -e "$1" >/dev/null
}

# eventually COMMAND...: repeat COMMAND until it succeeds. The timeout only limits
# the duration of a failed test.
eventually() {
	local end=$((SECONDS + 120))
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || {
			echo "failed for 120 s: $*"
			return 1
		}
		sleep 0.02
	done
}

# gone PID: the process has exited
gone() {
	! kill -0 "$1"
}

# sampled FILE N: the recording that will become FILE has at least N samples. False
# until SQLite's write-ahead log exists; with it, a reader does not block the writer.
sampled() {
	[ -s "$1.part-wal" ] &&
		[ "$(sqlite3 "$1.part" 'SELECT count(*) FROM sample')" -ge "$2" ]
}

# counted FILE N: the recording has N exits
counted() {
	[ -s "$1.part-wal" ] && "$BARE" report -j "$1.part" |
		grep "^    \"exits\": $2,\$"
}

# more_samples FILE: wait for two samples that begin after this call
more_samples() {
	local n
	eventually sampled "$1" 1
	n=$(sqlite3 "$1.part" 'SELECT count(*) FROM sample')
	eventually sampled "$1" $((n + 2))
}

# exclusive NAME: lock a resource of which the machine has only one, such as a port,
# until this shell exits. Programs of other checkouts use the same lock
HELD=
exclusive() {
	local file=/tmp/exitstat-test-$1.lock fd
	case $HELD in *" $1 "*) return ;; esac
	[ -e "$file" ] || (umask 0 && : >>"$file")
	exec {fd}<"$file"
	flock "$fd"
	HELD+=" $1 "
}

# golden NAME COMMAND...: standard output equals the golden file. UPDATE_GOLDEN=1
# writes the file instead: review the difference.
golden() {
	local want=$GOLDEN/$1
	shift
	"$@" >got
	if [ -n "${UPDATE_GOLDEN:-}" ]; then
		cp got "$want"
	fi
	diff -u "$want" got
}

# No line of text output is wider than 80 columns.
narrow() {
	"$@" | awk 'length($0) > 80 { print; bad = 1 } END { exit bad }'
}

# lacks TEXT FILE
lacks() {
	if grep -q "$1" "$2"; then
		return 1
	fi
}

# fails CODE TEXT COMMAND...: COMMAND exits with CODE and a one-line error with TEXT
fails() {
	local want=$1 text=$2 status=0
	shift 2
	"$@" >"$T/out" 2>"$T/err" || status=$?
	cat "$T/err"
	[ "$status" = "$want" ]
	grep -qF -- "$text" "$T/err"
	[ "$(wc -l <"$T/err")" = 1 ]
}

# cases: each line of standard input is a test case: STATUS, COMMAND (a shell command)
# and TEXT, separated by tabs. COMMAND fails with STATUS and TEXT, as in fails(). If
# STATUS is 0, it succeeds and its output matches the pattern TEXT; no TEXT: any output.
cases() {
	local status command text words rows row
	mapfile -t rows
	[ "${#rows[@]}" -gt 0 ]
	for row in "${rows[@]}"; do
		IFS=$'\t' read -r status command text <<<"$row"
		[ "$status" = 0 ] || [ -n "$text" ]
		eval "words=($command)"
		if [ "$status" = 0 ]; then
			"${words[@]}" </dev/null >"$T/out"
			[ -z "$text" ] || grep -e "$text" "$T/out"
		else
			fails "$status" "$text" "${words[@]}" </dev/null
		fi
	done
}

# fine_or_one_line COMMAND...: COMMAND, which reads damaged input, either succeeds or
# prints a one-line error and exits with 1. Sets STATUS to its exit status. Do not use
# it in && and || lists: "set -e" does not apply inside them.
fine_or_one_line() {
	STATUS=0
	"$@" >out 2>err || STATUS=$?
	if [ "$STATUS" != 0 ]; then
		[ "$STATUS" = 1 ]
		[ "$(wc -l <err)" = 1 ]
	fi
}

# damaged STEP FILE COMMAND...: run COMMAND with bad.x, a copy of FILE with some bytes
# overwritten, for each STEP bytes of FILE
damaged() {
	local size at
	size=$(stat -c %s "$2")
	for ((at = 200; at < size; at += $1)); do
		cp "$2" bad.x
		patch_bytes bad.x "$at" '\377\376\0\377\7\7\7\7'
		"${@:3}" bad.x
	done
}

# patch_bytes FILE OFFSET BYTES: overwrite bytes; BYTES is a format for printf
patch_bytes() {
	# shellcheck disable=SC2059 # BYTES is a format on purpose
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# limited KIB COMMAND...: run COMMAND with a file size limit
limited() {
	bash -c 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"' - "$@"
}

# as_nobody COMMAND...: run COMMAND as an unprivileged user
as_nobody() {
	setpriv --reuid 65534 --clear-groups "$@"
}

# on_terminal FILE COMMAND...: write the output of COMMAND on a colour terminal to FILE
on_terminal() {
	local line
	printf -v line '%q ' "${@:2}"
	TERM=xterm-256color script -qec "$line" /dev/null </dev/null >"$1"
}

# commands: print the tool's commands, from its help
commands() {
	"$EXITSTAT" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

# sources: print the values of --source, from the help
sources() {
	"$EXITSTAT" list --help | tr -s ' \n' ' ' |
		sed 's/.*source of the counts: \(auto[a-z, -]*[a-z]\) (.*/\1/' | tr ',' '\n' | tr -d ' '
}

# tables: print the values of export --table, from the help
tables() {
	"$EXITSTAT" export --help | sed -n '/^Tables:/,$s/^  \([a-z-]*\) .*/\1/p'
}

# recordings KIND...: make KIND.x with fake/mkrec.c, or interrupted.x.part
recordings() {
	local kind
	for kind; do
		"$BUILD/mkrec" "$kind.x" "$kind"
	done
}

# runs_of_two: make recordings of three runs on each of two machines: a0.x to b2.x
runs_of_two() {
	local run
	for run in 0 1 2; do
		"$BUILD/mkrec" "a$run.x" groups "$((2 * run))"
		"$BUILD/mkrec" "b$run.x" less "$((3 * run * run))"
	done
}

# exits_of FILE: print the number of exits in a recording
exits_of() {
	"$BARE" report -j "$1" | sed -n 's/^    "exits": \([0-9]*\),$/\1/p'
}

# exits_of_destroyed: sum the exits of destroyed VMs in the output of list
exits_of_destroyed() {
	"$EXITSTAT" list --destroyed |
		awk '/destroyed$/ { gsub(",", "", $(NF - 1)); print $(NF - 1) }'
}

# check_unprivileged NAME FUNCTION: check() for a test that requires root and runs the
# tool as another user
check_unprivileged() {
	local why=''
	[ "$(id -u)" = 0 ] || why='needs root'
	[ -n "$why" ] || as_nobody test -x "$EXITSTAT" ||
		why='other users cannot access the build directory'
	if [ -n "$why" ]; then skip "$1" "$why"; else check "$@"; fi
}

# check_mounting NAME FUNCTION: check() for a test that mounts in its own namespace
check_mounting() {
	local why=''
	[ "$(id -u)" = 0 ] || why='needs root'
	[ -n "$why" ] || unshare -m mount -t tmpfs none /mnt 2>/dev/null ||
		why='cannot mount (chroot or container?)'
	if [ -n "$why" ]; then skip "$1" "$why"; else check "$@"; fi
}
