# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The job scripts/lab/jobs/selftest: the KVM selftest of the series, built from
# the kernel's source with the series applied, twice, and in every situation
# that it has to skip. The kernel's own kvm_binary_stats_test judges the
# statistics that the series adds to the stats fd. Sourced by
# scripts/check/checks/lab.

KSFT_SKIP=4

prepare_selftest()
{
	local selftests
	product selftests "$TOP/scripts/build/kernel" selftests "$SERIES"
	cp "$selftests"/*_test "$JOB/"
}

# ended NAME STATUS: a run of the job; what it said is the reason if it did not.
ended()
{
	[ "$(<"$RUN/$1.status")" = "$2" ] && return
	echo "status $(<"$RUN/$1.status") instead of $2"
	tail -n 12 "$RUN/$1.tap"
	return 1
}

skipped()
{
	ended "$1" "$KSFT_SKIP" && grep -q "# SKIP.*$2" "$RUN/$1.tap"
}

# Each test of the selftest is one of ours.
relay_tests()
{
	local line
	while IFS= read -r line; do
		case $line in
		ok\ [0-9]*) result 0 "${line#ok [0-9]* }" ;;
		esac
	done <"$RUN/exit-stats.tap"
}

left_off()
{
	[ "$(<"$RUN/count")" = 0 ]
}

judge_selftest()
{
	relay_tests
	check "exit_stats_test passes" ended exit-stats 0
	check "exit_stats_test passes once more" ended exit-stats-again 0
	check "it leaves counting switched off" left_off
	check "it skips while the statistics are in use" \
		skipped skip-in-use 'statistics are in use'
	check "it skips without debugfs" skipped skip-no-debugfs 'debugfs'
	check "it skips without the option" \
		skipped skip-no-feature CONFIG_KVM_EXIT_STATS
	check "the kernel's kvm_binary_stats_test passes" ended binary-stats 0
}
