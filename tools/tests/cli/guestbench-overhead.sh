#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/guestbench against the machine itself: runs without a VM, and what of a
# guest's extra time is what.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source=../lib/guestbench.sh
. "$TESTS/lib/guestbench.sh"

# labels LINE...: of the runs which these lines of a matrix make
labels() {
	printf '%s\n' "$@" 'repeats = 1' 'benchmarks = cpu' >n.conf
	rm -rf n
	plan n.conf n 1 "${TABLE:-table.conf}" 2>err
	cat n/runs/*/label
}

# One for each number of processors, whatever else is varied.
native_is_planned() {
	labels 'vcpus = 1 2 4' 'bus = virtio ide' 'cpu = host default' \
		'accel = kvm tcg native' >got
	[ "$(grep -c accel=native got)" = 3 ]
	[ "$(grep accel=native got | sort -u | wc -l)" = 3 ]
	lacks 'bus=ide.*native\|cpu=default.*native' got
	labels 'vary = all' 'vcpus = 1 2' 'bus = virtio ide' \
		'accel = native kvm' >got
	[ "$(grep -c accel=native got)" = 2 ]
	[ "$(grep -c accel=kvm got)" = 4 ]
	[ "$(grep -c 'left out: .*without a VM only vcpus' err)" = 2 ]
	labels 'vcpus = 2' 'accel = native'
	diff - n/runs/0001/native <<<2
	[ ! -e n/runs/0001/args ]
	labels 'accel = kvm'
	[ ! -e n/runs/0001/native ]
	[ -s n/runs/0001/args ]
}

# A Debian of busybox.
make_root() {
	local name
	mkdir -p tree/{bin,run,tmp,proc,sys,dev,data}
	cp /bin/busybox tree/bin/
	for name in sh awk cat cut df echo grep ip nproc sed seq sleep tail taskset tr xargs; do
		ln -sf busybox "tree/bin/$name"
	done
	printf '#!/bin/sh\nexec sh "$@"\n' >tree/bin/bash
	chmod +x tree/bin/bash
	mksquashfs tree root.squashfs -quiet -no-progress -noappend
}

# native_run STATE LIMIT COMMAND...: a run of these benchmarks, each as NAME=COMMAND
native_run() {
	local state=$1 limit=$2 task
	shift 2
	rm -rf run
	mkdir run
	echo 1 >run/native
	echo "$limit" >run/limit
	for task; do
		printf '%s\tcat\taround\techo %s >/data/f\t%s\n' "${task%%=*}" \
			"${task%%=*}" "${task#*=}"
	done >run/tasks
	KERNEL=- INITRD=- ROOT=$T/root.squashfs TMPDIR=$T/tmp "$GB/host/run-one" run ||
		[ "${state%%:*}" = failed ]
	grep -x "$state" run/state
}

# A time that no other program sleeps: its process is looked for.
NAP=1000$$
native_hangs() {
	native_run "partial: the guest did not end within $1 s" "$1" 'a=:' \
		"b=sleep $NAP"
	grep '^guestbench: status a 0 ' run/guest.log
}

# As root only: in namespaces of its own, of which nothing stays.
native_runs() {
	mkdir tmp
	native_run 'partial: 1 of 3 benchmarks failed: b: status 3' 120 \
		'a=cat /data/f; nproc; ls /sys/class/net' 'b=exit 3' 'c=:'
	printf '| a\n| 1\n' | diff - <(grep '^|' run/guest.log | head -n 2)
	for line in 'begin a' 'end a' 'status b 3 ' 'begin c' complete; do
		grep "^guestbench: $line.*;$" run/guest.log
	done
	[ -z "$(ls tmp)" ]
	lacks "$T" /proc/self/mounts
	limited native_hangs
	if pgrep -f "^sleep $NAP\$"; then
		return 1
	fi
	[ -z "$(ls tmp)" ]
	mv root.squashfs gone
	native_run 'failed: no benchmark began: .*root.squashfs.*' 120 'a=:'
}

# What perf script prints, cut short: a thread of each kind, a sample of each
# class, stacks that end too early.
make_script() {
	cat >script.txt <<-'END'
		  71     0.100000: 
		\t5500 [unknown] (/usr/bin/qemu-system-x86_64)
		\t7f01 _start (/usr/bin/qemu-system-x86_64)

		  72     0.200000: 
		\t7f10 [unknown] (/tmp/perf-71.map)

		  72     0.300000: 
		\t5501 tcg_optimize (/usr/bin/qemu-system-x86_64)
		\t5502 tb_gen_code (/usr/bin/qemu-system-x86_64)
		\t5503 cpu_exec (/usr/bin/qemu-system-x86_64)
		\t7f02 clone3 (/usr/lib/libc.so.6)

		  72     0.400000: 
		\tffffffff81000000 clear_page_erms ([kernel.kallsyms])
		\t5502 tb_gen_code (/usr/bin/qemu-system-x86_64)
		\t7f02 clone3 (/usr/lib/libc.so.6)

		  72     0.500000: 
		\t5504 [unknown] (/usr/bin/qemu-system-x86_64)
		\t7f11 [unknown] (/tmp/perf-71.map)

		  72     0.600000: 
		\tffffffff81000000 ksys_write ([kernel.kallsyms])
		\t5505 [unknown] (/usr/bin/qemu-system-x86_64)
		\t5506 memory_region_dispatch_write (/usr/bin/qemu-system-x86_64)
		\t5507 helper_le_stl_mmu (/usr/bin/qemu-system-x86_64)
		\t7f11 [unknown] (/tmp/perf-71.map)

		  72     0.700000: 
		\tffffffff81000000 exc_page_fault ([kernel.kallsyms])
		\t7f11 [unknown] (/tmp/perf-71.map)

		  72     0.800000: 
		\t5503 cpu_exec (/usr/bin/qemu-system-x86_64)
		\t7f02 clone3 (/usr/lib/libc.so.6)

		  72     0.900000: 
		\t5509 [unknown] (/usr/bin/qemu-system-x86_64)

		  73     1.000000: 
		\tffffffff81000000 futex_wait ([kernel.kallsyms])
		\t7f02 clone3 (/usr/lib/libc.so.6)

		  72     1.100000: 
	END
	sed -i 's/\\t/\t/' script.txt
}

SAMPLES='0.100000 71 beside
0.200000 72 code
0.300000 72 translate
0.400000 72 translate
0.500000 72 helper
0.600000 72 device
0.700000 72 kernel
0.800000 72 loop
0.900000 72 unknown
1.000000 73 beside
1.100000 72 unknown'

# A perf that cannot, without PERF_CAN; what it "records" is the command.
make_perf() {
	mkdir -p bin
	cat >bin/perf <<-'END'
		#!/bin/sh
		[ -n "${PERF_CAN-}" ] || exit 1
		[ "$1" = record ] || exec cat "$SCRIPT"
		while [ "$1" != -o ]; do shift; done
		[ "$2" != /dev/null ] || exit 0
		echo data >"$2"
		shift 3
		exec "$@"
	END
	printf '%s\n' '#!/bin/sh' 'echo "guestbench: complete;"' >qemu
	chmod +x bin/perf qemu
}

# tcg_run: a run of the plan under TCG, or KVM
tcg_run() {
	machine
	labels "accel = $1" >/dev/null
	: >initrd
	PATH=$PWD/bin:$PATH SCRIPT=$PWD/script.txt QEMU=$PWD/qemu KERNEL=/k \
		INITRD=$PWD/initrd ROOT=/r "$GB/host/run-one" n/runs/0001
	grep -x 'done' n/runs/0001/state
}

samples_are_classified() {
	make_script
	make_perf
	export PERF_CAN=1
	tcg_run tcg
	tail -n +2 n/runs/0001/tcg.samples | diff <(echo "$SAMPLES") -
	head -n 1 n/runs/0001/tcg.samples | grep -x '# [0-9]* ns each: .*'
	tcg_run kvm
	[ ! -e n/runs/0001/tcg.samples ]
	unset PERF_CAN
	tcg_run tcg
	[ ! -e n/runs/0001/tcg.samples ]
}

# By hand: 4 s where native takes 1; on two vCPUs half of each part.
accounts_add_up() {
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B - <<-'END'
		import math
		from guestbench.experiments.overhead import NAMES, account, in_words, parse_samples, ran, tcg_parts
		def same(got, want):
		    assert got.keys() == want.keys(), got
		    for k, v in want.items():
		        assert math.isclose(got[k], v, abs_tol=1e-9), (k, got[k], v)
		same(account({"code": 2.2, "translate": .3, "helper": .9, "beside": 9},
		             4, 1, 1, "code"),
		     {"code": .4, "translate": .1, "helper": .3, "waiting": .2})
		same(account({"guest": 5, "HLT in KVM": 3}, 4, 1, 2, "guest"),
		     {"guest": .5, "HLT in KVM": .5, "waiting": 0})
		# all of it helpers: what generated code takes less than native counts
		same(account({"helper": 4}, 4, 1, 1, "code"),
		     {"helper": 4 / 3, "code": -1 / 3, "waiting": 0})
		assert account({"code": 1}, 1, 1, 1, "code") == {}
		assert account({}, 4, 1, 1, "code") == {}
		text = "# 10000000 ns each: x\n" + "".join(
		    f"{t / 100:.6f} 7 {'code' if t % 4 else 'beside'}\n" for t in range(100))
		samples = parse_samples(text)
		same(tcg_parts(samples, 0.2e9, 0.4e9), {"code": .15, "beside": .05})
		assert parse_samples("") == (0, []) and parse_samples("no\n1 2 3") == (0, [])
		same(ran({"code": 1, "helper": 3, "beside": 9}), {"code": .25, "helper": .75})
		assert ran({}) == {}
		assert in_words({"helper": (.25, .01), "HLT in KVM": (.7, None),
		    "kernel": (.0001, None)}, NAMES) == "HLT in KVM 70.0 %, helpers 25.0 +- 1.0 %"
	END
}

# Of recordings: a KVM guest with two vCPUs, a TCG guest, native runs of both.
make_runs() {
	local dir took
	labels 'vary = all' 'vcpus = 1 2' 'accel = native kvm tcg' >/dev/null
	for dir in n/runs/*; do
		took=1
		case $(<"$dir/label") in
		'vcpus=1 '*native*) took=0.5 ;;
		'vcpus=2 '*native*) took=0.25 ;;
		*accel=kvm*)
			"$BUILD/mkrec" "$dir/run.exitstat" groups 1
			name_windows "$dir/run.exitstat" ;;
		*accel=tcg*)
			"$BUILD/mkrec" "$dir/run.exitstat" less 1
			name_windows "$dir/run.exitstat"
			make_samples "$dir" ;;
		esac
		printf 'guestbench: %s;\n' 'begin wait' 'end wait' \
			"status wait 0 $took" >"$dir/guest.log"
		echo "| took $took of 4" >>"$dir/guest.log"
		sed -i '3{h;d};4G' "$dir/guest.log"
		echo 'done' >"$dir/state"
	done
}

name_windows() {
	sqlite3 "$1" "UPDATE vm SET name = 'guestbench';
		UPDATE phase SET name = CASE id WHEN 1 THEN 'boot'
		WHEN 2 THEN 'wait' ELSE 'after wait' END"
}

# 40 ms of translating and 80 ms of generated code in the window, more outside.
make_samples() {
	local begin end
	read -r begin end < <(sqlite3 -separator ' ' "$1/run.exitstat" \
		"SELECT begin_ns, end_ns FROM phase WHERE name = 'wait'")
	awk -v b="$begin" -v e="$end" 'BEGIN {
		print "# 20000000 ns each: time, thread, class"
		for (i = 0; i < 6; i++)
			printf "%.6f 7 %s\n", (b + (i + 0.5) / 6 * (e - b)) / 1e9,
				i < 2 ? "translate" : "code"
		printf "%.6f 7 translate\n%.6f 7 code\n", b / 1e9 - 0.001,
			e / 1e9 + 0.001
	}' >"$1/tcg.samples"
}

report_is_right() {
	# of a window of its own the benchmark's time is not that of its parts
	make_runs
	package analyse n "$EXITSTAT" >out
	[ "$(grep -c 'times; not known$' out)" = 4 ]
	sed '/^marks/d' table.conf >around.conf
	TABLE=around.conf make_runs
	package analyse n "$EXITSTAT" >out
	python3 - <<-'END'
		import json, math, sqlite3
		close = lambda a, b: math.isclose(a, b, rel_tol=1e-9)
		plan = json.load(open("n/plan.json"))
		[b] = json.load(open("n/report.json"))["benchmarks"]
		rows = {r["label"]: r for r in b["overhead"]}
		assert sorted(rows) == ["accel=kvm", "accel=tcg", "vcpus=2 accel=kvm",
		                        "vcpus=2 accel=tcg"], rows
		for label, r in rows.items():
		    native = .25 if "vcpus=2" in label else .5
		    assert r["native_seconds"] == native and r["seconds"] == [1, None]
		    assert close(r["speed"][0], native)         # lower is better
		    assert close(sum(v[0] for v in r["extra"].values()), 1), r
		tcg = rows["accel=tcg"]["extra"]
		assert close(tcg["translate"][0], .04 / .5), tcg
		assert close(tcg["code"][0], (.08 - .5) / .5), tcg
		assert close(rows["accel=tcg"]["ran"]["translate"][0], 1 / 3)
		assert close(rows["vcpus=2 accel=tcg"]["extra"]["translate"][0], .02 / .75)
		kvm = rows["accel=kvm"]["extra"]
		run = next(r for r in plan["runs"] if r["config"]["accel"] == "kvm"
		           and r["config"]["vcpus"] == "1")
		db = sqlite3.connect(f"n/runs/{run['dir']}/run.exitstat")
		found = 0
		for name, kvm_ns, user_ns in db.execute("""SELECT r.name, sum(t.handler_ns),
		    sum(t.userspace_ns) FROM time t JOIN sample s ON s.id = t.sample
		    JOIN sample b ON b.id = s.id - 1 JOIN phase p
		    ON b.end_ns >= p.begin_ns AND b.end_ns < p.end_ns
		    JOIN reason r ON r.id = t.reason WHERE p.name = 'wait' GROUP BY r.name"""):
		    for place, ns in ("in KVM", kvm_ns), ("to user space", user_ns):
		        if ns:
		            found += 1
		            assert close(kvm[f"{name} {place}"][0], ns / 1e9 / .5), (name, place)
		assert found > 2
	END
	has 'against native: % of its speed, times its time' <out
	has '^  accel=tcg  *50.0 %, 2.00 times; ' <out
	tr -s ' \n' ' ' <out | has ', translating 8.0 %'
	awk 'length($0) > 80 { print; exit 1 }' out
	has 'translating 8.0 %' <n/report.html
	sed -i '/status/d' n/runs/*/guest.log
	if package analyse n "$EXITSTAT" >out; then
		return 1
	fi
	lacks 'against native' out
}

have_namespaces() {
	[ "$(id -u)" = 0 ] && [ -x /bin/busybox ] &&
		command -v mksquashfs >/dev/null && losetup -f >/dev/null &&
		{ grep -qw squashfs /proc/filesystems || modprobe -q squashfs; }
}

make_table
check "without a VM there is one run for each number of processors" native_is_planned
check "what QEMU does for a TCG guest is told apart" samples_are_classified
check "shares of the extra time add up" accounts_add_up
check "a guest is compared to the native run of as many processors" report_is_right
if have_namespaces 2>/dev/null && make_root >/dev/null; then
	check "a run without a VM leaves nothing behind" native_runs
else
	skip "a run without a VM leaves nothing behind" \
		"needs root, loop devices, squashfs-tools and busybox-static"
fi
done_testing
