# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The TAP library of all shell tests. A test program sources it, calls check once
# per test, product for each product that must be built first, and done_testing at
# the end. It owns the numbering and the plan.
#
# TAP_PREFIX is printed before each test's name. CHECK_STEPS, set by
# scripts/check/check, is a directory where products are kept during one run, so a
# failed product is reported once.

TAP_PREFIX=
TAP_NR=0
TAP_FAILED=0

# tap_open FD: open a file without a name for reading and writing.
tap_open()
{
	local file
	file=$(mktemp)
	eval "exec $1<>\"\$file\""
	rm -f "$file"
}

# A test's output, and the trace of its commands.
tap_open 18
tap_open 19
TAP_LOG=/proc/self/fd/18
TAP_TRACE=/proc/self/fd/19

# Print the last 200 lines as TAP comments.
tap_comment()
{
	tail -n 200 | sed 's/^/# /'
}

# result STATUS NAME: print a line of TAP
result()
{
	TAP_NR=$((TAP_NR + 1))
	if [ "$1" = 0 ]; then
		echo "ok $TAP_NR - $TAP_PREFIX$2"
	else
		TAP_FAILED=$((TAP_FAILED + 1))
		echo "not ok $TAP_NR - $TAP_PREFIX$2"
	fi
}

# check NAME COMMAND...: the test passes if COMMAND succeeds. It runs in a subshell
# with errexit on; "if" and "||" would switch errexit off inside. A failed test
# shows its last commands and its output.
check()
{
	local name=$1 status
	shift
	set +e
	(
		set -e
		trap - EXIT
		exec 9>"$TAP_TRACE"
		BASH_XTRACEFD=9
		set -x
		"$@"
	) >"$TAP_LOG" 2>&1
	status=$?
	set -e
	result "$status" "$name"
	[ "$status" != 0 ] || return 0
	tail -n 15 "$TAP_TRACE" | cut -c1-300 | tap_comment
	tap_comment <"$TAP_LOG"
}

# skip NAME REASON
skip()
{
	TAP_NR=$((TAP_NR + 1))
	echo "ok $TAP_NR - $TAP_PREFIX$1 # SKIP $2"
}

# The plan comes last, so its absence shows that the program ended early.
done_testing()
{
	echo "1..$TAP_NR"
	[ "$TAP_FAILED" = 0 ]
}

# skip_rest REASON: skip the remaining tests and exit
skip_rest()
{
	if [ "$TAP_NR" = 0 ]; then
		echo "1..0 # SKIP $1"
		exit 0
	fi
	skip "the remaining tests" "$1"
	done_testing
	exit
}

# product_make FILE COMMAND...: save its stdout in FILE.out, its stderr in FILE.err
# (also shown at once), its status in FILE.status and this program's name in FILE.by.
product_make()
{
	local file=$1 status=0
	shift
	"$@" 2>&1 >"$file.out" | tee "$file.err" >&2 || status=${PIPESTATUS[0]}
	echo "${CHECK_NAME:-${0##*/}}" >"$file.by"
	echo "$status" >"$file.status"
}

# product VARIABLE COMMAND...: set VARIABLE to the last line of COMMAND's output, the
# path of a product that this program needs. Status 77 means that it is not
# available here: the program's tests are skipped, with the reason. Any other
# failure is reported as one failed test by the first program that needs the
# product; the other programs are skipped. COMMAND is a program, not a function:
# errexit is off.
product()
{
	local variable=$1 title file fd tmp='' made=no status reason
	shift
	title="${1##*/} ${*:2}"
	if [ -n "${CHECK_STEPS-}" ]; then
		file=$CHECK_STEPS/$(tr -cs 'A-Za-z0-9.\n' - <<<"$title")
	else
		tmp=$(mktemp -d)
		file=$tmp/product
	fi
	exec {fd}>"$file.lock"
	flock "$fd"
	[ -s "$file.status" ] || { product_make "$file" "$@" {fd}>&-; made=yes; }
	exec {fd}>&-
	status=$(<"$file.status")
	reason=$(tail -n 1 "$file.err")
	printf -v "$variable" '%s' "$(tail -n 1 "$file.out")"
	[ "$status" = 0 ] || [ "$made" = no ] || [ "$status" = 77 ] || {
		result 1 "$title"
		tail -n 40 "$file.err" | tap_comment
		done_testing || :
		status=failed
	}
	title+=", which failed in $(<"$file.by")"
	[ -z "$tmp" ] || rm -rf "$tmp"
	case $status in
	0) ;;
	failed) exit 1 ;;
	77) skip_rest "not available: $reason" ;;
	*) skip_rest "needs $title" ;;
	esac
}
