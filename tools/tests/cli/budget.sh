#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat check-budget: golden outputs of recordings with fixed counts, its
# numbers compared with report's, and input that is not what it should be.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

budget() {
	"$EXITSTAT" check-budget "$@"
}

# status WANT COMMAND...: its exit status, whatever it prints
status() {
	local want=$1 got=0
	shift
	"$@" >out || got=$?
	[ "$got" = "$want" ]
}

# Lines of a budget file on standard input against a recording.
verdict() {
	cat >some.budget
	budget --budget some.budget "$@"
}

# What --init writes is kept by what it is made of, with and without margin.
init_is_kept() {
	local margin
	for margin in 0 10% 100; do
		budget --init --margin "$margin" r0.x r1.x r2.x >three.budget
		status 0 budget -b three.budget r0.x r1.x r2.x
		[ "$(grep -c 'all kept$' out)" = 3 ]
		budget --init r0.x r1.x r2.x --margin "$margin" | cmp - three.budget
	done
	# the third run has the most port accesses: without margin, one more
	# run of it than the first two allow
	budget --init --margin 0 r0.x r1.x -b two.budget
	status 1 budget -b two.budget r2.x
	grep -q '^two.budget:[0-9]*: reason IO_INSTRUCTION: found' out
	status 0 budget -b two.budget r1.x
	fails 2 'two.budget: there is one already (remove it first)' \
		budget --init r0.x -b two.budget
	fails 2 'svm and not vmx' budget --init r0.x svm.x
}

# The most of the runs, plus the margin, rounded up.
init_numbers() {
	budget --init --margin 7 r0.x r2.x >seven.budget
	"$EXITSTAT" report -j r0.x >r0.json
	"$EXITSTAT" report -j r2.x >r2.json
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
		        elif phase:
		            values.append(of["reasons"].get(name, 0))
		        else:
		            values.append(sum(x["exits"] for x in r["reasons"] if x["name"] == name))
		    number = lambda t: int(t.replace(",", ""))
		    assert number(low) == min(values) and number(high or low) == max(values), (line, values)
		    assert number(limit) == max(values) + -(-max(values) * 7 // 100), (line, values)
		    seen += 1
		assert seen > 20, seen
	END
}

# Found, and over by: each against what report says of the same recording.
numbers_are_right() {
	"$EXITSTAT" report -j groups.x >report.json
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
		assert o["kept"] is False and len(o["recordings"]) == 1
		rec = o["recordings"][0]
		found = {(b["phase"], b["what"], b["name"], b["unit"]): b for b in rec["budgets"]}
		assert rec["over"] == len(found) == 13 and rec["kept"] == rec["unknown"] == 0
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
		    ("kernel init", "reason", "CPUID", "exits"): init["reasons"]["CPUID"],
		}
		for key, value in want.items():
		    b = found.pop(key)
		    assert math.isclose(b["found"], value, rel_tol=1e-6), (key, b, value)
		    assert math.isclose(b["over"], value - b["budget"], rel_tol=1e-6)
		assert [k[1] for k in found] == ["userspace"] and found.popitem()[1]["found"] > 0
	END
}

# Just enough is kept, one less is not.
edges() {
	local n
	n=$("$EXITSTAT" report -j all.x | sed -n '0,/"exits"/s/.*"exits": \([0-9]*\),/\1/p')
	status 0 verdict all.x <<<"exits $n"
	grep -q '^all.x: 1 budget, all kept$' out
	status 1 verdict all.x <<<"exits $((n - 1))"
	grep -q ': 1 over (+0.0 %)$' out
	status 0 verdict all.x <<<'reason VMCALL 0'
	status 1 verdict all.x <<<'reason CPUID 0'
	grep -q 'budget 0: [0-9,]* over$' out
}

# Never kept: what the recording cannot tell, with the reason.
unknown_is_not_kept() {
	local what why
	while IFS='|' read -r file what why; do
		status 2 verdict "$file" <<<"$what"
		grep -qF "cannot tell: $why" out
		grep -q ': 0 kept, 0 over, 1 not to be told$' out
	done <<-'END'
		l1only.x|userspace 99999|l1only.x: its source does not tell
		all.x|kvm-exit IO 99999|all.x: it does not say why KVM_RUN
		all.x|exits 99s|all.x: the group time was off
		all.x|reason IOIO 99999|all.x is of vmx, which has no reason IOIO
		svm.x|reason IO_INSTRUCTION 99999|svm.x is of svm, which has no
		svm.x|class msr-write 99999|svm.x is of svm, whose codes do not tell msr-write apart (budget class msr)
		all.x|class msr 99999|all.x is of vmx, which has no exits of class msr
		all.x|reason io_exits 99999|all.x is of vmx, which has no
	END
	printf '[kernel erly]\nexits 99999\n' >phase.budget
	status 2 budget -b phase.budget all.x
	grep -q 'has no phase "kernel erly" (did you mean kernel early' out
	status 2 budget -b phase.budget nophases.x
	grep -q 'nophases.x has no phase "kernel erly"$' out
	# over is certain
	printf 'userspace 9\nexits 9\n' >both.budget
	status 1 budget -b both.budget l1only.x
	budget -j -b phase.budget all.x | has '"state": "unknown"' || true
	fails 2 'empty.x: no exits in it' budget -b both.budget empty.x
	fails 2 'int.x.part: the recording was interrupted' \
		budget -b both.budget int.x.part
	fails 2 'empty.x: no exits' budget --init empty.x
	cp all.x lost.x
	python3 -c 'import sqlite3
db = sqlite3.connect("lost.x")
db.execute("INSERT INTO meta VALUES (?, ?)", ("lost", "7"))
db.commit()'
	status 2 verdict lost.x <<<'exits 99999'
	grep -q 'lost.x: its source lost 7 exits' out
}

