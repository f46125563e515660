# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Bring counts from four places into one form, lines of "vcpu code count"
# sorted, so that diff compares them: ftrace's histogram, the binary snapshot,
# the text in debugfs, and a recording. The snapshot is decoded by snap.c, not by
# exitstat, which is one of the things under test.
#
# Codes are the low 32 bits, as ftrace shows them; on VMX the basic reason
# (bits 15:0), the flags above it removed.

EXITS_DEF=$TOP/module/exits.def

# reason_codes ISA: "name code" of every reason. Nearly every test asks for them:
# they are made once, in a file of $WORK.
reason_codes()
{
	local file=$WORK/reasons.$1
	[ -s "$file" ] || {
		list_reasons "$1" >"$file.$BASHPID"
		mv "$file.$BASHPID" "$file"
	}
	cat "$file"
}

list_reasons()
{
	local name code
	sed -nE "s/^KES_${1^^}\((\w+), *([-0-9a-fx]+),.*/\1 \2/p" "$EXITS_DEF" |
		while read -r name code; do
			printf '%s %u\n' "$name" $((code & 0xffffffff))
		done
}

# hist_counts ISA FILE
hist_counts()
{
	awk -v isa="$1" '
	/exit_reason:/ {
		gsub(/[^0-9]+/, " ")
		code = isa == "vmx" ? $1 % 65536 : $1
		n[$2 " " code] += $3
	}
	END { for (k in n) print k, n[k] }' "$2" | LC_ALL=C sort
}

# A histogram that dropped events is no oracle.
hist_complete()
{
	grep -q '^    Dropped: 0$' "$1" ||
		{ echo "$1: the histogram dropped events" >&2; return 1; }
}

# The checks' own reader of snapshots, see scripts/check/lib/snap.c.
build_snap()
{
	SNAP=$WORK/snap
	"${CC:-gcc}" -std=gnu11 -O2 -Wall -I "$TOP/module/uapi" -o "$SNAP" \
		"$TOP/scripts/check/lib/snap.c"
}

# snapshot_rows FILE: "vcpu|base vm vcpu code count" for each exit listed, and
# "vm id flags" for each VM.
snapshot_rows()
{
	"$SNAP" "$1" | awk '
	$1 == "exit" { print "vcpu", $2, $3, $4, $5 + $6 }
	$1 == "base_exit" { print "base", $2, $3, $4, $5 + $6 }
	$1 == "vm"'
}

# snapshot_counts FILE VM: the counters of one VM since its start
snapshot_counts()
{
	snapshot_rows "$1" | awk -v vm="$2" '
	$1 == "vcpu" && $2 == vm { print $3, $4, $5 }' | LC_ALL=C sort
}

# snapshot_since_reset FILE VM
snapshot_since_reset()
{
	snapshot_rows "$1" | awk -v vm="$2" '
	$2 == vm && $1 != "vm" { n[$3 " " $4] += $1 == "vcpu" ? $5 : -$5 }
	END { for (k in n) if (n[k]) print k, n[k] }' | LC_ALL=C sort
}

# text_counts ISA DIR: the vcpu<N> files of a VM's directory in debugfs
text_counts()
{
	local file
	for file in "$2"/vcpu*; do
		sed -nE "s/^ *([0-9]+) +[0-9.]+% +([A-Z]\w*)$/${file##*/vcpu} \2 \1/p" \
			"$file"
	done | awk '
	NR == FNR { code[$1] = $2; next }
	{ print $1, ($2 in code ? code[$2] : "no-such-reason-" $2), $3 }' \
		<(reason_codes "$1") - | LC_ALL=C sort
}

# same TITLE_A FILE_A TITLE_B FILE_B: equal and not empty
same()
{
	[ -s "$2" ] || { echo "$1: no counts"; return 1; }
	! cmp -s "$2" "$4" || return 0
	diff -U 0 --label "$1" --label "$3" "$2" "$4" | sed '/^@@/d'
}
