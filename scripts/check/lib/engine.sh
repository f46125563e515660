# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests of the accounting check, dispositions, time, histograms and detail. Each
# takes the name of a step of the job (a directory below $RUN), and prints what is
# wrong if it fails. Sourced by scripts/check/checks/lab.
#
# shellcheck disable=SC2016 # judge's arguments are awk programs

# judge STEP FILE PROGRAM [VAR=VALUE...]: run an awk program on snap's header and its
# lines for the step's last VM. It prints what is wrong, and must set seen if there
# was something to judge.
judge()
{
	local step=$1 file=$2 program=$3 wrong
	shift 3
	last_vm "$step"
	wrong=$(snap "$step" "$file" |
		awk -v vm="$LAST_VM" "${@/#/-v}" '
		$1 != "header" && $2 != vm { next } '"$program"'
		END { if (!seen) print "nothing to judge was found" }')
	[ -z "$wrong" ] || { echo "$wrong"; return 1; }
}

# all_accounted STEP [SINCE]: from snapshot SINCE to the last one, every attempt of
# every vCPU of every VM is accounted for. The counts are exact because no vCPU ran
# while a snapshot was taken: interrupts are off from VM entry until the attempt is
# counted, so with one CPU no reader runs in between. With more CPUs a reset may, and
# its copies are not judged.
all_accounted()
{
	local wrong
	wrong=$({ snap "$1" "${2-before}"; echo later; snap "$1"; } | awk \
		-v torn="$(torn "$1")" '
	$1 == "later" { after = 1 }
	$1 != "vcpu" && ($1 != "base" || torn) { next }
	{ k = $1 " " $2 " " $3; diff = $4 - $5 - $6 - $7 }
	!after { was[k] = diff; attempts[k] = $4; next }
	$4 > attempts[k] { seen = 1 }
	diff != was[k] + 0 { print; print "differed by " was[k] + 0 " before" }
	END { if (!seen) print "no attempt was counted" }')
	[ -z "$wrong" ] || { echo "$wrong"; return 1; }
}

# torn STEP: 1 if vCPUs may have been running when a reset read their counters
torn()
{
	[ "$SMP" = 1 ] || [ ! -f "$RUN/$1/resets" ] || echo 1
}

# The engine's own accounting check, since the last reset.
nothing_unaccounted()
{
	[ -n "$(torn "$1")" ] || [ "$(<"$RUN/$1/unaccounted")" = 0 ] ||
		{ echo "unaccounted: $(<"$RUN/$1/unaccounted")"; return 1; }
}

flipped_often()
{
	[ "$(<"$RUN/$1/rounds")" -lt 3 ] || return 0
	echo "only $(<"$RUN/$1/rounds") rounds before the guest ended"
	return 1
}

# No exit has two dispositions.
dispositions_fit()
{
	judge "$1" snapshot '
	$1 == "exit" { seen = 1 }
	$1 == "exit" && $7 + $8 + $9 > $5 + $6 || $1 == "exit" && $7 > $6'
}

fastpath_seen()
{
	judge "$1" snapshot '
	$1 == "exit" && $4 == code && $8 > 0 { seen = 1 }' \
		"code=$(code_of "$2")"
}

# code_of REASON
code_of()
{
	reason_codes "$ISA" | sed -n "s/^$1 //p"
}

# Returns to user space equal those in guests.cfg: for each reason, and for KVM_RUN
# with KVM_EXIT_IO (2).
userspace_exact()
{
	expected_counts "$1" 6 >"$RUN/$1/userspace.want"
	judge "$1" snapshot '
	BEGIN { while ((getline line < file) > 0) {
		split(line, f); want[f[1]] = f[2]; all += f[2] } }
	$1 == "exit" && $4 in want { seen++ }
	$1 == "exit" && $4 in want && $9 != want[$4] {
		print "code " $4 ": " $9 " to user space, not " want[$4] }
	$1 == "user" && $4 == 2 && $5 != all {
		print "KVM_EXIT_IO: " $5 ", not " all }' \
		"file=$RUN/$1/userspace.want"
}

# Print ftrace's kvm:kvm_userspace_exit as lines of "reason count", with the reasons of
# struct kes_userspace. The histogram shows an error of KVM_RUN, which is negative, as
# a number too large for awk: compare its digits. KVM_EXIT_MEMORY_FAULT is 39.
traced_returns()
{
	hist_complete "$1"
	awk '
	BEGIN {
		errno["18446744073709551612"] = "EINTR"
		errno["18446744073709551605"] = 11	# EAGAIN
		errno["18446744073709551602"] = 14	# EFAULT
		errno["18446744073709551483"] = 133	# EHWPOISON
	}
	function counted_as(reason, error) {
		if (length(error) < 20)
			return reason
		if (errno[error] == "EINTR")
			return 10
		if (reason == 39 && (errno[error] == 14 || errno[error] == 133))
			return 39
		return 2147483648 + errno[error]
	}
	/reason:/ {
		gsub(/[^0-9]+/, " ")
		printf "%.0f %s\n", counted_as($1, $2 ""), $3
	}' "$1" | add_up
}

# Summed over all vCPUs, because the event has no vCPU.
returns_are_traced()
{
	traced_returns "$RUN/$1/hist.returns" >"$RUN/$1/returns.traced"
	last_vm "$1"
	snap "$1" | awk -v vm="$LAST_VM" '
	$1 == "user" && $2 == vm { print $4, $5 }' | add_up | sed '/ 0$/d' \
		>"$RUN/$1/returns.counts"
	same ftrace "$RUN/$1/returns.traced" counted "$RUN/$1/returns.counts"
}

# Each exit to user space causes one return, and each return has an exit, except
# returns of an interrupted KVM_RUN (KVM_EXIT_INTR, 10) and errors (from 2^31), which
# can occur at any time. Our guests do no string I/O, where an exit causes several
# returns.
returns_fit()
{
	judge "$1" snapshot '
	$1 == "user" { returns += $5; seen = 1 }
	$1 == "user" && ($4 == 10 || $4 >= 2147483648) { signals += $5 }
	$1 == "exit" { exits += $9 }
	END { if (exits > returns || exits < returns - signals)
		print exits " exits to user space; " returns " returns, " \
			signals + 0 " of them by signals" }'
}

# time_adds_up STEP [SNAPSHOT]: the states of each vCPU add up to its time, to the
# cycle, even if it ran while the snapshot was taken.
time_adds_up()
{
	judge "$1" "${2-snapshot}" '
	$1 == "time" { seen = 1 }
	$1 == "time" && $7 != $5 - $4 {
		printf "vCPU %d: states %.0f, total %.0f\n", $3, $7, $5 - $4 }'
}

# Exits that KVM forced are exits of the preemption timer. The guests use neither
# enclaves nor split locks.
forced_fits()
{
	judge "$1" snapshot '
	$1 == "exit" && $4 == timer { exits[$3] = $5 + $6 }
	$1 == "also" { seen = 1 }
	$1 == "also" && ($4 || $5) { print; print "bus lock or enclave" }
	$1 == "also" && $6 > exits[$3] + 0 {
		print; print exits[$3] + 0 " exits of the preemption timer" }' \
		"timer=$(code_of PREEMPTION_TIMER)"
}

# A vCPU that waits for INIT sleeps in KVM_RUN, and has not exited yet.
ap_is_blocked()
{
	judge "$1" snapshot '
	$1 == "charged" && $3 == 1 && $4 == "none" {
		seen = 1
		if ($8 <= $5 + $7 + $9 + $10)
			print "blocked " $8 ", handler " $5 ", polling " $7 \
				", preempted " $9 ", sleeping " $10
	}'
}

# Between two snapshots of a running guest, the states add up to the time by
# CLOCK_MONOTONIC, which does not depend on the TSC alone, within 1 %.
time_is_elapsed()
{
	[ -s "$RUN/$1/overlap" ] ||
		{ echo "the guest ended too early"; return 1; }
	last_vm "$1"
	{ snap "$1" early; snap "$1" late; } | awk -v vm="$LAST_VM" '
	$1 == "header" { now = $6; khz = $7; ms[++file] = $5 / 1e6 }
	$1 == "time" && $2 == vm && $4 {
		parts = ($7 + now - $5) / khz
		if (file == 2 && $3 in first) {
			passed = ms[2] - ms[1]
			part = parts - first[$3]
			off = (part - passed) / passed
			if (off > 0.01 || off < -0.01) {
				print "vCPU " $3 ": " part " ms, clock " \
					passed " ms"
				failed = 1
			}
			seen++
		}
		first[$3] = parts
	}
	END {
		if (!seen) print "no vCPU in both snapshots"
		exit failed || !seen
	}'
}

# One handling interval per exit, which ends when the guest is re-entered: only the
# last exit of a vCPU may have none. No vCPU ran while they were read.
histograms_fit()
{
	judge "$1" snapshot '
	$1 == "exit" { exits[$3 " " $4] = $5 + $6; open[$3] += $5 + $6 }
	$1 == "vcpu" { exits[$3 " failed"] = $5; exits[$3 " emulated"] = $6
		open[$3] += $5 + $6 }
	$1 == "hist" && $4 == "none" { next }	# before the first exit
	$1 == "hist" { seen = 1; open[$3] -= $5 }
	$1 == "hist" && $5 > exits[$3 " " $4] {
		print; print exits[$3 " " $4] " exits" }
	END { for (vcpu in open) if (open[vcpu] > 1 || open[vcpu] < 0)
		print "vCPU " vcpu ": " open[vcpu] " exits without a handling interval" }'
}

# The sums are exact even if the table overflows: "other" has the remaining exits.
detail_is_exact()
{
	judge "$1" snapshot '
	$1 == "exit" { exits[$3 " " $4] = $5 + $6 }
	$1 == "detail" { n[$3 " " $4] += $5 }
	END { for (k in n) {
		seen = 1
		if (n[k] != exits[k])
			print "vCPU, code " k ": detail has " n[k] \
				", not " exits[k]
	} }'
}

# recording_values FILE: print "vcpu code value count"; BPF has no page of EPT_MISCONFIG.
# The count is the last column: meanings may contain commas.
recording_values()
{
	"$TOP/out/bin/exitstat" export --table detail "$1" | awk -F, '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; nr = NF; next }
	$col["reason"] != "EPT_MISCONFIG" {	# a meaning may have commas
		print $col["vcpu"], $col["code"], $col["value"] "",
			$(NF - nr + col["count"])
	}' | LC_ALL=C sort
}

# values_agree STEP SOURCE SOURCE: all kinds of detail, and each value has one count
values_agree()
{
	local source
	for source in "$2" "$3"; do
		recording_values "$RUN/$1/$source.exitstat" \
			>"$RUN/$1/$source.values"
	done
	same "$2" "$RUN/$1/$2.values" "$3" "$RUN/$1/$3.values"
}

# contexts_agree STEP SOURCE SOURCE: each reason has as many exits of L1, and of L2
contexts_agree()
{
	local source
	for source in "$2" "$3"; do
		"$TOP/out/bin/exitstat" export "$RUN/$1/$source.exitstat" |
		awk -F, '
		NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
		{
			k = $col["vcpu"] " " $col["code"]
			l1[k] += $col["l1"]; l2[k] += $col["l2"]
		}
		END { for (k in l1) print k, l1[k], l2[k] }' | LC_ALL=C sort \
			>"$RUN/$1/$source.contexts"
	done
	same "$2" "$RUN/$1/$2.contexts" "$3" "$RUN/$1/$3.contexts"
}

# recorded_detail_is_exact STEP SOURCE: as detail_is_exact, for a recording
recorded_detail_is_exact()
{
	local file=$RUN/$1/$2.exitstat table
	for table in exits detail; do
		"$TOP/out/bin/exitstat" export --table "$table" "$file"
	done | awk -F, '
	$1 == "sample_begin_ns" || $1 == "vm" {
		split("", col)
		for (i = 1; i <= NF; i++) col[$i] = i
		nr = NF
		next
	}
	{ k = $col["vcpu"] " " $col["code"] }
	"l1" in col { exits[k] += $col["l1"] + $col["l2"]; next }
	{ n[k] += $(NF - nr + col["count"]) }	# a meaning may have commas
	END {
		for (k in n) {
			seen = 1
			if (n[k] == exits[k])
				continue
			print "vCPU, code " k ": detail has " n[k] ", not " exits[k]
			failed = 1
		}
		exit failed || !seen
	}'
}

# recorded_time_adds_up STEP SOURCE: guest time and all states are the elapsed time. BPF
# knows the spinning of a halt only at its end: a sample in between has it as handler.
recorded_time_adds_up()
{
	local file=$RUN/$1/$2.exitstat table
	for table in vcpu-time time; do
		"$TOP/out/bin/exitstat" export --table "$table" "$file"
	done | awk -F, '
	$1 == "sample_begin_ns" {
		split("", col)
		for (i = 1; i <= NF; i++) col[$i] = i
		next
	}
	"elapsed_ns" in col {
		elapsed += $col["elapsed_ns"]
		sum += $col["guest_ns"]
		next
	}
	{ polling += $col["polling_ns"]
	  for (name in col) if (name ~ /_ns$/ && name !~ /^(max|sample)/)
		sum += $col[name] }
	END {
		if (!elapsed || sum < elapsed || sum > elapsed + polling) {
			printf "%.0f ns elapsed, parts %.0f\n", elapsed, sum
			exit 1
		}
	}'
}

# Groups that are off write no records for VMs created later.
groups_gone()
{
	last_vm "$1"
	! snap "$1" | awk -v vm="$LAST_VM" '
	$1 ~ /^(time|hist|detail)$/ && $2 == vm' | grep .
}
