# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Tests that compare counts. Each takes the name of a step of the job (a directory
# below $RUN), and prints the difference if it fails. Sourced by
# scripts/check/checks/lab.

# snap STEP [FILE]: print a snapshot as lines of words (scripts/check/lib/snap.c)
snap()
{
	"$SNAP" "$RUN/$1/${2:-snapshot}"
}

# Converted files are beside the step's own.
hist_of()
{
	HIST=$RUN/$1/hist.counts
	once "$HIST" hist_counts "$ISA" "$RUN/$1/hist"
}

# last_vm STEP: set LAST_VM
last_vm()
{
	read -r LAST_VM <"$RUN/$1/vm"
	LAST_VM=${LAST_VM%%-*}
}

snapshot_of()
{
	COUNTS=$RUN/$1/snapshot.counts
	last_vm "$1"
	once "$COUNTS" snapshot_counts "$RUN/$1/snapshot" "$LAST_VM"
}

snapshot_is_hist()
{
	hist_of "$1"
	snapshot_of "$1"
	same ftrace "$HIST" snapshot "$COUNTS"
}

text_is_hist()
{
	hist_of "$1"
	text_counts "$ISA" "$RUN/$1/text" >"$RUN/$1/text.counts"
	same ftrace "$HIST" debugfs "$RUN/$1/text.counts"
}

text_is_since_reset()
{
	last_vm "$1"
	snapshot_since_reset "$RUN/$1/snapshot" "$LAST_VM" \
		>"$RUN/$1/since.counts"
	[ "$(cat "$RUN/$1/resets")" -ge 5 ] || {
		echo "only $(cat "$RUN/$1/resets") resets"
		return 1
	}
	text_counts "$ISA" "$RUN/$1/text" >"$RUN/$1/text.counts"
	same "snapshot - baseline" "$RUN/$1/since.counts" \
		debugfs "$RUN/$1/text.counts"
}

# recording_counts FILE: print the sums of its samples
recording_counts()
{
	"$TOP/out/bin/exitstat" export "$1" | awk -F, '
	NR == 1 { for (i = 1; i <= NF; i++) col[$i] = i; next }
	{
		code = $col["code"]
		if (code < 0 || code > 4294967295)
			code = code - int(code / 4294967296) * 4294967296
		print $col["vcpu"], code, $col["l1"] + $col["l2"]
	}' | add_up
}

# recording_is_hist STEP SOURCE
recording_is_hist()
{
	local counts=$RUN/$1/$2.counts
	hist_of "$1"
	recording_counts "$RUN/$1/$2.exitstat" >"$counts"
	same ftrace "$HIST" "$2" "$counts"
}

# sysfs has the sum of all VMs since the last reset; there was none yet.
sysfs_is_snapshot()
{
	snap "$1" | awk '
	$1 == "exit" { print $4, $5 + $6; print "total", $5 + $6 }' | add_up \
		>"$RUN/$1/all.counts"
	{
		awk -F'[: ]' 'NR == FNR { code[$1] = $2; next }
			{ print code[$1], $2 }' <(reason_codes "$ISA") \
			"$RUN/$1/reasons"
		echo "total $(<"$RUN/$1/total")"
	} | LC_ALL=C sort >"$RUN/$1/sysfs.counts"
	same snapshot "$RUN/$1/all.counts" sysfs "$RUN/$1/sysfs.counts"
}

# expected_counts GUEST COLUMN: print the guest's counts in guests.cfg, as "code
# count", from rows with plain numbers; column 5 has exits, 6 returns to user space
expected_counts()
{
	awk -v isa="$ISA" -v guest="$1" -v column="$2" '
	NR == FNR { code[$1] = $2; next }
	$1 == guest && $5 ~ /^[0-9]+$/ {
		print code[$(isa == "vmx" ? 3 : 4)], $column }' \
		<(reason_codes "$ISA") "$TOP/guests/guests.cfg" | add_up
}

# expect_exits FILE: its lines of "vcpu code count" for vCPU 0 equal guests.cfg's.
expect_exits()
{
	expected_counts counts 5 >"$1.want"
	awk 'NR == FNR { want[$1] = $2; next }
	$1 == 0 && $2 in want { print $2, $3 }' "$1.want" "$1" |
		LC_ALL=C sort >"$1.found"
	same guests.cfg "$1.want" counted "$1.found"
}

