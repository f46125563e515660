#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Find the scripts that shellcheck must check again, because they or the files that
# they source have changed since they last passed.
#
#   scripts/check/lib/unchanged.py PASSED VERSION <NAMES     print them
#   scripts/check/lib/unchanged.py --passed PASSED VERSION <NAMES
#
# NAMES: scripts below the working directory, one per line. PASSED: a file with the
# hashes of scripts that passed; --passed replaces it by those of NAMES. VERSION:
# shellcheck's version and options. Used by scripts/check/checks/style.

import hashlib
import os
import re
import sys

SOURCE = re.compile(r'^\s*# shellcheck source=(\S+)'
                    r'|^\s*\. "?(?:\$\(.*\)|\$\{?\w+\}?|\.)/([\w./-]+)', re.M)


def text_of(name):
    with open(name, encoding='utf-8', errors='surrogateescape') as file:
        return file.read()


def with_sourced(name, seen):
    """Return the script and all files that it sources, by shellcheck's directives or
    by a command whose path begins with an expansion, which shellcheck treats as ".";
    relative to the top or to the script."""
    if name in seen or not os.path.isfile(name):
        return seen
    seen[name] = text_of(name)
    for match in SOURCE.finditer(seen[name]):
        source = match[1] or match[2]
        for where in ('', os.path.dirname(name)):
            with_sourced(os.path.normpath(os.path.join(where, source)), seen)
    return seen


def key(name, version):
    files = with_sourced(name, {})
    digest = hashlib.sha256(version.encode() + name.encode())
    for path in sorted(files):
        digest.update(files[path].encode(errors='surrogateescape'))
    return digest.hexdigest()


def main():
    replace = sys.argv[1] == '--passed'
    passed, version = sys.argv[-2:]
    names = sys.stdin.read().split('\n')[:-1]
    if replace:
        with open(passed + '.new', 'w', encoding='ascii') as file:
            file.writelines(key(name, version) + '\n' for name in names)
        os.replace(passed + '.new', passed)
        return
    known = set()
    if os.path.exists(passed):
        known = set(text_of(passed).split())
    for name in names:
        if key(name, version) not in known:
            print(name)


main()
