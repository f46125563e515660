#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Check an HTML page without running its script.

  html-check.py facts PAGE FILE    its facts are the JSON in FILE (a shortened report)
  html-check.py cut PAGE FILE      the same, except rare details, which are summed
  html-check.py text PAGE FILE     its text is FILE
  html-check.py sums PAGE          the sums of its time line are those of its reasons
  html-check.py alone PAGE         it loads no other file
  html-check.py tags PAGE          print its elements and their attributes
  html-check.py hour FILE          turn the recording FILE into one hour at 10 Hz
  html-check.py pages FILE         add 300 values to its first reason
  html-check.py hostile FILE TEXT  replace every text in a recording with TEXT
"""
import html.parser
import json
import re
import sqlite3
import sys

import packs


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.tags, self.data, self.open = [], {}, []
        self.feed(open(path, encoding="utf-8").read())
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, attrs))
        self.open.append(dict(attrs).get("id") or tag)

    def handle_endtag(self, tag):
        self.open.pop()

    def handle_data(self, data):
        if self.open:
            self.data[self.open[-1]] = self.data.get(self.open[-1], "") + data

    def json(self, name):
        return json.loads(self.data[name])


def fail(text):
    sys.exit(f"html-check: {text}")


def only(rows, keys):
    return [{key: row[key] for key in keys} for row in rows]


def brief(path):
    """Report JSON without the parts that no page shows."""
    want = json.load(open(path, encoding="utf-8"))
    if "cells" not in want:     # diff -j
        return want
    del want["vms"], want["cells"]
    want["phases"] = only(want["phases"], (
        "name", "begin_s", "end_s", "exits", "per_s", "id", "begin_ns", "end_ns",
        "takes_s", "percent", "by_reason"))
    for phase in want["phases"]:
        phase["by_reason"] = only(phase["by_reason"], (
            "name", "class", "colour", "exits", "percent", "per_s", "first_s", "last_s"))
    return want


def facts(path, file):
    got, want = Page(path).json("facts"), brief(file)
    for key in want:
        if got.get(key) != want[key]:
            fail(f"{key}: {str(got.get(key))[:200]}, not {str(want[key])[:200]}")
    if got != want:
        fail(f"facts that are not in {file}")


def by_reason(rows, key):
    sums = {}
    for row in rows:
        sums[row["reason"]] = sums.get(row["reason"], 0) + row[key]
    return sums


def cut(path, file):
    page, want = Page(path), brief(file)
    got, extra = page.json("facts"), page.json("extra")
    missing = [d for d in want["details"] if d not in got["details"]]
    if not missing or any(d not in want["details"] for d in got["details"]):
        fail("no details were cut, or some are not in the report")
    if by_reason(missing, "count") != by_reason(extra["detail_cut"], "exits"):
        fail(f"cut: {extra['detail_cut']}")
    if len(missing) != sum(c["values"] for c in extra["detail_cut"]):
        fail(f"{len(missing)} are missing, not {extra['detail_cut']}")
    for reason in by_reason(missing, "count"):
        rarest = min(d["count"] for d in got["details"] if d["reason"] == reason and d["value"] is not None)
        if max(d["count"] for d in missing if d["reason"] == reason) > rarest:
            fail(f"{reason}: a frequent value is missing")
    del got["details"], want["details"]
    if got != want:
        fail("facts other than details differ")


def text(path, file):
    want = open(file, encoding="utf-8", errors="replace").read()
    if Page(path).data["pre"] != want:
        fail(f"text is not {file}")


def sums(path):
    page = Page(path)
    series, reasons = page.json("extra")["series"], page.json("facts")["reasons"]
    got = [sum(r["counts"]) for r in series["reasons"]]
    if got != [r["exits"] for r in reasons] or got != [r["exits"] for r in series["reasons"]]:
        fail(f"sums: {got}")
    if any(len(c) != series["columns"] for c in [r["counts"] for r in series["reasons"]] + [series["end_us"]]):
        fail("columns of different length")
    if sum(got) != page.json("facts")["answers"]["exits"]:
        fail("the sum of exits differs")


def alone(path):
    page = Page(path)
    for tag, attrs in page.tags:
        for key, value in attrs:
            if key in ("src", "srcset", "action", "data", "poster", "background"):
                fail(f"{tag} {key}={value}")
            if key == "href" and not re.match("#|data:,$", value):
                fail(f"{tag} {key}={value}")
            if key.startswith("on"):
                fail(f"{tag} {key}={value}")
    if re.search(r"url\(|@import", page.data["style"]):
        fail("a style sheet loads another file")
    code = re.sub(r"/\*.*?\*/", "", page.data["script"], flags=re.S)
    if re.search(r"https?:|\bfetch\(|XMLHttpRequest|import\(|WebSocket|EventSource|sendBeacon|innerHTML", code):
        fail("a script loads a file or converts text to HTML")
    policy = [dict(a)["content"] for t, a in page.tags if dict(a).get("http-equiv")]
    if not policy or not policy[0].startswith("default-src 'none'"):
        fail("no policy")


def tags(path):
    for tag, attrs in Page(path).tags:
        print(tag, attrs)


def hour(file):
    """Make one vCPU, the recording's 12 reasons plus 8, and 12 phases."""
    db = packs.connect(file)
    step, (first,) = 100_000_000, db.execute("SELECT min(end_ns) FROM sample").fetchone()
    for table in *packs.KINDS, "phase", "sample":
        db.execute(f"DELETE FROM {table}")
    for i in range(13, 21):
        db.execute("INSERT INTO reason SELECT ?, isa, ?, 'EXTRA_' || ?, class, meaning, reference "
                   "FROM reason WHERE id = 1", (i, 60 + i, i))
    ends = [first + i * step for i in range(36_001)]
    packs.insert(db, "sample", [(i + 1, end - 100, end, 0, 1 + max(0, i - 1) // 3000)
                                for i, end in enumerate(ends)])
    state = 12345
    deltas, times, cells = [], [], []
    for sample in range(2, 36_002):
        for reason in range(1, 21):
            state = (state * 1103515245 + 12345) & 0x7FFFFFFF
            n = (state >> 12) % (4000 // reason)
            if not n:
                continue
            deltas.append((sample, 1, reason, n, 0, 0, 0, 0))
            times.append((sample, 1, reason, n * 900, 0, 0, 0, 0, 0, 5000 + state % 5000))
            cells.append((sample, 1, reason, 11 + state % 7, n))
    packs.insert(db, "delta", deltas)
    packs.insert(db, "time", times)
    packs.insert(db, "histogram", cells)
    packs.insert(db, "vcpu_time", [(s, 1, step, step // 2) for s in range(2, 36_002)])
    for i in range(12):
        db.execute("INSERT INTO phase(id, name, begin_ns, end_ns, line) VALUES (?, ?, ?, ?, '')",
                   (i + 1, f"phase {i}", ends[i * 3000], ends[(i + 1) * 3000]))
    packs.store(db)


def pages(file):
    db = sqlite3.connect(file)
    packs.insert(db, "detail", [(1, 1, 0x100000 + i, 0, 1 + i % 7, 0) for i in range(300)])
    db.commit()


def hostile(file, value):
    db = sqlite3.connect(file)
    columns = {"vm": ("name", "comm", "cmdline", "machine"), "phase": ("name", "line"),
               "reason": ("name", "meaning", "reference"), "kvm_exit": ("name",)}
    for table, names in columns.items():
        for name in names:
            db.execute(f"UPDATE {table} SET {name} = {name} || ?", (value,))
    db.execute("UPDATE meta SET value = value || ? WHERE key IN "
               "('kernel', 'cpu', 'lab', 'command', 'command_end', 'machine')", (value,))
    db.commit()


if __name__ == "__main__":
    {f.__name__: f for f in (facts, text, sums, alone, tags, cut, hour, pages, hostile)}[sys.argv[1]](*sys.argv[2:])
