# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# One run of the job scripts/l1/jobs/checks in a lab, and the tests of the steps
# that a patched KVM and kvm-exit-stats.ko have in common. Sourced by
# scripts/check-lab and scripts/check-sources, which set LAB, RUN, SMP, KERNEL
# and the job's STEPS and SOURCES.

# make_job [MODULE]: the job with what differs from run to run
make_job()
{
	JOB=$WORK/job
	rm -rf "$JOB"
	cp -r "$TOP/scripts/l1/jobs/checks" "$JOB"
	echo "$STEPS" >"$JOB/steps"
	echo "$SOURCES" >"$JOB/sources"
	[ $# = 0 ] || cp "$1" "$JOB/"
}

# The job's own complaint is the useful one when it failed.
run_lab()
{
	local rc=0
	rm -rf "$RUN"
	"$TOP/scripts/lab" --lab "$LAB" --kernel "$KERNEL" --smp "$SMP" \
		--job "$JOB" --out "$RUN" --timeout "$1" --stall "$2" \
		${APPEND:+--append "$APPEND"} || rc=$?
	[ "$rc" != 0 ] || return 0
	[ ! -s "$RUN/job.log" ] || tail -n 5 "$RUN/job.log" >&2
	return "$rc"
}

# The job did not come to its end: it has no status, or that of being stopped.
# Without results L1 was not even started.
hung()
{
	[ -d "$RUN" ] || return 1
	[ -s "$RUN/status" ] || return 0
	case $(<"$RUN/status") in
	137 | 143) return 0 ;;
	esac
	return 1
}

# Under TCG a guest may sleep for ever, or all of L1 hang, seldom with one CPU
# and in one of ten boots with two (docs/lab.md), or the guest crash. Such a run
# is done again; one in which the guest booted, or was not started, and a job
# that failed, are judged. It takes one or two minutes, in Bochs up to nine.
run_job()
{
	local try tries=1 limit=1800 stall=1800 rc
	[ "$LAB" != svm ] || tries=6 limit=420 stall=75
	for ((try = 1; try <= tries; try++)); do
		rc=0
		run_lab "$limit" "$stall" || rc=$?
		[ "$rc" != 77 ] || break
		if [ "$rc" = 0 ]; then
			[ "$try" != "$tries" ] || break
			[ -s "$RUN/linux/guest.log" ] || break
			! linux_booted >&2 || break
		elif ! hung; then
			break
		fi
		say "$LAB, $SMP CPU: try $try of $tries came to nothing"
	done
	return "$rc"
}

# Each source's own, made at the same time.
check_recordings()
{
	local source
	for source in $SOURCES; do
		check "$1: micro guest: recording by $source equals ftrace" \
			recording_is_hist counts "$source"
		check "$1: Linux boot, $SMP vCPU: recording by $source equals ftrace" \
			recording_is_hist linux "$source"
	done
}

check_counts()
{
	check "$1: a guest leaves no trace while counting is off" counted_nothing
	check "$1: micro guest: ftrace sees the exits of guests.cfg" \
		oracle_is_sane counts
	check "$1: micro guest: the snapshot has exactly guests.cfg's exits" \
		micro_exact counts
	check "$1: micro guest: snapshot equals ftrace" snapshot_is_hist counts
	check "$1: micro guest: text in debugfs equals ftrace" text_is_hist counts
	check "$1: micro guest: sysfs equals the snapshot" sysfs_is_snapshot counts
	check "$1: Linux guest booted and was recorded" linux_booted
	check "$1: Linux boot, $SMP vCPU: snapshot equals ftrace per vCPU" \
		snapshot_is_hist linux
	check "$1: Linux boot, $SMP vCPU: text equals ftrace per vCPU" \
		text_is_hist linux
	check_recordings "$1"
}
