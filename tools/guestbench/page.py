# SPDX-License-Identifier: GPL-2.0-only
"""Write the figures as an HTML page: one file, without scripts, that loads nothing
else. The same figures make the same page."""
from collections import Counter
from html import escape
from itertools import groupby

from .experiments import nesting
from .experiments import overhead
from .tables import PARTS, number

NAMES = {"guest": "guest", "handler": "handler", "userspace": "userspace",
         "halted": "halted (polling or blocked)", "preempted": "preempted"}

STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --paper: #fff; --soft: #57606a;
 --line: #d0d7de; --guest: #0072b2; --handler: #d55e00; --userspace: #e69f00;
 --halted: #c3c9d0; --preempted: #cc79a7; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --paper: #14171b;
 --soft: #a0a9b4; --line: #3a414a; --guest: #56b4e9; --halted: #57606a; } }
body { margin: 0 auto; max-width: 1000px; padding: 0 20px 40px;
 font: 15px/1.5 system-ui, sans-serif; color: var(--text);
 background: var(--paper); }
h1 { font-size: 1.5rem; }
h2 { font-size: 1.3rem; display: inline-block; margin: 24px 0 0; }
h3 { font-size: 1.05rem; margin: 24px 0 0; }
h3 span { font-weight: normal; }
section p { margin: 4px 0 8px; max-width: 46rem; }
.notes { padding-left: 20px; max-width: 46rem; }
summary { cursor: pointer; }
.carries td { font-style: italic; color: var(--soft); }
.soft { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 8px 0; }
th, td { padding: 3px 10px 3px 0; text-align: right; white-space: nowrap;
 border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, .scores :last-child, .reasons :nth-child(2)
 { text-align: left; }
th, .carries td { white-space: normal; vertical-align: bottom; }
.bar { display: flex; width: 240px; height: 14px; }
.bar span { height: 100%; }
.key { display: inline-block; width: 11px; height: 11px; margin: 0 5px 0 14px; }
""" + "".join(f".{p} {{ background: var(--{p}); }}\n" for p in PARTS)


def _with_ci(pair):
    mean, ci = pair
    return number(mean) + (f" &plusmn; {number(ci)}" if ci is not None else "")


def _row(cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


def _table(head, rows, name="more", carries=()):
    """A table, or nothing without rows. carries: for each column, whether it carries
    over to hardware; empty if not relevant."""
    rows = list(map(_row, rows))
    if not rows:
        return []
    below = ["carries over to hardware", *carries] if carries else []
    return [f"<div class=scroll><table class={name}>",
            "<thead>" + _row(head, "th"),
            _row(below).replace("<tr>", "<tr class=carries>") if below else "",
            "</thead><tbody>", *rows, "</tbody></table></div>"]


def _percent(share):
    return "-" if share is None else f"{100 * share:.1f}"


def _bar(time):
    if not time:
        return "-"
    text = ", ".join(f"{_percent(time[p])} % {NAMES[p]}" for p in PARTS)
    spans = "".join(f'<span class={p} style="width:{100 * time[p]:.2f}%"></span>'
                    for p in PARTS)
    return f'<div class=bar role=img title="{text}" aria-label="{text}">{spans}</div>'


def _scores(benchmark, emulated):
    op = escape(benchmark["operation"])
    unit = f"{escape(benchmark['unit'])} ({benchmark['better']} is better)"
    head = ("configuration", "runs", unit,
            "ratio", f"exits per {op}", "exits/s",
            "time of the vCPUs")
    return _table(head, ((
        escape(row["label"]), row["runs"], _with_ci(row["score"]),
        _with_ci(row["ratio"]), _with_ci(row["exits_per_op"]),
        number(row["exits_per_s"][0]), _bar(row["time"]))
        for row in benchmark["rows"]), "scores",
        ("", "no", "no", "yes", "no", "no") if emulated else ())


def _shares(benchmark, emulated):
    return _table(("% of time", *(NAMES[p] for p in PARTS)), (
        (escape(row["label"]), *(_percent(row["time"][p]) for p in PARTS))
        for row in benchmark["rows"] if row["time"]),
        carries=["no"] * len(PARTS) if emulated else ())


def _by_reason(rows):
    """All (reason, row) pairs, the most frequent reason first."""
    exits = Counter()
    for row in rows:
        exits.update({name: r["exits"] for name, r in row["reasons"].items()})
    return [(name, row) for name in sorted(exits, key=lambda n: (-exits[n], n))
            for row in rows if name in row["reasons"]]


def _reasons(benchmark, emulated):
    op = escape(benchmark["operation"])
    head = ("exit reason", "configuration", "exits", f"per {op}", "per s",
            "% of time in handler", "% in userspace")
    found = ((name, row["label"], row["reasons"][name])
             for name, row in _by_reason(benchmark["rows"]))
    return _table(head, ((
        escape(name), escape(label), f"{r['exits']:,}",
        _with_ci(r["per_op"]), number(r["per_s"][0]), _percent(r["handler"][0]),
        _percent(r["userspace"][0])) for name, label, r in found), "reasons",
        ("", "yes", "yes", "no", "no", "no") if emulated else ())


def _overhead(benchmark, emulated):
    return _table(("against native", "% of its speed", "times its time",
                   "parts of the overhead", "what QEMU's vCPU threads ran"), (
        (escape(row["label"]), *map(escape, overhead.words(row)))
        for row in benchmark["overhead"]), "scores", ("no",) * 4 if emulated else ())


def _nesting(benchmark, emulated):
    yield from _table(("exits by context", *nesting.HEAD), (
        (escape(row["label"]), *nesting.cells(row["nesting"], number))
        for row in benchmark["rows"] if row["nesting"]),
        carries=["yes"] * len(nesting.HEAD) if emulated else ())
    for sentence in nesting.sentences(benchmark):
        yield f"<p>{escape(sentence)}</p>"


def _problems(benchmark):
    for row in benchmark["rows"]:
        for why, nr in row["problems"].items():
            yield (f"<p class=soft>{escape(row['label'])}: {escape(why)} "
                   f"({nr} of its runs)</p>")


def _section(benchmark, emulated):
    name, title = benchmark["name"], benchmark["title"]
    more = f" <span class=soft>{escape(title)}</span>" if title != name else ""
    yield f"<section><h3>{escape(name)}{more}</h3>"
    yield f"<p>{escape(benchmark['words'])}</p>"
    yield from _scores(benchmark, emulated)
    yield from _nesting(benchmark, emulated)
    yield from _overhead(benchmark, emulated)
    yield from _problems(benchmark)
    if any(row["reasons"] for row in benchmark["rows"]):
        yield "<details><summary>By exit reason, and shares of time</summary>"
        yield from _shares(benchmark, emulated)
        yield from _reasons(benchmark, emulated)
        yield "</details>"
    yield "</section>"


def _legend():
    return "".join(f"<span class='key {p}'></span>{NAMES[p]}" for p in PARTS)


def lines(plan, benchmarks, notes, emulated):
    baseline = " ".join(f"{k}={v}" for k, v in plan["baseline"].items())
    yield "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>"
    yield "<meta name=viewport content='width=device-width'>"
    yield "<title>Benchmarks and their VM exits</title>"
    yield f"<style>{STYLE}</style></head><body>"
    yield "<h1>Benchmarks and their VM exits</h1>"
    yield (f"<p>Baseline: {escape(baseline)}. Ratio: above 1 is better than the "
           "baseline. &plusmn;: half the 95 % confidence interval.</p>")
    yield "<ul class='notes soft'>"
    yield from (f"<li>{escape(note)}</li>" for note in notes)
    yield "</ul>"
    yield f"<p>Time of the vCPUs:{_legend()}</p>"
    for family, group in groupby(benchmarks, lambda b: b["family"]):
        yield f"<details open><summary><h2>{escape(family)}</h2></summary>"
        for benchmark in group:
            yield from _section(benchmark, emulated)
        yield "</details>"
    yield "</body></html>"
