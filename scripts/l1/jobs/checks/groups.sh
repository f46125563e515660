# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The steps with time, histogram and detail switched on. Sourced by run.

ROUNDS=10

# All groups on over the whole life of a guest. Two snapshots while it runs:
# what the clock says passed between them must be what the parts add up to.
step_detail()
{
	local vm rc=0
	switch_groups 1 time histogram detail || fail 'groups: cannot be switched'
	begin detail
	GUEST_QUIET=quiet linux_guest >"$STEP/guest.log" 2>&1 &
	vm=$!
	wait_for_exits 1000
	save_snapshot early
	wait_for_exits 3000
	save_snapshot late
	kill -0 $vm && echo yes >"$STEP/overlap"
	wait $vm || rc=$?
	echo $rc >"$STEP/rc"
	end
	switch_groups 0 histogram time detail || fail 'groups: cannot be switched'
}

# On in the only order allowed, off in another one.
flip_once()
{
	switch_groups 1 count time histogram detail &&
		switch_groups 0 histogram time &&
		switch_groups 1 time &&
		switch_groups 0 detail time count
}

flip_groups()
{
	local i=0
	while [ $i -lt $ROUNDS ]; do
		flip_once || fail 'groups: cannot be switched'
		[ $((i % 2)) != 0 ] || save_snapshot flip.$((i / 2))
		i=$((i + 1))
	done
	echo $i >"$STEP/rounds"
}

step_groups()
{
	local vm rc=0
	echo 1 >"$KES_SYSFS/reset"
	begin groups
	GUEST_QUIET=quiet linux_guest >"$STEP/guest.log" 2>&1 &
	vm=$!
	wait_for_exits 1000
	flip_groups
	kill -0 $vm && echo yes >"$STEP/overlap"
	counting 1
	wait $vm || rc=$?
	echo $rc >"$STEP/rc"
	end
}
