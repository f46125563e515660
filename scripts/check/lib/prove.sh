# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Run test programs in parallel, by prove. Sourced by scripts/check/check.

# The programs end with the runner.
WITH_PARENT=(setpriv --pdeathsig TERM)

# prove_programs JOBS: run the programs of $CHECK_LIST. prove prints one line per
# finished program. After a program has written to prove's pipe for stderr, prove
# waits for its next line of TAP and starts no other program; therefore messages
# bypass that pipe, by CHECK_STDERR.
prove_programs()
{
	local names
	mapfile -t names < <(cut -f1 "$CHECK_LIST")
	exec {CHECK_STDERR}>&2
	export CHECK_STDERR
	"${WITH_PARENT[@]}" prove \
		--exec "${WITH_PARENT[*]} $TOP/scripts/check/lib/one" \
		--jobs "$1" --timer --nocolor "${names[@]}" </dev/null || :
}
