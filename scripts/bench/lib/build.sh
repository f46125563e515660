# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Programs of a bench's job. Sourced by scripts/bench/bench and
# scripts/bench/guests, whose job's directory is $JOB.

# build_program NAME SOURCE...: static, since L1 has no compiler's libraries
build_program()
{
	local name=$1
	shift
	"${CC:-gcc}" -static -O2 -std=gnu11 -Wall -Wextra -Werror \
		-o "$JOB/$name" "${@/#/$TOP/scripts/bench/lib/}"
}
