# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# One run of a list of jobs in a lab, and again where the emulator is to blame:
# the only place that does a whole run again. Sourced by
# scripts/check/checks/lab, which sets LAB, SMP, KERNEL, APPEND, RESULTS and
# WORK.

# run_lab SECONDS STALL
run_lab()
{
	rm -rf "$RESULTS"
	"$TOP/scripts/lab/lab" --lab "$LAB" --kernel "$KERNEL" --smp "$SMP" \
		--job "$WORK/list" --out "$RESULTS" --timeout "$1" --stall "$2" \
		${APPEND:+--append "$APPEND"}
}

# The list did not come to its end: it has no status, or that of being stopped.
# Without results L1 was not even started.
hung()
{
	[ -d "$RESULTS" ] || return 1
	[ -s "$RESULTS/status" ] || return 0
	case $(<"$RESULTS/status") in
	137 | 143) return 0 ;;
	esac
	return 1
}

# The Linux guest that was recorded crashed or slept for ever.
guest_lost()
{
	[ -s "$RESULTS/checks/linux/guest.log" ] || return 1
	# shellcheck disable=SC2034 # for oracles.sh
	RUN=$RESULTS/checks
	! linux_booted >&2
}

# Under TCG all of L1 may hang, seldom with one CPU and in one of ten boots with
# two (docs/lab.md), or a guest sleep for ever or crash. Such a run is done again;
# a guest that spins is started again in L1. One in which the guest booted, or
# was not started, and a job that failed, are judged. The limits are seconds of
# the emulator's CPU time.
run_list()
{
	local try tries=1 limit=1800 stall=600 status
	[ "$LAB" != svm ] || tries=4 limit=900 stall=120
	for ((try = 1; try <= tries; try++)); do
		status=0
		run_lab "$limit" "$stall" || status=$?
		hung || { [ "$status" = 0 ] && guest_lost; } || return 0
		say "$LAB/$NAME: try $try of $tries came to nothing"
	done
}
