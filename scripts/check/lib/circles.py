#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Find circular dependencies between C files.

    circles.py FOLDER...             print circles, their edges and the reasons
    circles.py --headers FOLDER...   print headers that declare another file's names

X.c and X.h are one node. A node depends on another if it includes one of its files,
or uses a function or a variable that the other defines; a declaration is not a use.
Each folder, with its subfolders, is a separate graph. Status 1 if anything is
printed.

The source is parsed, not compiled, so all variants of a build are covered: a
definition begins in column 0, and its body ends with a brace in column 0, as in the
kernel's style. Assembly is not read.
"""
import collections
import os
import re
import sys

SOURCES = ('.c', '.h', '.def')
LITERAL = r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\''
COMMENT = re.compile(rf'/\*.*?\*/|//[^\n]*|({LITERAL})', re.S)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+([<"])([^>"]+)[>"]', re.M)
DIRECTIVE = re.compile(r'^[ \t]*#(?:[^\n]*\\\n)*[^\n]*', re.M)
ATTRIBUTE = re.compile(r'\b__attribute__\s*\(\(.*?\)\)|\b(?:__printf|SEC)\([^)]*\)', re.S)
# Neither a member of a structure, after a dot or an arrow, nor a tag.
NAME = re.compile(r'(?<![\w.])(?<!->)(?<!struct )(?<!union )(?<!enum )[A-Za-z_]\w*')
CALLED = re.compile(r'([A-Za-z_]\w*)\s*\(')
DEFINE = re.compile(r'DEFINE_\w+\(\s*(?:struct \w+ \*?, *)?(\w+)')


def function_in(statement):
    called = CALLED.search(statement)
    return [called[1]] if called else []


def variables_in(statement):
    """The last name of each declarator, before its value."""
    parts = re.sub(r'\[.*?\]|\{.*|\(.*?\)|;', '', statement).split(',')
    names = [[name for name in NAME.findall(part.split('=')[0])
              if not name.startswith('__')] for part in parts]
    return [found[-1] for found in names if found] if len(names[0]) > 1 else []


def statements(text):
    """Statements that begin in column 0, up to their end or the body's beginning."""
    head, inside = [], False
    for line in ATTRIBUTE.sub('', DIRECTIVE.sub('', text)).split('\n'):
        if inside:
            inside = not line.startswith('}')
        elif not line.strip() or line.startswith('}'):
            head = []
        else:
            head.append(line)
            if line.endswith((';', '{', '}')):
                yield ' '.join(head)
                head, inside = [], line.endswith('{')


def defined_in(statement):
    before = statement.split('=')[0]
    if re.match(r'(static|extern|typedef)\b', statement):
        return []
    if DEFINE.match(statement):
        return [DEFINE.match(statement)[1]]
    if re.search(r'\)\s*\{', before):
        return function_in(before)
    return [] if re.search(r'[({]', before) else variables_in(statement)


def declared_in(statement):
    if statement.startswith('extern'):
        return function_in(statement) or variables_in(statement)
    if re.match(r'(static|typedef)\b', statement) or re.search('[={]', statement):
        return []
    return function_in(statement) if statement.endswith(';') else []


class File:
    """A file, with the names that it includes, defines, declares and uses."""

    def __init__(self, folder, path):
        with open(os.path.join(folder, path), encoding='utf-8') as file:
            text = COMMENT.sub(lambda m: m[1] or ' ', file.read())
        self.path = path
        self.node = os.path.splitext(path)[0]
        self.includes = INCLUDE.findall(text)
        text = re.sub(LITERAL, '""', INCLUDE.sub('', text))
        found = list(statements(text))
        declared = [name for one in found for name in declared_in(one)]
        self.declares = set(declared)
        self.defines = set()
        if path.endswith('.c'):
            self.defines = {name for one in found for name in defined_in(one)}
        self.uses = collections.Counter(NAME.findall(text))
        self.uses.subtract(declared)

    def used(self, names):
        return {name for name in names if self.uses[name] > 0}


def read_folder(folder):
    paths = [os.path.relpath(os.path.join(parent, name), folder)
             for parent, _, names in os.walk(folder)
             for name in names if name.endswith(SOURCES)]
    if not paths:
        sys.exit(f'circles.py: {folder}: no C source')
    return [File(folder, path) for path in sorted(paths)]


def owners_of(files):
    """{name: nodes}: variants of a build may define the same name."""
    owners = collections.defaultdict(set)
    for file in files:
        for name in file.defines:
            owners[name].add(file.node)
    return owners


def included(file, kind, name, paths):
    """The file in the folder that an #include refers to, or None."""
    beside = os.path.normpath(os.path.join(os.path.dirname(file.path), name))
    if kind == '"' and beside in paths:
        return beside
    end = f'/include/{name}' if kind == '<' else f'/{name}'
    found = [path for path in paths if f'/{path}'.endswith(end)]
    return min(found, key=len, default=None)


def arrows_of(file, owners, paths):
    """(node, reason) for each dependency of the file."""
    for kind, name in file.includes:
        target = included(file, kind, name, paths)
        if target:
            yield os.path.splitext(target)[0], f'#include {name}'
    for name in file.used(owners):
        if file.node not in owners[name]:
            for owner in owners[name]:
                yield owner, name


def graph(files):
    """{node: {node: {reason}}}"""
    owners, paths = owners_of(files), {file.path for file in files}
    arrows = {}
    for file in files:
        targets = arrows.setdefault(file.node, {})
        for node, reason in arrows_of(file, owners, paths):
            if node != file.node:
                targets.setdefault(node, set()).add(reason)
    return arrows


def reachable(arrows, start):
    seen, todo = set(), [start]
    while todo:
        new = arrows[todo.pop()].keys() - seen
        seen |= new
        todo.extend(new)
    return seen


def circles(arrows):
    """Sets of nodes in which each reaches all others."""
    reach = {node: reachable(arrows, node) for node in arrows}
    found = {frozenset(other for other in reach[node] if node in reach[other])
             for node in arrows}
    return sorted(filter(None, found), key=sorted)


def show_circles(folder):
    arrows = graph(read_folder(folder))
    found = circles(arrows)
    for circle in found:
        print(f'{folder}: a circle of {len(circle)} files: {" ".join(sorted(circle))}')
        for node in sorted(circle):
            for target in sorted(circle & arrows[node].keys()):
                reasons = sorted(arrows[node][target])
                more = ', ...' if len(reasons) > 4 else ''
                print(f'  {node} -> {target}: {", ".join(reasons[:4])}{more}')
    return bool(found)


def show_headers(folder):
    files = read_folder(folder)
    owners = owners_of(files)
    found = False
    for file in files:
        for name in sorted(file.declares & owners.keys()):
            if file.path.endswith('.h') and file.node not in owners[name]:
                print(f'{folder}/{file.path}: {name} is defined in '
                      f'{" and ".join(sorted(owners[name]))}')
                found = True
    return found


def main():
    show, folders = show_circles, sys.argv[1:]
    if folders[:1] == ['--headers']:
        show, folders = show_headers, folders[1:]
    if not folders:
        sys.exit(__doc__)
    return int(any([show(folder) for folder in folders]))


if __name__ == '__main__':
    sys.exit(main())
