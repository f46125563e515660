# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Judge the job scripts/lab/jobs/minivmm: the lab's L2 kernel under minivmm, once with
# its usual init and twice with a shell, which reads commands from the serial port.
# Each run ends in another way. minivmm's counts equal those of the kernel's
# tracepoint. Sourced by scripts/check/checks/lab.

# ended_with NAME STATUS TEXT: minivmm exited with STATUS and printed TEXT
ended_with()
{
	cat "$RUN/$1.err"
	tail -n 5 "$RUN/$1.out"
	[ "$(<"$RUN/$1.status")" = "$2" ] && grep -q "$3" "$RUN/$1.err"
}

# printed NAME TEXT: the output has this line, with a terminal's carriage return
printed()
{
	grep -q "^$2"$'\r*$' "$RUN/$1.out" && return
	tail -n 20 "$RUN/$1.out"
	return 1
}

# counted_by_us NAME, counted_by_kernel NAME: print the returns for port I/O
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
	echo "minivmm: ${ours:-none}, kernel: $kernels"
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
		check "a shell reads its command from the serial port ($run)" \
			printed "$run" 'shell 42'
		check "port I/O equals the kernel's count ($run)" \
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
	check "64 vCPUs run, and each prints a line" many_lines
	check "Linux reaches user space" \
		grep -q 'exitstat-guest: userspace' "$RUN/halt.out"
	check "minivmm succeeds when Linux halts" \
		ended_with halt 0 'halted with interrupts off'
	for run in many halt; do
		check "port I/O equals the kernel's count ($run)" \
			counted_alike "$run"
	done
	judge_shells
}
