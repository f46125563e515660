#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Query a Prometheus server, for scripts/check/checks/metrics.

prometheus.py URL wait QUERY MIN SECONDS    wait until QUERY returns at least MIN
prometheus.py URL equals REPORT             check that increase() and rate() over all
                                            samples equal exitstat report -j
prometheus.py URL expressions FILE...       check that the server can evaluate every
                                            expression in rules and dashboards
prometheus.py - names FILE... -- TEXT       check that serve exports their metrics
"""
import json
import re
import sys
import time
import urllib.parse
import urllib.request


def ask(what, **params):
    url = f"{URL}/api/v1/{what}?{urllib.parse.urlencode(params)}"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return json.load(answer)["data"]["result"]
    except urllib.error.HTTPError as e:
        sys.exit(f"{params}: {e.read().decode()}")


def wait(query, least, seconds):
    end = time.monotonic() + float(seconds)
    found = []
    while time.monotonic() < end:
        try:
            found = ask("query", query=query)
        except OSError:
            pass
        if found and float(found[0]["value"][1]) >= float(least):
            return
        time.sleep(0.1)
    sys.exit(f"{query}: not {least} after {seconds} s: {found}")


def sums(query, label, at):
    return {r["metric"][label]: float(r["value"][1])
            for r in ask("query", query=query, time=f"{at:.3f}")}


def window():
    """The time from the first sample to the last, so Prometheus extrapolates
    nothing."""
    stamps = [v[0] for v in ask("query", query='exitstat_up{job="exitstat"}[10m]')[0]["values"]]
    return stamps[-1], round((stamps[-1] - stamps[0]) * 1000), len(stamps)


def by(report, key):
    total = {}
    for r in report["reasons"]:
        total[r[key]] = total.get(r[key], 0) + r["exits"]
    return total


def compare(what, got, want):
    got = {k: v for k, v in got.items() if v}
    if got != want:
        sys.exit(f"{what}: Prometheus has {got}, the report {want}")
    print(f"{what}: {want}")


def equals(path):
    with open(path, encoding="utf-8") as f:
        report = json.load(f)
    at, ms, nr = window()
    if nr < 8 or sum(by(report, "class").values()) < 1000:
        sys.exit(f"too little to compare: {nr} scrapes, {report['reasons']}")
    # the reasons of one VM that were counted from the beginning
    steady = {k: v for k, v in by(report, "name").items() if k != "MSR"}
    for name, label, want in (
            ('exitstat_host_exits_total{job="exitstat"}', "class",
             by(report, "class")),
            ('exitstat_exits_total{job="exitstat",vm="web"}', "reason",
             steady)):
        compare(f"increase of {name}",
                sums(f"sum by ({label}) (increase({name}[{ms}ms]))", label, at),
                want)
        rates = sums(f"sum by ({label}) (rate({name}[{ms}ms]))", label, at)
        compare(f"rate of {name}",
                {k: round(v * ms / 1000, 6) for k, v in rates.items()}, want)


def expressions_of(path):
    """The expressions of a dashboard, of rules in one line each, or of a table in
    Markdown."""
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if path.endswith(".json"):
        panels = json.loads(text)["panels"]
        found = [t["expr"] for p in panels for t in p.get("targets", [])]
    elif path.endswith(".md"):
        found = re.findall(r"\| `([^`]*[(][^`]*)` \|$", text, re.M)
    else:
        found = re.findall(r"^\s+expr: (.*)$", text, re.M)
    if len(found) < 5:
        sys.exit(f"{path}: only {len(found)} expressions found")
    return found


def expressions(*paths):
    empty = []
    for path in paths:
        for expr in expressions_of(path):
            plain = (expr.replace("$__rate_interval", "1m")
                     .replace("$instance", ".*").replace("$vm", ".*"))
            if not ask("query", query=plain) and path.endswith(".json"):
                empty.append(expr)
    if empty:
        sys.exit("no result: " + "; ".join(empty))


def names(*args):
    paths, text = args[:args.index("--")], args[args.index("--") + 1]
    with open(text, encoding="utf-8") as f:
        known = set(re.findall(r"^# TYPE (\S+) ", f.read(), re.M))
    bad = 0
    for path in paths:
        for expr in expressions_of(path):
            for name in re.findall(r"\b(?:exitstat|process)_[a-z_]+\b(?!:)",
                                   re.sub(r"\bexitstat:[a-z_:0-9]+", "", expr)):
                if name not in known:
                    print(f"{path}: {name}: serve does not export it: {expr}")
                    bad = 1
    sys.exit(bad)


URL = sys.argv[1]
{"wait": wait, "equals": equals, "expressions": expressions,
 "names": names}[sys.argv[2]](*sys.argv[3:])
