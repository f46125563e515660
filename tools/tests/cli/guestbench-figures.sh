#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The figures of tools/guestbench, of made recordings: worked out a second time,
# of runs that went wrong, and as scripts/check/checks/guestbench judges them.
#
# UPDATE_GOLDEN=1 writes the golden file instead: look at the difference.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source=../lib/guestbench.sh
. "$TESTS/lib/guestbench.sh"

# A fresh copy of the results of a matrix, which are made once.
make_results() {
	local made=made-${MATRIX:-m.conf}
	if [ ! -d "$made" ]; then
		new_results
		cp -r p "$made"
	fi
	rm -rf p
	cp -r "$made" p
}

# Nine runs: guests with IDE have mkrec's port accesses, the baseline a third
# of them; under TCG nothing but another VM of the machine is seen.
new_results() {
	local dir kind repeat name
	new_plan
	for dir in p/runs/*; do
		repeat=$(sed 's/.*repeat //' "$dir/label")
		name=guestbench
		case $(<"$dir/label") in
		*accel=tcg*) kind=groups name=stranger ;;
		*bus=ide*) kind=groups ;;
		*) kind=less ;;
		esac
		rm -f "$dir/run.exitstat"
		"$BUILD/mkrec" "$dir/run.exitstat" "$kind" "$repeat"
		name_windows "$dir/run.exitstat" "$name"
		guest_says "$kind" "$repeat" >"$dir/guest.log"
		echo 'done' >"$dir/state"
	done
}

name_windows() {
	python3 - "$@" <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		names = "boot", "disk-1m", "after disk-1m", "wait", "after wait"
		for i, name in enumerate(names, 1):
		    db.execute("UPDATE phase SET name = ? WHERE id = ?", (name, i))
		db.execute("UPDATE vm SET name = ?", sys.argv[2:])
		db.commit()
	END
}

guest_says() {
	local rate=$((100 + 10 * $2))
	[ "$1" = less ] || rate=$((rate / 2))
	printf '%s\r\n' 'guestbench: begin disk-1m;' 'guestbench: end disk-1m;' \
		'| rate 7' "| rate $rate" 'guestbench: status disk-1m 0 1.5;' \
		'guestbench: begin wait;' 'guestbench: end wait;' \
		"| took 2.$2 of 4" 'guestbench: status wait 0 2;' \
		'guestbench: complete;'
}

analyse() {
	package analyse p "$EXITSTAT"
}

# The sums once more, from the tables of the recordings.
figures_are_right() {
	make_results
	analyse >out
	cmp out p/report.txt
	python3 - <<-'END'
		import json, math, sqlite3
		from statistics import mean, stdev
		report, plan = (json.load(open(f"p/{n}.json")) for n in ("report", "plan"))
		close = lambda a, b: math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
		def same(got, values):
		    assert close(got[0], mean(values)), (got, values)
		    assert close(got[1], 4.303 * stdev(values) / 3 ** .5), (got, values)
		def recorded(run, window, what):
		    db = sqlite3.connect(f"p/runs/{run['dir']}/run.exitstat")
		    return db.execute(f"""SELECT {what} FROM delta d JOIN sample s ON s.id = d.sample
		        JOIN sample b ON b.id = s.id - 1 JOIN phase p
		        ON b.end_ns >= p.begin_ns AND b.end_ns < p.end_ns
		        JOIN reason r ON r.id = d.reason WHERE p.name = ?""", (window,)).fetchone()[0]
		assert {f for f, carries in report["carries_over"].items() if carries} == {
		    "exits_per_op", "reasons.exits", "reasons.per_op", "nesting"}
		assert any("emulates the processor" in note for note in report["notes"])
		disk, wait = report["benchmarks"]
		assert [b["name"] for b in (disk, wait)] == ["disk-1m", "wait"]
		base, ide, tcg = disk["rows"]
		assert [r["label"] for r in disk["rows"]] == ["baseline", "bus=ide", "accel=tcg"]
		same(base["score"], [110, 120, 130])
		same(ide["score"], [55, 60, 65])
		assert close(ide["ratio"][0], .5) and close(base["ratio"][0], 1)
		assert close(wait["rows"][1]["ratio"][0], 1)
		for row in base, ide:
		    runs = [r for r in plan["runs"] if r["config"] == row["config"]]
		    assert len(runs) == row["runs"] == 3
		    same(row["exits_per_op"], [recorded(r, "disk-1m", "sum(l1 + l2)") / 100 for r in runs])
		    for reason, got in row["reasons"].items():
		        n = sum(recorded(r, "disk-1m", f"sum((l1 + l2) * (r.name = '{reason}'))") for r in runs)
		        assert got["exits"] == n, (reason, got, n)
		        same(got["per_op"], [recorded(r, "disk-1m", f"sum((l1 + l2) * (r.name = '{reason}'))") / 100 for r in runs])
		    assert abs(sum(row["time"].values()) - 1) < .01, row["time"]
		assert tcg["exits_per_op"] == [None, None] and not tcg["reasons"] and tcg["runs"] == 3
		for run, of in zip(plan["runs"], report["runs"]):
		    everything = sqlite3.connect(f"p/runs/{run['dir']}/run.exitstat").execute(
		        "SELECT sum(l1 + l2) FROM delta").fetchone()[0]
		    seen = of["others"] if run["config"]["accel"] == "tcg" else of["exits"]
		    assert seen == everything and of["problem"] is None, of
		    assert sum(of["windows"].values()) == of["exits"], of
	END
}

report_is_golden() {
	make_results
	golden guestbench.txt analyse
	awk 'length($0) > 80 { print; exit 1 }' got
}

# The page has the figures of report.json, and loads and runs nothing, whatever
# is written in a recording.
page_is_right() {
	local hostile='</p></title><script>alert(1)</script><img src=x onerror="x">'
	make_results
	for x in p/runs/*/run.exitstat; do
		python3 "$TESTS/lib/html-check.py" hostile "$x" "$hostile"
		sqlite3 "$x" "UPDATE vm SET name = 'guestbench'"
		sqlite3 "$x" "UPDATE phase SET name = CASE id WHEN 1 THEN 'boot'
			WHEN 2 THEN 'disk-1m' WHEN 3 THEN 'after disk-1m'
			WHEN 4 THEN 'wait' ELSE 'after wait' END"
	done
	analyse
	lacks 'url(\|@import' p/report.html
	python3 "$TESTS/lib/html-check.py" tags p/report.html >elements
	[ "$(grep -c 'class=carries' p/report.html)" = 8 ]
	lacks "^script\|^img\|'onerror'\|'src'\|'href'" elements
	python3 - <<-'END'
		import html.parser, json
		class Cells(html.parser.HTMLParser):
		    def __init__(self):
		        super().__init__()
		        self.rows, self.open = [], []
		    def handle_starttag(self, tag, attrs):
		        void = "meta", "link"
		        if tag not in void: self.open.append(tag)
		        if tag == "tr": self.rows.append([])
		        if tag in ("td", "th"): self.rows[-1].append("")
		    def handle_endtag(self, tag):
		        assert self.open.pop() == tag, tag
		    def handle_data(self, data):
		        if "td" in self.open: self.rows[-1][-1] += data
		cells = Cells()
		cells.feed(open("p/report.html").read())
		assert not cells.open, cells.open
		report = json.load(open("p/report.json"))
		for b in report["benchmarks"]:
		    for row in b["rows"]:
		        got = [r for r in cells.rows if r[:2] == [row["label"], "3"]]
		        assert f"{row['score'][0]:.2f}" in [r[2].split(" ")[0] for r in got] \
		            or f"{row['score'][0]:.1f}" in [r[2].split(" ")[0] for r in got], (row["score"], got)
		        for reason, r in row["reasons"].items():
		            assert any(c[:3] == [reason, row["label"], f"{r['exits']:,}"] for c in cells.rows), reason
		assert any("<script>" in c for r in cells.rows for c in r)
	END
}

