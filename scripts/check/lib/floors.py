#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Check that the folders of a tree use only lower floors.

    floors.py MAP FOLDER

MAP is a document with a heading "## FOLDER/" and a table below it, whose rows begin
with a floor, a number, and the names of folders (or files) in FOLDER. circles.py
finds the dependencies. A file may use its own folder and folders on lower floors,
and every folder with C source must have a row. Prints violations; status 1 if there
are any.
"""
import os
import re
import sys

import circles

ROW = re.compile(r'\| (\d+) \| (.+?) \|')


def floors_of(map_path, folder):
    """{name: floor} from the table below the folder's heading."""
    with open(map_path, encoding='utf-8') as file:
        parts = file.read().split(f'\n## {folder}/\n')
    if len(parts) != 2:
        sys.exit(f'floors.py: {map_path}: needs one heading "## {folder}/"')
    floors = {}
    for line in parts[1].split('\n## ')[0].split('\n'):
        row = ROW.match(line)
        for name in re.findall(r'`([^`]+)`', row[2]) if row else ():
            floors[name.rstrip('/')] = int(row[1])
    if not floors:
        sys.exit(f'floors.py: {map_path}: no table of floors below "## {folder}/"')
    return floors


def place(node):
    """The row of a file: its folder's, or its own at the top."""
    return node.split('/')[0] if '/' in node else f'{node}.c'


def wrong_rows(floors, folder, nodes):
    used = {place(node) for node in nodes}
    for name in sorted(used - floors.keys()):
        yield f'{folder}/{name}: no floor in the map'
    for name in sorted(floors.keys() - used):
        yield f'{folder}/{name}: in the map, but without C source'


def wrong_arrows(floors, folder, arrows):
    for node in sorted(arrows):
        for target in sorted(arrows[node]):
            here, there = place(node), place(target)
            if here == there or floors.get(there, 0) < floors.get(here, 0):
                continue
            reasons = ', '.join(sorted(arrows[node][target])[:4])
            yield (f'{folder}/{node} (floor {floors.get(here)}) uses {target} '
                   f'(floor {floors.get(there)}): {reasons}')


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    map_path, folder = sys.argv[1], os.path.normpath(sys.argv[2])
    floors = floors_of(map_path, folder)
    arrows = circles.graph(circles.read_folder(folder))
    wrong = [*wrong_rows(floors, folder, arrows),
             *wrong_arrows(floors, folder, arrows)]
    print('\n'.join(wrong), end='\n' if wrong else '')
    return int(bool(wrong))


if __name__ == '__main__':
    sys.exit(main())
