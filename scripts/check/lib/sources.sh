# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests of sources other than a patched KVM: loading and unloading the module,
# refusals, a locked-down kernel, no debugfs. Sourced by scripts/check/checks/lab.

nothing_lost()
{
	[ "$(<"$RUN/$1/lost")" = 0 ] ||
		{ echo "$(<"$RUN/$1/lost") exits were lost"; return 1; }
}

# Attempts are not traced, so the accounting check is unavailable, not 0.
accounting_unavailable()
{
	grep -q 'Operation not supported' "$RUN/$1/unaccounted" ||
		{ cat "$RUN/$1/unaccounted"; return 1; }
}

# said STEP FILE TEXT: the command failed and printed TEXT
said()
{
	if grep -qF -- "$3" "$RUN/$1/$2" && ! grep -qx 'status 0' "$RUN/$1/$2"
	then
		return 0
	fi
	echo "\"$3\" expected:"
	cat "$RUN/$1/$2"
	return 1
}

# halts_exact STEP BEFORE AFTER VMS VCPUS: of the VMs that are only in snapshot AFTER,
# there are VMS with VCPUS vCPUs each, and every vCPU has one HLT
halts_exact()
{
	local code=12 found
	[ "$ISA" = vmx ] || code=120
	found=$({ "$SNAP" "$RUN/$1/$2"; echo AFTER; "$SNAP" "$RUN/$1/$3"; } |
		awk -v code="$code" '
		$1 == "AFTER" { after = 1 }
		$1 == "vm" && !after { old[$2] }
		$1 == "exit" && after && !($2 in old) && $4 == code {
			if ($5 != 1) print "vCPU", $3, "of VM", $2, "has", $5
			n[$2]++
		}
		END { for (vm in n) print n[vm] }' | sort | uniq -c |
		awk '{ print $1, $2 }')
	[ "$found" = "$4 $5" ] || {
		echo "$4 VMs with $5 vCPUs expected, found: $found"
		return 1
	}
}

# waits_blocked STEP: vCPU 1 of the last VM was blocked for 95 % of its time
waits_blocked()
{
	"$SNAP" "$RUN/$1/snapshot" | awk '
	$1 == "vm" { vm = $2; blocked = sum = 0 }
	$1 == "charged" && $2 == vm && $3 == 1 {
		blocked += $8 # KES_STATE_BLOCKED
		for (i = 5; i <= NF; i++) sum += $i
	}
	END {
		print "blocked", blocked + 0, "of", sum + 0
		exit !(sum && blocked > 0.95 * sum)
	}'
}

# life_loads N: the module was reloaded at least N times, also while the guest ran
life_loads()
{
	[ "$(<"$RUN/life/loads")" -ge "$1" ] ||
		{ echo "$(<"$RUN/life/loads") times"; return 1; }
	[ "$(<"$RUN/life/rc")" = 0 ] || {
		echo "a guest failed"
		tail -n 5 "$RUN/life/guest.log"
		return 1
	}
	[ -s "$RUN/life/overlap" ] ||
		{ echo "the guest ended too early"; return 1; }
}

# records STEP SOURCE: the recording has exactly the exits in guests.cfg
records()
{
	local counts=$RUN/$1/$2.counts
	if [ ! -s "$RUN/$1/$2.exitstat" ]; then
		cat "$RUN/$1/$2.said"
		return 1
	fi
	recording_counts "$RUN/$1/$2.exitstat" >"$counts"
	expect_exits "$counts"
}

# refuses STEP SOURCE TEXT: record prints one line with TEXT and writes no
# recording. It does not start the guest.
refuses()
{
	local said=$RUN/$1/$2.said
	[ ! -e "$RUN/$1/$2.exitstat" ] && [ "$(wc -l <"$said")" = 1 ] &&
		grep -qF -- "$3" "$said" && return
	echo "\"$3\" expected, and no recording:"
	cat "$said"
	return 1
}

# vcpus_are_charged STEP: with all groups, the memory of a vCPU (100 KiB: the sizes of
# the structures, in whole pages) is charged to its cgroup, for every vCPU that has it
vcpus_are_charged()
{
	local before after vcpus
	before=$(awk '$1 == "kernel" { print $2 }' "$RUN/$1/uncounted.stat")
	after=$(awk '$1 == "kernel" { print $2 }' "$RUN/$1/counted.stat")
	vcpus=$("$SNAP" "$RUN/$1/counted.vcpus" | awk '
		$1 == "vcpu" { if ($2 != vm) n = 0; vm = $2; n++ } END { print n + 0 }')
	[ "$vcpus" -gt 30 ] && [ $((after - before)) -ge $((vcpus * 100 * 1024)) ] && return
	echo "$vcpus vCPUs: $before bytes before, $after with all groups"
	return 1
}

# lists STEP SOURCE TEXT: "exitstat list" prints TEXT for the source
lists()
{
	grep -qF -- "$3" "$RUN/$1/$2.list" && return
	echo "\"$3\" expected:"
	cat "$RUN/$1/$2.list"
	return 1
}

# KVM's own statistics cannot be compared exactly; check that there are some.
recorded_by_qmp()
{
	local exits
	exits=$(recording_counts "$RUN/$1/qmp/kvm-stats.exitstat" |
		awk '{ n += $3 } END { print n + 0 }')
	[ "$exits" -gt 500 ] && return
	echo "$exits exits"
	cat "$RUN/$1/qmp/record.log"
	return 1
}

module_declined()
{
	[ ! -e "$RUN/declined/loaded" ] || { echo "it was loaded"; return 1; }
	grep -q 'patched' "$RUN/declined/reason" ||
		{ cat "$RUN/declined/insmod" "$RUN/declined/reason"; return 1; }
}
