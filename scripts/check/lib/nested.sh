# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests of the step nested, a guest in the inner guest, and of the step qmp, QEMU's
# values of KVM's statistics. Sourced by scripts/check/checks/lab.
#
# shellcheck disable=SC2016 # judge's arguments are awk programs

nested_ran()
{
	! grep -q 'nested-init: minivmm 0' "$RUN/nested/guest.log" ||
		[ "$(<"$RUN/nested/rc")" != 0 ] || return 0
	echo "status $(<"$RUN/nested/rc"), the end of the guest's output:"
	tail -n 5 "$RUN/nested/guest.log"
	return 1
}

# nested_column N: print "vcpu code count" for the Nth word of each exit
nested_column()
{
	last_vm nested
	snap nested | awk -v vm="$LAST_VM" -v column="$1" '
	$1 == "exit" && $2 == vm && $column { print $3, $4, $column }' |
		LC_ALL=C sort
}

# kvm:kvm_nested_vmexit fires once for each exit of the inner guest's guest, except
# exits of the preemption timer that the fastpath handled.
l2_is_hist()
{
	hist_counts "$ISA" "$RUN/nested/hist.l2" >"$RUN/nested/hist.l2.counts"
	nested_column 6 >"$RUN/nested/l2.counts"
	[ -s "$RUN/nested/l2.counts" ] || { echo "no exits of L2"; return 1; }
	awk -v timer="$(code_of PREEMPTION_TIMER)" '
	function fits(k, traced, counted) {
		split(k, f)
		return traced == counted ||
			(f[2] == timer && traced < counted)
	}
	NR == FNR { traced[$1 " " $2] = $3; next }
	{ counted[$1 " " $2] = $3; traced[$1 " " $2] += 0 }
	END {
		for (k in traced)
			if (!fits(k, traced[k], counted[k] + 0)) {
				print "vCPU, code " k ": l2 is " counted[k] \
					", ftrace has " traced[k]
				failed = 1
			}
		exit failed
	}' "$RUN/nested/hist.l2.counts" "$RUN/nested/l2.counts"
}

# reflected_reason REASON COUNT: L2 has COUNT exits, all reflected to L1
reflected_reason()
{
	judge nested snapshot '
	$1 == "exit" && $4 == code { seen = 1 }
	$1 == "exit" && $4 == code && ($6 != want || $7 != want) {
		print; print "not " want " exits of L2, all reflected" }' \
		"code=$(code_of "$1")" "want=$2"
}

# The exits of minivmm's guest are known; writing its exit port is one more.
l2_exact()
{
	local cpuids outs ins io=IOIO
	[ "$ISA" = svm ] || io=IO_INSTRUCTION
	read -r cpuids outs ins <"$RUN/nested/counts"
	reflected_reason CPUID "$cpuids"
	reflected_reason $io $((outs + ins + 1))
}

# kvm:kvm_nested_vmexit_inject fires for each exit that L1 receives, including those
# without an exit of L2 (a pending interrupt), except a switch to SMM, which SVM shows
# as SVM_EXIT_SW (0xf0000000). The event has no vCPU.
received_is_inject()
{
	hist_complete "$RUN/nested/hist.inject"
	awk -v isa="$ISA" '/^{ exit_code:/ {
		gsub(/[^0-9]+/, " ")
		code = isa == "vmx" ? $1 % 65536 : $1
		if (code != 4026531840)
			print code, $2
	}' "$RUN/nested/hist.inject" | add_up >"$RUN/nested/inject.counts"
	last_vm nested
	snap nested | awk -v vm="$LAST_VM" '
	$1 == "nested" && $2 == vm { print $4, $5 }' | add_up \
		>"$RUN/nested/received.counts"
	same ftrace "$RUN/nested/inject.counts" \
		received "$RUN/nested/received.counts"
}

# Every exit of L2 that ended in an exit to L1 is one that L1 received. Page faults of
# L2 that L1 handles are among them, although KVM handles each page fault first.
reflected_fits_received()
{
	local fault=NPF
	[ "$ISA" = svm ] || fault=EPT_VIOLATION
	nested_column 7 >"$RUN/nested/reflected.counts"
	awk -v name="$fault" -v fault="$(code_of "$fault")" '
	NR == FNR { received += $2; next }
	{ reflected += $3 }
	$2 == fault { faults += $3 }
	END {
		if (reflected > received)
			print reflected " reflected, L1 received " received + 0
		if (!faults)
			print "no reflected " name
		exit reflected > received || !faults
	}' "$RUN/nested/received.counts" "$RUN/nested/reflected.counts"
}

# stopped_counts [VCPU]: print "exits_<name> count", with the descriptors' names
stopped_counts()
{
	last_vm qmp
	snap qmp stopped | awk -v vm="$LAST_VM" -v vcpu="${1-}" '
	NR == FNR { name[$2] = "exits_" tolower($1); next }
	$1 == "exit" && $2 == vm && (vcpu == "" || $3 == vcpu) {
		print $4 == "unknown" ? "exits_unknown" : name[$4], $5 + $6 }' \
		<(reason_codes "$ISA") - | add_up
}

# QEMU's answer has {"name": ..., "value": ...} per statistic and vCPU.
query_stats_counts()
{
	grep -oE '\{[^{}]*\}' "$RUN/qmp/query-stats" | sed -nE '
		/"name": "exits_/ {
			s/.*"name": "(exits_[a-z0-9_]+)".*"value": ([0-9]+).*/\1 \2/
			s/.*"value": ([0-9]+).*"name": "(exits_[a-z0-9_]+)".*/\2 \1/
			p
		}' | add_up | sed '/ 0$/d'
}

query_stats_is_snapshot()
{
	stopped_counts >"$RUN/qmp/snapshot.counts"
	query_stats_counts >"$RUN/qmp/query-stats.counts"
	same snapshot "$RUN/qmp/snapshot.counts" \
		query-stats "$RUN/qmp/query-stats.counts"
}

# HMP shows the values of vCPU 0, which equal the snapshot's.
info_stats_is_snapshot()
{
	tr -d '\r' <"$RUN/qmp/info-stats" | sed 's/\\r//g; s/\\n/\n/g' |
		sed -nE 's/^ *(exits_[a-z0-9_]+)[^:]*: ([1-9][0-9]*).*/\1 \2/p' |
		LC_ALL=C sort >"$RUN/qmp/info-stats.counts"
	stopped_counts 0 >"$RUN/qmp/vcpu0.counts"
	same snapshot "$RUN/qmp/vcpu0.counts" \
		'info stats' "$RUN/qmp/info-stats.counts"
}
