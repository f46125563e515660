# SPDX-License-Identifier: GPL-2.0-only
"""The figures as a page for a browser: one file that loads nothing and runs
nothing. Same figures, same page."""
from html import escape

import overhead
from tables import PARTS, number

NAMES = {"guest": "in the guest", "kvm": "in KVM", "user": "in user space",
         "idle": "idle", "preempted": "preempted"}

STYLE = """
:root { color-scheme: light dark; --text: #1b1f24; --paper: #fff; --soft: #57606a;
 --line: #d0d7de; --guest: #0072b2; --kvm: #d55e00; --user: #e69f00;
 --idle: #c3c9d0; --preempted: #cc79a7; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e9ed; --paper: #14171b;
 --soft: #a0a9b4; --line: #3a414a; --guest: #56b4e9; --idle: #57606a; } }
body { margin: 0 auto; max-width: 1000px; padding: 0 20px 40px;
 font: 15px/1.5 system-ui, sans-serif; color: var(--text);
 background: var(--paper); }
h1 { font-size: 1.5rem; } h2 { font-size: 1.2rem; margin: 32px 0 0; }
.soft { color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 8px 0; }
th, td { padding: 3px 10px 3px 0; text-align: right; white-space: nowrap;
 border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th:first-child, td:first-child, .scores :last-child { text-align: left; }
.bar { display: flex; width: 240px; height: 14px; }
.bar span { height: 100%; }
.key { display: inline-block; width: 11px; height: 11px; margin: 0 5px 0 14px; }
""" + "".join(f".{p} {{ background: var(--{p}); }}\n" for p in PARTS)


def _with_ci(pair):
    mean, ci = pair
    return number(mean) + (f" &plusmn; {number(ci)}" if ci is not None else "")


def _row(cells, tag="td"):
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


def _table(head, rows, name="more"):
    return [f"<div class=scroll><table class={name}>", "<thead>" + _row(head, "th") + "</thead>",
            "<tbody>", *map(_row, rows), "</tbody></table></div>"]


def _percent(share):
    return "-" if share is None else f"{100 * share:.1f}"


def _bar(time):
    if not time:
        return "-"
    text = ", ".join(f"{_percent(time[p])} % {NAMES[p]}" for p in PARTS)
    spans = "".join(f'<span class={p} style="width:{100 * time[p]:.2f}%"></span>'
                    for p in PARTS)
    return f'<div class=bar role=img title="{text}" aria-label="{text}">{spans}</div>'


def _scores(benchmark):
    op = escape(benchmark["operation"])
    unit = f"{escape(benchmark['unit'])} ({benchmark['better']} is better)"
    head = ("configuration", "runs", unit,
            "ratio", f"exits per {op}", "exits/s",
            "time of the vCPUs")
    return _table(head, ((
        escape(row["label"]), row["runs"], _with_ci(row["score"]),
        _with_ci(row["ratio"]), _with_ci(row["exits_per_op"]),
        number(row["exits_per_s"][0]), _bar(row["time"]))
        for row in benchmark["rows"]), "scores")


def _shares(benchmark):
    rows = [row for row in benchmark["rows"] if row["time"]]
    return _table(("% of time", *(NAMES[p] for p in PARTS)), (
        (escape(row["label"]), *(_percent(row["time"][p]) for p in PARTS))
        for row in rows)) if rows else []


def _reasons(benchmark):
    op = escape(benchmark["operation"])
    head = ("exit reason", "configuration", "exits", f"per {op}", "per s",
            "% of time in KVM", "% in user space")
    return _table(head, ((
        escape(reason), escape(row["label"]), f"{r['exits']:,}",
        _with_ci(r["per_op"]), number(r["per_s"][0]), _percent(r["kvm"][0]),
        _percent(r["user"][0]))
        for row in benchmark["rows"] for reason, r in row["reasons"].items()))


def _overhead(benchmark):
    rows = benchmark.get("overhead")
    return _table(("against native", "% of its speed", "times its time",
                   "the extra time is"), (
        (escape(row["label"]), *map(escape, overhead.words(row)))
        for row in rows), "scores") if rows else []


def _problems(benchmark):
    for row in benchmark["rows"]:
        for why, nr in row["problems"].items():
            yield (f"<p class=soft>{escape(row['label'])}: {escape(why)} "
                   f"({nr} of its runs)</p>")


def _section(benchmark):
    yield f"<section><h2>{escape(benchmark['name'])}</h2>"
    yield f"<p>{escape(benchmark['words'])}</p>"
    yield from _scores(benchmark)
    yield from _overhead(benchmark)
    yield from _problems(benchmark)
    if any(row["reasons"] for row in benchmark["rows"]):
        yield "<details><summary>By exit reason, and shares of time</summary>"
        yield from _shares(benchmark)
        yield from _reasons(benchmark)
        yield "</details>"
    yield "</section>"


def _legend():
    return "".join(f"<span class='key {p}'></span>{NAMES[p]}" for p in PARTS)


def lines(plan, benchmarks, notes):
    baseline = " ".join(f"{k}={v}" for k, v in plan["baseline"].items())
    yield "<!DOCTYPE html><html lang=en><head><meta charset=utf-8>"
    yield "<meta name=viewport content='width=device-width'>"
    yield "<title>Benchmarks, and the exits they are made of</title>"
    yield f"<style>{STYLE}</style></head><body>"
    yield "<h1>Benchmarks, and the exits they are made of</h1>"
    yield (f"<p>Baseline: {escape(baseline)}. Ratio: how many times as good as "
           "it. After &plusmn;: half of the 95 % confidence interval.</p>")
    yield from (f"<p class=soft>{escape(note)}</p>" for note in notes)
    yield f"<p>Time of the vCPUs:{_legend()}</p>"
    for benchmark in benchmarks:
        yield from _section(benchmark)
    yield "</body></html>"
