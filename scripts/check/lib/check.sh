# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every check begins with: the shared helpers, the TAP library, and the tests
# that many of them make: rows of a table, what a command says, that it finds
# nothing. Sourced.

# shellcheck source=scripts/lib/lib.sh
. "$(dirname "${BASH_SOURCE[0]}")/../../lib/lib.sh"
# shellcheck source=scripts/check/lib/tap.sh
. "$TOP/scripts/check/lib/tap.sh"

# Rows of standard input without empty ones and blanks beside "|"
table_rows()
{
	sed -E '/^$/d; s/[[:blank:]]*[|][[:blank:]]*/|/g'
}

# check_rows COMMAND...: a test for each line "NAME | ARGUMENT | ..." of standard
# input, which is COMMAND with these arguments; blanks beside "|" do not count. After an
# empty one at the end stands another "|".
check_rows()
{
	local row words rows
	mapfile -t rows < <(table_rows)
	for row in "${rows[@]}"; do
		IFS='|' read -ra words <<<"$row"
		check "${words[0]}" "$@" "${words[@]:1}"
	done
}

# try COMMAND...: set RC, what it ends with, and SAID, all that it prints. No
# condition, which would switch errexit off inside of it.
try()
{
	set +e
	SAID=$(set -e; "$@" 2>&1)
	RC=$?
	set -e
}

# says STATUS TEXT COMMAND...: it ends with STATUS, and all that it prints is one
# line, which has TEXT
says()
{
	try "${@:3}"
	printf 'status %s: %s\n' "$RC" "$SAID"
	[ "$RC" = "$1" ]
	[[ $SAID = *"$2"* && $SAID != *$'\n'* ]]
}

# fake NAME COMMAND: a program in $WORK/bin, for where that is first in PATH
fake()
{
	mkdir -p "$WORK/bin"
	printf '#!/bin/sh\n%s\n' "$2" >"$WORK/bin/$1"
	chmod +x "$WORK/bin/$1"
}

# finds_nothing COMMAND...: it succeeds, and has nothing to complain of
finds_nothing()
{
	local complaints
	complaints=$("$@")
	printf '%s\n' "$complaints"
	[ -z "$complaints" ]
}
