# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Run a list of jobs in a lab, and retry the run after a failure of the emulator.
# No other code retries a whole run. Sourced by scripts/check/checks/lab, which
# sets LAB, SMP, KERNEL, SERIES, FLAVOUR, APPEND, RESULTS, WORK and JOB.

# Add the module for L1's kernel to the job.
add_module()
{
	local module
	product module "$TOP/scripts/build/kernel" dkms "$SERIES" ${FLAVOUR:+"$FLAVOUR"}
	cp "$module/kvm-exit-stats.ko" "$JOB/"
}

# run_lab SECONDS STALL
run_lab()
{
	rm -rf "$RESULTS"
	"$TOP/scripts/lab/lab" --lab "$LAB" --kernel "$KERNEL" --smp "$SMP" \
		--job "$WORK/list" --out "$RESULTS" --timeout "$1" --stall "$2" \
		${APPEND:+--append "$APPEND"}
}

# The list did not finish: it has no status, or the status of a killed process.
# Without results, L1 was not started.
hung()
{
	[ -d "$RESULTS" ] || return 1
	[ -s "$RESULTS/status" ] || return 0
	case $(<"$RESULTS/status") in
	137 | 143) return 0 ;;
	esac
	return 1
}

# The recorded Linux guest crashed, or never woke up.
guest_lost()
{
	[ -s "$RESULTS/checks/linux/guest.log" ] || return 1
	# shellcheck disable=SC2034 # for oracles.sh
	RUN=$RESULTS/checks
	! linux_booted >&2
}

# Under TCG, L1 may hang, rarely with one CPU and in one of ten boots with two
# (docs/lab.md), or a guest may crash or never wake up. Such a run is retried; a
# guest that spins is restarted in L1. A run in which the guest booted or was not
# started, and a failed job, are judged. The limits are seconds of the emulator's
# CPU time.
run_list()
{
	local try tries=1 limit=1800 stall=600 status
	[ "$LAB" != svm ] || tries=4 limit=900 stall=120
	for ((try = 1; try <= tries; try++)); do
		status=0
		run_lab "$limit" "$stall" || status=$?
		hung || { [ "$status" = 0 ] && guest_lost; } || return 0
		say "$LAB/$NAME: attempt $try of $tries gave no result"
	done
}
