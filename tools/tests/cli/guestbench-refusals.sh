#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# tools/guestbench and what can be wrong around it: files that are no matrix,
# a directory that was damaged, benchmarks that fail, a machine that lacks
# something, an interruption. Each is one line and a status, and loses nothing.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source=../lib/guestbench.sh
. "$TESTS/lib/guestbench.sh"

# not_a_matrix TEXT: of what bad.conf is
not_a_matrix() {
	fails 1 "$1" plan bad.conf bad.d 1
	[ ! -e bad.d ]
}

no_matrix() {
	: >bad.conf
	not_a_matrix 'bad.conf: asks for nothing'
	printf 'bus = ide\0\n' >bad.conf
	not_a_matrix 'bad.conf: not a text'
	fails 1 '/dev/zero: not a text' plan /dev/zero bad.d 1
	mkdir dir
	fails 1 'dir: Is a directory' plan dir bad.d 1
	printf 'repeats = %05000d\n' 1 >bad.conf
	not_a_matrix 'not a number from 1 to 100'
	printf 'benchmarks = cpu cpu\n' >bad.conf
	not_a_matrix 'the same value twice'
	printf 'volume = /dev/a /dev/b\n' >bad.conf
	not_a_matrix 'not the path of a volume'
	fails 2 '--out needs a value' guestbench --out ''
}

# What an editor elsewhere makes of it.
dos_matrix() {
	printf '\357\273\277bus = ide\r\nrepeats = 2\r\nbenchmarks = cpu\r\n' >dos.conf
	rm -rf p
	plan dos.conf p 1 table.conf
	[ "$(cat p/runs/*/label | grep -c 'bus=ide .*, repeat [12]$')" = 2 ]
}

bad_out() {
	: >file
	fails 1 'file/plan.json: Not a directory' plan m.conf file 1 table.conf
	fails 1 'Not a directory' plan m.conf file/p 1 table.conf
	fails 1 'File name too long' plan m.conf "$(printf '%0300d' 1)" 1 \
		table.conf
}

# damaged TEXT SED-SCRIPT
damaged() {
	new_plan
	sed "$2" p/plan.json >new
	cmp -s new p/plan.json && return 1
	cp new p/plan.json
	fails 1 "$1" plan m.conf p - table.conf
	cmp new p/plan.json
}

damaged_plan() {
	damaged 'p/plan.json: not a plan' '40,999d'
	damaged 'p/plan.json: damaged' 's/"repeat": 2/"repeat": 1/'
	damaged 'p/plan.json: not a plan' 's/"seed": 7/"seed": []/'
	damaged 'p/plan.json: damaged' 's/"seed": 7/"seed": 8/'
}

# A plan that was being written when it was ended; files that went away.
mended_plan() {
	new_plan
	cp -r p before
	mv p/plan.json p/plan.json.new
	rm -r p/runs/0002 p/runs/0003/tasks
	: >p/runs/0004/args
	plan m.conf p 7 table.conf
	diff -r before p
	rm p/runs/0001/label
	plan m.conf p - table.conf
	diff -r before p
}

# asks_to_run: is there a run left? Then this machine has too little memory.
asks_to_run() {
	fails 1 'memory: ' guestbench --quiet --matrix big.conf --out o
}

# Only what run-one writes is a state, and only directories of the plan are runs.
no_state() {
	printf '%s\n' 'accel = tcg' 'repeats = 2' 'benchmarks = cpu' \
		'memory = 1048576' >big.conf
	rm -rf o
	guestbench --quiet --plan --matrix big.conf --out o --seed 1
	echo 'done' >o/runs/0001/state
	echo 'done' >o/runs/0002/state
	mkdir o/runs/mine
	fails 1 'no score' guestbench --quiet --matrix big.conf --out o
	for state in '' 'don' 'partial' $'\1\2'; do
		printf '%s\n' "$state" >o/runs/0002/state
		asks_to_run
	done
	rm o/runs/0002/state
	mkdir o/runs/0002/state
	asks_to_run
}

