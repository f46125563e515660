#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# minivmm's command line, invalid input, and a missing KVM; and, if /dev/kvm can run a
# guest, guests that fail. Guests are given as bytes, with their instructions in
# comments.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

MINIVMM=$BUILD/vmm/minivmm

minivmm() {
	"$MINIVMM" "$@"
}

# guest NAME BYTES: write an image with these bytes (printf's escapes)
guest() {
	# shellcheck disable=SC2059 # the bytes are a format
	printf "$2" >"$1"
}

guest hlt '\xf4'			# hlt
guest spin '\xeb\xfe'			# jmp .
guest status3 '\xb0\x03\xe6\xf4'	# mov $3, %al; out %al, $0xf4
guest cli-hlt '\xfa\xf4'		# cli; hlt
# mov $5, %cl; hlt; dec %cl; jnz the hlt; mov %cl, %al; out %al, $0xf4
guest ticks '\xb1\x05\xf4\xfe\xc9\x75\xfb\x88\xc8\xe6\xf4'
# mov %cs, %eax; and $3, %al; out %al, $0xf4
guest ring '\x8c\xc8\x24\x03\xe6\xf4'
# mov $0x5e4, %dx; in %dx, %eax; cmp $-1, %eax; je the hlt; out %al, $0xe9;
# jmp the in; hlt
guest echo '\xba\xe4\x05\x66\xed\x66\x83\xf8\xff\x74\x04\xe6\xe9\xeb\xf4\xf4'
# mov $0x41, %al; out %al, $0xe9; inc %al; out %al, $0xe9; hlt
guest ab '\xb0\x41\xe6\xe9\xfe\xc0\xe6\xe9\xf4'
# mov $0xfff8, %ax; mov %ax, %ds: an invalid segment, without a handler (long mode)
guest triple '\x66\xb8\xf8\xff\x8e\xd8'
# mov $0xfe, %al; out %al, $0x64
guest reset '\xb0\xfe\xe6\x64'
# jmp into address 0x4000000, where there is no memory (protected mode)
guest lost '\xb8\x00\x00\x00\x04\xff\xe0'

help() {
	minivmm --help >got
	has '--timeout S' <got
	minivmm -h | diff got -
	minivmm --version | has '^minivmm [0-9]'
	minivmm -V | has '^minivmm [0-9]'
}

many_images() {
	local images=()
	for _ in {1..65}; do images+=(hlt); done
	fails 2 '65 images: at most 64' minivmm "${images[@]}"
}

