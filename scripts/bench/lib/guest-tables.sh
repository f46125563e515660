# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The tables of scripts/bench/guests, from what measure.sh wrote. Sourced.

declare -A PLACE_TITLES=(
[host]="this machine's KVM"
[svm]='lab svm: KVM on SVM that QEMU emulates; times are the emulator'\''s'
[vmx]='lab vmx: KVM on VMX that Bochs emulates; a tick is an instruction'
)

declare -A KIND_TITLES=(
[cpuid]='CPUID, handled by KVM'
[io-kernel]='OUT to the PIC, handled by KVM'
[msr-write]='WRMSR, handled by KVM'
[fastpath]='WRMSR of the TSC deadline'
[io-user]='OUT, handled by the VMM'
[hlt-user]='HLT, handled by the VMM'
[self-ipi]='interrupt sent to oneself'
[self-ipi+hlt]='the same, and HLT that finds it'
)

# print_exits FILE [KHZ]: with nanoseconds, where the clock is a real one
print_exits()
{
	local kind exits min median rest khz=${2-}
	printf '  %-32s %9s %9s %9s\n' 'round trip' ticks median "${khz:+ns}"
	while read -r kind exits _ min median rest; do
		if [ "$exits" = failed ]; then
			printf '  %-32s not measured: %s\n' \
				"${KIND_TITLES[$kind]}" "${rest:-no answer}"
			continue
		fi
		awk -v title="${KIND_TITLES[$kind]}" -v n="$exits" -v min="$min" \
			-v med="$median" -v khz="$khz" 'BEGIN {
			ns = khz ? sprintf("%.0f", med / n * 1e6 / khz) : ""
			printf "  %-32s %9.0f %9.0f %9s\n", title, min / n,
				med / n, ns }'
	done < <(sed -n 's/^exit //p' "$1")
}

# Medians with the smallest and the largest, and ratios of the tries' pairs.
print_guests()
{
	awk '
	function sorted(list, to,    n, i, j, t) {
		n = split(list, to, " ")
		for (i = 2; i <= n; i++)
			for (j = i; j > 1 && to[j] + 0 < to[j - 1] + 0; j--) {
				t = to[j]; to[j] = to[j - 1]; to[j - 1] = t
			}
		return n
	}
	function spread(list,    n, to) {
		n = sorted(list, to)
		if (!n)
			return "-"
		return sprintf("%s (%s-%s)", short(to[int((n + 1) / 2)]),
			short(to[1]), short(to[n]))
	}
	function short(x) { return sprintf(x < 1000 ? "%.3g" : "%.0f", x) }
	$1 != "guest" { next }
	!($2 in seen) { seen[$2] = 1; names[++nr] = $2 }
	$4 == "failed" {
		sub(/^guest [^ ]+ [^ ]+ failed */, "")
		why[$0 == "" ? "no answer in time" : $0] = 1
		next
	}
	{
		one = $6 / $5
		all[$2, $3] = all[$2, $3] " " one
		at[$2, $3, $4] = one
		tries = $4 > tries ? $4 : tries
	}
	function ratios(name, a, b,    i, list) {
		for (i = 1; i <= tries; i++)
			if (at[name, a, i] && at[name, b, i])
				list = list " " at[name, a, i] / at[name, b, i]
		return spread(list)
	}
	END {
		split("minivmm qemu-kvm qemu-tcg", vmms, " ")
		printf "  %-10s %-26s %-26s %s\n", "ns/iter.", "minivmm, KVM",
			"QEMU, KVM", "QEMU, TCG"
		for (i = 1; i <= nr; i++)
			printf "  %-10s %-26s %-26s %s\n", names[i],
				spread(all[names[i], vmms[1]]),
				spread(all[names[i], vmms[2]]),
				spread(all[names[i], vmms[3]])
		printf "\n  %-10s %-26s %s\n", "ratio", "TCG to KVM, in QEMU",
			"QEMU to minivmm, both KVM"
		for (i = 1; i <= nr; i++)
			printf "  %-10s %-26s %s\n", names[i],
				ratios(names[i], vmms[3], vmms[2]),
				ratios(names[i], vmms[2], vmms[1])
		for (w in why)
			print "  not measured: " w
	}' "$1"
}

# The reference's VMM: 5 ms and 1,480 KB.
print_setup()
{
	local vcpus
	printf '  %-10s %-30s %s\n' 'minivmm' 'set-up in ms' 'resident KB'
	for vcpus in 1 2 4; do
		awk -v n="$vcpus" '$1 == "setup" && $2 == n { print $3, $4 }' \
			"$1" | sort -n | awk -v n="$vcpus" '
			{ ns[NR] = $1; if ($2 > kb) kb = $2 }
			END { if (NR) printf "  %-10s %-30s %d\n", n " vCPU",
				sprintf("%.2f (%.2f-%.2f)",
				ns[int((NR + 1) / 2)] / 1e6, ns[1] / 1e6,
				ns[NR] / 1e6), kb }'
	done
}

# print_place PLACE FILE
print_place()
{
	local khz
	khz=$(sed -n 's/^tsc //p' "$2")
	echo "${PLACE_TITLES[$1]} (TSC: $khz kHz)"
	echo
	if [ "$1" = host ]; then
		print_exits "$2" "$khz"
	else
		print_exits "$2"
	fi
	echo
	print_guests "$2"
	echo
	print_setup "$2"
	echo
}