# refused TEXT MESSAGE: a budget file, and what is said of its line 2
refused() {
	printf 'exits 5\n%b\n' "$1" >bad.budget
	fails 2 "bad.budget:2: $2" budget -b bad.budget all.x
}

strict_parser() {
	refused 'exitz 5' 'no budget is called "exitz" (did you mean exits?)'
	refused 'reason HTL 5' 'no exit reason is called "HTL" (did you mean HLT?)'
	refused 'class mrs 5' 'no class is called "mrs" (did you mean msr?)'
	refused 'kvm-exit MMIOO 5' 'no KVM_EXIT is called "MMIOO" (did you mean MMIO?)'
	refused 'class quux-unlike-any 5' 'no class is called "quux-unlike-any"'
	refused 'reason HLT' 'expected reason NAME LIMIT'
	refused 'userspace' 'userspace: how many?'
	refused 'userspace 5 6' '5 6: need a number'
	refused 'userspace 1,23' '1,23: not a number'
	refused 'userspace 1234,567' '1234,567: not a number'
	refused 'userspace 1,234,56' '1,234,56: not a number'
	refused 'userspace -1' '-1: need a number'
	refused 'userspace 1.5/s' '1.5/s: need a number'
	refused 'userspace 99999999999999999999' '99999999999999999999: more than 1000000000000000'
	refused 'userspace 20ms' 'userspace: what returns cost is not known'
	refused '[boot' 'expected [PHASE]'
	refused '[]' 'expected [PHASE]'
	refused 'exits 6' 'line 1 has this budget already'
	refused 'exi\001ts 6' 'not a text file'
	printf '[boot]\nexits 1s\n' >bad.budget
	fails 2 'bad.budget:2: times are known of the whole run only' \
		budget -b bad.budget all.x
	printf 'exits 5\n\0' >bad.budget
	fails 2 'bad.budget: not a text file' budget -b bad.budget all.x
	printf '# nothing\n[boot]\n' >bad.budget
	fails 2 'bad.budget: no budget in it' budget -b bad.budget all.x
	fails 2 'none.budget: No such file' budget -b none.budget all.x
	fails 2 '.: Is a directory' budget -b . all.x
}

# Comments, blanks, letters of either case, prefixes, Windows' line ends.
lenient_where_it_can() {
	printf '\n # c\n\texits\t99,999 # why\r\nreason exit_reason_cpuid 99999\nkvm-exit KVM_EXIT_IO 1/s\n  [kernel init]  \nclass io 9999\n' >ok.budget
	status 1 budget -j -b ok.budget groups.x
	has '"name": "CPUID"' <out
	has '"phase": "kernel init"' <out
	has '"name": "IO"' <out
}

usage() {
	fails 2 'which FILE?' budget -b x.budget
	fails 2 'which --budget?' budget all.x
	fails 2 'margin is for --init' budget --margin 5 -b x.budget all.x
	fails 2 'without --json' budget --init -j all.x
	fails 2 'margin: x:' budget --init --margin x% all.x
	fails 2 'margin: 1001' budget --init --margin 1001 all.x
	fails 2 'margin: -1' budget --init --margin=-1 all.x
	echo 'exits 5' >x.budget
	fails 2 'none.x: No such file' budget -b x.budget all.x none.x
	fails 2 'x.budget: not an exitstat recording' budget -b x.budget x.budget
	budget --help | has Usage
	! budget -b x.budget all.x >/dev/full 2>err
}

# Each example of budgets in the documents is one.
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
	local kind run
	for kind in all l1only nophases groups svm empty; do
		"$BUILD/mkrec" "$kind.x" "$kind"
	done
	"$BUILD/mkrec" int.x interrupted
	for run in 0 1 2; do
		"$BUILD/mkrec" "r$run.x" groups "$((5 * run))"
	done
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
check 'golden: budgets kept and not' golden budget.txt tight
check 'golden: --init of three runs' golden budget-init.txt \
	"$EXITSTAT" check-budget --init r0.x r1.x r2.x
check 'numbers: what report says' numbers_are_right
check 'numbers: the edge of a budget' edges
check '--init: kept by its recordings, and stable' init_is_kept
check '--init: the most of all runs, and the margin' init_numbers
check 'what cannot be told is not kept' unknown_is_not_kept
check 'the parser is strict, and says where' strict_parser
check 'the parser takes what people write' lenient_where_it_can
check 'usage errors exit with 2' usage
check 'the examples of the man page are budgets' documents
done_testing