# Of recordings without the group "time": counts, and no table of times.
counts_alone() {
	local run
	make_results
	for run in p/runs/*; do
		rm "$run/run.exitstat"
		"$BUILD/mkrec" "$run/run.exitstat" all
		name_windows "$run/run.exitstat" guestbench
	done
	analyse >out
	lacks '% of time' out
	has 'carries over  *no  *no  *no  *no  *yes  *no$' <out
	# mkrec's second phase: 1,009 of 1,119
	has '^file write of 1 MiB in the baseline: 90 % of its exits are IO_INSTRUCTION\.$' <out
}

# What is said in words, of figures as they may come.
sentences() {
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B - <<-'END'
		from guestbench.words import RULE, sentence
		def pair(x):
		    return x if isinstance(x, tuple) else (x, None)
		def row(label, reasons, runs=1, per_op=True, **axes):
		    config = {"bus": "virtio", "cpu": "host", "accel": "kvm", **axes}
		    found = {name: {"exits": n, "per_op": pair(each), "kvm": pair(kvm), "user": pair(user)}
		        for name, (n, each, kvm, user) in reasons.items()}
		    total = sum(r["per_op"][0] for r in found.values())
		    return {"label": label, "config": config, "runs": runs, "reasons": found,
		        "exits_per_op": (total if per_op else None, None if runs == 1 else total / 100)}
		def says(text, *rows, emulated=False):
		    got = sentence({"name": "b", "title": "file write", "rows": rows}, emulated)
		    assert got == text, got
		virtio = row("baseline", {"IO": (30, 3, .01, .02), "HLT": (500, 50, .03, 0)})
		ide = row("bus=ide", {"IO": (1000, 100, .1, .61), "HLT": (900, 90, .05, 0)}, bus="ide")
		far = row("bus=ide cpu=default", {"IO": (4000, 400, .1, .5)}, bus="ide", cpu="default")
		says("file write on IDE: 61 % of the vCPUs' time in IO exits to user space; "
		     "virtio removes 97 % of them (one run each).", virtio, ide)
		# two axes apart: not the doing of one of them
		says("file write on IDE with QEMU's default CPU: 50 % of the vCPUs' time in IO exits to user space.",
		     virtio, far)
		says("file write: 3 % of the vCPUs' time in HLT exits in KVM.", virtio)
		# of single runs: not twice as much, so the baseline is spoken of
		near = row("bus=ide", {"HLT": (600, 60, .05, 0)}, bus="ide")
		says("file write in the baseline: 3 % of the vCPUs' time in HLT exits in KVM.", virtio, near)
		# half as many, though of too few
		few = row("baseline", {"IO": (199, 20, 0, .3)})
		says("file write in the baseline: 30 % of the vCPUs' time in IO exits to user space.",
		     few, row("bus=ide", {"IO": (1, .1, 0, .01)}, bus="ide"))
		enough = row("baseline", {"IO": (200, 20, 0, .3)})
		says("file write in the baseline: 30 % of the vCPUs' time in IO exits to user space; "
		     "IDE removes 50 % of them (one run each).",
		     enough, row("bus=ide", {"IO": (100, 10, 0, .01)}, bus="ide"))
		says("file write in the baseline: 30 % of the vCPUs' time in IO exits to user space.",
		     enough, row("bus=ide", {"IO": (102, 10.2, 0, .01)}, bus="ide"))
		# a reason that does not occur with the other value
		none = row("bus=ide", {"HLT": (7, .7, .001, 0)}, bus="ide")
		says("file write on IDE: exits hardly matter: the costliest kind, HLT, takes 0.1 % of the "
		     "vCPUs' time.", none, row("baseline", {"IO": (3, .3, 0, .00001)}))
		says("file write in the baseline: 30 % of the vCPUs' time in IO exits to user space; "
		     "IDE removes 100 % of them (one run each).", enough, none)
		# with repeats: intervals that overlap, and that do not
		def five(label, each, share, **axes):
		    return row(label, {"IO": (9000, each, 0, share)}, runs=5, **axes)
		base = five("baseline", (90, 9), (.3, .02))
		says("file write in the baseline: 30 +- 2 % of the vCPUs' time in IO exits to user space.",
		     base, five("bus=ide", (70, 12), (.33, .02), bus="ide"))
		says("file write in the baseline: 30 +- 2 % of the vCPUs' time in IO exits to user space; "
		     "IDE removes 22 % of them.", base, five("bus=ide", (70, 10), (.33, .02), bus="ide"))
		# surely fewer, though not worth a remedy
		says("file write in the baseline: 30 +- 2 % of the vCPUs' time in IO exits to user space.",
		     base, five("bus=ide", (73, 1), (.33, .02), bus="ide"))
		says("file write on IDE: 36.0 +- 0.2 % of the vCPUs' time in IO exits to user space; virtio "
		     "removes 50 % of them.", base, five("bus=ide", (180, 9), (.36, .002), bus="ide"))
		says("file write in the baseline: 30 +- 2 % of the vCPUs' time in IO exits to user space; "
		     "IDE removes 100 % of them.", base, row("bus=ide", {"HLT": (9, .2, 0, 0)}, runs=5, bus="ide"))
		says("file write in the baseline: 30 +- 2 % of the vCPUs' time in IO exits to user space; "
		     "IDE removes 89 % of them (from a single run).", base,
		     row("bus=ide", {"IO": (100, 10, 0, .01)}, bus="ide"))
		# TCG has no exits, which is no remedy
		tcg = row("accel=tcg", {}, accel="tcg", per_op=False)
		says("file write (bus=ide): 61 % of the vCPUs' time in IO exits to user space.", ide,
		     row("bus=ide accel=tcg", {}, accel="tcg", per_op=False, bus="ide"))
		says("file write: no exits, as TCG does without KVM.", tcg)
		says("file write: no exits were recorded in its window.", row("baseline", {}), tcg)
		says("file write: no result.", {**tcg, "runs": 0})
		# an emulator's times are no finding: what is more than in the baseline, by counts
		says("file write on IDE: 53 % of its exits are IO; virtio removes 97 % of them (one run each).",
		     virtio, ide, emulated=True)
		says("file write in the baseline: 94 % of its exits are HLT.",
		     virtio, near, emulated=True)
		says("file write on IDE: 100 % of its exits are IO; virtio removes 50 % of them.",
		     base, five("bus=ide", (180, 9), (.36, .002), bus="ide"), emulated=True)
		says("file write in the baseline: 100 % of its exits are IO; IDE removes 22 % of them.",
		     base, five("bus=ide", (70, 10), (.33, .02), bus="ide"), emulated=True)
		assert "at most 50 % of" in RULE and "200 or more" in RULE
	END
}

# Exits by context, once more from the recordings' tables.
contexts() {
	MATRIX=kvm.conf make_results
	analyse >out
	python3 - <<-'END'
		import json, sqlite3
		report, plan = (json.load(open(f"p/{n}.json")) for n in ("report", "plan"))
		for benchmark in report["benchmarks"]:
		    for row in benchmark["rows"]:
		        dbs = [sqlite3.connect(f"p/runs/{r['dir']}/run.exitstat")
		               for r in plan["runs"] if r["config"] == row["config"]]
		        got = row["nesting"]
		        assert got["windows"] == len(dbs) == 3 and got["per_op"] is None
		        for context, column in (("l1", "l1"), ("l2", "l2"), ("reflected", "l2_reflected")):
		            want = {}
		            for db in dbs:
		                for reason, n in db.execute(f"""SELECT r.name, sum({column}) FROM delta d
		                    JOIN sample s ON s.id = d.sample JOIN sample b ON b.id = s.id - 1
		                    JOIN phase p ON b.end_ns >= p.begin_ns AND b.end_ns < p.end_ns
		                    JOIN reason r ON r.id = d.reason WHERE p.name = ? GROUP BY r.name""",
		                    (benchmark["name"],)):
		                    want[reason] = want.get(reason, 0) + n
		            want = {r: n for r, n in want.items() if n}
		            assert got["reasons"][context] == want, (context, got, want)
		            assert got[context] == sum(want.values()) > 0
	END
}

# Student's t by hand, and what cannot be known.
statistics() {
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B - <<-'END'
		import math
		from guestbench.figures import T95, apart, mean_ci, ratio_ci
		close = lambda a, b: math.isclose(a, b, rel_tol=1e-6)
		assert mean_ci([]) == (None, None) and mean_ci([5]) == (5, None)
		assert mean_ci([.2, .2, .2]) == (.2, 0)
		mean, ci = mean_ci([1, 3])
		assert mean == 2 and close(ci, 12.706)
		mean, ci = mean_ci([1, 2, 3, 4, 5])
		assert mean == 3 and close(ci, 2.776 * math.sqrt(2.5 / 5))
		assert close(mean_ci([0, 2] * 50)[1], 2.042 * math.sqrt(100 / 99) / 10)
		assert ratio_ci((10, 1), (5, .5), "higher")[0] == 2
		ratio, ci = ratio_ci((10, 1), (5, .5), "lower")
		assert ratio == .5 and close(ci, .5 * math.sqrt(.02))
		assert ratio_ci((10, None), (5, 1), "higher") == (2, None)
		assert ratio_ci((None, None), (5, 1), "higher") == (None, None)
		assert ratio_ci((1, 0), (0, 0), "higher") == (None, None)
		# a divisor that may be 0: the higher of two, and the lower
		assert ratio_ci((10, 1), (5, 5), "higher") == (2, None)
		assert ratio_ci((10, 10), (5, 1), "lower") == (.5, None)
		assert apart((1, .5), (2, .4)) and not apart((1, .5), (2, .5))
		assert not apart((2, .1), (1, .1)) and apart((1, None), (2, 0)) is None
		# the quantiles: 95 % of Student's distribution is within them
		def within(t, n):
		    c = math.exp(math.lgamma((n + 1) / 2) - math.lgamma(n / 2)) / math.sqrt(n * math.pi)
		    f = lambda x: c * (1 + x * x / n) ** (-(n + 1) / 2)
		    steps = 2000
		    h = t / steps
		    return 2 * h / 3 * (f(0) + f(t) + sum((2 + i % 2 * 2) * f(i * h) for i in range(1, steps)))
		for n, t in enumerate(T95, 1):
		    assert abs(within(t, n) - .95) < 5e-5, (n, t, within(t, n))
	END
}

# What is said of runs that did not come to an end.
partial_results() {
	local first second
	make_results
	first=$(grep -l 'bus=virtio.*accel=kvm.*repeat 1' p/runs/*/label)
	second=$(grep -l 'bus=ide.*repeat 2' p/runs/*/label)
	first=${first%/label} second=${second%/label}
	echo 'partial: the guest did not end within 600 s' >"$first/state"
	sed -i '/begin wait/q' "$first/guest.log"
	sed -i 's/^| rate.*/| no space left/
		s/.*begin wait.*/guestbench: missing wait sleep;/; /took/d
		/end wait/d; /status wait/d' "$second/guest.log"
	rm -rf p/runs/0009/state
	fails 1 'of 9 runs: 1 partial, 1 without a result (--retry' analyse
	has "run ${first##*/}: partial: the guest did not end within 600 s" <out
	has 'the guest did not end it$' <out
	has 'sleep is not in the guest.s image$' <out
	has 'no score in its output$' <out
	has 'runs: 8 of 9' <out
	cmp out p/report.txt
	echo 'done' | tee "$first/state" >p/runs/0009/state
	fails 1 'guestbench: 3 times a benchmark has no score' analyse
}

