# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The job scripts/lab/jobs/minivmm: the lab's L2 kernel under minivmm, once with
# its usual init and twice to a shell on the serial port, which gets its
# commands there; each ends in another way. What minivmm counts has to be what
# the kernel's tracepoint saw. Sourced by scripts/check/checks/lab.

# ended_with NAME STATUS TEXT: minivmm did, and said why
ended_with()
{
	cat "$RUN/$1.err"
	tail -n 5 "$RUN/$1.out"
	[ "$(<"$RUN/$1.status")" = "$2" ] && grep -q "$3" "$RUN/$1.err"
}

# printed NAME TEXT: with the carriage return of a terminal
printed()
{
	grep -q "^$2"$'\r*$' "$RUN/$1.out" && return
	tail -n 20 "$RUN/$1.out"
	return 1
}

# counted_by_us NAME, counted_by_kernel NAME: port IO that came to user space
counted_by_us()
{
	sed -nE 's/.*"all":\{"exits":\{[^}]*"IO":([0-9]+).*/\1/p' "$RUN/$1.err"
}

counted_by_kernel()
{
	sed -nE 's/.*reason: +2,.*hitcount: +([0-9]+).*/\1/p' "$RUN/$1.hist" |
		awk '{ sum += $1 } END { print sum + 0 }'
}

counted_alike()
{
	local ours kernels
	ours=$(counted_by_us "$1")
	kernels=$(counted_by_kernel "$1")
	echo "minivmm has ${ours:-nothing}, the kernel $kernels"
	[ "${ours:-0}" -gt 0 ] && [ "$ours" = "$kernels" ]
}

many_lines()
{
	[ "$(sort -u "$RUN/many.out")" = A ] &&
		[ "$(wc -l <"$RUN/many.out")" = 64 ] &&
		[ "$(counted_by_us many)" = 64 ]
}

judge_shells()
{
	local run
	for run in keyboard triple; do
		check "a shell on the serial port gets its command ($run)" \
			printed "$run" 'shell 42'
		check "port IO is what the kernel counts ($run)" \
			counted_alike "$run"
	done
	check "Linux reboots by the keyboard controller" \
		ended_with keyboard 0 'reset by the keyboard controller'
	check "Linux reboots by a triple fault" \
		ended_with triple 0 'reset by a triple fault'
}

judge_minivmm()
{
	local run
	check "64 vCPUs run, a line each" many_lines
	check "Linux comes to userspace" \
		grep -q 'exitstat-guest: userspace' "$RUN/halt.out"
	check "Linux halts, which ends it well" \
		ended_with halt 0 'halted with interrupts off'
	for run in many halt; do
		check "port IO is what the kernel counts ($run)" \
			counted_alike "$run"
	done
	judge_shells
}
