# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Shared code of all checks: helpers, the TAP library, and common tests: rows of a
# table, a command's messages, a search without findings. Sourced.

# shellcheck source=scripts/lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/lib.sh"
# shellcheck source=scripts/check/lib/tap.sh
. "$TOP/scripts/check/lib/tap.sh"

# Copy the rows on stdin, without empty ones and blanks beside "|".
table_rows()
{
	sed -E '/^$/d; s/[[:blank:]]*[|][[:blank:]]*/|/g'
}

# check_rows COMMAND...: a test for each line "NAME | ARGUMENT | ..." on stdin, which
# runs COMMAND with these arguments. Blanks beside "|" are ignored. An empty last
# argument needs another "|" after it.
check_rows()
{
	local row words rows
	mapfile -t rows < <(table_rows)
	for row in "${rows[@]}"; do
		IFS='|' read -ra words <<<"$row"
		check "${words[0]}" "$@" "${words[@]:1}"
	done
}

# try COMMAND...: set RC to its status and SAID to its output, stderr included. Not
# run in a condition, which would switch errexit off inside.
try()
{
	set +e
	SAID=$(set -e; "$@" 2>&1)
	RC=$?
	set -e
}

# says STATUS TEXT COMMAND...: it exits with STATUS and prints exactly one line,
# which contains TEXT
says()
{
	try "${@:3}"
	printf 'status %s: %s\n' "$RC" "$SAID"
	[ "$RC" = "$1" ]
	[[ $SAID = *"$2"* && $SAID != *$'\n'* ]]
}

# fake NAME COMMAND: create a program in $WORK/bin, for a PATH that begins with it
fake()
{
	mkdir -p "$WORK/bin"
	printf '#!/bin/sh\n%s\n' "$2" >"$WORK/bin/$1"
	chmod +x "$WORK/bin/$1"
}

# finds_nothing COMMAND...: it succeeds and prints nothing
finds_nothing()
{
	local complaints
	complaints=$("$@")
	printf '%s\n' "$complaints"
	[ -z "$complaints" ]
}
