# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The job scripts/lab/jobs/dead: a guest that spins with interrupts off is seen
# by the host and ended, and its step is done again. Sourced by
# scripts/check/checks/lab.

# The registers that the lab's log shows: interrupts off, at the loop.
dead_was_seen()
{
	cat "$RESULTS"/dead.*
	grep -qE '^[ER]IP=0*fff[1-4] [ER]FL=0*2 ' "$RESULTS"/dead.*
}

guest_was_ended()
{
	[ -e "$RUN/tried" ] && [ ! -e "$RUN/wrong" ]
}

step_was_done_again()
{
	[ -e "$RUN/lived" ] && grep -q 'once more' "$RESULTS/console.log"
}

judge_dead()
{
	check "the host sees a guest that spins with interrupts off" dead_was_seen
	check "the guest is ended" guest_was_ended
	check "the step is done again, and its guest lives" step_was_done_again
}