# An exit that is in no window, or in one which nobody planned, is an error.
windows_are_the_run() {
	local run
	make_results
	run=$(grep -l 'bus=ide.*repeat 3' p/runs/*/label)
	run=${run%/label}
	cp "$run/run.exitstat" good.x
	sqlite3 "$run/run.exitstat" "UPDATE phase SET name = 'x' WHERE name = 'wait'"
	fails 1 "run ${run##*/}: exits in no window of the plan: x" analyse
	cp good.x "$run/run.exitstat"
	analyse
	# a tool whose export loses a row
	cat >lossy <<-'END'
		#!/bin/sh
		case $*  in
		export*exits*) "$EXITSTAT" "$@" | sed '$d' ;;
		*) exec "$EXITSTAT" "$@" ;;
		esac
	END
	chmod +x lossy
	fails 1 'exits in windows, ' package analyse p ./lossy
}

bad_results() {
	make_results
	fails 1 'absent/plan.json: No such file' package analyse absent "$EXITSTAT"
	fails 1 './absent: No such file' package analyse p ./absent
	echo garbage >p/runs/0001/run.exitstat
	fails 1 'run.exitstat' analyse
	echo '[]' >p/plan.json
	fails 1 'p/plan.json: not a plan' analyse
}

# judge CHECK: as scripts/check/checks/guestbench does
judge() {
	"$GB/tests/judge/runs.py" p "$1"
}

