# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Convert counts to sorted lines of "vcpu code count", for diff: ftrace's histogram,
# the binary snapshot, the text in debugfs, and recordings. The snapshot is decoded
# by snap.c, not by exitstat, which is under test itself.
#
# Codes are the low 32 bits, as ftrace shows them; on VMX the basic reason (bits
# 15:0), without the flags above it.

EXITS_DEF=$TOP/module/exits.def

# once FILE COMMAND...: write its output to FILE, unless FILE exists. Many tests need
# the same output.
once()
{
	[ ! -e "$1" ] || return 0
	"${@:2}" >"$1.$BASHPID"
	mv "$1.$BASHPID" "$1"
}

# Read lines of "KEY... NUMBER" and add up the numbers of each key.
add_up()
{
	awk '{ number = $NF; $NF = ""; n[$0] += number }
		END { for (k in n) print k n[k] }' | LC_ALL=C sort
}

# reason_codes ISA: print "name code" for every reason
reason_codes()
{
	once "$WORK/reasons.$1" list_reasons "$1"
	cat "$WORK/reasons.$1"
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
	hist_complete "$2"
	awk -v isa="$1" '
	/exit_reason:/ {
		gsub(/[^0-9]+/, " ")
		print $2, isa == "vmx" ? $1 % 65536 : $1, $3
	}' "$2" | add_up
}

# A histogram that dropped events is not usable.
hist_complete()
{
	grep -q '^    Dropped: 0$' "$1" ||
		{ echo "$1: the histogram dropped events" >&2; return 1; }
}

# Build the checks' own reader of snapshots, scripts/check/lib/snap.c.
build_snap()
{
	SNAP=$WORK/snap
	"${CC:-gcc}" -std=gnu11 -O2 -Wall -I "$TOP/module/uapi" -o "$SNAP" \
		"$TOP/scripts/check/lib/snap.c"
}

# snapshot_counts FILE VM: print the counters of a VM since its start
snapshot_counts()
{
	"$SNAP" "$1" | awk -v vm="$2" '
	$1 == "exit" && $2 == vm { print $3, $4, $5 + $6 }' | LC_ALL=C sort
}

# snapshot_since_reset FILE VM
snapshot_since_reset()
{
	"$SNAP" "$1" | awk -v vm="$2" '
	$1 == "exit" && $2 == vm { print $3, $4, $5 + $6 }
	$1 == "base_exit" && $2 == vm { print $3, $4, -$5 - $6 }' | add_up |
		sed '/ 0$/d'
}

# text_counts ISA DIR: convert the file vcpus of a VM's directory in debugfs
text_counts()
{
	awk '
	NR == FNR { code[$1] = $2; next }
	$1 == "vcpu" { vcpu = $2 }
	/^ *[0-9]+ +[0-9.]+% +[A-Z][A-Z0-9_]*$/ {
		print vcpu, ($3 in code ? code[$3] : "no-such-reason-" $3), $1
	}' <(reason_codes "$1") "$2/vcpus" | LC_ALL=C sort
}

# same TITLE_A FILE_A TITLE_B FILE_B: the files are equal and not empty
same()
{
	[ -s "$2" ] || { echo "$1: no counts"; return 1; }
	! cmp -s "$2" "$4" || return 0
	diff -U 0 --label "$1" --label "$3" "$2" "$4" | sed '/^@@/d'
}
