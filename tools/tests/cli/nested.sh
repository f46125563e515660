#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# From a snapshot to report, export and top on a simulated machine: exits that L1
# received, failed returns of KVM_RUN, modifiers of VMX's exits, values that entered
# the table of details late, time without an exit, and an unreliable TSC.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

# recorded FILE: record the difference between an empty machine and the snapshot whose
# lines are on standard input
recorded() {
	machine_with count time histogram detail
	cat >lines
	rm -f "$1"
	"$EXITSTAT" record -q --all -i 10ms -o "$1" -- sh -c \
		"'$BUILD/mksnap' '$SNAPSHOT' <lines; sleep 0.1"
}

# nested_json FILE EXPRESSION: EXPRESSION holds for "nested" of report -j, which is n,
# and its reasons, which are r
nested_json() {
	exitstat report -j "$1" >j
	python3 -c 'import json, sys
n = json.load(open("j"))["nested"]
r = {x["reason"]: x for x in n["by_reason"]}
assert eval(sys.argv[1]), n' "$2"
}

# L2 touches 100,000 new pages and executes 1,000 CPUIDs; all are reflected. For each of
# the 101,000 exits that it receives, L1's hypervisor executes VMRUN, STGI and CLGI, and
# 1.7 times each VMLOAD and VMSAVE: 3 x 101,000 + 2 x 171,700 = 646,400 = 6.4 x 101,000
# exits here. So each page fault, each CPUID and the whole cost 1 + 6.4 = 7.4 exits.
# Attributed to the CPUIDs alone, they would be 1 + 646.4.
pages() {
	recorded pages.x <<-'END'
		isa svm
		fields 5f
		vm 1 700 now 0 qemu
		vcpu 0 747400
		exit 0x400 0 100000 100000
		exit 0x72 0 1000 1000
		exit 0x80 101000
		exit 0x82 171700
		exit 0x83 171700
		exit 0x84 101000
		exit 0x85 101000
		part nested
		received 0x400 100000
		received 0x72 1000
	END
	exitstat report --nested pages.x >words
	grep -q '^  NPF  *\. *100,000 *100,000 *100,000 *7\.40$' words
	grep -q '^  CPUID  *\. *1,000 *1,000 *1,000 *7\.40$' words
	grep -q '^  all  *646,400 *101,000 *101,000 *101,000 *7\.40$' words
	tr -s ' \n' ' ' <words | has '101,000 exits of L2, 101,000 of them reflected to L1. L1.s hypervisor caused 646,400 exits by virtualization instructions, 6.40 for each that it received: 7.40 exits here per exit of L2\.'
	nested_json pages.x 'n["received"] == n["reflected"] == n["l2"] == 101000 and n["l1_virtualization"] == 646400'
	nested_json pages.x 'abs(r["NPF"]["exits_per_l2"] - 7.4) < 1e-9 and abs(r["CPUID"]["exits_per_l2"] - 7.4) < 1e-9'
	nested_json pages.x 'abs(n["exits_per_l2"] - 7.4) < 1e-9 and abs(n["exits_per_reflected"] - 7.4) < 1e-9'
}

# KVM handles 30,000 of 40,000 page faults itself, and gives L1 another exit for 2,000 of
# the others. L1 also receives 1,000 interrupts without an exit of L2: in all 8,000 + 2,000
# + 1,000 = 11,000, with 2 exits of virtualization instructions for each. A page fault
# costs 1 + 10,000 / 40,000 x 2 = 1.5 exits, and all exits of L2 (40,000 + 22,000) /
# 40,000 = 1.55, because those for interrupts are included.
injected() {
	recorded injected.x <<-'END'
		isa vmx
		fields 5f
		vm 1 700 now 0 qemu
		vcpu 0 62000
		exit 48 0 40000 10000
		exit 24 22000
		part nested
		received 48 8000
		received 0 2000
		received 1 1000
	END
	exitstat report --nested injected.x >words
	grep -q '^  EPT_VIOLATION  *\. *40,000 *10,000 *8,000 *1\.50$' words
	grep -q '^  EXCEPTION_NMI  *\. *\. *\. *2,000 *-$' words
	grep -q '^  all  *22,000 *40,000 *10,000 *11,000 *1\.55$' words
	tr -s ' \n' ' ' <words | has 'which received 1,000 more without an exit of L2'
	nested_json injected.x 'r["EXTERNAL_INTERRUPT"]["received"] == 1000 and n["l1_virtualization_per_received"] == 2'
	exitstat export --table nested injected.x >csv
	grep -q ',vmx,0,EXCEPTION_NMI,exception,2000$' csv
	[ "$(sqlite3 injected.x 'SELECT reason, count FROM totals_nested ORDER BY count')" = \
		"$(printf '%s\n' 'EXTERNAL_INTERRUPT|1000' 'EXCEPTION_NMI|2000' 'EPT_VIOLATION|8000')" ]
}

