#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Divide the engine's files among the patches that add them.

    weave.py adapt TOP            update kernel-patches/steps/ from the files
    weave.py split TOP FILE       start a file there: all lines of the file's step
    weave.py write TOP STEP DIR   write the files as they are after a step

A step is a patch in kernel-patches/common/; kernel-patches/steps/order lists them.
kernel-patches/engine-files lists the files, and the step that adds each of them; a
row without a step has that of the row before. A file that grows over several steps
has a copy in kernel-patches/steps/, in which each line begins with the step that adds
it and "|". "count-time|" is a line that a step adds and a later one removes: it is
not in the file itself.

The file after a step has the lines of this step and of those before. Edit the copy
only to move lines to another step, or to add early lines. adapt carries the steps over to a
changed file: an unchanged line keeps its step. A changed line has the step of the
line that it replaces, a new line that of the line before, but neither precedes the
definition of an engine's name (kes_*) that it uses, and a new function is added as a
whole. Lines without a known step, such as the marks of a conflict, are dropped; so
adapt never fails on the content of a copy. Whether each step builds is tested by
scripts/check/checks/patches.
"""
import difflib
import os
import re
import sys

NAME = re.compile(r'\b(?:kes|KES|kvm_exit_stats)_\w+')
LINE = re.compile(r'([a-z]+)(?:-([a-z]+))? *\|(.*)', re.S)
ENUMERATOR = re.compile(r'\t(KES_\w+)\s*(?:=.*)?,')
# The end of a function or of a paragraph
ENDS_UNIT = re.compile(r'(?:\}|#|$)')
SIMILAR = 0.6


def fail(text):
    sys.exit(f'weave.py: {text}')


def read_lines(path):
    with open(path, encoding='utf-8') as file:
        return file.read().split('\n')[:-1]


def rows(path):
    for line in read_lines(path):
        words = line.split('#')[0].split()
        if words:
            yield words


class Line:
    """A line: the step that adds it, the step that removes it or None, its text.

    replaces: it is the changed form of a line.
    """

    def __init__(self, first, last, text, replaces=False):
        self.first, self.last, self.text = first, last, text
        self.replaces = replaces


class Series:
    def __init__(self, top):
        patches = os.path.join(top, 'kernel-patches')
        self.top = top
        self.dir = os.path.join(patches, 'steps')
        self.steps = [row[0] for row in rows(os.path.join(self.dir, 'order'))]
        self.number = {step: i for i, step in enumerate(self.steps)}
        self.files = []
        for row in rows(os.path.join(patches, 'engine-files')):
            if len(row) == 2 and self.files:
                row.append(self.files[-1][2])
            if len(row) != 3 or row[2] not in self.number:
                fail(f'engine-files: "{" ".join(row)}" is not a file, its path in '
                     'the kernel and a step')
            self.files.append(tuple(row))

    def source(self, here):
        return os.path.join(self.top, 'module', here)

    def copy(self, here):
        return os.path.join(self.dir, os.path.basename(here))

    def parse(self, text):
        """Return a Line, or None if it has no known step."""
        found = LINE.fullmatch(text)
        if not found:
            return None
        first = self.number.get(found[1])
        last = self.number.get(found[2]) if found[2] else None
        if first is None or (found[2] and (last is None or last <= first)):
            return None
        return Line(first, last, found[3])

    def load(self, here, step):
        """The lines of a file with their steps, from its copy if it has one."""
        if not os.path.exists(self.copy(here)):
            return [Line(self.number[step], None, text)
                    for text in read_lines(self.source(here))]
        lines = map(self.parse, read_lines(self.copy(here)))
        return [line for line in lines if line]

    def store(self, here, lines):
        with open(self.copy(here), 'w', encoding='utf-8') as file:
            for line in lines:
                steps = self.steps[line.first]
                if line.last is not None:
                    steps += '-' + self.steps[line.last]
                file.write(f'{steps:9}|{line.text}\n')


def definitions(weaves):
    """The first step that defines each of the engine's names."""
    first = {}
    for lines in weaves:
        for line in lines:
            if line.last is not None:
                continue
            names = NAME.findall(line.text) if line.text[:1].strip() else \
                ENUMERATOR.findall(line.text)
            for name in names:
                first[name] = min(line.first, first.get(name, line.first))
    return first


