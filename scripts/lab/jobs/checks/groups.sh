# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The steps with the groups time, histogram and detail. Sourced by run.

ROUNDS=10

# All groups are on from a guest's start to its end. Two snapshots are taken while it
# runs: the states must add up to the elapsed time between them.
step_detail()
{
	switch_groups 1 time histogram detail || fail 'groups: cannot switch on'
	begin detail
	start_guest "$GUEST_BRIEF"
	wait_for_exits 1000
	save_snapshot early
	wait_for_exits 3000
	save_snapshot late
	still_runs
	finish_guest
	end
	switch_groups 0 histogram time detail || fail 'groups: cannot switch off'
}

# Sources record the values of the same exits, while perf, which began before, counts
# the event, too.
step_values()
{
	local perf
	# shellcheck disable=SC2034 # used by recorded
	local GROUPS_RECORDED=count,time,detail
	begin values
	perf-event "$(cat "$KVM_EVENTS/kvm_exit/id")" >/tmp/perf-event &
	perf=$!
	wait_for open /tmp/perf-event $perf
	micro_guest counts recorded ||
		fail "the micro guest failed: $(tail -n 1 "$STEP/record.log")"
	kill $perf
	end
}

# flip VALUE GROUP...: switch each while the guest is stopped at an arbitrary point.
# In between it runs.
flip()
{
	local value=$1 group
	shift
	for group; do
		kill -STOP "$QEMU" 2>/dev/null
		switch_groups "$value" "$group" ||
			fail "groups: cannot switch $group"
		kill -CONT "$QEMU" 2>/dev/null
		usleep 3000
	done
}

# On in the only valid order, off in another one.
flip_once()
{
	flip 1 count time histogram detail
	flip 0 histogram time
	flip 1 time
	flip 0 detail time count
}

# Flip while the guest runs, which started with counting on.
flip_groups()
{
	local i=0
	while [ $i -lt $ROUNDS ] && kill -0 "$QEMU" 2>/dev/null; do
		flip_once
		[ $((i % 2)) != 0 ] || save_snapshot flip.$((i / 2))
		i=$((i + 1))
	done
	echo $i >"$STEP/rounds"
}

step_groups()
{
	echo 1 >"$KES_SYSFS/reset"
	begin groups
	start_guest quiet
	wait_for_exits 1000
	QEMU=$(pidof qemu-system-x86_64)
	flip_groups
	flip 1 count
	finish_guest
	end
}
