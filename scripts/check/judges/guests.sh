# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The job scripts/lab/jobs/guests: the guests of guests/guests.cfg, which
# describes the form of its numbers, under minivmm, and those that are firmware
# under QEMU: the first of each class, since it is the start of QEMU that takes
# the time, and in lab vmx, where it takes most, those that minivmm cannot have;
# all of them in the run guests-all. Exits of each reason and what user space
# got of them are exact, and so is ftrace's histogram of the same run, and what
# the guest prints. It also prints which reasons of exits.def were made, and why
# the others cannot be, by guests/coverage.cfg. Sourced by
# scripts/check/checks/lab.

GUESTS_CFG=$TOP/guests/guests.cfg
COVERAGE_CFG=$TOP/guests/coverage.cfg
NOTHING=exits:nothing:0

# column_of ISA: which column of guests.cfg has its reasons
column_of()
{
	[ "$1" = vmx ] && echo 3 || echo 4
}

# guests_of ISA: the guests that have a row for this vendor, in order
guests_of()
{
	awk -v c="$(column_of "$1")" '!/^#/ && NF && $c != "-" && !seen[$1]++ {
		print $1 }' "$GUESTS_CFG"
}

# first_of_each_class ISA: the first guest of each class that has exits of it
first_of_each_class()
{
	awk -v c="$(column_of "$1")" '!/^#/ && NF && $c != "-" &&
	$5 !~ /^[+]?0$/ && !seen[$2]++ && !said[$1]++ { print $1 }' "$GUESTS_CFG"
}

# One of the other vendor's, which has to say that it is not valid.
other_vendors()
{
	[ "$ISA" = vmx ] && echo exits:vmrun:23 || echo exits:vmxon:23
}

# Flat images and multiboot are minivmm's only; QEMU starts firmware.
# shellcheck disable=SC2153 # the name of the run, from checks/lab
under_qemu()
{
	if [ "$NAME" != guests-all ]; then
		echo "$NOTHING"
		[ "$LAB" = vmx ] || first_of_each_class "$ISA" | grep -vxF "$NOTHING"
		guests_of "$ISA" | sed -n '/:-/p'
	else
		guests_of "$ISA"
	fi | grep -E '^(exits:|counts$)' | grep -v ':shadow$'
}

# What hides a feature is QEMU's only; without nested paging it is the last.
make_tests()
{
	guests_of "$ISA" | grep -Ev ':-|:shadow$' | sed 's/^/minivmm /'
	sed -nE 's/^(\w+)\s+[0-9].*/minivmm kernel1k:\1/p' \
		"$TOP/guests/kernel1k/kernel1k.cfg"
	echo "minivmm $(other_vendors)"
	under_qemu | sed 's/^/qemu /'
	guests_of "$ISA" | grep ':shadow$' | sed 's/^/minivmm /'
}

prepare_guests()
{
	make_tests >"$JOB/tests"
}

# The snapshots' counters of all VMs: "VM CODE EXITS USERSPACE FASTPATH L2
# REFLECTED"
all_exits()
{
	local file
	for file in "$RUN"/snapshot.*; do
		"$SNAP" "$file"
	done | awk '$1 == "exit" { print $2, $4, $5 + $6, $9, $8, $6, $7 }' |
		sort -u >"$RUN/exits"
}

# "RUN STATUS VM" of each "VMM GUEST", the first one
declare -A RUN_OF=()

read_runs()
{
	local nr vmm guest status vm
	while read -r nr vmm guest status vm _; do
		: "${RUN_OF[$vmm $guest]:=$nr $status $vm}"
	done <"$RUN/runs"
}

# run_of VMM GUEST: sets RUN_NR, RUN_STATUS and RUN_VM
run_of()
{
	read -r RUN_NR RUN_STATUS RUN_VM <<<"${RUN_OF[$1 $2]-}"
	[ -n "$RUN_NR" ] || { echo "$2 was not run under $1"; return 1; }
}

