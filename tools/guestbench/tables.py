# SPDX-License-Identifier: GPL-2.0-only
"""Print the figures as text: one table per benchmark, by family."""
from itertools import groupby
from textwrap import fill, wrap

from .experiments import nesting
from .experiments import overhead

LABEL = 19
PARTS = ("guest", "handler", "userspace", "halted", "preempted")
REASONS = 4


def number(value):
    if value is None:
        return "-"
    if value and abs(value) < 0.001:
        return f"{value:.1e}"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else \
        2 if abs(value) >= 1 else 3
    return f"{value:,.{digits}f}"


def _reason_line(row):
    top = list(row["reasons"].items())[:REASONS]
    return ", ".join(f"{name} {number(r['per_s'][0])}" for name, r in top)


def _table(benchmark, emulated):
    yield (f"{benchmark['name']}: {benchmark['unit']}, {benchmark['better']} is "
           f"better; exits per {benchmark['operation']}")
    yield ""
    yield (f"  {'configuration':<{LABEL}} {'score':>9} {'+-95 %':>8} "
           f"{'ratio':>6} {'+-95 %':>7} {'exits/op':>8} {'exits/s':>8} runs")
    if emulated:
        yield (f"  {'carries over':<{LABEL}} {'no':>9} {'no':>8} {'no':>6} "
               f"{'no':>7} {'yes':>8} {'no':>8}")
    for row in benchmark["rows"]:
        yield from _score_line(row)
    timed = [row for row in benchmark["rows"] if row["time"]]
    if timed:
        yield ""
        yield f"  {'% of time':<{LABEL}}" + "".join(f"{p:>10}" for p in PARTS)
        if emulated:
            yield f"  {'carries over':<{LABEL}}" + f"{'no':>10}" * len(PARTS)
        for row in timed:
            yield from _labelled(row, "".join(
                f"{100 * row['time'][p]:10.1f}" for p in PARTS))
    counted = [row for row in benchmark["rows"] if row["reasons"]]
    if counted:
        yield ""
        yield f"  exits/s by reason{_of_emulator(emulated)}"
        for row in counted:
            first, *more = wrap(_reason_line(row), 78 - LABEL - 3)
            yield from _labelled(row, " " + first)
            yield from (" " * (LABEL + 3) + line for line in more)
    yield from _nesting(benchmark)
    yield from _overhead(benchmark, emulated)


def _nesting(benchmark):
    rows = [row for row in benchmark["rows"] if row["nesting"]]
    if rows:
        yield ""
        yield f"  {'exits by context':<{LABEL}}" + "".join(
            f"{h:>11}" for h in nesting.HEAD)
    for row in rows:
        yield from _labelled(row, "".join(
            f"{c:>11}" for c in nesting.cells(row["nesting"], number)))
    for sentence in nesting.sentences(benchmark):
        yield ""
        yield fill(sentence, 78, initial_indent="  ", subsequent_indent="  ")


def _overhead(benchmark, emulated):
    if not benchmark["overhead"]:
        return
    yield ""
    yield "  against native: % of its speed, times its time; parts of the overhead"
    if emulated:
        yield f" {_of_emulator(emulated)}"
    for row in benchmark["overhead"]:
        speed, factor, extra, ran = overhead.words(row)
        text = f"{speed} %, {factor} times; {extra}" + (
            f"; its vCPUs ran: {ran}" if ran else "")
        first, *more = wrap(text, 78 - LABEL - 3)
        yield from _labelled(row, f" {first}")
        yield from (" " * (LABEL + 3) + line for line in more)


def _labelled(row, cells):
    label = row["label"]
    if len(label) > LABEL:
        yield f"  {label}"
        label = ""
    yield f"  {label:<{LABEL}}{cells}"


def _score_line(row):
    cells = (f" {number(row['score'][0]):>9} {number(row['score'][1]):>8} "
             f"{number(row['ratio'][0]):>6} {number(row['ratio'][1]):>7} "
             f"{number(row['exits_per_op'][0]):>8} "
             f"{number(row['exits_per_s'][0]):>8} {row['runs']:>4}")
    yield from _labelled(row, cells)
    for why, nr in row["problems"].items():
        yield f"  {'':<{LABEL}} {why}" + (f" ({nr} times)" if nr > 1 else "")


def _of_emulator(emulated):
    return " (emulator's times: do not carry over)" if emulated else ""


def lines(plan, benchmarks, notes, emulated):
    baseline = " ".join(f"{k}={v}" for k, v in plan["baseline"].items())
    yield fill(f"baseline: {baseline}; ratio: above 1 is better than the baseline",
               78)
    yield from (fill(note, 78) for note in notes)
    for family, group in groupby(benchmarks, lambda b: b["family"]):
        yield from ("", family, "=" * len(family))
        for benchmark in group:
            yield ""
            yield from _table(benchmark, emulated)
            yield ""
            yield fill(benchmark["words"], 78)
