#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
#
# Find words that the glossary bans.
#
#   scripts/check/lib/words.py GLOSSARY FILE...
#
# The glossary's tables write banned words in italics, in their last column. A
# word is found in prose, comments, messages and names (an underscore is a
# boundary), in any case, and also across the lines of a paragraph. Prints a line
# per place and exits with 1 if there is one, with 2 if the glossary bans nothing.

import re
import sys

# What a line of a comment, a list or a quotation begins with.
LEADER = re.compile(r'^[ \t]*(?:(?:/?\*+|//|#+|>|;|\.\\"|[-*] )[ \t]*)?', re.M)
# A name of the kernel that contains a banned word.
KERNEL_NAME = '__read_mostly'


def read(path):
    with open(path, encoding='utf-8', errors='replace') as file:
        return file.read()


def banned(glossary):
    """The banned words and the term of their row."""
    words = {}
    for line in glossary.splitlines():
        cells = [cell.strip() for cell in line.strip('|').split('|')]
        if not line.startswith('|') or len(cells) < 2:
            continue
        for word in re.findall(r'\*([^*]+)\*', cells[-1]):
            words[word.lower()] = cells[0]
    return words


def pattern(words):
    """One that matches each of @words, longer ones first."""
    each = sorted(words, key=len, reverse=True)
    return re.compile(
        r'(?<![a-z])(?:' +
        '|'.join(re.escape(word).replace(r'\ ', r'\s+') for word in each) +
        r')(?![a-z])', re.I)


def places(text, find):
    """(line, word) of each place. What a line begins with is blanked, so that
    words of two lines are neighbours and places stay."""
    text = LEADER.sub(lambda leader: ' ' * len(leader[0]), text)
    text = text.replace(KERNEL_NAME, ' ' * len(KERNEL_NAME))
    for match in find.finditer(text):
        yield (text.count('\n', 0, match.start()) + 1,
               ' '.join(match[0].lower().split()))


def main(glossary, *files):
    words = banned(read(glossary))
    if not words:
        print(f'{glossary}: no banned words found', file=sys.stderr)
        return 2
    find = pattern(words)
    found = 0
    for path in files:
        for line, word in places(read(path), find):
            print(f'{path}:{line}: "{word}" (use: {words[word]})')
            found = 1
    return found


sys.exit(main(*sys.argv[1:]))