# wrong CHECK TEXT: it says so
wrong() {
	if judge "$1" >said; then
		return 1
	fi
	cat said
	grep -F -- "$2" said
}

# What the labs' runs are judged by, on made ones: right, and wrong each.
judges() {
	local run
	MATRIX=kvm.conf make_results
	for run in p/runs/*; do
		printf 'Totals:\n    Hits: %s\n    Dropped: 0\n' \
			"$(sqlite3 "$run/run.exitstat" \
			'SELECT sum(l1 + l2) FROM delta')" >"$run/hist"
	done
	analyse
	judge 'done'
	judge windows
	judge scores
	wrong ide 'no write'
	sed -i 's/"disk-1m"/"file-write"/' p/report.json
	judge ide
	sed -i 's/"bus=ide"/"x"/; s/"baseline"/"bus=ide"/; s/"x"/"baseline"/' \
		p/report.json
	wrong ide 'file-write: exits per MiB'
	sed -i 's/Hits: ./&1/' "$run/hist"
	wrong windows "run ${run##*/}: "
	sed -i 's/Dropped: 0/Dropped: 1/' "$run/hist"
	wrong windows 'dropped 1'
	sed -i '/rate/d' "$run/guest.log"
	echo 'failed: so' >"$run/state"
	fails 1 'of 6 runs: 1 failed' analyse
	wrong 'done' "run ${run##*/}: failed: so"
	sed -i '/rate/d' p/runs/*/guest.log
	fails 1 'of 6 runs: 1 failed' analyse
	wrong scores "no score: {'no score in its output': 3}"
	rm p/report.json
	wrong 'done' 'FileNotFoundError'
}

# What the tools of the guest print: the log of a real one.
log_is_understood() {
	cp "$GOLDEN/guestbench-guest.log" guest.log
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B - "$GB/benchmarks.conf" <<-'END'
		import sys
		from guestbench import benchmarks, results
		table = benchmarks.load(sys.argv[1])
		tasks = table.tasks(table.names(), "quick", {"vcpus": "1", "memory": "512"})
		said = results.parse_log(open("guest.log").read())
		assert [t.name for t in tasks] == list(said), list(said)
		for task in tasks:
		    assert said[task.name].state == "done", (task, said[task.name])
		    score, operations = benchmarks.measure(task, said[task.name].output)
		    print(task.name, score, task.unit, operations, task.operation)
		    assert score > 0 and operations > 0
		    if task.family == "linpack":
		        tera = float(said[task.name].output.split("HPL_Tflops=")[1].split()[0])
		        assert abs(score - 1000 * tera) < 1e-9 and task.unit == "Gflop/s"
	END
}

make_table
sed /accel/d m.conf >kvm.conf
check "figures are those of the recordings" figures_are_right
check "the tables" report_is_golden
check "the page has the same figures, and nothing that runs" page_is_right
check "recordings without times" counts_alone
check "what is said in words" sentences
check "exits by context are those of the recordings" contexts
check "means, intervals and ratios" statistics
check "runs that did not end, benchmarks without a score" partial_results
check "every exit is in one window, or it is said" windows_are_the_run
check "results that are damaged" bad_results
check "what a lab's runs are judged by" judges
check "the table reads what the benchmarks print" log_is_understood
done_testing
