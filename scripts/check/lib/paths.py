#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Check that files, folders and headings named in Markdown exist.
#
#   scripts/check/lib/paths.py [--links] FILE...
#
# --links: check only targets of links.
# A path is code (`...`) with a slash or a known suffix, or the target of a link. It
# is looked up from the top, beside the file, in the folder of the last heading ("##
# tools/tests/"), and in the folder of the line's first path. Capitals in it stand for
# any name: tools/tests/unit/test-NAME.c. Exit status: 0, or 1 with a line for each
# problem.

import glob
import os
import re
import sys

TOP = os.path.normpath(os.path.join(os.path.dirname(__file__), '../../..'))


def lines_of(path):
    with open(path, encoding='utf-8') as file:
        return file.read().splitlines()


CODE = re.compile(r'`([^`\s]+)`')
LINK = re.compile(r'\]\(([^)#\s]*)(?:#([^)\s]*))?\)')
IS_PATH = re.compile(r'^[\w.*-]+(/[\w.*-]+)*/?$')
HAS_ENDING = re.compile(r'\.(c|h|S|md|sh|py|def|cfg|conf|[1-8])$')
PLACEHOLDER = re.compile(r'\b[A-Z]{3,}\b|X\.Y')
# Built files, or files of another tree.
ELSEWHERE = re.compile(r'^(out|guests/build|arch|proc|sys|dev)(/|$)|^~|^/')


def exists(name, folders):
    name = PLACEHOLDER.sub('*', name)
    return any(glob.glob(os.path.join(TOP, folder, name))
               for folder in folders)


def anchors(path):
    """Return the names of headings in links."""
    return [re.sub(r'[^\w\- ]', '', line.lstrip('# ').lower())
            .replace(' ', '-') for line in lines_of(path)
            if line.startswith('#')]


def path_problems(path, only_links):
    here = os.path.dirname(path)
    heading = ''
    for number, line in enumerate(lines_of(path), 1):
        if line.startswith('## '):
            heading = line[3:].strip()
        names = [name for name in CODE.findall(line)
                 if IS_PATH.match(name) and not only_links]
        first = os.path.dirname(names[0]) if names else ''
        folders = ('', heading, here, first, os.path.join(heading, first))
        for name in names:
            if not ELSEWHERE.match(name) and \
                    ('/' in name or HAS_ENDING.search(name)) and \
                    not exists(name, folders):
                yield f'{path}:{number}: {name}: no such file'
        for target, anchor in LINK.findall(line):
            if '://' in target:
                continue
            file = os.path.normpath(os.path.join(here, target)) \
                if target else path
            if not os.path.exists(file):
                yield f'{path}:{number}: {target}: no such file'
            elif anchor and anchor not in anchors(file):
                yield f'{path}:{number}: {target}#{anchor}: no such heading'


def main(*paths):
    only_links = paths[0] == '--links'
    problems = [problem for path in paths[only_links:]
                for problem in path_problems(path, only_links)]
    print('\n'.join(problems))
    return int(bool(problems))


sys.exit(main(*sys.argv[1:]))
