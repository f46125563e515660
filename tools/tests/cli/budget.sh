#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat check-budget: golden outputs for recordings with fixed counts, numbers
# compared with report's, and invalid input.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

budget() {
	exitstat check-budget "$@"
}

# status WANT COMMAND...: it exits with WANT
status() {
	local want=$1 got=0
	shift
	"$@" >out || got=$?
	[ "$got" = "$want" ]
}

# verdict FILE: check it against the budget on stdin
verdict() {
	cat >some.budget
	budget --budget some.budget "$@"
}

# The recordings meet a budget that --init makes from them, with any margin.
init_is_met() {
	local margin
	for margin in 0 10% 100; do
		budget --init --margin "$margin" r0.x r1.x r2.x >three.budget
		status 0 budget -b three.budget r0.x r1.x r2.x
		[ "$(grep -c 'all met$' out)" = 3 ]
		budget --init r0.x r1.x r2.x --margin "$margin" | cmp - three.budget
	done
	# the third run has the most port accesses: without margin, one more
	# run of it than the first two allow
	budget --init --margin 0 r0.x r1.x -b two.budget
	status 1 budget -b two.budget r2.x
	grep -q '^two.budget:[0-9]*: reason IO_INSTRUCTION: found' out
	status 0 budget -b two.budget r1.x
	fails 2 'two.budget: File exists (remove it first)' \
		budget --init r0.x -b two.budget
	fails 2 'isa svm differs from vmx' budget --init r0.x svm.x
}

