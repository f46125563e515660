#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print the tables of scripts/bench/bench: instructions per exit, memory per vCPU.

    bench-tables.py DIR     DIR has the job's files costs and sizes
"""
import os
import sys

# All configurations except the patched KVM's run on the stock modules.
CONFIGURATIONS = '''
stock off count count+time count+time+histogram count+detail all
module-off module-count module-count+time module-all
bpf-count bpf-count+time bpf-all
ftrace-hist kvm_stat-t perf-kvm-stat stock-again off-again
'''.split()
STRUCTURES = {'count (always)': 'kes_vcpu',
              '  after a reset': 'kes_counts',
              'time, while on': 'kes_time',
              'histogram, while on': 'kes_histogram',
              'detail, while on': 'kes_detail'}


def words_of(path):
    with open(path, encoding='utf-8') as file:
        return [line.split() for line in file]


def costs_table(rows, base):
    """Instructions per round trip of each configuration, minus those of base."""
    cost = {(row[0], row[1]): int(row[4]) / int(row[2]) for row in rows}
    kinds = list(dict.fromkeys(row[1] for row in rows))
    there = {row[0] for row in rows} - {base}
    print(f'{"":<22}' + ''.join(f' {kind:>10}' for kind in kinds))
    for name in CONFIGURATIONS:
        if name not in there or (
                base == 'off' and not name.startswith(('count', 'all', 'off'))):
            continue
        print(f'{name:<22}' + ''.join(
            f' {cost.get((name, kind), 0) - cost.get((base, kind), 0):10.2f}'
            for kind in kinds))


def print_costs(folder):
    """The minimum of all runs of a loop is a run without an interrupt."""
    rows = words_of(f'{folder}/costs')
    print('Instructions per round trip (lab vmx, Bochs; minimum of '
          f'{rows[0][3]} runs of {rows[0][2]} exits)')
    costs_table(rows, None)
    print('\nInstructions added to stock KVM per round trip')
    costs_table(rows, 'stock')
    print('\nInstructions added to patched KVM with counting off')
    costs_table(rows, 'off')
    if os.path.exists(f'{folder}/no-perf'):
        for words in words_of(f'{folder}/no-perf'):
            print('perf-kvm-stat: not measured:', *words)
    print()


def allocated(size):
    """The size that the allocator uses: with kmalloc, powers of two up to 8 KiB (and
    96 and 192 bytes); above, a power of two of whole pages."""
    if 64 < size <= 96:
        return 96
    if 128 < size <= 192:
        return 192
    return max(8, 1 << (size - 1).bit_length())


def print_memory(folder):
    size = {row[0]: int(row[1]) for row in words_of(f'{folder}/sizes')}
    print('Memory per vCPU, bytes')
    print(f'{"":<34} {"size":>8} {"allocated":>10}')
    for name, structure in STRUCTURES.items():
        bytes_ = size.get(structure, 0)
        print(f'{name:<34} {bytes_:8} {allocated(bytes_):10}')


print_costs(sys.argv[1])
print_memory(sys.argv[1])