# A KVM_RUN that failed is not KVM_EXIT_UNKNOWN (0).
errors() {
	recorded errors.x <<-'END'
		isa svm
		vm 1 700 now 0 qemu
		vcpu 0 1000
		exit 0x7b 1000 0 0 0 900
		part userspace
		user 0 3
		user 2 900
		user 39 41
		user 0x8000000b 23
		user 0x80000085 7
		user 0x80000000 5
	END
	exitstat report errors.x | tr -s ' \n' ' ' |
		has 'KVM_RUN returned to user space for: IO 900, MEMORY_FAULT 41, error EAGAIN 23, error EHWPOISON 7, error 5, UNKNOWN 3\.'
	exitstat report -j errors.x | tr -d ' \n' |
		has '"userspace_exits":{"IO":900,"MEMORY_FAULT":41,"errorEAGAIN":23,"errorEHWPOISON":7,"error":5,"UNKNOWN":3}'
	exitstat export --table userspace errors.x >csv
	grep -q ',2147483659,error EAGAIN,23$' csv
	grep -q ',2147483648,error,5$' csv
	grep -q ',0,UNKNOWN,3$' csv
}

modifiers() {
	recorded modifiers.x <<-'END'
		isa vmx
		fields 9f
		vm 1 700 now 0 qemu
		vcpu 0 100
		modifiers 7 11 53
		exit 52 60
		exit 48 40
		vcpu 1 0
	END
	exitstat report modifiers.x | tr -s ' \n' ' ' |
		has 'Of these, 7 exits for another reason with a bus lock, 11 exits in an enclave, 53 PREEMPTION_TIMER exits that KVM forced\.'
	exitstat report -j modifiers.x | tr -d ' \n' | has '"bus_lock":7,"enclave":11,"forced":53'
	exitstat export --table modifiers modifiers.x | has ',7,11,53$'
	[ "$(sqlite3 modifiers.x 'SELECT bus_lock, enclave, forced FROM totals_vcpu')" = '7|11|53' ]
	sed -i 's/^fields 9f/fields 1f/' lines
	recorded modifiers.x <<<"$(cat lines)"
	exitstat report modifiers.x >words
	lacks 'Of these' words
	tr -s ' \n' ' ' <words | has 'exits with a bus lock or in an enclave, forced exits '
	exitstat report -j modifiers.x | tr -d ' \n' | has '"bus_lock":null'
}

late_values() {
	recorded late.x <<-'END'
		isa svm
		clock 1000000 1000000001 11
		vm 1 700 now 0 qemu
		vcpu 0 1000
		exit 0x7b 1000
		part detail
		value 0x7b 0x3f8 600 0
		value 0x7b 0x60 300 2
		value 0x7b 0 100 1
	END
	exitstat report --detail late.x >words
	grep -q '>=300  *30.00$' words
	grep -q ' 600  *60.00$' words
	grep -q '; >=: more may be in "other"$' words
	LC_ALL=C.UTF-8 "$EXITSTAT" report --detail late.x | has ' ≥300  *30.00$'
	exitstat report -j late.x | tr -d ' \n' | has '"value":96,.*"at_least":true'
	exitstat report -j late.x | tr -d ' \n' | has '"value":1016,.*"at_least":false'
	exitstat export --table detail late.x >csv
	grep -q ',300,1$' csv
	grep -q ',600,0$' csv
}

# Time that follows no exit has its own rows, and is never the most expensive reason.
pseudo_reasons() {
	recorded pseudo.x <<-'END'
		isa vmx
		clock 1000000 4000000001 3
		vm 1 700 now 0 qemu
		vcpu 0 100
		entries 1 2
		exit 12 100
		part time
		head 1 4000000001 500000000 0
		time 12 100000000 0 0 900000000 0 100000000 9000
		time 0x7ffffffffffffffe 0 400000000 0 0 0 0 0
		time 0x7ffffffffffffffd 1500000000 0 0 0 0 0 7
		time 0x7ffffffffffffffc 500000000 0 0 0 0 0 7
	END
	exitstat report pseudo.x >words
	grep -q '^  (emulation)  *- *- *1.50 s *60 ' words
	grep -q '^  (entry failed)  *- *- *500 ms *20 ' words
	grep -q '^  (no exit yet)  *- *- *400 ms *16 ' words
	tr -s ' \n' ' ' <words | has 'The most expensive reason is HLT: '
	grep -q ' sleeping ' words
	exitstat report -j pseudo.x | tr -d ' \n' | has '"reason":"(emulation)"'
}

# One note says that times are not reliable, only if there are times.
unreliable_tsc() {
	local lines='isa svm
clock 1000000 1000000001 3
vm 1 700 now 0 qemu
vcpu 0 100
exit 0x7b 100
part time
head 1 1000000000 500000000 0
time 0x7b 499999999 0 0 0 0 0 9000'
	recorded tsc.x <<<"$lines"
	exitstat report tsc.x >words
	lacks 'WARNING' words
	recorded tsc.x <<<"$lines
backwards 3"
	exitstat report tsc.x | has '^WARNING: the TSC went backwards 3 times: times are not reliable\.$'
	exitstat report -j tsc.x | has '"tsc_backwards": 3,'
	recorded tsc.x <<<"flags 1
$lines
backwards 3"
	exitstat report tsc.x >words
	grep -q '^WARNING: the TSC of this machine is unstable: times are not reliable\.$' words
	[ "$(grep -c WARNING words)" = 1 ]
	exitstat report -j tsc.x | has '"tsc_unstable": true,'
}

