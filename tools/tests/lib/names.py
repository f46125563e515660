# SPDX-License-Identifier: GPL-2.0-only
"""Compare the tables of names in docs/abi.md with outputs.

usage: names.py DOCUMENT

The directory "outputs" has a file for each column of the first table in section
"Names": report, json, csv, prometheus and top. Each name in backticks in a cell must
be in that output as a whole word. Conversely, each CSV column, each key of top's rows
and each metric of exits or entries must be in the table. The second table has old
names, which must not be in the output of their column. Prints one line per error and
exits with 1 if there is any.
"""
import json
import re
import sys

COLUMNS = ("report", "JSON", "CSV", "Prometheus", "top")


def tables(document):
    """Return the rows of each table in the section, without the headers."""
    section = open(document, encoding="utf-8").read().split("\n## Names\n")[1]
    result, rows = [], []
    for line in section.split("\n## ")[0].splitlines():
        if line.startswith("| "):
            rows.append([cell.strip() for cell in line.strip("|").split(" | ")])
        elif rows:
            result.append(rows[2:])
            rows = []
    return result + ([rows[2:]] if rows else [])


def words_in(cell):
    return re.findall("`([^`]+)`", cell)


def output(column):
    return open("outputs/" + column.lower(), encoding="utf-8").read()


def is_in(name, text):
    """Return whether @name is a whole word in @text."""
    return re.search(r"(?<![\w%])" + re.escape(name) + r"(?![\w%/])", text)


def in_outputs():
    """Yield the names in the outputs as (column, name)."""
    for line in output("CSV").splitlines():
        yield from (("CSV", name) for name in line.split(","))
    for line in output("top").splitlines():
        if line.startswith("{"):
            for row in json.loads(line)["rows"]:
                yield from (("top", key) for key in row)
    for name in re.findall("^(exitstat_(?:exits|entry)_\\w+)[{ ]", output("Prometheus"),
                           re.MULTILINE):
        yield "Prometheus", name


def faults(names, old):
    listed = set()
    for row in names:
        for column, cell in zip(COLUMNS, row[1:], strict=True):
            for name in words_in(cell):
                listed.add((column, name))
                if not is_in(name, output(column)):
                    yield f"{column}: {name}: in the table, not in the output"
    for column, name in sorted(set(in_outputs()) - listed):
        yield f"{column}: {name}: not in the table"
    for column, cell, _ in old:
        for name in words_in(cell):
            if is_in(name, output(column)):
                yield f"{column}: {name}: old name"


def main():
    names, old = tables(sys.argv[1])
    found = list(faults(names, old))
    print("\n".join(found))
    assert names and old
    return bool(found)


sys.exit(main())
