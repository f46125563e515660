# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/changes: what debugfs's changes add up to
# is the snapshot, for each of two readers. Sourced by scripts/check/checks/lab.

prepare_changes()
{
	build_program "$JOB/follow-changes" "$JOB/follow-changes.c"
	[ "$ENGINE" != module ] || add_module
}

# counted STEP READER NAME: print one of the reader's numbers
counted()
{
	awk -v name="$3" '$1 == "rounds" {
		for (i = 1; i < NF; i += 2)
			if ($i == name)
				print $(i + 1)
	}' "$RUN/$1/$2"
}

# same_numbers STEP READER: no difference in any round
same_numbers()
{
	cat "$RUN/$1/$2"
	[ "$(counted "$1" "$2" differences)" = 0 ]
}

# all_at_end STEP READER: the last round compared all vCPUs and VMs
all_at_end()
{
	tail -n 1 "$RUN/$1/$2" | awk '
	{ print }
	$1 != "last:" || $3 + 0 < 1 || $3 + 0 != $5 + 0 || $7 + 0 != $9 + 0 { exit 1 }'
}

# at_least STEP READER NAME N
at_least()
{
	echo "$3 $(counted "$1" "$2" "$3")"
	[ "$(counted "$1" "$2" "$3")" -ge "$4" ]
}

# Only switches and resets lead to whole answers: the first is one, and each switch of
# the step may be.
few_whole()
{
	echo "whole $(counted "$1" "$2" whole)"
	[ "$(counted "$1" "$2" whole)" -le "$3" ]
}

# A round lists few vCPUs, because most have ended or do not run.
few_changed()
{
	echo "compared $(counted "$1" "$2" compared)"
	[ $(($(counted "$1" "$2" changed) * 4)) -le \
		"$(counted "$1" "$2" compared)" ]
}

recorder_reads_changes()
{
	cat "$RUN/record/files"
	grep -q 'kvm_exit_stats/changes$' "$RUN/record/files"
}

judge_changes()
{
	local step reader
	for step in guests switch many; do
		for reader in fast slow; do
			check "$step, $reader reader: the sum of changes is the snapshot" \
				same_numbers $step $reader
			check "$step, $reader reader: at the end, all is compared" \
				all_at_end $step $reader
			check "$step, $reader reader: vCPUs change, and are compared" \
				at_least $step $reader changed 3
		done
	done
	for reader in fast slow; do
		check "guests, $reader reader: only switches lead to whole answers" \
			few_whole guests $reader 7
		check "guests, $reader reader: VMs that ended are listed once" \
			at_least guests $reader destroyed 2
		check "many, $reader reader: evicted VMs are reported" \
			at_least many $reader evicted 3
		check "many, $reader reader: most vCPUs are not listed" \
			few_changed many $reader
	done
	check "switch: groups are switched at least 3 times while the guest runs" \
		test "$(<"$RUN/switch/times")" -ge 3
	check "the recorder reads the file" recorder_reads_changes
}
