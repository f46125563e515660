# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A guest with known exits on this machine's KVM: guests/mix.c under minivmm, in
# ring 3, which every KVM executes. Sourced by the checks host and metrics.

# make_mix DIR NAME: build the guest, and copy minivmm to NAME, which distinguishes
# its events and metrics from those of other VMs on this machine
make_mix()
{
	mkdir -p "$TOP/out"
	flock "$TOP/out" make -s -C "$TOP" all >&2
	make -s -C "$TOP/guests" O="$1/guests" "$1/guests/mix" >&2
	mv "$1/guests/mix" "$1/mix"
	rm -r "$1/guests"
	cp "$TOP/out/bin/minivmm" "$1/$2"
}

# saw_io FILE VCPUS N: minivmm's --stats=json in FILE has VCPUS vCPUs, each with N
# returns for port I/O and no others
saw_io()
{
	local vcpus
	vcpus=$(grep -o '{"vcpu":[0-9]*,"exits":{"IO":'"$3}" "$1" | wc -l)
	[ "$vcpus" = "$2" ] || { cat "$1"; return 1; }
}
