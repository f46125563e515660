#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat diff: golden outputs for recordings with fixed counts, numbers calculated
# again in Python, and invalid input.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

diff_() {
	exitstat diff "$@"
}

fits_80_columns() {
	narrow diff_ --all groups.x less.x
	narrow diff_ --all --phase all a0.x a1.x a2.x -- b0.x b1.x b2.x
	narrow diff_ all.x svm.x
	narrow diff_ l1only.x interrupted.x.part
	narrow diff_ a0.x a1.x -- huge.x huge2.x
}

# Recordings with counts of up to 14 digits.
make_huge() {
	local name factor=1000000000
	for name in huge huge2; do
		cp groups.x "$name.x"
		python3 "$TESTS/lib/packs.py" edit "$name.x" "UPDATE delta SET
			l1 = l1 * $factor, l2 = l2 * $factor,
			reflected = reflected * $factor,
			fastpath = fastpath * $factor,
			userspace = userspace * $factor"
		factor=1010000000
	done
}

# Calculate the differences from the report of each file.
numbers_are_right() {
	local f
	for f in a0 a1 a2 b0 b1 b2; do
		exitstat report -j "$f.x" >"$f.json"
	done
	diff_ -j a0.x a1.x a2.x -- b0.x b1.x b2.x >d.json
	python3 - <<-'END'
		import json, math
		from statistics import mean, stdev, variance
		load = lambda f: json.load(open(f + ".json"))
		sides = [[load(s + n) for n in "012"] for s in "ab"]
		d = load("d")
		T4 = {1: 12.706, 2: 4.303, 3: 3.182, 4: 2.776}
		close = lambda a, b: math.isclose(a, b, rel_tol=1e-3)
		def check(row, xs):
		    a, b = xs
		    assert row["a"]["runs"] == row["b"]["runs"] == 3
		    assert close(row["a"]["mean"], mean(a)) and close(row["b"]["mean"], mean(b)), row
		    assert close(row["a"]["sd"], stdev(a)), row
		    assert close(row["b"]["ci95"], stdev(b) / math.sqrt(3) * T4[2]), row
		    assert close(row["change"], mean(b) - mean(a)), row
		    va, vb = variance(a) / 3, variance(b) / 3
		    if va + vb == 0:
		        assert row["change_ci95"] == 0 and row["df"] is row["p"] is None
		    else:
		        df = (va + vb) ** 2 / (va ** 2 / 2 + vb ** 2 / 2)
		        assert close(row["df"], df), (row, df)
		        low, high = (T4[n] * math.sqrt(va + vb) for n in (math.ceil(df - 1e-9), math.floor(df + 1e-9)))
		        assert low * 0.999 <= row["change_ci95"] <= high * 1.001, row
		        assert (row["p"] < 0.05) == row["significant"], row
		    assert row["significant"] == (abs(row["change"]) > row["change_ci95"])
		    assert row["ratio"] is None if not mean(a) else close(row["ratio"], mean(b) / mean(a))
		    kinds = {(False, False): "changed", (True, False): "appeared", (False, True): "vanished"}
		    kind = "same" if mean(a) == mean(b) else kinds[not mean(a), not mean(b)]
		    assert row["kind"] == kind, row
		def counts(s, key, name):
		    return [sum(r["exits"] for r in m["reasons"] if r[key] == name) for m in s]
		check(d["whole"]["exits"], [[m["answers"]["exits"] for m in s] for s in sides])
		for table, key in ("reasons", "name"), ("classes", "class"):
		    rows = d["whole"][table]
		    assert {r["name"] for r in rows} == {r[key] for s in sides for m in s for r in m["reasons"]}
		    sizes = [abs(r["change"]) for r in rows]
		    assert sizes == sorted(sizes, reverse=True)
		    for row in rows:
		        check(row, [counts(s, key, row["name"]) for s in sides])
		assert [p["name"] for p in d["phases"]] == [p["name"] for p in sides[0][0]["phases"]]
		for i, phase in enumerate(d["phases"]):
		    check(phase["exits"], [[m["phases"][i]["exits"] for m in s] for s in sides])
		    for row in phase["reasons"]:
		        check(row, [[sum(r["exits"] for r in m["phases"][i]["by_reason"] if r["name"] == row["name"])
		                     for m in s] for s in sides])
		cost = lambda m: sum(c["handler_ns"] + c["userspace_ns"] for c in m["costs"])
		check(d["cost_ns"], [[cost(m) for m in s] for s in sides])
		for row in d["userspace_exits"]:
		    check(row, [[m["userspace_exits"].get(row["name"], 0) for m in s] for s in sides])
		assert {r["name"] for r in d["times_ns"]} > {"guest", "handler", "blocked"}
	END
}

