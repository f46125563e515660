#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Check the commands in Markdown and the output that the document shows for them.
#
#   scripts/check/lib/docs.py check FILE...        marks and quotations
#   scripts/check/lib/docs.py list FILE            "NUMBER COMMAND" lines
#   scripts/check/lib/docs.py commands PLACE FILE DIR   DIR/NUMBER: a command
#   scripts/check/lib/docs.py compare FILE NUMBER SAID  SAID/NUMBER: its output,
#                                                  SAID/NUMBER.status its status
#   scripts/check/lib/docs.py update FILE SAID          write the output into FILE
#
# Each fenced block has a mark, an HTML comment, on a line before it:
#
#   <!-- run: lab -->         in L1 of lab svm; "host": in a copy of the tree
#   <!-- run: lab, numbers: 20 % or 3 -->   numbers may differ by this much
#   <!-- run: lab, fractions: any -->       only whole numbers must be equal
#   <!-- run: lab, status: 1 -->            the exit status of its commands
#   <!-- not run: REASON -->                and where else it is tested
#   <!-- from: PATH -->       the text of the block is in this file
#
# A block with language "console" has commands after "$ " and their output. Any other
# block that is run has a command per line, whose output is not compared. In an
# output, "..." stands for any words or lines.
# Without "numbers" or "fractions", the output must be equal except for white space.
# Exit status: 0, or 1 with a line for each problem.

import difflib
import os
import re
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(__file__), '../../..'))
MARK = re.compile(r'^<!-- (run|not run|from): (.+) -->$')
FENCE = re.compile(r'^```(\w*)$')
ELLIPSIS = '...'
UNITS = {'ns': 1e-9, 'us': 1e-6, 'ms': 1e-3, 's': 1, 'min': 60}
NUMBER = re.compile(r'(?<![\w.])([+-]?)(\d+(?:,\d{3})*(?:\.\d+)?)(?!\w|\.\d)'
                    r'(?:\s?(%|ns\b|us\b|ms\b|s\b|min\b|KB\b|MB\b))?')
OPTION = re.compile(r'(numbers|fractions|status): (any|\d+)( %)?(?: or (\d+))?$')


class Problem(Exception):
    """A document is invalid, or its output differs."""


class Block:
    """A fenced block: its mark, and its commands with their output."""

    def __init__(self, place, line, language, mark):
        self.place, self.line, self.language = place, line, language
        self.text = []
        self.commands = []
        self.kind, self.value = mark or ('', '')
        self.bounds = {}
        self.status = 0

    def read_mark(self):
        """Check the mark, and take its options."""
        if not self.kind:
            raise Problem('the block has no mark (run, not run or from)')
        if self.kind != 'run':
            return
        self.value, *options = self.value.split(', ')
        if self.value not in ('lab', 'host'):
            raise Problem(f'run: {self.value}: neither lab nor host')
        for option in options:
            match = OPTION.match(option)
            if not match:
                raise Problem(f'{option}: no such option of a mark')
            if match[1] == 'status':
                self.status = int(match[2])
            else:
                self.bounds[match[1]] = match
        self.split()

    def split(self):
        """Commands and outputs from the lines of the block."""
        console = self.language == 'console'
        lines = iter(enumerate(self.text))
        for number, line in lines:
            if console and not line.startswith('$ '):
                if not self.commands:
                    raise Problem('no "$ " before the first command')
                self.commands[-1].expected.append(line)
                continue
            command = line[2:] if console else line
            if not console and (not line or line.startswith('#')):
                continue
            while command.endswith('\\'):
                command += '\n' + next(lines, (0, ''))[1]
            self.commands.append(
                Command(self, self.line + number + 1, command))
        if not self.commands:
            raise Problem('there is no command')


class Command:
    """One command of a block, and the output that the block shows."""

    def __init__(self, block, line, text):
        self.block, self.line, self.text = block, line, text
        self.expected = []

    def title(self):
        """The command on one line."""
        return re.sub(r'\s*\\\n\s*', ' ', self.text)


def lines_of(path):
    with open(path, encoding='utf-8') as file:
        return file.read().splitlines()


def parse(path):
    """Return the blocks of a document, and its problems as text."""
    blocks, problems = [], []
    mark, block, blank = None, None, True
    for number, line in enumerate(lines_of(path), 1):
        fence = FENCE.match(line)
        if block:
            if line != '```':
                block.text.append(line)
                continue
            try:
                block.read_mark()
            except Problem as problem:
                problems.append(f'{block.place}: {problem}')
            block, mark = None, None
        elif fence:
            block = Block(f'{path}:{number}', number, fence[1], mark)
            blocks.append(block)
        elif line.startswith('    ') and blank:
            problems.append(f'{path}:{number}: an indented block has no mark '
                            '(use ```)')
        elif line:
            match = MARK.match(line)
            mark = match and match.groups()
        blank = not line
    if block:
        problems.append(f'{block.place}: the block does not end')
    return blocks, problems


def commands_of(path):
    """Return (number, command) for each command that is run, in order."""
    blocks, problems = parse(path)
    if problems:
        raise Problem('\n'.join(problems))
    found = [command for block in blocks if block.kind == 'run'
             for command in block.commands]
    return [(f'{number:03}', command)
            for number, command in enumerate(found, 1)]


def quotation_problem(block):
    """Return None if the block's lines are in the file, in this order and, except
    for "...", one after the other; otherwise the problem."""
    path = os.path.join(TOP, block.value)
    if not os.path.isfile(path):
        return f'{block.place}: {block.value}: no such file'
    text = [line.strip() for line in lines_of(path)]
    wanted = [line.strip() for line in block.text]
    if find_parts(split_at(wanted, ELLIPSIS), text, lambda a, b: a == b):
        return f'{block.place}: not in {block.value}'
    return None


