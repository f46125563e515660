# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The tables of scripts/bench/bench, from what its job left: instructions per exit,
# and memory per vCPU. Sourced by scripts/bench/bench.

# What a row is called, and what it is compared with. All that is not the patched
# KVM runs on the stock modules.
CONFIGURATIONS='stock -
off stock
count stock
count+time stock
count+time+histogram stock
count+detail stock
all stock
module-off stock
module-count stock
module-count+time stock
module-all stock
bpf-count stock
bpf-count+time stock
bpf-all stock
ftrace-hist stock
kvm_stat-t stock
perf-kvm-stat stock
stock-again stock
off-again stock'

# Instructions per round trip, then what each row adds to stock and to off.
# The smallest of all runs of a loop is the one without an interrupt.
print_costs()
{
	local dir=$1
	echo "Instructions per round trip (lab vmx, Bochs; minimum of" \
		"$(awk 'NR == 1 { print $4 " runs of " $3 }' "$dir/costs")" \
		"exits)"
	costs_table "$dir/costs" -
	echo
	echo "Instructions added to stock KVM per round trip"
	costs_table "$dir/costs" stock
	echo
	echo "Instructions added to patched KVM with counting off"
	costs_table "$dir/costs" off
	[ ! -s "$dir/no-perf" ] ||
		echo "perf-kvm-stat: not measured: $(<"$dir/no-perf")"
	echo
}

# costs_table FILE BASE: rows in the order of CONFIGURATIONS, minus BASE's.
costs_table()
{
	awk -v base="$2" -v order="$CONFIGURATIONS" '
	{
		if (!($2 in seen)) {
			seen[$2] = 1
			kinds[++n] = $2
		}
		cost[$1, $2] = $5 / $3
		there[$1] = 1
	}
	END {
		printf "%-22s", ""
		for (i = 1; i <= n; i++)
			printf " %10s", kinds[i]
		print ""
		rows = split(order, row, "\n")
		for (r = 1; r <= rows; r++) {
			split(row[r], f, " ")
			if (!(f[1] in there) || f[1] == base)
				continue
			if (base == "off" && !(f[1] ~ /^(count|all|off)/))
				continue
			printf "%-22s", f[1]
			for (i = 1; i <= n; i++)
				printf " %10.2f", cost[f[1], kinds[i]] - \
					(base == "-" ? 0 : cost[base, kinds[i]])
			print ""
		}
	}' "$1"
}

# memory_of MODULES: "structure bytes" of what a vCPU has, from the BTF of the
# module that was measured.
memory_of()
{
	pahole --btf_base "$1/linux/vmlinux" --sizes "$1/kvm.ko" |
		awk '$1 ~ /^kes_(vcpu|counts|time|histogram|detail)$/ {
			print $1, $2 }'
}

# What the allocator takes: kmalloc has powers of two up to 8 KiB (and 96 and
# 192 bytes); above, whole pages, a power of two of them.
print_memory()
{
	echo "Memory per vCPU, bytes"
	awk '
	function slab(n,   s) {
		for (s = 8; s < n; s *= 2)
			;
		return n > 64 && n <= 96 ? 96 : n > 128 && n <= 192 ? 192 : s
	}
	function row(name, n) {
		printf "%-34s %8d %10d\n", name, n, slab(n)
	}
	{ size[$1] = $2 }
	END {
		printf "%-34s %8s %10s\n", "", "size", "allocated"
		row("count (always there)", size["kes_vcpu"])
		row("  once it has been reset", size["kes_counts"])
		row("time, while on", size["kes_time"])
		row("histogram, while on", size["kes_histogram"])
		row("detail, while on", size["kes_detail"])
	}' "$1/sizes"
}
