# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Check whether this machine can run the lab kvm, by booting L1. Opening /dev/kvm is
# not enough: a host may offer it without VMX or SVM, and then runs small guests but
# not Linux. Sourced by scripts/lab/lab.

# Print "yes: ...", or exit with 77 and the reason. The answer is cached until this
# machine's next boot.
probe_kvm()
{
	local answer
	answer=$(cache_dir)/probe-kvm-$(tr -d - </proc/sys/kernel/random/boot_id)
	if [ ! -s "$answer" ]; then
		probe_once >"$answer.$$"
		mv "$answer.$$" "$answer"
	fi
	case $(<"$answer") in
	yes*) cat "$answer" ;;
	*) cannot_run "$(<"$answer")" ;;
	esac
}

probe_once()
{
	local kernel log rc=0
	if ! [ -c /dev/kvm ] || ! [ -w /dev/kvm ]; then
		echo "/dev/kvm: not found or not writable"
		return
	fi
	kernel=$("$TOP/scripts/build/kernel" stock 6.12)
	say "kvm: probing: L1 must boot and find VMX or SVM"
	log=$(mktemp)
	EXITSTAT_PROBING=1 "$TOP/scripts/lab/lab" --lab kvm --kernel "$kernel" \
		--timeout 60 --quiet 2>"$log" || rc=$?
	if [ "$rc" = 0 ]; then
		echo "yes: L1 boots and finds VMX or SVM"
	else
		sed -n '1s/^lab: //p' "$log"
	fi
	rm -f "$log"
}
