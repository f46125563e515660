# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests in TAP: one function per test, which passes with status 0 and says on
# stdout why it does not. Sourced by the checks. TAP_PREFIX, when set, goes
# before each description.

TAP_PREFIX=
TAP_COUNT=0
TAP_FAILED=0

tap_line()
{
	TAP_COUNT=$((TAP_COUNT + 1))
	printf '%s %d - %s\n' "$1" "$TAP_COUNT" "$TAP_PREFIX$2"
}

# At most 40 lines: a diff of everything helps nobody.
tap_comment()
{
	sed -n '1,40s/^/# /p' <<<"$1"
}

# tap DESCRIPTION COMMAND...: the command runs in a shell of its own, with
# errexit, which is why its status is not taken by ||.
tap()
{
	local description=$1 output rc
	shift
	set +e
	output=$(set -e; "$@" 2>&1)
	rc=$?
	set -e
	if [ "$rc" = 0 ]; then
		tap_line ok "$description"
		return
	fi
	TAP_FAILED=$((TAP_FAILED + 1))
	tap_line 'not ok' "$description"
	tap_comment "$output"
}

tap_skip()
{
	tap_line ok "$1 # SKIP $2"
}

# The plan comes last, so that a check that ends early is seen to.
tap_end()
{
	printf '1..%d\n' "$TAP_COUNT"
	[ "$TAP_FAILED" = 0 ]
}