bad_files() {
	: >empty
	mkdir -p dir
	truncate -s 600M huge
	head -c 100 /dev/zero >short
	printf '\x7fELF' >elf
	cases <<-'END'
		1	minivmm nowhere			nowhere: No such file or directory
		1	minivmm empty			empty: empty
		1	minivmm dir			dir: not a regular file
		1	minivmm huge			huge: 629145600 bytes, more than
		1	minivmm --firmware short	short: 100 bytes (firmware must be a multiple of 64 KiB
		1	minivmm elf			elf: invalid ELF: shorter than its header
	END
}

# The fuzzer's seeds are valid; truncated ones are not.
truncated() {
	mkdir -p seeds
	"$BUILD/fuzz-minivmm" seeds
	head -c 80 seeds/seed1 >elf32
	head -c 1200 seeds/seed3 >bzimage
	cases <<-'END'
		1	minivmm elf32			elf32: invalid ELF: program headers beyond the end of the file
		1	minivmm bzimage			bzimage: invalid bzImage: shorter
		1	minivmm --vcpus 2 seeds/seed3	must run alone, on one vCPU
		1	minivmm seeds/seed3 hlt	must run alone
	END
}

no_kvm() {
	unshare -m bash -c 'mount -t tmpfs none /dev && exec "$@"' - \
		"$MINIVMM" hlt >out 2>err && return 1
	cat err
	[ "$(cat err)" = 'minivmm: /dev/kvm: No such file or directory (load kvm-intel or kvm-amd; check that the firmware enables virtualization)' ]
}

no_permission() {
	chmod 755 "$T"
	fails 77 '/dev/kvm: Permission denied (run as root' as_nobody "$MINIVMM" hlt
}

ends() {
	minivmm hlt
	[ "$(minivmm ab)" = AB ]
	fails 1 'vCPU 0: status 3' minivmm status3
	fails 1 'vCPU 1: status 3' minivmm hlt status3
	minivmm reset 2>err
	has 'vCPU 0: reset by the keyboard controller' <err
	minivmm --quiet reset 2>err
	[ ! -s err ]
}

lines() {
	minivmm ab ab ab >got
	printf 'AB\nAB\nAB\n' | diff - got
	minivmm --vcpus 64 ab >got
	[ "$(sort -u got)" = AB ]
	[ "$(wc -l <got)" = 64 ]
}

exits() {
	minivmm --stats=json ab hlt 2>err
	python3 -c 'import json, sys
s = json.load(open("err"))
assert s["vcpus"][0]["exits"] == {"IO": 2, "HLT": 1}, s
assert s["vcpus"][1]["exits"] == {"HLT": 1}, s
assert s["all"]["total"] == 4, s
assert s["setup"]["calls"]["KVM_CREATE_VCPU"]["count"] == 2, s
assert sum(c["ns"] for c in s["setup"]["calls"].values()) == s["setup"]["calls_ns"]
assert s["setup"]["calls_ns"] < s["setup"]["total_ns"], s'
	minivmm --stats ab 2>err
	awk '/^all/ && $2 == 2 && $3 == 1 && $4 == 3 { seen = 1 }
		END { exit !seen }' err
}

# A machine leaves no resources for the next one.
repeat() {
	minivmm --repeat 3 --stats=json --vcpus 2 ab >got 2>err
	printf 'AB\nAB\nAB\nAB\nAB\nAB\n' | diff - got
	[ "$(grep -c '^{' err)" = 3 ]
	echo file >in
	[ "$(minivmm --repeat 2 --input in echo)" = $'file\nfile' ]
	prlimit --nofile=20 "$MINIVMM" --repeat 50 --vcpus 3 --input in hlt
	fails 1 'vCPU 0: status 3' minivmm --repeat 9 status3
	fails 2 '--repeat 0: out of range' minivmm --repeat 0 hlt
}

too_large() {
	truncate -s 256K full
	minivmm --timeout 1 --memory 320K full || true
	truncate -s 257K over
	fails 1 'over: 263168 bytes, more than the maximum of 262144' minivmm over
	fails 1 'more than 3 GiB' minivmm --memory 2G hlt hlt
	fails 1 'more than the maximum of 245760' minivmm --mode protected full
}

time_is_over() {
	fails 1 'vCPU 0: timed out (increase --timeout) at 0x0, bytes eb fe' \
		minivmm --timeout 200ms spin
	minivmm --timeout 200ms --vcpus 3 spin 2>err && return 1
	has 'vCPU 2: timed out .* at 0x80000, bytes eb fe' <err
	sleep 1 | fails 1 'vCPU 0: timed out' minivmm --timeout 200ms echo
}

# The parent sees the signal, and the statistics are printed.
killed() {
	local status=0 signal=$1
	timeout -s "$signal" 0.5 "$MINIVMM" --stats spin 2>err || status=$?
	cat err
	[ "$status" = 124 ]
	has "minivmm: ended by " <err
	has "^vCPU 0 " <err
}

broken_pipe() {
	local status=0
	{ minivmm echo </dev/zero 2>err || echo $? >status; } | head -c 1 >/dev/null
	cat err
	[ "$(cat status)" = 1 ]
	has 'standard output: Broken pipe' <err
}

input() {
	[ "$(echo hello | minivmm echo)" = hello ]
	echo file >in
	[ "$(minivmm --input in echo)" = file ]
	fails 1 'none: No such file' minivmm --input none echo
}

interrupts() {
	minivmm --timer=100 --timeout 10 ticks
	fails 1 'timed out' minivmm --irqchip --timeout 500ms ticks
	minivmm --irqchip --timeout 10 cli-hlt 2>err
	has 'vCPU 0: halted with interrupts off' <err
}

# The reference's VMM has 1,480 KB and 5 ms, with 256 KB per vCPU. Measured without
# sanitizers.
budget() {
	local tool=$BUILD/vmm-static/minivmm
	make -s -C "$TOP/tools/minivmm" O="${tool%/*}"
	"$tool" --stats=json ab 2>err
	cat err
	python3 -c 'import json, sys
s = json.load(open("err"))
assert s["resident_kb"] <= 1480, s["resident_kb"]'
}

check "usage errors exit with 2" cases <<-'END'
	2	minivmm				no image
	2	minivmm --vcpus 65 hlt		--vcpus 65: out of range
	2	minivmm --vcpus 1x hlt		--vcpus 1x: invalid value
	2	minivmm --memory 1K hlt		--memory 1K: out of range
	2	minivmm --mode flat hlt		--mode flat: invalid value
	2	minivmm --frobnicate hlt	--frobnicate: no such option
	2	minivmm hlt --initrd		--initrd: needs a value
	2	minivmm --vcpus 3 hlt hlt	2 images on 3 vCPUs
END
check "--help and --version print them" help
check "more images than vCPUs are refused" many_images
check "invalid files are refused" bad_files
check "truncated images are refused" truncated
check_mounting "a missing /dev/kvm is reported" no_kvm
why=$(minivmm hlt 2>&1) || :
if [ "$(id -u)" = 0 ] && [ -c /dev/kvm ] &&
	[ "$(($(stat -c 0%a /dev/kvm) & 6))" = 0 ]; then
	check "missing permission for /dev/kvm is reported" no_permission
else
	skip "missing permission for /dev/kvm is reported" \
		"all users can use it, or it does not exist"
fi

kvm_check() {
	if [ -z "$why" ]; then
		check "$@"
	else
		skip "$1" "$why"
	fi
}
kvm_check "the status of a guest is reported" ends
kvm_check "lines of several guests are not mixed" lines
kvm_check "exits and calls are counted" exits
kvm_check "--repeat runs one machine after the other" repeat
kvm_check "images larger than memory are refused" too_large
kvm_check "guests run in protected, long and user mode" cases <<-'END'
	0	minivmm --mode protected hlt
	0	minivmm --mode long hlt
	0	minivmm --mode long --vcpus 3 hlt
	0	minivmm --mode long ring
	1	minivmm --mode user ring		vCPU 0: status 3
	1	minivmm --mode user hlt			vCPU 0: triple fault
	1	minivmm --mode user seeds/seed1	seed1: --mode user requires a 64-bit ELF
END
kvm_check "a triple fault and an internal error are reported" cases <<-'END'
	1	minivmm --mode long --timeout 10 triple		vCPU 0: triple fault (KVM_EXIT_SHUTDOWN)
	1	minivmm --mode protected --timeout 10 lost	vCPU 0: KVM_EXIT_INTERNAL_ERROR, suberror 1
END
kvm_check "--timeout ends a guest" time_is_over
kvm_check "SIGINT ends the guest, and statistics are printed" killed INT
kvm_check "SIGTERM ends the guest, and statistics are printed" killed TERM
kvm_check "a closed pipe is reported" broken_pipe
kvm_check "a guest reads standard input and --input" input
kvm_check "interrupts work in real mode" interrupts
kvm_check "the resident size does not exceed the reference's" budget
done_testing
