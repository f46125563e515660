#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat explain: all reasons as text, as JSON and as the manual page, which it
# generates; its numbers equal those in docs/measuring.md.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# Every row in exits.def is in the page, with its code.
page_has_all() {
	sed -nE 's/^KES_(VMX|SVM)\(([A-Z0-9_]+).*/\L\1 \U\2/p' \
		"$TOP/module/exits.def" | sort >rows
	[ "$(wc -l <rows)" -gt 200 ]
	sed -nE 's/^\.It Li ([A-Z0-9_]+) Pq (vmx|svm) .*/\2 \1/p' \
		page.7 | sort >described
	comm -23 rows described >missing
	cat missing
	[ ! -s missing ]
}

page_reads_well() {
	# references are looked up by scripts/check/checks/style
	mandoc -T lint -W style page.7 >complaints || :
	grep -v 'referenced manual not found\|mandoc.db lacks' complaints >faults || :
	cat faults
	[ ! -s faults ]
	mandoc -T ascii page.7 | sed 's|.\x08||g' >text
	grep -q 'IO_INSTRUCTION (vmx 30)' text
	grep -q 'BUSY (svm -2)' text
	# options keep their hyphens
	grep -q -- '-overcommit cpu-pm=on' text
}

all_of_them() {
	local nr
	nr=$(exitstat explain | wc -l)
	exitstat explain --all >all
	for label in class meaning causes cost avoid reference; do
		[ "$(grep -c "^  $label " all)" = "$nr" ]
	done
	exitstat explain --all -i svm >amd
	lacks '(vmx ' amd
	narrow "$EXITSTAT" explain --all
}

as_json() {
	exitstat explain -j >all.json
	exitstat explain --all --json | cmp - all.json
	exitstat explain -j hlt >hlt.json
	exitstat explain -j -i pvm 7 | has '"name": "code 0x7"'
	fails 1 'did you mean' "$EXITSTAT" explain -j IO_INSTRUCTON
	python3 - "$(exitstat explain | wc -l)" <<-'END'
		import json, sys
		every, hlt = (json.load(open(f)) for f in ("all.json", "hlt.json"))
		assert len(every) == int(sys.argv[1])
		assert [(r["isa"], r["code"]) for r in hlt] == [("vmx", 12), ("svm", 0x78)]
		keys = {"name", "isa", "code", "class", "meaning", "causes", "cost", "avoid", "reference"}
		for r in every:
		    assert set(r) == keys and set(r["avoid"]) == {"guest", "vmm", "host"}
		    assert all(r[k] not in (None, "") for k in keys)
		    assert any(r["avoid"].values()), r["name"]
		assert {-4, -1} < {r["code"] for r in every}
	END
}

# The example in exitstat-explain(1) is the command's output.
example_is_real() {
	sed -n '/^\$ exitstat explain --isa vmx 30$/,/^\.Ed$/p' \
		"$TOP/docs/man/exitstat-explain.1" | sed '1d; $d' >example
	exitstat explain --isa vmx 30 | diff example -
}

# Numbers such as "1,079 instructions", "1,215 for PAT" are in docs/measuring.md.
numbers_are_measured() {
	exitstat explain --all -j | python3 -c 'import json, re, sys
row = [l for l in open(sys.argv[1]) if "the round trip itself" in l][0]
measured = set(re.findall(r"\*([\d,]+)\*", row))
assert len(measured) == 5, row
said = set()
for r in json.load(sys.stdin):
    said |= set(re.findall(r"\b(?:\d,\d{3}|9\d\d)\b", r["cost"]))
assert said and said <= measured, (said, measured)' "$TOP/docs/measuring.md"
}

exitstat explain --man >page.7
check 'golden: a reason' golden explain.txt "$EXITSTAT" explain cpuid
check 'golden: a reason with its own texts' golden explain-npf.txt \
	exitstat explain npf
check 'the manual page has every row in exits.def' page_has_all
check 'the manual page passes mandoc' page_reads_well
check '--all has every reason with all parts, in 80 columns' all_of_them
check '--json has every reason with all parts' as_json
check 'costs equal those in docs/measuring.md' numbers_are_measured
check 'the example in exitstat-explain(1) is up to date' example_is_real
check 'usage errors exit with 2' cases <<-'END'
	2	exitstat explain --all hlt	--all excludes REASON
	2	exitstat explain --man hlt	--man excludes other options
	2	exitstat explain --man -j	--man excludes other options
	2	exitstat explain --man -i vmx	--man excludes other options
END
done_testing