# The guest's own verdict, or what else the run had to come to.
ended_well()
{
	local want=0
	run_of "$1" "$2"
	case $1:$2 in
	minivmm:*triple_fault*) want=1 ;;
	qemu:*triple_fault*) ;;
	qemu:*) want=1 ;;
	esac
	[ "$RUN_STATUS" != "$want" ] || return 0
	echo "status $RUN_STATUS; $1 says:"
	cat "$RUN/said/$RUN_NR"
	return 1
}

# What exits.awk says of each run, whole: all of them in one go, as a process per
# comparison takes longer than all comparisons.
declare -A VERDICT=()

# read_verdicts [VMM GUEST]: of all runs, or of this one only
read_verdicts()
{
	local nr text
	VERDICT=()
	while read -r nr text; do
		VERDICT[$nr]+=$text$'\n'
	done < <(awk -v isa="$ISA" -v only="$*" -f "$TOP/scripts/check/lib/exits.awk" \
		what=reasons <(reason_codes "$ISA") what=table "$GUESTS_CFG" \
		what=runs "$RUN/runs" what=exits "$RUN/exits" \
		what=hist "$RUN"/hist/*)
}

exits_are_known()
{
	local verdict=${VERDICT[$RUN_NR]-not judged}
	[ "$verdict" != $'judged\n' ] || return 0
	printf '%s' "$verdict"
	return 1
}

# Byte for byte.
prints_what_it_must()
{
	run_of "$1" "$2"
	cmp "$RUN/said/$RUN_NR" "$TOP/guests/golden/$2.out"
}

guest_is_exact()
{
	ended_well "$1" "$2"
	exits_are_known
	case $2 in
	exits:* | counts) ;;
	*) prints_what_it_must "$1" "$2" ;;
	esac
}

judged_again()
{
	read_verdicts "$1" "$2"
	guest_is_exact "$1" "$2"
}

# One more program in kernel1k is its own ports, and those of the boot; see
# kernel1k.cfg, which has no exits that stay in KVM.
program_is_exact()
{
	local boot want have
	ended_well minivmm "$1"
	exits_are_known
	boot=$(awk '$1 == "boot" { print $2 }' "$KERNEL1K_CFG")
	want=$(awk -v p="${1#*:}" -v boot="$boot" '
		$1 == p { print $2 + (p == "boot" ? 0 : boot) }' "$KERNEL1K_CFG")
	have=$(awk -v vm="$RUN_VM" '$1 == vm { n += $4 }
		END { print n + 0 }' "$RUN/exits")
	[ "$have" = "$want" ] || { echo "$have, not $want"; return 1; }
}

# Reasons that some run had: "NAME EXITS VMM GUEST", of the run that had most
produced()
{
	awk 'FNR == 1 { part++ }
	part == 1 { name[$2] = $1; next }
	part == 2 { run[$5] = $2 " " $3; next }
	$3 > most[$2] && $1 in run { most[$2] = $3; by[$2] = run[$1] }
	END { for (c in most) print name[c], most[c], by[c] }' \
		<(reason_codes "$ISA") "$RUN/runs" "$RUN/exits" | LC_ALL=C sort
}

# explained: "NAME WHY" of each reason that a row of coverage.cfg matches, and
# "? WHY" of a row that matches none
explained()
{
	local isa pattern why name found
	while read -r isa pattern why; do
		[ "$isa" = "$ISA" ] || continue
		found=0
		while read -r name _; do
			# shellcheck disable=SC2254 # it is a pattern
			case $name in
			$pattern) echo "$name $why"; found=1 ;;
			esac
		done < <(reason_codes "$ISA")
		[ "$found" = 1 ] || echo "? $pattern: $why"
	done <"$COVERAGE_CFG"
}

# Each reason of exits.def is produced or explained, and none is both.
# coverage_is_known FILE: what explained printed
coverage_is_known()
{
	local wrong
	wrong=$(awk 'FNR == 1 { part++ }
	part == 1 { made[$1] = $2 " by " $4; next }
	part == 2 && $1 == "?" { print "coverage.cfg: no such reason: " $2; next }
	part == 2 && $1 in why { print $1 ": two rows of coverage.cfg" }
	part == 2 { why[$1]; next }
	$1 in made && $1 in why { print $1 ": explained, but made: " made[$1] }
	!($1 in made) && !($1 in why) { print $1 ": not made and not explained" }' \
		"$RUN/produced" "$1" <(reason_codes "$ISA"))
	[ -z "$wrong" ] || { echo "$wrong"; return 1; }
}

print_coverage()
{
	local all made
	all=$(reason_codes "$ISA" | wc -l)
	made=$(wc -l <"$RUN/produced")
	echo "# $ISA: $all reasons, $made made by tests, $((all - made)) not:"
	awk '{ printf "#   %-22s %6d  %s\n", $1, $2, $4 }' "$RUN/produced"
	awk '{ r = $1; $1 = ""; why[$0] = why[$0] " " r }
	END { for (w in why) print "#  " w ":" why[w] }' "$RUN/explained" |
		LC_ALL=C sort | fold -s -w 100 | sed 's/^\([^#]\)/#       \1/'
}

is_not_valid()
{
	run_of minivmm "$(other_vendors)"
	[ "$RUN_STATUS" = 1 ] && grep -qw 77 "$RUN/said/$RUN_NR" && return
	echo "status $RUN_STATUS"
	cat "$RUN/said/$RUN_NR"
	return 1
}

# A check that cannot fail proves nothing: with FILE changed by SED, the test has
# to complain. complains FILE SED COMMAND...
complains()
{
	local file=$1
	sed -E "$2" "${!file}" >"$WORK/broken"
	! cmp -s "${!file}" "$WORK/broken" ||
		{ echo "the change did not apply: $2"; return 1; }
	local "$file=$WORK/broken"
	try "${@:3}"
	[ "$RC" != 0 ] && [ -n "$SAID" ] && return
	echo "not refused (status $RC): $SAID"
	return 1
}

coverage_by_table()
{
	explained >"$WORK/explained"
	coverage_is_known "$WORK/explained"
}

check_guest_refusals()
{
	check_rows complains GUESTS_CFG <<-\END
	an exit too many is refused | s/^(exits:cpuid:.*)[+]997/\1+996/ | judged_again | minivmm | exits:cpuid:997
	an exit too few is refused | s/^(exits:fresh_page:.*)[+]997/\1+998/ | judged_again | minivmm | exits:fresh_page:997
	a return to user space too many is refused | s/^(exits:io_out:.*)[+]101$/\1+100/ | judged_again | minivmm | exits:io_out:101
	a reason that no row mentions is refused | /^exits:hypercall:.*CPUID/d | judged_again | minivmm | exits:hypercall:997
	too few of at least is refused | s/^(exits:interrupt:.*)>=23/\1>=99999/ | judged_again | minivmm | exits:interrupt:23
	END
	check_rows complains COVERAGE_CFG <<-END
	a reason neither made nor explained is refused | /^${ISA}[[:space:]]+BUS_LOCK/d | coverage_by_table
	a reason made and explained is refused | s/^$ISA([[:space:]]+)BUS_LOCK/$ISA\1CPUID/ | coverage_by_table
	END
}

judge_guests()
{
	local vmm guest
	read_runs
	all_exits
	read_verdicts
	while read -r _ vmm guest _; do
		[ "$guest" != "$(other_vendors)" ] || continue
		case $guest in
		kernel1k:*) check "$vmm: $guest: exits to user space" \
			program_is_exact "$guest" ;;
		*) check "$vmm: $guest: exact, and as ftrace has it" \
			guest_is_exact "$vmm" "$guest" ;;
		esac
	done <"$RUN/runs"
	check "a row of the other vendor says that it is not valid" is_not_valid
	produced >"$RUN/produced"
	explained >"$RUN/explained"
	print_coverage
	check "every reason is made by a test, or it is known why not" \
		coverage_is_known "$RUN/explained"
	check_guest_refusals
}
