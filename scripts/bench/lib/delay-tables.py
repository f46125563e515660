#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print the tables of scripts/bench/delay.

    delay-tables.py DIR     DIR has the job's files delays and fleet
"""
import os
import sys


def words_of(path):
    with open(path, encoding='utf-8') as file:
        return [line.split() for line in file]


def print_delays(rows):
    """Each operation beside each reader, and the ratio to the time without one."""
    print(f'{"us":<12} {"reader":<11}'
          f'{"minimum":>9}{"median":>9}{"90 %":>9}{"99 %":>9}{"maximum":>9}'
          f'{"median ratio":>14}')
    idle = {row[1]: float(row[3]) for row in rows if row[0] == 'idle'}
    for name in idle:
        for row in rows:
            if row[1] == name:
                print(f'{name:<12} {row[0]:<11}' + ''.join(
                    f'{int(ns) / 1000:9.0f}' for ns in row[2:]) +
                    f'{float(row[3]) / idle[name]:14.2f}')


def print_reads(rows, vcpus):
    print(f'{"file":<12}{"reads":>8}{"bytes":>12}{"system ms":>11}'
          f'{"us per vCPU":>13}')
    for phase, _, reads, size, ns in rows:
        print(f'{phase:<12}{reads:>8}{size:>12}{int(ns) / 1e6:11.1f}'
              f'{int(ns) / 1e3 / vcpus:13.2f}')


def main():
    out = sys.argv[1]
    rows = words_of(os.path.join(out, 'delays'))
    vms, vcpus, rounds = map(int, words_of(os.path.join(out, 'fleet'))[0])
    print(f'{vms} VMs of {vcpus} vCPUs, {rounds} rounds')
    print_delays([row for row in rows if row[1] != 'read'])
    print()
    print_reads([row for row in rows if row[1] == 'read'], vms * vcpus)


main()
