# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build small programs that run in L1. Sourced by scripts/lab/lab, and by what
# prepares jobs.

# build_program FILE SOURCE...: static, because L1 has no libraries
build_program()
{
	"${CC:-gcc}" -std=gnu11 -static -O2 -Wall -Wextra -Werror -pthread \
		-I "$TOP/module/uapi" -iquote "$TOP/scripts/lab/l1" -o "$@"
}
