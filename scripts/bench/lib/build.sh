# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build the programs of a benchmark's job. Sourced by scripts/bench/bench and
# scripts/bench/guests, which set $JOB to the job's directory.

# build_program NAME SOURCE...: static, because L1 has no libraries
build_program()
{
	local name=$1
	shift
	"${CC:-gcc}" -static -O2 -std=gnu11 -Wall -Wextra -Werror \
		-iquote "$TOP/scripts/lab/l1" \
		-o "$JOB/$name" "${@/#/$TOP/scripts/bench/lib/}"
}
