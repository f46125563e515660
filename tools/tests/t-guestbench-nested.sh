#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# What nesting adds, as scripts/guestbench says it, of made numbers.

# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"
# shellcheck source=guestbench.sh
. "$GOLDEN/../guestbench.sh"

# What an operation costs: a start's exits taken off, in each of two runs.
operation_costs() {
	PYTHONPATH=$GB /usr/bin/python3 -B - <<-'END'
		from types import SimpleNamespace as Object
		import nesting
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

check "what an operation of a guest in the guest costs" operation_costs
done_testing