def likeness(a, b):
    return difflib.SequenceMatcher(None, a.strip(), b.strip(), False).ratio()


def place(new, old, step):
    """Give the lines that replace others their steps; step: of the line before."""
    result, begin = [], 0
    for text in new:
        best = max(range(begin, len(old)), default=None,
                   key=lambda i: likeness(text, old[i].text))
        found = best is not None and likeness(text, old[best].text) >= SIMILAR
        if found:
            step, begin = old[best].first, best + 1
        elif begin == 0 and old:
            step = old[0].first
        result.append(Line(step, None, text, found))
    return result


def units(lines):
    """Divide new lines: a function or a paragraph is added as a whole."""
    unit, whole = [], False
    for line in lines:
        unit.append(line)
        whole = whole or line.text.startswith('{')
        if ENDS_UNIT.match(line.text) and (line.text or not whole):
            yield unit
            unit, whole = [], False
    if unit:
        yield unit


def merge(lines, texts):
    """Carry the steps of lines over to a changed file; also return its new lines."""
    live = [line for line in lines if line.last is None]
    early, index = {}, 0
    for line in lines:
        if line.last is None:
            index += 1
        else:
            early.setdefault(index, []).append(line)
    result, groups, step = [], [], lines[0].first if lines else 0
    matcher = difflib.SequenceMatcher(None, [line.text for line in live], texts, False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        group = live[i1:i2] if tag == 'equal' else place(texts[j1:j2], live[i1:i2], step)
        if tag != 'equal' and group:
            groups.append(group)
        for i in range(max(i2 - i1, len(group))):
            if i1 + i < i2:
                result += early.pop(i1 + i, [])
            result += group[i:i + 1]
        if group:
            step = group[-1].first
    for i in sorted(early):
        result += early[i]
    return result, groups


def needs(line, first):
    """The step after which all names in a line are defined, not before its own."""
    return max([line.first] + [first.get(name, 0) for name in NAME.findall(line.text)])


def raise_steps(weaves, groups):
    """No new line precedes the definition of a name that it uses."""
    for _ in range(8):
        first, raised = definitions(weaves), False
        for group in groups:
            for unit in units(group):
                added = [line for line in unit if not line.replaces]
                least = max((needs(line, first) for line in added), default=0)
                for line in unit:
                    step = needs(line, first) if line.replaces else least
                    raised = raised or line.first < step
                    line.first = max(line.first, step)
        if not raised:
            return


def adapt(series):
    weaves, groups, own = [], [], {}
    for here, _, step in series.files:
        lines = series.load(here, step)
        if os.path.exists(series.copy(here)):
            lines, new = merge(lines, read_lines(series.source(here)))
            groups += new
            own[here] = lines
        weaves.append(lines)
    raise_steps(weaves, groups)
    for here, lines in own.items():
        series.store(here, lines)
    listed = {os.path.basename(here) for here, _, _ in series.files} | {'order'}
    for name in set(os.listdir(series.dir)) - listed:
        os.remove(os.path.join(series.dir, name))


def split(series, name):
    for here, _, step in series.files:
        if os.path.basename(here) == name:
            if not os.path.exists(series.copy(here)):
                series.store(here, series.load(here, step))
            return
    fail(f'{name}: not in engine-files')


def write(series, step, out):
    if step not in series.number:
        fail(f'{step}: not a step')
    number = series.number[step]
    for here, there, own in series.files:
        texts = [line.text for line in series.load(here, own)
                 if line.first <= number and
                 (line.last is None or line.last > number)]
        if not texts:
            continue
        # blank lines around what a later step adds
        texts = [text for i, text in enumerate(texts)
                 if text or (i and texts[i - 1] and any(texts[i:]))]
        path = os.path.join(out, there)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, 'w', encoding='utf-8') as file:
            file.write('\n'.join(texts) + '\n')


def main():
    if len(sys.argv) < 3:
        fail('see the head of this file for its arguments')
    {'adapt': adapt, 'split': split, 'write': write}[sys.argv[1]](
        Series(sys.argv[2]), *sys.argv[3:])


main()
