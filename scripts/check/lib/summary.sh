# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The summary of scripts/check/check: failed tests with their output, skipped tests
# with the reason, times, and the sums. Reads the files that check/lib/one wrote to
# $CHECK_RESULTS/tap. Sourced by scripts/check/check.

SLOWEST=10

# tap_of NAME: print the path of a program's files, without the suffix
tap_of()
{
	printf '%s\n' "$CHECK_RESULTS/tap/${1//\//-}"
}

program_names()
{
	cut -f1 "$CHECK_LIST"
}

# judge NAME: print the program's "PASSED FAILED SKIPPED". Fewer or more tests than
# planned are one more failure; a program that is skipped is one skipped test.
judge()
{
	local tap
	tap=$(tap_of "$1").tap
	[ -s "$tap" ] || { echo 0 1 0; return; }
	awk '
	/^ok/ && tolower($0) ~ / # skip/ { skip++; next }
	/^ok/ { ok++ }
	/^not ok/ { bad++ }
	/^1\.\.0 +# *(skip|SKIP)/ { skip++; planned = 1; next }
	/^1\.\.[0-9]+$/ { planned = 1; plan = substr($0, 4) + 0 }
	END {
		if (!bad && (!planned || plan != ok + skip && plan))
			bad++
		print ok + 0, bad + 0, skip + 0
	}' "$tap"
}

# failures_of NAME: print its failed tests, each with the comments after it
failures_of()
{
	local tap
	tap=$(tap_of "$1").tap
	awk -v name="$1" '
	/^not ok/ { show = 1; seen = 1; print name ": " $0; next }
	/^#/ { if (show && lines++ < 60) print "    " $0; next }
	{ show = lines = 0 }
	END { if (!seen) print name ": not ok - fewer or more tests than planned" }
	' "$tap" 2>/dev/null || echo "$1: not ok - no output"
}

# skipped_of NAME: print "TEST<tab>REASON" for each skipped test
skipped_of()
{
	sed -nE -e "s,^ok [0-9]+ - (.*) # (SKIP|skip) ,\1\t,p" \
		-e "s,^1\.\.0 # (SKIP|skip) ,all\t,p" \
		"$(tap_of "$1").tap" 2>/dev/null || :
}

# Tests of a program that were skipped for the same reason share one line: the
# first one's name, the number of others, the reason.
skips_by_reason()
{
	local name
	while IFS= read -r name; do
		skipped_of "$name" | awk -F'\t' -v name="$name" '
		!($2 in tests) { order[++reasons] = $2; first[$2] = $1 }
		{ tests[$2]++ }
		END {
			for (i = 1; i <= reasons; i++) {
				why = order[i]
				more = tests[why] > 1 ? " and " tests[why] - 1 " more" : ""
				print "skipped: " name ": " first[why] more ": " why
			}
		}'
	done < <(program_names)
}

# skips_too_much NAME: a lab without failures has skipped a test for another reason
# than a product that is not available or was not built.
skips_too_much()
{
	! grep -q '^not ok' "$(tap_of "$1").tap" || return 1
	case $1 in
	svm/* | vmx/*) ;;
	*) return 1 ;;
	esac
	skipped_of "$1" | grep -v $'\tneeds \\|not available' | grep -q .
}

count_all()
{
	local name ok bad skip failures
	PASSED=0 FAILED=0 SKIPPED=0
	FAILED_NAMES=
	while IFS= read -r name; do
		read -r ok bad skip < <(judge "$name")
		! skips_too_much "$name" || bad=$((bad + 1))
		PASSED=$((PASSED + ok)) FAILED=$((FAILED + bad))
		SKIPPED=$((SKIPPED + skip))
		[ "$bad" != 0 ] || continue
		failures=$(failures_of "$name")
		printf '%s\n' "$failures"
		FAILED_NAMES+=$(grep -v '^    ' <<<"$failures")$'\n'
	done < <(program_names)
}

# Programs, tests and seconds of each tier. Programs run in parallel, so the
# seconds exceed the elapsed time.
times_by_tier()
{
	local name
	while IFS= read -r name; do
		printf '%s\t%s\t%s\n' "${name%%/*}" "$(judge "$name")" \
			"$(cat "$(tap_of "$name").ms" 2>/dev/null || echo 0)"
	done < <(program_names) | awk -F'\t' '
	{ split($2, n, " "); programs[$1]++; ms[$1] += $3
	  tests[$1] += n[1] + n[2] + n[3] }
	END {
		printf "%-10s %8s %6s %9s\n", "tier", "programs", "tests", "seconds"
		for (t in ms) printf "%-10s %8d %6d %9.0f\n", t, programs[t],
			tests[t], ms[t] / 1000 | "sort"
	}'
}

slowest_tests()
{
	local name
	echo "the $SLOWEST slowest tests:"
	while IFS= read -r name; do
		sed "s,\t,\t$name: ," "$(tap_of "$name").times" 2>/dev/null || :
	done < <(program_names) | sort -rn | awk -F'\t' -v n="$SLOWEST" '
	NR <= n { printf "%8.1f s  %s\n", $1 / 1000000, $2 }'
}

summary()
{
	count_all
	printf '\n'
	skips_by_reason
	times_by_tier
	printf '\n'
	slowest_tests
	printf '\ntotal: %d s, on %d CPUs\n' "$SECONDS" "$(nproc)"
	# Repeated without output, since often only the end is read.
	printf '%s' "$FAILED_NAMES" | sed '/^$/d; s/^/failed: /' | head -20
	echo "$PASSED passed, $FAILED failed, $SKIPPED skipped" |
		tee "$CHECK_RESULTS/summary"
	[ "$FAILED" = 0 ]
}

# summary_of_one TEXT: the summary if the build failed
summary_of_one()
{
	printf 'not ok - %s\n0 passed, 1 failed, 0 skipped\n' "$1" |
		tee "$CHECK_RESULTS/summary"
}
