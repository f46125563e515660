# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Judge the job scripts/lab/jobs/dead: the host detects a guest that spins with
# interrupts off, L1 kills it, and its step is retried. Sourced by
# scripts/check/checks/lab.

# The registers in the lab's log: interrupts off, in the loop.
dead_was_seen()
{
	cat "$RESULTS"/dead.*
	grep -qE '^[ER]IP=0*fff[1-4] [ER]FL=0*2 ' "$RESULTS"/dead.*
}

guest_was_ended()
{
	[ -e "$RUN/tried" ] && [ ! -e "$RUN/wrong" ]
}

step_was_retried()
{
	[ -e "$RUN/lived" ] && grep -q 'retry 1: ' "$RESULTS/console.log"
}

judge_dead()
{
	check "the host detects a guest that spins with interrupts off" dead_was_seen
	check "the guest is killed" guest_was_ended
	check "the step is retried, and its guest completes" step_was_retried
}
