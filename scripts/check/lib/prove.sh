# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Programs of tests side by side, by prove. Sourced by scripts/check/check.

# A run that is killed takes with it what it started.
WITH_PARENT=(setpriv --pdeathsig TERM)

# prove_programs JOBS: those of $CHECK_LIST. prove shows one line per program when
# it ends, and what is said meanwhile. Once a program has written to prove's pipe
# for standard error, prove waits for its next line of TAP and starts no other
# program: what is said goes past it, by CHECK_STDERR.
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