oracle_is_sane()
{
	hist_of "$1"
	expect_exits "$HIST"
}

micro_exact()
{
	snapshot_of "$1"
	expect_exits "$COUNTS"
}

# ftrace counted exits, the engine none: no entries, no total.
counted_nothing()
{
	[ "$(<"$RUN/off/count")" = 0 ] ||
		{ echo "counting is on after loading"; return 1; }
	oracle_is_sane off
	snap off >"$RUN/off/rows"
	! grep -E '^(base_)?exit ' "$RUN/off/rows" || return 1
	[ "$(<"$RUN/off/total")" = 0 ] && [ ! -s "$RUN/off/reasons" ]
}

linux_booted()
{
	local log=$RUN/linux/guest.log rc
	rc=$(<"$RUN/linux/rc")
	[ "$rc" != 0 ] ||
		! grep -q 'exitstat-guest: userspace' "$log" ||
		! grep -q 'exitstat-guest: shutdown' "$log" || return 0
	echo "status $rc, the end of the record's and the guest's output:"
	tail -n 5 "$RUN/linux/record.log"
	tail -n 15 "$log"
	return 1
}

# monotonic STEP PREFIX: no counter decreases in the snapshots "before", PREFIX.<n>
# in order, "snapshot". A missing counter has decreased.
monotonic()
{
	local file files
	mapfile -t files < <(cd "$RUN/$1" && compgen -G "$2.[0-9]*" | sort -V)
	for file in before "${files[@]}" snapshot; do
		echo "snapshot $file"
		snap "$1" "$file"
	done | awk '
	function gone(k) { for (k in last) if (seen[k] != nr) bad(k, "gone") }
	function bad(k, what) { print where ": " k ": " what; failed = 1 }
	$1 == "snapshot" { gone(); where = $2; nr++ }
	$1 == "exit" {
		k = $2 " " $3 " " $4
		if ($5 + $6 < last[k])
			bad(k, last[k] " then " $5 + $6)
		last[k] = $5 + $6
		seen[k] = nr
	}
	END { gone(); if (nr < 5) bad("-", "too few snapshots"); exit failed }'
}

# since_before STEP: print "vm vcpu code count" for the exits counted in the step
since_before()
{
	{ snap "$1" before; echo; snap "$1"; } | awk '
	!NF { after = 1 }
	$1 == "exit" { print $2, $3, $4, ($5 + $6) * (after ? 1 : -1) }' |
		add_up | sed '/ 0$/d'
}

# Summed over all VMs of the step, because ftrace does not distinguish them.
never_more_than_hist()
{
	hist_of "$1"
	since_before "$1" | awk '
	NR == FNR { most[$1 " " $2] = $3; next }
	{ n[$2 " " $3] += $4; total += $4 }
	END {
		for (k in n)
			if (n[k] > most[k]) {
				print k ": " n[k] " counted, ftrace " most[k]
				failed = 1
			}
		if (!total) { print "nothing was counted"; failed = 1 }
		exit failed
	}' "$HIST" -
}

# The step's last VMs are three micro guests. The second, which counted nothing, leaves
# nothing but a gap between the ids.
on_off_on()
{
	local vms
	[ -s "$RUN/$1/overlap" ] ||
		{ echo "the Linux guest ended before the others"; return 1; }
	[ "$(<"$RUN/$1/rc")" = 0 ] || { echo "a guest failed"; return 1; }
	mapfile -t vms < <(snap "$1" | awk '$1 == "vm" { print $2 }' |
		sort -n | tail -n 2)
	[ $((vms[1] - vms[0])) = 2 ] ||
		{ echo "the last VMs are ${vms[*]}"; return 1; }
	snapshot_counts "$RUN/$1/snapshot" "${vms[0]}" >"$RUN/$1/on-1"
	snapshot_counts "$RUN/$1/snapshot" "${vms[1]}" >"$RUN/$1/on-2"
	expect_exits "$RUN/$1/on-1" && expect_exits "$RUN/$1/on-2"
}
