# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the shell tests of the tool share: recordings, and checks of output; a fake
# machine is made by machine.sh, which this sources. Sets T (temporary directory),
# EXITSTAT (the tool under test), BARE (one without sanitizers, cairo, BPF,
# ncurses, libmicrohttpd and uPlot), TOP, TESTS and GOLDEN. Tests are counted and
# printed by scripts/check/lib/tap.sh.
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
export BUILD EXITSTAT=$BUILD/exitstat BARE=$BUILD/nocairo/exitstat

T=$(mktemp -d)
# fontconfig keeps what it has read until the process ends
echo 'leak:libfontconfig' >"$T/lsan"
export LSAN_OPTIONS=suppressions=$T/lsan:print_suppressions=0
trap 'rm -rf "$T"' EXIT
cd "$T"
# shellcheck source=tools/tests/lib/machine.sh
. "$TESTS/lib/machine.sh"

exitstat() {
	"$EXITSTAT" "$@"
}

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
	[ -s "$1.part-wal" ] && "$BARE" report -j "$1.part" |
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
	[ "$(wc -l <"$T/err")" = 1 ]
}

# cases: a case in each line of standard input, with tabs between its STATUS, its
# COMMAND, as typed into a shell, and a TEXT. COMMAND fails with STATUS and TEXT, as
# above; with 0, it is fine, and prints TEXT, which is a pattern then, or anything.
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

# fine_or_one_line COMMAND...: which has damaged input: it does without, or says so
# in one line and exits with 1. STATUS is its status. No list of && and ||: "set -e"
# does not see what fails inside of one.
fine_or_one_line() {
	STATUS=0
	"$@" >out 2>err || STATUS=$?
	if [ "$STATUS" != 0 ]; then
		[ "$STATUS" = 1 ]
		[ "$(wc -l <err)" = 1 ]
	fi
}

# damaged STEP FILE COMMAND...: COMMAND is run with bad.x, which is FILE with other
# bytes in one place: at each STEP bytes of it
damaged() {
	local size at
	size=$(stat -c %s "$2")
	for ((at = 200; at < size; at += $1)); do
		cp "$2" bad.x
		patch_bytes bad.x "$at" '\377\376\0\377\7\7\7\7'
		"${@:3}" bad.x
	done
}

# patch_bytes FILE OFFSET BYTES: as printf writes them
patch_bytes() {
	# shellcheck disable=SC2059 # the bytes are a format on purpose
	printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# limited KIB COMMAND...: can write no file that is larger
limited() {
	bash -c 'trap "" XFSZ; ulimit -f "$1"; shift; exec "$@"' - "$@"
}

# as_nobody COMMAND...: as a user without rights
as_nobody() {
	setpriv --reuid 65534 --clear-groups "$@"
}

# on_terminal FILE COMMAND...: FILE is what it prints on a terminal that has colours
on_terminal() {
	local line
	printf -v line '%q ' "${@:2}"
	TERM=xterm-256color script -qec "$line" /dev/null </dev/null >"$1"
}

# commands: those of the tool, as its help has them
commands() {
	"$EXITSTAT" --help | sed -n 's/^  \([a-z][a-z-]*\) .*/\1/p'
}

# sources: the same, of --source
sources() {
	"$EXITSTAT" list --help | tr -s ' \n' ' ' |
		sed 's/.*source of the counts: \(auto[a-z, -]*[a-z]\) (.*/\1/' | tr ',' '\n' | tr -d ' '
}

# tables: the same, of export --table
tables() {
	"$EXITSTAT" export --help | sed -n '/^Tables:/,$s/^  \([a-z-]*\) .*/\1/p'
}

# recordings KIND...: KIND.x as fake/mkrec.c makes it, or interrupted.x.part
recordings() {
	local kind
	for kind; do
		"$BUILD/mkrec" "$kind.x" "$kind"
	done
}

# runs_of_two: recordings of three runs each of two machines: a0.x to b2.x
runs_of_two() {
	local run
	for run in 0 1 2; do
		"$BUILD/mkrec" "a$run.x" groups "$((2 * run))"
		"$BUILD/mkrec" "b$run.x" less "$((3 * run * run))"
	done
}

# exits_of FILE: all exits of a recording
exits_of() {
	"$BARE" report -j "$1" | sed -n 's/^    "exits": \([0-9]*\),$/\1/p'
}

# exits_of_destroyed: all exits of destroyed VMs, from the output of list
exits_of_destroyed() {
	"$EXITSTAT" list --destroyed |
		awk '/destroyed$/ { gsub(",", "", $(NF - 1)); print $(NF - 1) }'
}

# check_unprivileged NAME FUNCTION: one that root runs, in which the tool is run by
# another user
check_unprivileged() {
	local why=''
	[ "$(id -u)" = 0 ] || why='needs root'
	[ -n "$why" ] || as_nobody test -x "$EXITSTAT" ||
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
