# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/selftest: the series' KVM selftests, built
# from the patched kernel source; exit_stats_test runs twice, and in every situation in
# which it must skip. The kernel's own kvm_binary_stats_test tests the statistics that the series
# adds to the stats fd. Sourced by scripts/check/checks/lab.

KSFT_SKIP=4

prepare_selftest()
{
	local selftests
	product selftests "$TOP/scripts/build/kernel" selftests "$SERIES"
	cp "$selftests"/*_test "$JOB/"
}

# ended NAME STATUS: a run exited with STATUS; print its output otherwise
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

# relay_tests NAME: report each test of a run as one of ours
relay_tests()
{
	local line
	while IFS= read -r line; do
		case $line in
		ok\ [0-9]*) result 0 "${line#ok [0-9]* }" ;;
		esac
	done <"$RUN/$1.tap"
}

left_off()
{
	[ "$(<"$RUN/count")" = 0 ]
}

judge_selftest()
{
	local name
	relay_tests exit-stats
	check "exit_stats_test passes" ended exit-stats 0
	for name in access life nested switch; do
		relay_tests "$name"
		check "exit_stats_${name}_test passes" ended "$name" 0
	done
	check "exit_stats_test passes a second time" ended exit-stats-again 0
	check "exit_stats_test leaves counting off" left_off
	check "exit_stats_test skips while the statistics are in use" \
		skipped skip-in-use 'statistics are in use'
	check "exit_stats_test skips without debugfs" skipped skip-no-debugfs 'debugfs'
	check "exit_stats_test skips without CONFIG_KVM_EXIT_STATS" \
		skipped skip-no-feature CONFIG_KVM_EXIT_STATS
	check "the kernel's kvm_binary_stats_test passes" ended binary-stats 0
}
