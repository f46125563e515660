#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# report -j has every count: its sums equal those of its cells, its cells equal
# export's rows, and the man page has its keys.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

KINDS=(all l1only nophases groups less svm empty interrupted)

report_check() {
	python3 "$TESTS/lib/report-check.py" "$@"
}

sums_are_of_cells() {
	local kind
	for kind in "${KINDS[@]}" vms; do
		report_check sums "$kind.json"
	done
	sed '0,/"l1":532/s//"l1":533/' groups.json >bad.json
	fails 1 'l1' report_check sums bad.json
}

cells_are_rows() {
	local kind
	for kind in "${KINDS[@]}" vms; do
		exitstat export -f json "$kind.x" >rows.json
		report_check rows "$kind.json" rows.json
	done
	exitstat export -f json less.x >rows.json
	fails 1 'firmware' report_check rows groups.json rows.json
}

vms_are_apart() {
	python3 - <<-END
		import json
		r = json.load(open("vms.json"))
		assert [v["guest"] for v in r["vms"]] == ['golden, "guest"', 'golden, "guest" 2']
		assert [len(v["vcpus"]) for v in r["vms"]] == [1, 1]
		assert all(0 < v["exits"] < r["answers"]["exits"] for v in r["vms"])
		# the second vCPU begins in the third phase
		assert [len(v["phases"]) for v in r["vms"]] == [5, 3]
	END
}

manual_names_keys() {
	report_check keys groups.json "$TOP/docs/man/exitstat-report.1"
	sed 's/"polling_ns"/"polled_ns"/' groups.json >bad.json
	fails 1 polled_ns report_check keys bad.json "$TOP/docs/man/exitstat-report.1"
}

# A group that was off is null; a count without exits is 0.
null_is_not_zero() {
	python3 - <<-END
		import json
		for name, times in ("all", False), ("groups", True):
		    r = json.load(open(f"{name}.json"))
		    for row in r["reasons"] + r["phases"] + r["vms"] + r["cells"]:
		        if row.get("reason", "") is not None:
		            assert (row["cost_ns"] is not None) == times, row
		            assert row["reflected"] is not None, row
		assert all(r["l2"] is None for r in json.load(open("l1only.json"))["phases"])
		assert json.load(open("l1only.json"))["phases"][0]["attempts"] is None
	END
}

prepare() {
	local kind
	recordings "${KINDS[@]}"
	mv interrupted.x.part interrupted.x
	cp groups.x vms.x
	report_check vms vms.x
	for kind in "${KINDS[@]}" vms; do
		exitstat report -j "$kind.x" >"$kind.json"
	done
}

prepare
check 'report -j: sums equal those of the cells' sums_are_of_cells
check "report -j: cells equal export's rows" cells_are_rows
check 'report -j: VMs are separate' vms_are_apart
check 'report -j: unavailable data is null, not 0' null_is_not_zero
check 'report -j: the man page has all keys' manual_names_keys
done_testing
