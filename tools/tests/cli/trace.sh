#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat export -f trace follows the Trace Event Format, with the same numbers as CSV.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# The format's rules for the kinds of events that are used.
follows_the_format() {
	local kind
	for kind in all groups l1only nophases svm; do
		recordings "$kind"
		exitstat export -f trace -o "$kind.json" "$kind.x"
		python3 - "$kind.json" <<-'END'
			import json, numbers, sys
			top = json.load(open(sys.argv[1]))
			assert set(top) == {"traceEvents", "displayTimeUnit", "otherData"}
			assert top["displayTimeUnit"] in ("ms", "ns")
			named, used, last, slices = set(), set(), {}, []
			for e in top["traceEvents"]:
			    assert isinstance(e["pid"], int) and isinstance(e["tid"], int)
			    if e["ph"] == "M":
			        assert e["name"] in ("process_name", "thread_name", "process_sort_index")
			        named.add(e["pid"])
			        continue
			    used.add(e["pid"])
			    assert isinstance(e["name"], str) and isinstance(e["cat"], str)
			    assert isinstance(e["ts"], numbers.Real) and e["ts"] >= 0
			    if e["ph"] == "X":
			        assert e["dur"] >= 0
			        slices.append((e["ts"], e["ts"] + e["dur"]))
			    else:
			        assert e["ph"] == "C", e
			        assert all(isinstance(v, numbers.Real) for v in e["args"].values())
			        key = e["pid"], e["name"]
			        assert last.get(key, (-1, 0))[0] < e["ts"], "times go on"
			        last[key] = e["ts"], e["args"]["exits/s"]
			assert used <= named
			assert last and all(v == 0 for t, v in last.values()), "all end"
			slices.sort()
			assert all(a[1] <= b[0] + 1 for a, b in zip(slices, slices[1:]))
		END
	done
}

# The area below each counter equals its count, and the slices are the phases.
has_what_was_recorded() {
	exitstat export groups.x >groups.csv
	exitstat export -f json groups.x >all.json
	python3 - <<-'END'
		import collections, csv, json
		events = json.load(open("groups.json"))["traceEvents"]
		vms = {e["pid"]: e["args"]["name"] for e in events
		       if e["ph"] == "M" and e["name"] == "process_name"}
		area, now = collections.Counter(), {}
		for e in (e for e in events if e["ph"] == "C"):
		    key = vms[e["pid"]], e["name"]
		    t, rate = now.get(key, (e["ts"], 0))
		    area[key] += rate * (e["ts"] - t) / 1e6
		    now[key] = e["ts"], e["args"]["exits/s"]
		rows = collections.Counter()
		pids = {v["vm"]: v["pid"] for v in json.load(open("all.json"))["vms"]}
		for r in csv.DictReader(open("groups.csv")):
		    rows["%s (pid %d)" % (r["name"], pids[int(r["vm"])]),
		         "vCPU %s %s" % (r["vcpu"], r["reason"])] += \
		        int(r["l1"]) + int(r["l2"] or 0)
		assert len(rows) > 10 and set(rows) == set(area), (rows, area)
		for key, n in rows.items():
		    assert abs(area[key] - n) < 1e-6 * n, (key, n, area[key])
		phases = [(p["name"], p["begin_ns"], p["end_ns"])
		          for p in json.load(open("all.json"))["phases"]]
		slices = [(e["name"], round(e["ts"] * 1000), round((e["ts"] + e["dur"]) * 1000))
		          for e in events if e["ph"] == "X"]
		assert slices == phases and len(phases) == 5, (slices, phases)
	END
}

# In an interrupted recording, the last phase has no end.
odd_recordings() {
	recordings interrupted empty
	exitstat export -f trace interrupted.x.part | python3 -m json.tool >/dev/null
	exitstat export -f trace empty.x >empty.json
	python3 -m json.tool empty.json >/dev/null
	lacks '"ph":"C"' empty.json
	fails 2 '--table excludes --format trace' exitstat export -f trace --table time groups.x
}

check 'events follow the format' follows_the_format
check 'counters add up to the exits, and slices are phases' has_what_was_recorded
check 'interrupted and empty recordings are exported' odd_recordings
done_testing
