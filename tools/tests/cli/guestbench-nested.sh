#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What nesting adds, as tools/guestbench says it, of made numbers; and as
# scripts/check/checks/guestbench judges it.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source=../lib/guestbench.sh
. "$TESTS/lib/guestbench.sh"

# What an operation costs: a start's exits taken off, in each of two runs.
operation_costs() {
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B - <<-'END'
		from types import SimpleNamespace as Object
		from guestbench.experiments import nesting
		def sample(operations, *rows):
		    contexts = nesting.Contexts()
		    for reason, *n in rows:
		        contexts.add(dict(zip(("reason", "l1", "l2", "l2_reflected"), (reason, *n))))
		    return {"operations": operations, "window": Object(contexts=contexts)}
		def benchmark(name, label, samples):
		    return {"name": name, "operation": "nap", "rows": [
		        {"label": label, "nesting": nesting.figures(samples)}]}
		start = sample(1, ("VMRUN", "4", "0", "0"), ("HLT", "7", "1", "1"))
		more = [sample(100, ("VMRUN", "204", "0", "0"), ("HLT", "5", "101", "101")),
		        sample(100, ("VMRUN", "204", "0", "0"), ("HLT", "9", "101", "101"))]
		assert nesting.figures([sample(1, ("HLT", "7", "", ""))]) is None
		assert nesting.figures([]) is None
		blind = nesting.figures([sample(1, ("HLT", "7", "3", ""))])
		assert blind["reflected"] is None and blind["l2"] == 3
		assert nesting.cells(blind, str) == ["7", "3", "-", str(7 / 3)]
		of = [benchmark(nesting.START, "a", [start]), benchmark("b", "a", more),
		      benchmark("b", "other", more)]
		nesting.relate(of)
		first, got, other = (b["rows"][0]["nesting"] for b in of)
		assert first["per_op"] is None and other["per_op"] is None
		assert got["per_op"] == {"l1": {"HLT": 0, "VMRUN": 2}, "l2": {"HLT": 1},
		                         "reflected": {"HLT": 1}}, got
		assert list(nesting.sentences(of[1])) == [
		    "a: one more nap makes 1.00 exits of L2 (HLT 1.00) and 2.00 of L1 (VMRUN 2.00)."]
		assert not list(nesting.sentences(of[2]))
	END
}

# refused TEXT: by the judge, who says so
refused() {
	if "$GB/tests/judge/runs.py" p nested >said; then
		return 1
	fi
	cat said
	grep -F -- "$1" said
}

# A nested guest as guests.cfg has it, and what is not: an exit too many or too
# few, one that stayed in KVM, a reason of nobody's, a context that lost exits.
nested_judge() {
	mkdir -p p
	python3 - <<-'END'
		import json
		def benchmark(name, **exits):
		    l2 = {"CPUID": 4, "IOIO": 1, "READ_CR0": 1, "WRITE_CR0": 1}
		    for reason, n in exits.items():
		        l2[reason] = l2.get(reason, 0) + n
		    reflected = dict(l2)
		    l2.update(NPF=l2.get("NPF", 0) + 70, INTR=3)
		    l1 = {"VMRUN": sum(l2.values())}
		    reasons = {"l1": l1, "l2": l2, "reflected": reflected}
		    n = {c: sum(r.values()) for c, r in reasons.items()}
		    return {"name": name, "family": "nested", "rows": [
		        {"label": "baseline", "runs": 1, "nesting": {**n, "reasons": reasons},
		         "reasons": {"all": {"exits": n["l1"] + n["l2"]}}}]}
		json.dump({"benchmarks": [benchmark("nested-nothing-1"),
		    benchmark("nested-io-out-101", IOIO=101),
		    benchmark("nested-hlt-23", HLT=23, NPF=29, VINTR=2)]}, open("p/report.json", "w"))
	END
	cp p/report.json right.json
	"$GB/tests/judge/runs.py" p nested
	for change in 's/"IOIO": 102/"IOIO": 103/|IOIO: 103 exits of L2, not 102' \
		's/"HLT": 23/"HLT": 22/|HLT: 22 exits of L2, not 23' \
		's/"CPUID": 4/"CPUID": 3/2|4 exits of L2, 3 reflected' \
		's/"NPF": 99/"NPF": 28/|NPF: 28 exits of L2, not 29' \
		's/"INTR": 3/"AVIC_NOACCEL": 3/|AVIC_NOACCEL: 3 exits of L2, not 0' \
		's/"exits": ./&1/|in the window' \
		's/io-out-101/io-out-102/|nested-io-out-102, baseline: not in guests.cfg' \
		's/"VMRUN"/"HLT"/|nested-nothing-1, baseline: no exits of L2' \
		's/"family": "nested"/"family": "cpu"/g|no nested guest'; do
		sed "${change%%|*}" right.json >p/report.json
		refused "${change#*|}"
	done
}

check "what an operation of a guest in the guest costs" operation_costs
check "what its exits are judged by" nested_judge
done_testing