# Limits are the maximum of the runs, plus the margin, rounded up.
init_numbers() {
	budget --init --margin 7 r0.x r2.x >seven.budget
	exitstat report -j r0.x >r0.json
	exitstat report -j r2.x >r2.json
	python3 - <<-'END'
		import json, re
		runs = [json.load(open(f)) for f in ("r0.json", "r2.json")]
		phase, seen = "", 0
		for line in open("seven.budget"):
		    if line.startswith("["):
		        phase = line.strip()[1:-1]
		    row = re.match(r"(exits|reason) +(\w*?) *([\d,]+)  # ([\d,]+)(?: to ([\d,]+))?$", line)
		    if not row:
		        assert line[0] in "#[\n" or line.startswith("userspace "), line
		        continue
		    what, name, limit, low, high = row.groups()
		    values = []
		    for r in runs:
		        of = next((p for p in r["phases"] if p["name"] == phase), None)
		        if what == "exits":
		            values.append(of["exits"] if phase else r["answers"]["exits"])
		        else:
		            rows = of["by_reason"] if phase else r["reasons"]
		            values.append(sum(x["exits"] for x in rows if x["name"] == name))
		    number = lambda t: int(t.replace(",", ""))
		    assert number(low) == min(values) and number(high or low) == max(values), (line, values)
		    assert number(limit) == max(values) + -(-max(values) * 7 // 100), (line, values)
		    seen += 1
		assert seen > 20, seen
	END
}

# The found and exceeded numbers agree with the report of the recording.
numbers_are_right() {
	exitstat report -j groups.x >report.json
	cat >all.budget <<-'END'
		exits 0
		exits 0/s
		exits 0s
		reason IO_INSTRUCTION 0
		reason IO_INSTRUCTION 0ms
		reason HLT 1/s
		class msr-write 0
		userspace 0
		kvm-exit IO 0
		[kernel init]
		exits 0
		exits 0/s
		reason CPUID 0
		userspace 0
	END
	status 1 budget -j -b all.budget groups.x
	python3 - <<-'END'
		import json, math
		r = json.load(open("report.json"))
		o = json.load(open("out"))
		assert o["met"] is False and len(o["recordings"]) == 1
		rec = o["recordings"][0]
		found = {(b["phase"], b["what"], b["name"], b["unit"]): b for b in rec["budgets"]}
		assert rec["exceeded"] == len(found) == 13 and rec["met"] == rec["undecidable"] == 0
		reasons = {x["name"]: x for x in r["reasons"]}
		costs = {c["reason"]: c["handler_ns"] + c["userspace_ns"] for c in r["costs"]}
		init = next(p for p in r["phases"] if p["name"] == "kernel init")
		seconds = r["answers"]["last_s"] - r["answers"]["first_s"]
		want = {
		    (None, "exits", None, "exits"): r["answers"]["exits"],
		    (None, "exits", None, "exits/s"): r["answers"]["mean_per_s"],
		    (None, "exits", None, "ns"): sum(costs.values()),
		    (None, "reason", "IO_INSTRUCTION", "exits"): reasons["IO_INSTRUCTION"]["exits"],
		    (None, "reason", "IO_INSTRUCTION", "ns"): costs["IO_INSTRUCTION"],
		    (None, "reason", "HLT", "exits/s"): reasons["HLT"]["exits"] / seconds,
		    (None, "class", "msr-write", "exits"): reasons["MSR_WRITE"]["exits"],
		    (None, "userspace", None, "exits"): sum(x["userspace"] for x in r["reasons"]),
		    (None, "kvm-exit", "IO", "exits"): r["userspace_exits"]["IO"],
		    ("kernel init", "exits", None, "exits"): init["exits"],
		    ("kernel init", "exits", None, "exits/s"): init["per_s"],
		    ("kernel init", "reason", "CPUID", "exits"): next(
		        x["exits"] for x in init["by_reason"] if x["name"] == "CPUID"),
		}
		for key, value in want.items():
		    b = found.pop(key)
		    assert math.isclose(b["found"], value, rel_tol=1e-6), (key, b, value)
		    assert math.isclose(b["exceeded_by"], value - b["budget"], rel_tol=1e-6)
		assert [k[1] for k in found] == ["userspace"] and found.popitem()[1]["found"] > 0
	END
}

# A budget equal to the count is met, one less is exceeded.
edges() {
	local n
	n=$(exits_of all.x)
	status 0 verdict all.x <<<"exits $n"
	grep -q '^all.x: 1 budget, all met$' out
	status 1 verdict all.x <<<"exits $((n - 1))"
	grep -q ': exceeded by 1 (+0.0 %)$' out
	status 0 verdict all.x <<<'reason VMCALL 0'
	status 1 verdict all.x <<<'reason CPUID 0'
	grep -q 'budget 0: exceeded by [0-9,]*$' out
}

# An unavailable value makes a budget undecidable, with the reason.
undecidable_is_not_met() {
	local what why
	while IFS='|' read -r file what why; do
		status 2 verdict "$file" <<<"$what"
		grep -qF "undecidable: $why" out
		grep -q ': 0 met, 0 exceeded, 1 undecidable$' out
	done <<-'END'
		l1only.x|userspace 99999|l1only.x: its source does not count returns
		all.x|kvm-exit IO 99999|all.x: returns of KVM_RUN by reason were not recorded
		all.x|exits 99s|all.x: the group time was off
		all.x|reason IOIO 99999|all.x: isa vmx has no reason IOIO
		svm.x|reason IO_INSTRUCTION 99999|svm.x: isa svm has no
		svm.x|class msr-write 99999|svm.x: svm does not distinguish class msr-write (use class msr)
		all.x|class msr 99999|all.x: isa vmx has no exits of class msr
		all.x|reason io_exits 99999|all.x: isa vmx has no
	END
	printf '[kernel erly]\nexits 99999\n' >phase.budget
	status 2 budget -b phase.budget all.x
	grep -q 'no phase "kernel erly" (did you mean kernel early' out
	status 2 budget -b phase.budget nophases.x
	grep -q 'nophases.x: no phase "kernel erly"$' out
	# an exceeded budget is certain
	printf 'userspace 9\nexits 9\n' >both.budget
	status 1 budget -b both.budget l1only.x
	{ budget -j -b phase.budget all.x || true; } | has '"state": "undecidable"'
	cases <<-'END'
		2	budget -b both.budget empty.x			empty.x: no exits
		2	budget -b both.budget interrupted.x.part	interrupted.x.part: the recording was interrupted
		2	budget --init empty.x				empty.x: no exits
	END
	cp all.x lost.x
	python3 -c 'import sqlite3
db = sqlite3.connect("lost.x")
db.execute("INSERT INTO meta VALUES (?, ?)", ("lost", "7"))
db.commit()'
	status 2 verdict lost.x <<<'exits 99999'
	grep -q 'lost.x: 7 exits lost' out
}

# Lines "BUDGET<tab>ERROR". The file begins with "exits 5".
strict_parser() {
	local lines text
	while IFS=$'\t' read -r lines text; do
		printf 'exits 5\n%b\n' "$lines" >bad.budget
		fails 2 "bad.budget:2: $text" budget -b bad.budget all.x </dev/null
	done <<-'END'
		exitz 5				unknown budget "exitz" (did you mean exits?)
		reason HTL 5			unknown exit reason "HTL" (did you mean HLT?)
		class mrs 5			unknown class "mrs" (did you mean msr?)
		kvm-exit MMIOO 5		unknown KVM_EXIT "MMIOO" (did you mean MMIO?)
		class quux-unlike-any 5		unknown class "quux-unlike-any"
		reason HLT			expected reason NAME LIMIT
		userspace			userspace: no limit
		userspace 5 6			5 6: not a number
		userspace 1,23			1,23: not a number
		userspace 1234,567		1234,567: not a number
		userspace 1,234,56		1,234,56: not a number
		userspace -1			-1: not a number
		userspace 1.5/s			1.5/s: not a number
		userspace 99999999999999999999	99999999999999999999: more than 1000000000000000
		userspace 20ms			userspace: the cost of returns is not recorded
		[boot				expected [PHASE]
		[]				expected [PHASE]
		exits 6				duplicate of line 1
		exi\001ts 6			not a text file
	END
	printf '[boot]\nexits 1s\n' >phase.budget
	printf 'exits 5\n\0' >binary.budget
	printf '# nothing\n[boot]\n' >no.budget
	cases <<-'END'
		2	budget -b phase.budget all.x	phase.budget:2: a time limit requires the whole run
		2	budget -b binary.budget all.x	binary.budget: not a text file
		2	budget -b no.budget all.x	no.budget: no budgets
		2	budget -b none.budget all.x	none.budget: No such file
		2	budget -b . all.x		.: Is a directory
	END
}

# Comments, blanks, letters of either case, prefixes, Windows line ends.
lenient_where_it_can() {
	printf '\n # c\n\texits\t99,999 # why\r\nreason exit_reason_cpuid 99999\nkvm-exit KVM_EXIT_IO 1/s\n  [kernel init]  \nclass io 9999\n' >ok.budget
	status 1 budget -j -b ok.budget groups.x
	has '"name": "CPUID"' <out
	has '"phase": "kernel init"' <out
	has '"name": "IO"' <out
}

# The example in the man page is a valid budget, and each kind is documented.
documents() {
	local page
	page=$TOP/docs/man/exitstat-budget.5
	sed -n '/^\.Bd -literal.*budget$/d; /^# lab.budget/,/^\.Ed/p' "$page" |
		grep -v '^\.Ed' >page.budget
	[ "$(grep -c . page.budget)" -gt 8 ]
	budget -j -b page.budget all.x >out || true
	has '"budgets"' <out
	for word in exits reason class userspace kvm-exit; do
		grep -q "^\.It Cm $word" "$page"
	done
}

tight() {
	budget -b tight.budget groups.x || echo "status $?"
}

prepare() {
	local run
	recordings all l1only nophases groups svm empty interrupted
	for run in 0 1 2; do
		"$BUILD/mkrec" "r$run.x" groups "$((5 * run))"
	done
	echo 'exits 5' >x.budget
	cat >tight.budget <<-'END'
		exits 20,000
		exits 5,000/s
		reason IO_INSTRUCTION 10,000
		reason IO_INSTRUCTION 100ms
		userspace 9,000    # returns
		kvm-exit IO 99,999
		[kernel early]
		exits 5,000
		class cpuid 100
		[shutdown]
		reason HLT 0
		reason CPUID 0
	END
}

prepare
check 'golden: met and exceeded budgets' golden budget.txt tight
check 'golden: --init with three runs' golden budget-init.txt \
	budget --init r0.x r1.x r2.x
check 'numbers agree with the report' numbers_are_right
check 'a count equal to the budget meets it' edges
check '--init: the recordings meet their budget' init_is_met
check '--init: limits are the maximum of the runs plus the margin' init_numbers
check 'an undecidable budget is not met' undecidable_is_not_met
check 'the parser reports the line of an error' strict_parser
check 'the parser accepts comments, blanks, prefixes and any case' lenient_where_it_can
check 'usage errors exit with 2' cases <<-'END'
	2	budget -b x.budget			which FILE?
	2	budget all.x				which --budget?
	2	budget --margin 5 -b x.budget all.x	margin requires --init
	2	budget --init -j all.x			excludes --json
	2	budget --init --margin x% all.x		margin: x:
	2	budget --init --margin 1001 all.x	margin: 1001
	2	budget --init --margin=-1 all.x		margin: -1
	2	budget -b x.budget all.x none.x		none.x: No such file
	2	budget -b x.budget x.budget		x.budget: not an exitstat recording
END
check 'the example in the man page is a valid budget' documents
done_testing