# The same as metrics: what L1 received, failed returns, and modifiers, which are not
# added to other sums.
metrics() {
	machine
	snapshot <<-END
		isa vmx
		fields df
		clock 1000000 1000000001 3
		vm 1 700 1000 0 qemu
		vcpu 0 900
		modifiers 7 11 53
		exit 48 0 900 100
		part userspace
		user 2 600
		user 0x8000000b 23
		part nested
		received 0 101
		part time
		head 1 1000000001 900000000 0
		time 48 100000000 0 0 0 0 0 9000
	END
	"$EXITSTAT" serve --textfile now --once
	grep -qx 'exitstat_exits_received_total{vm="qemu",reason="EXCEPTION_NMI",class="exception"} 101' now
	grep -qx 'exitstat_userspace_returns_total{vm="qemu",kvm_exit="IO"} 600' now
	grep -qx 'exitstat_userspace_returns_total{vm="qemu",kvm_exit="error EAGAIN"} 23' now
	grep -qx 'exitstat_exits_bus_lock_total{vm="qemu"} 7' now
	grep -qx 'exitstat_exits_enclave_total{vm="qemu"} 11' now
	grep -qx 'exitstat_exits_forced_total{vm="qemu"} 53' now
	grep -qx 'exitstat_vcpu_time_seconds_total{vm="qemu",state="guest"} 0.900000000' now
	grep -qx 'exitstat_vcpu_time_seconds_total{vm="qemu",state="handler"} 0.100000000' now
	lacks 'state="userspace"' now
	exitstat export -f openmetrics errors.x | has 'kvm_exit="error EHWPOISON"} 7 '
	exitstat export -f openmetrics injected.x | has '^exitstat_exits_received_total{.*"EPT_VIOLATION".*} 8000 '
	exitstat export -f openmetrics modifiers.x >text
	lacks forced text
}

# In top: the rate of what L1 received, and the total of a value as a minimum.
live() {
	machine_with count detail
	live_at 1 | snapshot
	live_at 2 >later
	(sleep 0.3; "$BUILD/mksnap" "$SNAPSHOT" <later) &
	"$EXITSTAT" top -j -l reasons 1 2 >lines
	wait
	tail -n 1 lines | has '"name":"EXCEPTION_NMI",.*"received_per_s":[1-9]'
	live_at 1 | snapshot
	"$EXITSTAT" top -b --reason IO_INSTRUCTION 1 1 >words
	grep -q '^0x60 .* >=300 ' words
	grep -q '^0x3f8 .*[^=]600 ' words
	LC_ALL=C.UTF-8 "$EXITSTAT" top -b --reason IO_INSTRUCTION 1 1 | has '^0x60 .* ≥300 '
	"$EXITSTAT" top -j --reason IO_INSTRUCTION 1 1 | has '"name":"0x60 write",[^}]*"at_least":true'
}

# live_at N: a snapshot with N times the counts
live_at() {
	cat <<-END
		isa vmx
		fields 5f
		stamp $(($1 * 1000000000))
		vm 1 700 1000 0 qemu
		vcpu 0 $((1000 * $1))
		exit 30 $((1000 * $1))
		part nested
		received 0 $((101 * $1))
		part detail
		value 30 0x3f8 $((600 * $1)) 0
		value 30 0x60 $((300 * $1)) 2
		value 30 0 $((100 * $1)) 1
	END
}

# Groups that are on for one VM only.
list_groups() {
	machine_with count
	{
		one 1 1000 0 101
		echo 'groups 15'
		one 2 2000 0 23
		echo 'groups 1'
	} | snapshot
	"$EXITSTAT" list >words
	[ "$(grep -c 'on for this VM' words)" = 1 ]
	grep -A1 '^ *1  *700 ' words | has 'on for this VM: time,histogram,detail$'
	"$EXITSTAT" list -j | tr -d ' \n' | has '"groups_on":"count,time,histogram,detail"},{"vm_id":2,.*"groups_on":"count"}'
}

check 'report --nested: a guest that touches 100,000 pages' pages
check 'report --nested: exits that L1 received with another reason' injected
check 'failed returns of KVM_RUN are shown as errors' errors
check 'bus locks, enclaves and forced exits are shown' modifiers
check 'a value that entered the table of details late is shown as a minimum' late_values
check 'time that follows no exit has its own rows' pseudo_reasons
check 'an unreliable TSC is reported once' unreliable_tsc
check 'serve and export have these counts as metrics' metrics
check 'top shows what L1 received, and values that entered the table late' live
check 'list shows groups that are on for one VM' list_groups
done_testing
