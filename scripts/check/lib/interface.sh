# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests of files, modes, refused writes and the kernel log: the steps "interface"
# and "every" of the job. Sourced by scripts/check/checks/lab.

# same_lines FILE: its lines equal those of stdin, in any order
same_lines()
{
	diff -U 0 --label expected --label found \
		<(LC_ALL=C sort) <(LC_ALL=C sort "$1") | sed '/^@@/d'
}

# Every reason in exits.def has a file, and there are no other files.
modes_sysfs()
{
	{
		printf '%s\n' '600 ./count' '600 ./time' \
			'600 ./histogram' '600 ./detail' \
			'600 ./time_vms' '600 ./histogram_vms' '600 ./detail_vms' \
			'400 ./unaccounted' '400 ./version' '400 ./generation' \
			'400 ./source' '400 ./lost' \
			'400 ./total' '200 ./reset' '200 ./dmesg' \
			'400 ./reasons/UNKNOWN'
		reason_codes "$ISA" | sed 's|^\([^ ]*\) .*|400 ./reasons/\1|'
	} | same_lines "$RUN/interface/modes-sysfs"
}

modes_debugfs()
{
	grep -qx '400 ./snapshot' "$RUN/interface/modes-debugfs" &&
		grep -qx '400 ./changes' "$RUN/interface/modes-debugfs" &&
		grep -qx '400 ./summary' "$RUN/interface/modes-debugfs" &&
		grep -q '/vcpus$' "$RUN/interface/modes-debugfs" &&
		! grep -v '^400 ' "$RUN/interface/modes-debugfs"
}

one_value()
{
	local nr
	nr=$(grep -c 'kvm_exit_stats/' "$RUN/interface/lines")
	[ "$nr" -gt 50 ] &&
		! grep kvm_exit_stats/ "$RUN/interface/lines" | grep -vE '^ *1 '
}

writes_refused()
{
	local refused='write error: Invalid argument' busy
	busy='write error: Device or resource busy'
	sed 's/: sh: /: /; s/: [^:]*: write error/: write error/' \
		"$RUN/interface/writes" >"$RUN/interface/writes.found"
	printf '%s\n' "count 2: $refused" "count x: $refused" \
		"reset 0: $refused" "reset x: $refused" \
		"dmesg 0: $refused" 'count 1: written' \
		"histogram 1: $refused" 'time 1: written' \
		"count 0: $busy" 'histogram 1: written' "time 0: $busy" \
		'histogram 0: written' 'time 0: written' 'detail 1: written' \
		"count 0: $busy" 'detail 0: written' |
		same_lines "$RUN/interface/writes.found"
}

# tables FILE: print the total of each table in a kernel log
tables()
{
	sed -n 's/.*kvm_exit_stats: \([0-9]*\) exits since.*/\1/p' "$1"
}

# The table has the snapshot's numbers, since no guest ran in between.
dmesg_once()
{
	local log=$RUN/interface/dmesg-once
	[ "$(tables "$log")" = "$(<"$RUN/interface/total")" ] || {
		echo "total: $(tables "$log"), not $(<"$RUN/interface/total")"
		return 1
	}
	sed -nE 's/.*kvm_exit_stats: +([0-9]+) +[0-9.]+%  (\w+)$/\2:\1/p' "$log" |
		same_lines "$RUN/interface/reasons"
}

# N = 100 and about 1,600 exits: at least one table, each total higher than the one
# before. N = 0: no table, although the guest runs again.
dmesg_every()
{
	tables "$RUN/every/dmesg-on" >"$RUN/every/totals"
	[ -s "$RUN/every/totals" ] || { echo "no table"; return 1; }
	sort -nuC "$RUN/every/totals" || {
		echo "totals do not grow:"
		cat "$RUN/every/totals"
		return 1
	}
	[ -z "$(tables "$RUN/every/dmesg-off")" ] ||
		{ echo "there is a table although N is 0"; return 1; }
}