def split_at(items, separator):
    parts = [[]]
    for item in items:
        if item == separator:
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def agreement(part, items, same):
    """Return how many items of @part @items begins with."""
    for number, pair in enumerate(zip(part, items)):
        if not same(*pair):
            return number
    return min(len(part), len(items))


def find_parts(parts, items, same, begin=0):
    """Return None if each part is in @items after the part before; otherwise the
    missing item and, if known, the item in its place."""
    for part in parts:
        best, place = max((agreement(part, items[place:], same), -place)
                          for place in range(begin, len(items) + 1))
        if best < len(part):
            return part[best], *items[-place + best:][:1]
        begin = -place + best
    return None


def tokens(lines):
    """Split into words, and numbers as (text, value, unit, is a fraction)."""
    result = []
    for line in lines:
        if line.strip() == ELLIPSIS:
            result.append(ELLIPSIS)
            continue
        end = 0
        for match in NUMBER.finditer(line):
            result += line[end:match.start()].split()
            unit = match[3] or ''
            value = float((match[1] + match[2]).replace(',', ''))
            result.append((match[0], value, unit, '.' in match[2]))
            end = match.end()
        result += line[end:].split()
    return result


def within(wanted, found, bounds):
    """Return whether two numbers differ by no more than the mark allows."""
    scale = UNITS.get(wanted[2]), UNITS.get(found[2])
    if wanted[2] != found[2] and None in scale:
        return False
    value = found[1] * (scale[1] or 1) / (scale[0] or 1)
    whole = not (wanted[3] or found[3])
    bound = bounds.get('numbers') or (not whole and bounds.get('fractions'))
    if not bound:
        return wanted[:1] == found[:1]
    if bound[2] == 'any':
        return True
    difference = abs(wanted[1] - value)
    share = float(bound[2]) / 100 * max(abs(wanted[1]), abs(value))
    return difference <= max(share, float(bound[4] or 0))


def compare(command, found):
    """Raise a Problem if the output differs from the document's."""
    if command.block.language != 'console':
        return

    def same(wanted, item):
        if isinstance(wanted, tuple) and isinstance(item, tuple):
            return within(wanted, item, command.block.bounds)
        return wanted == item

    # The beginning and the end are also items.
    wanted = ['', *tokens(command.expected), '']
    items = ['', *(item for item in tokens(found) if item != ELLIPSIS), '']
    differs = find_parts(split_at(wanted, ELLIPSIS), items, same)
    if differs:
        shown, *printed = (item if isinstance(item, str) else item[0]
                           for item in differs)
        raise Problem(f'the document shows "{shown}", ' +
                      f'the output has "{(printed or ["nothing"])[0]}"')


def read_output(said, number):
    with open(os.path.join(said, number + '.status'),
              encoding='ascii') as file:
        status = int(file.read())
    return status, [line.rstrip() for line in
                    lines_of(os.path.join(said, number))]


def do_compare(path, number, said):
    command = dict(commands_of(path))[number]
    status, found = read_output(said, number)
    try:
        if status != command.block.status:
            raise Problem(f'status {status}')
        compare(command, found)
    except Problem as problem:
        print(f'{path}:{command.line}: $ {command.text}\n{problem}\n'
              'the whole output:')
        print('\n'.join(found))
        return 1
    return 0


def shape(line):
    """A line without its numbers."""
    return NUMBER.sub('0', ' '.join(line.split()))


def like(line, found):
    """Shorten a line of output by "..." where the document's line has it."""
    if not line.endswith(' ' + ELLIPSIS):
        return found
    words = len(line.split()) - 1
    return re.match(r'\s*(?:\S+\s*){0,%d}' % words, found)[0].rstrip() + \
        ' ' + ELLIPSIS


def updated(command, found):
    """Return the output for the document: keep "...", and take all other lines from
    the output."""
    if not any(line.endswith(ELLIPSIS) for line in command.expected):
        return found
    result, begin = [], 0
    for line in command.expected:
        if line == ELLIPSIS:
            result.append(line)
            continue
        lines = [like(line, other) for other in found[begin:]]
        shapes = [shape(other) for other in lines]
        close = difflib.get_close_matches(shape(line), shapes, 1)
        if close:
            place = shapes.index(close[0])
            begin, line = begin + place + 1, lines[place]
        else:
            print(f'{command.block.place}: edit by hand: {line}',
                  file=sys.stderr)
        result.append(line)
    return result


def do_update(path, said):
    lines = lines_of(path)
    for number, command in reversed(commands_of(path)):
        if command.block.language != 'console':
            continue
        _, found = read_output(said, number)
        begin = command.line + command.text.count('\n')
        lines[begin:begin + len(command.expected)] = updated(command, found)
    with open(path, 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')
    return 0


def do_check(*paths):
    problems = []
    for path in paths:
        blocks, found = parse(path)
        found += filter(None, (quotation_problem(block) for block in blocks
                               if block.kind == 'from'))
        problems += found or ([] if blocks else [f'{path}: has no block'])
    print('\n'.join(problems))
    return int(bool(problems))


def do_list(path):
    for number, command in commands_of(path):
        print(number, command.title())
    return 0


def do_commands(place, path, directory):
    os.makedirs(directory, exist_ok=True)
    for number, command in commands_of(path):
        if command.block.value == place:
            with open(os.path.join(directory, number), 'w',
                      encoding='utf-8') as file:
                file.write(command.text + '\n')
    return 0


DO = {'check': do_check, 'list': do_list, 'commands': do_commands,
      'compare': do_compare, 'update': do_update}


def main(what, *arguments):
    try:
        return DO[what](*arguments)
    except Problem as problem:
        print(problem)
        return 1


sys.exit(main(*sys.argv[1:]))