# A QEMU whose guest says what is in the file "said", and waits if that is told.
make_qemu() {
	cat >qemu <<-'END'
		#!/bin/sh
		cat "$SAID"
		[ ! -f "$SAID.errors" ] || cat "$SAID.errors" >&2
		[ ! -f "$SAID.wait" ] || exec sleep 300
	END
	chmod +x qemu
	: >initrd
	export SAID=$T/said
}

run_one() {
	mkdir -p tmp
	TMPDIR=$T/tmp QEMU="$T/qemu" KERNEL=/k INITRD="$T/initrd" ROOT=/r QCOW2=/q \
		"$GB/host/run-one" p/runs/0001
}

# comes_to STATE LINE...: a guest that says these lines
comes_to() {
	machine
	new_plan
	printf '%s\n' "${@:2}" >said
	run_one >&2 || [ "${1%%:*}" = failed ]
	printf '%s\n' "$1" | diff - p/runs/0001/state
	[ -z "$(ls tmp)" ]
}

benchmarks_fail() {
	local good='guestbench: status wait 0 1.0;'
	local end='guestbench: complete;'
	comes_to 'done' "$good" "$end"
	comes_to 'partial: 1 of 2 benchmarks failed: disk-1m: dd is not in the guest' \
		'guestbench: missing disk-1m dd;' "$good" "$end"
	comes_to 'partial: 1 of 2 benchmarks failed: disk-1m: disk full: 9 MiB' \
		'guestbench: begin disk-1m;' 'guestbench: end disk-1m;' \
		'| fio: error' '| disk full: 9 MiB' '| ---' \
		$'guestbench: status disk-1m 1 1.0;\r' "$good" "$end"
	comes_to 'partial: 1 of 2 benchmarks failed: wait: preparation: status 3' \
		'| of another' 'guestbench: status disk-1m 0 1.0;' \
		'guestbench: before wait 3;' "$end"
	comes_to 'failed: 2 of 2 benchmarks failed: wait: status 137' \
		'guestbench: begin wait;' 'guestbench: end wait;' \
		'guestbench: status wait 137 1.0;' \
		'guestbench: missing disk-1m dd;' "$end"
	comes_to "failed: no benchmark began: the guest's kernel panicked: no init" \
		'[ 1.0] Kernel panic - not syncing: no init'
}

# Neither is partial: what there is says nothing.
machine_fails() {
	printf '%s\n' 'KVM internal error. Suberror: 1' 'RAX=0' >said.errors
	comes_to 'failed: KVM internal error. Suberror: 1' \
		'guestbench: begin wait;'
	echo 'exitstat record: run.exitstat.part: disk full (free some)' >said.errors
	comes_to 'failed: run.exitstat.part: disk full' 'guestbench: complete;'
	rm said.errors
	new_plan
	mkdir p/runs/0001/state.new
	fails 1 'state: not written (is the disk full?): done' run_one
	[ ! -e p/runs/0001/state ]
}

# A guest that hangs before its first benchmark gave nothing.
hangs_at_once() {
	machine
	new_plan
	echo 1 >p/runs/0001/limit
	: >said
	: >said.wait
	run_one || :
	rm said.wait
	grep -x 'failed: the guest did not end within 1 s and no benchmark began' \
		p/runs/0001/state
}

# The recording is whole, nothing runs on, and there is no state: it is not done.
ended() {
	local pid status=0
	machine
	new_plan
	echo 'guestbench: begin wait;' >said
	: >said.wait
	TMPDIR=$T/tmp QEMU="$T/qemu" KERNEL=/k INITRD="$T/initrd" ROOT=/r QCOW2=/q \
		WITH_PARENT='setpriv --pdeathsig KILL' "$GB/host/run-one" p/runs/0001 &
	pid=$!
	eventually grep begin p/runs/0001/guest.log
	[ -n "$(ls tmp)" ]
	kill -TERM $pid
	wait $pid || status=$?
	rm said.wait
	[ $status = 143 ]
	[ ! -e p/runs/0001/state ]
	[ -s p/runs/0001/run.exitstat ]
	[ ! -e p/runs/0001/run.exitstat.part ]
	[ -z "$(ls tmp)" ]
	eventually nothing_runs
}

nothing_runs() {
	! pgrep -f "$T/tmp"
}

