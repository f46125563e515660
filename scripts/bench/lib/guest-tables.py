#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""Print the tables of scripts/bench/guests, from the results of measure.sh.

    guest-tables.py PLACE FILE
"""
import statistics
import sys

PLACES = {
    'host': "this machine's KVM",
    'svm': "lab svm: KVM on SVM that QEMU emulates; times are the emulator's",
    'vmx': 'lab vmx: KVM on VMX that Bochs emulates; a tick is an instruction',
}
KINDS = {
    'cpuid': 'CPUID, handled by KVM',
    'io-kernel': 'OUT to the PIC, handled by KVM',
    'msr-write': 'WRMSR, handled by KVM',
    'fastpath': 'WRMSR of the TSC deadline',
    'io-user': 'OUT, handled by the VMM',
    'hlt-user': 'HLT, handled by the VMM',
    'self-ipi': 'self-IPI',
    'self-ipi+hlt': 'self-IPI, pending at HLT',
}
VMMS = ('minivmm', 'qemu-kvm', 'qemu-tcg')


def short(number):
    return f'{number:.3g}' if number < 1000 else f'{number:.0f}'


def spread(numbers, form=short):
    """The median, with the smallest and the largest."""
    if not numbers:
        return '-'
    return (f'{form(statistics.median_low(numbers))} '
            f'({form(min(numbers))}-{form(max(numbers))})')


def print_exits(rows, khz):
    """With nanoseconds, if the clock is real."""
    print(f'  {"round trip":<32} {"ticks":>9} {"median":>9} {"ns" if khz else "":>9}')
    for kind, exits, *rest in rows:
        if exits == 'failed':
            print(f'  {KINDS[kind]:<32} not measured: '
                  f'{" ".join(rest) or "no answer"}')
            continue
        minimum, median = (int(ticks) / int(exits) for ticks in rest[1:3])
        ns = f'{median * 1e6 / khz:.0f}' if khz else ''
        print(f'  {KINDS[kind]:<32} {minimum:9.0f} {median:9.0f} {ns:>9}')


def print_guests(rows):
    """Times per iteration, and the ratios of each attempt's pair."""
    ns = {(name, vmm): {} for name, *_ in rows for vmm in VMMS}
    why = {}
    for name, vmm, attempt, *rest in rows:
        if attempt == 'failed':
            why[' '.join(rest) or 'no answer in time'] = None
        else:
            ns[name, vmm][attempt] = int(rest[1]) / int(rest[0])
    names = list(dict.fromkeys(row[0] for row in rows))

    def ratios(name, over, under):
        return spread([one / ns[name, under][attempt]
                       for attempt, one in ns[name, over].items()
                       if ns[name, under].get(attempt)])

    print(f'  {"ns/iter.":<10} {"minivmm, KVM":<26} {"QEMU, KVM":<26} QEMU, TCG')
    for name in names:
        own, kvm, tcg = (spread(ns[name, vmm].values()) for vmm in VMMS)
        print(f'  {name:<10} {own:<26} {kvm:<26} {tcg}')
    print(f'\n  {"ratio":<10} {"TCG to KVM, in QEMU":<26} QEMU to minivmm, both KVM')
    for name in names:
        print(f'  {name:<10} {ratios(name, "qemu-tcg", "qemu-kvm"):<26} '
              f'{ratios(name, "qemu-kvm", "minivmm")}')
    for reason in why:
        print(f'  not measured: {reason}')


def print_setup(rows):
    """Set-up time and memory; the reference's VMM has 5 ms and 1,480 KB."""
    print(f'  {"minivmm":<10} {"set-up in ms":<30} resident KB')
    for vcpus in ('1', '2', '4'):
        mine = [(int(ns) / 1e6, int(kb)) for n, ns, kb in rows if n == vcpus]
        if mine:
            ms = spread([ms for ms, _ in mine], '{:.2f}'.format)
            print(f'  {vcpus + " vCPU":<10} {ms:<30} {max(kb for _, kb in mine)}')


def main():
    place, path = sys.argv[1:]
    rows = {'tsc': [], 'exit': [], 'guest': [], 'setup': []}
    with open(path, encoding='utf-8') as file:
        for line in file:
            kind, *words = line.split()
            rows[kind].append(words)
    khz = int(rows['tsc'][0][0])
    print(f'{PLACES[place]} (TSC: {khz} kHz)\n')
    print_exits(rows['exit'], khz if place == 'host' else 0)
    print()
    print_guests(rows['guest'])
    print()
    print_setup(rows['setup'])
    print()


main()
