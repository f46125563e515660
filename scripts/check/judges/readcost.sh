# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Prepare and judge the job scripts/lab/jobs/readcost: reading changes of vCPUs that do
# not run costs little of what reading a snapshot does. Sourced by
# scripts/check/checks/lab.

prepare_readcost()
{
	build_program "$JOB/read-cost" "$JOB/read-cost.c"
	[ "$ENGINE" != module ] || add_module
}

# per_vcpu FILE GROUPS: print ns for each of 500 idle vCPUs
per_vcpu()
{
	awk -v file="$1" -v groups="$2" '
	$1 == file && $3 == groups { ns[$2] = $4 }
	END { printf "%.0f\n", (ns[500] - ns[1]) / 499 }' "$RUN/cost"
}

# cheaper GROUPS TIMES: changes cost at most one TIMES-th of a snapshot
cheaper()
{
	cat "$RUN/cost"
	echo "ns per vCPU: snapshot $(per_vcpu snapshot "$1"), changes $(per_vcpu changes "$1")"
	[ $(($(per_vcpu changes "$1") * $2)) -le "$(per_vcpu snapshot "$1")" ]
}

# Idle vCPUs are not in the answer: it has the size of that for one vCPU.
nothing_listed()
{
	awk '$1 == "changes" { print; bytes[$3, $2] = $5 }
	END { exit bytes["count", 500] != bytes["count", 1] ||
	      bytes["all", 500] != bytes["all", 1] }' "$RUN/cost"
}

judge_readcost()
{
	check "idle vCPUs are not listed in changes" nothing_listed
	check "count: an idle vCPU costs a tenth of a snapshot's" \
		cheaper count 10
	check "all groups: an idle vCPU costs a fiftieth of a snapshot's" \
		cheaper all 50
}