# fake NAME TEXT [STATUS]: a program of this machine that prints it
fake() {
	mkdir -p bin
	printf '#!/bin/sh\nprintf "%s"\nexit %s\n' "$2" "${3:-0}" >"bin/$1"
	chmod +x "bin/$1"
}

lacking_machine() {
	local PATH=$PWD/bin:$PATH
	mkdir bin
	mkdir tmp,1
	TMPDIR=$T/tmp,1 refused 'in a path (another TMPDIR or'
	TMPDIR=$T/none refused 'none: not a directory to write to'
	port_taken refused 'port 47201 of 127.0.0.1: in use'
}

port_answers() {
	(: </dev/tcp/127.0.0.1/47201)
}

# port_taken COMMAND...: while something listens there
port_taken() {
	local pid
	exclusive port-47201
	# not the function, whose shell would be what is killed
	/usr/bin/python3 -c 'import socket, time
server = socket.create_server(("127.0.0.1", 47201))
time.sleep(300)' 2>/dev/null &	# or another has it
	pid=$!
	# shellcheck disable=SC2064 # this process
	trap "kill $pid || :" EXIT
	eventually port_answers
	"$@"
	kill "$pid" || :
	wait "$pid" || :
	trap - EXIT
}

# A volume that is not ours to overwrite.
volumes() {
	local PATH=$PWD/bin:$PATH device=$1 lines
	lines=('disk = lvm' "volume = $device" 'disk-size = 64')
	fake blockdev '67108864'
	fake lsblk 'sda /home\n'
	refused "volume = $device: in use (/home)" "${lines[@]}"
	fake lsblk 'sda [SWAP]\n'
	refused "volume = $device: in use ([SWAP])" "${lines[@]}"
	fake lsblk 'sda \nvg-lv \n'
	refused "volume = $device: in use (vg-lv)" "${lines[@]}"
	fake lsblk 'sda \n'
	fake blkid 'TYPE=LVM2_member\n'
	refused 'has LVM2_member on it, and would be overwritten' "${lines[@]}"
	fake blkid 'LABEL=home\nTYPE=ext4\n'
	refused 'has label home ext4 on it' "${lines[@]}"
	fake blockdev '67108863'
	refused "volume = $device: 63 MiB free, 64 MiB needed" "${lines[@]}"
	fake blockdev '' 1
	refused "volume = $device: cannot be opened" "${lines[@]}"
	rm -r bin
	fails 1 'a lab makes it, as /dev/GROUP/VOLUME' \
		guestbench --quiet --lab svm --matrix m1.conf --out o
}

# One that is empty, or of an earlier run, is taken: the port is looked at next.
volumes_taken() {
	local PATH=$PWD/bin:$PATH device=$1
	fake blockdev '67108864'
	fake lsblk 'sda \n'
	fake blkid '' 2
	port_taken refused 'port 47201 of 127.0.0.1: in use' 'disk = lvm' \
		"volume = $device" 'disk-size = 64'
	fake blkid 'LABEL=guestbench\nTYPE=ext4\n'
	port_taken refused 'port 47201 of 127.0.0.1: in use' 'disk = lvm' \
		"volume = $device" 'disk-size = 64'
}

make_table
check "what is no matrix is refused" no_matrix
check "a matrix with the line ends of DOS" dos_matrix
check "where no directory can be is refused" bad_out
check "a damaged plan is refused, and left as it is" damaged_plan
check "a plan that was not finished, or lost files, is made whole" mended_plan
check "a damaged state is no state" no_state
make_qemu
check "a run whose benchmarks failed is partial, and says why" benchmarks_fail
check "a run that the machine failed, or its disk" machine_fails
check "a run whose guest hung before it began" hangs_at_once
check "an ended run leaves a whole recording and nothing else" ended
check "a machine that lacks something is refused" lacking_machine
device=$(find /dev -maxdepth 1 -type b -print -quit)
if [ -n "$device" ] && [ "$(id -u)" = 0 ]; then
	check "a volume that is in use is refused" volumes "$device"
	check "an empty volume, or one of an earlier run, is taken" \
		volumes_taken "$device"
else
	skip "volumes" "needs root and a block device"
fi
done_testing