# Print the keys at each path, to detect renamed and missing keys.
json_keys() {
	diff_ -j groups.x less.x | python3 -c 'import collections, json, sys
keys = collections.defaultdict(set)
def walk(o, path):
    if isinstance(o, dict):
        for key, value in o.items():
            if not isinstance(value, (dict, list)):
                keys[path].add(key)
            walk(value, path + "." + key)
    elif isinstance(o, list):
        for value in o:
            walk(value, path + "[]")
walk(json.load(sys.stdin), "")
for path, names in sorted(keys.items()):
    print(path + ":", *sorted(names))'
}

# The runs of a side differ as much as A and B.
chance_is_not_reported() {
	diff_ a0.x a2.x -- a1.x a2.x >words
	grep -q 'No significant change in total' words
	lacks ' \*$' words
	diff_ a0.x a1.x a2.x -- b0.x b1.x b2.x >words
	grep -q '^  IO_INSTRUCTION .* \*$' words
	# one run on one side: no claim of significance
	diff_ a0.x a1.x a2.x -- b0.x >words
	grep -q 'One side has only one run' words
	lacks ' \*$' words
	diff_ -j a0.x a1.x -- b0.x | has '"significant": null'
	diff_ -j a0.x b0.x >json
	lacks '"significant": true' json
}

same_file() {
	local total
	total=$(exits_of all.x)
	diff_ all.x all.x >words
	tr '\n' ' ' <words | tr -d , |
		has "No difference: $total exits in A and in B with equal  *counts"
	[ "$(wc -l <words)" -lt 12 ]
	diff_ --by reason --all all.x all.x | has '^  IO_INSTRUCTION .* 0  *=$'
	diff_ -j all.x all.x | has '"same": true'
	diff_ -j groups.x less.x | has '"same": false'
	diff_ all.x all.x -- all.x all.x | tr '\n' ' ' | has 'exits on average in A'
}

unavailable_is_not_0() {
	diff_ l1only.x groups.x >words
	grep -q 'unavailable: l1only.x: its source does not count returns' words
	grep -q 'unavailable: l1only.x: the group time was off' words
	diff_ groups.x all.x | has 'unavailable: all.x: the group time was off'
	diff_ -j l1only.x groups.x | python3 -c 'import json, sys
o = json.load(sys.stdin)
assert all(o[k] is None for k in ("userspace_exits", "cost_ns", "costs_ns", "times_ns"))
assert set(o["unavailable"]) == {"userspace_exits", "costs_ns", "times_ns"}
assert "userspace" in o["a"]["runs"][0]["unavailable"]'
	# phases that one side lacks
	diff_ nophases.x all.x >words
	grep -q '^  firmware  *-  *[0-9,]*  *-  *-$' words
	diff_ --phase firmware nophases.x all.x | has 'Phase firmware exists in B only'
	diff_ nophases.x nophases.x --by reason --all | has IO_INSTRUCTION
	diff_ nophases.x l1only.x nophases.x -- all.x all.x >words
	diff_ -j nophases.x all.x | has '"kind": "unavailable"'
}

by_class() {
	diff_ all.x svm.x >words
	grep -q 'A is vmx and B is svm: their reasons differ' words
	grep -q '^  msr  *[1-9]' words
	lacks 'Exits by reason' words
	lacks 'msr-write' words
	diff_ -j all.x svm.x | has '"reasons": "the isa differs"'
	fails 1 'reasons cannot be compared (--by class)' \
		diff_ --by reason all.x svm.x
	fails 1 'a side requires runs of one isa' diff_ all.x svm.x -- all.x
	diff_ --by class all.x less.x >words
	lacks 'Exits by reason' words
	diff_ --by reason all.x less.x >words
	lacks 'Exits by class' words
}

# rows TABLE FILE: print the number of rows of the table
rows() {
	awk -v head="$1" '$0 == head { on = 1; next }
		on && /^$/ { if (n) exit; next }
		on && /^  [A-Za-z]/ { n++ } END { print n - 2 }' "$2"
}

rows_and_phases() {
	diff_ --by reason --top 2 groups.x less.x >words
	[ "$(rows 'Exits by reason' words)" = 2 ]
	grep -q '(not shown: 1 changed, 10 unchanged; see --all)' words
	diff_ --by reason groups.x less.x >words
	[ "$(rows 'Exits by reason' words)" = 3 ]
	grep -q '(not shown: 10 unchanged; see --all)' words
	diff_ --by reason --all groups.x less.x >words
	[ "$(rows 'Exits by reason' words)" = 13 ]
	diff_ --phase 'kernel init' groups.x less.x >words
	grep -q '^  In kernel init, B takes' words
	grep -q '^Exits by reason in kernel init' words
	diff_ --phase all groups.x less.x >words
	[ "$(grep -c '^Exits by reason in ' words)" = 5 ]
	fails 1 'tea: no such phase (one of firmware, kernel early,' \
		diff_ --phase tea all.x less.x
	fails 1 'tea: no such phase (the recordings have none)' \
		diff_ --phase tea nophases.x nophases.x
}

