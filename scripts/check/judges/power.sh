# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/power: after suspends, and after CPUs
# went offline and online, the counts of a guest that ran all the time are exact. Sourced
# by scripts/check/checks/lab.

prepare_power()
{
	[ "$ENGINE" != module ] || add_module
}

# often STEP N: the step did it at least N times while the guest ran
often()
{
	[ "$(<"$RUN/$1/times")" -ge "$2" ] && [ "$(<"$RUN/$1/rc")" = 0 ] && return
	echo "$(<"$RUN/$1/times") times, guest: status $(<"$RUN/$1/rc")"
	return 1
}

judge_power()
{
	local step
	check "hotplug: CPU 1 goes offline and online at least 3 times, and the guest boots" \
		often hotplug 3
	check "suspend: L1 is suspended at least twice, and the guest boots" \
		often suspend 2
	for step in hotplug suspend; do
		check "$step: the snapshot equals ftrace per vCPU" \
			snapshot_is_hist $step
		check "$step: the states add up to the total, to the cycle" \
			time_adds_up $step
		check "$step: returns to user space equal ftrace's" \
			returns_are_traced $step
		if [ "$ENGINE" = module ]; then
			check "$step: no exit is lost" nothing_lost $step
		else
			check "$step: every attempt is accounted for" \
				all_accounted $step
			check "$step: the engine reports 0 unaccounted" \
				nothing_unaccounted $step
		fi
	done
}