# The output has no escape sequences, also on a terminal.
no_colour() {
	on_terminal terminal "$EXITSTAT" diff groups.x less.x
	lacks $'\033' terminal
	diff_ groups.x less.x | diff - <(tr -d '\r' <terminal)
}

draws() {
	local f
	for f in svg png pdf; do
		diff_ --plot "a.$f" groups.x less.x >out
		[ ! -s out ]
		diff_ --plot "b.$f" groups.x less.x
		cmp "a.$f" "b.$f"
	done
	grep -q '<svg' a.svg
	head -c 4 a.png | has PNG
	diff_ --plot c.svg a0.x a1.x -- b0.x b1.x
	diff_ --plot c.svg all.x svm.x
	diff_ --plot c.svg --by class nophases.x less.x
	diff_ --plot c.svg all.x all.x
	mkdir small
	cases <<-'END'
		1	diff_ --plot nowhere/a.svg all.x less.x	cannot create
		1	limited 4 "$EXITSTAT" diff --plot small/a.svg all.x less.x	cannot write
	END
	[ -z "$(ls small)" ]
}

without_cairo() {
	fails 1 'built without cairo' "$BARE" diff --plot no.svg all.x less.x
	[ ! -e no.svg ]
	"$BARE" diff groups.x less.x | diff "$GOLDEN/diff.txt" -
}

prepare() {
	recordings all l1only nophases groups less svm empty interrupted
	runs_of_two
	echo 'this is a text file, and long enough to look like something else' >text.x
	: >zero.x
	cp all.x newer.x
	patch_bytes newer.x 60 '\0\0\0\10'	# user_version
	make_huge
}

prepare
check 'diff: golden: two recordings' golden diff.txt diff_ groups.x less.x
check 'diff: golden: three runs per side' golden diff-runs.txt \
	diff_ a0.x a1.x a2.x -- b0.x b1.x b2.x
check 'diff: golden: Intel and AMD by class' golden diff-class.txt diff_ all.x svm.x
check 'diff: golden: keys of JSON' golden diff-keys.txt json_keys
check 'diff: the output fits 80 columns with large numbers' fits_80_columns
check 'diff: means, intervals and changes are correct' numbers_are_right
check 'diff: insignificant changes are not reported' chance_is_not_reported
check 'diff: a file does not differ from itself' same_file
check 'diff: data that a recording lacks is unavailable, not 0' unavailable_is_not_0
check 'diff: recordings of different ISAs are compared by class' by_class
check 'diff: --top, --all and --phase select rows and phases' rows_and_phases
check 'diff: invalid input is one line, and usage errors exit with 2' cases <<-'END'
	1	diff_ all.x none.x			none.x: No such file
	1	diff_ text.x all.x			text.x: not an exitstat recording
	1	diff_ all.x zero.x			zero.x: not an exitstat recording
	1	diff_ all.x empty.x			empty.x: no exits, nothing to compare
	1	diff_ all.x newer.x			recording of format 8
	2	diff_					which two recordings
	2	diff_ all.x				which two recordings
	2	diff_ all.x --				which two recordings
	2	diff_ -- all.x all.x			no FILE before --
	2	diff_ all.x all.x all.x			put -- between
	2	diff_ --by tea all.x all.x		need reason or class
	2	diff_ --top 0 all.x all.x		top: 0
	2	diff_ -j --all all.x all.x		json contains everything
	2	diff_ --plot a.svg --top 3 all.x all.x	plot draws the whole
	2	diff_ --plot a.jpg all.x all.x		ends in .svg, .png or .pdf
	0	diff_ interrupted.x.part all.x		interrupted.x.part (INTERRUPTED
END
check 'diff: damaged recordings do not crash it' \
	damaged 3989 groups.x fine_or_one_line diff_ --all less.x
check 'diff: the output on a terminal is the same' no_colour
if "$EXITSTAT" plot all.x -o probe.svg 2>/dev/null; then
	check 'diff: SVG, PNG and PDF are reproducible' draws
else
	skip 'diff: SVG, PNG and PDF are reproducible' 'built without cairo'
fi
check 'diff: without cairo, --plot is refused' without_cairo
done_testing
