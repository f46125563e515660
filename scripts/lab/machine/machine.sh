# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Start and stop the emulators. COM1 of L1 is the console, COM2 the data channel;
# both are files in $WORK. COM3, with QEMU only, carries messages from the host to
# L1 (monitor.sh). Sourced by scripts/lab/lab.
#
# Emulators are started by setpriv, so an emulator is killed with its parent, even
# if the parent is killed by SIGKILL.

# no_timer_check and tsc=reliable skip checks that fail on a busy host. The options
# after them skip initialisation that KVM does not need: self-tests of ciphers,
# random numbers, BPF's replacements for TCP.
L1_APPEND='console=ttyS0 panic=-1 quiet mitigations=off'
L1_APPEND+=' no_timer_check tsc=reliable'
L1_APPEND+=' cryptomgr.notests initcall_blacklist=jent_mod_init'
L1_APPEND+=',bpf_tcp_ca_kfunc_init,bpf_dummy_struct_ops_init'
DIE_WITH_PARENT=(setpriv --pdeathsig KILL)

# The name of the lab in recordings.
lab_title()
{
	case $LAB in
	svm) echo 'svm (QEMU TCG)' ;;
	vmx) echo 'vmx (Bochs)' ;;
	kvm) echo 'kvm (nested virtualization)' ;;
	esac
}

need_packages()
{
	need_commands lab-svm "$QEMU_BIN" "$BUSYBOX" cpio xz
	[ "$LAB" != vmx ] || need_commands lab-vmx bochs-bin xorriso script
}

# start_emulator COMMAND...: disowned, since bash would otherwise report its end
start_emulator()
{
	"${DIE_WITH_PARENT[@]}" "$@" >"$WORK/emulator.log" 2>&1 </dev/null &
	LAB_PID=$!
	disown
}

# start_qemu ACCELERATION...: the kernel accepts concatenated archives as one initrd.
start_qemu()
{
	cat "$ROOT_IMAGE" "$WORK/job.cpio" >"$WORK/initrd"
	monitor_options
	start_emulator "$QEMU_BIN" "$@" -smp "$SMP" -m "$MEM" \
		-nodefaults -display none -no-reboot \
		-serial "file:$WORK/console.log" -serial "file:$WORK/data" \
		"${MONITOR[@]}" -kernel "$(find_kernel "$KERNEL")" -initrd "$WORK/initrd" \
		-append "$L1_APPEND"
	monitor_open
}

bochs_iso()
{
	local dir=$WORK/iso
	mkdir "$dir"
	cp "$(find_kernel "$KERNEL")" "$dir/vmlinuz"
	cp /usr/lib/ISOLINUX/isolinux.bin \
		/usr/lib/syslinux/modules/bios/ldlinux.c32 "$dir/"
	cp "$ROOT_IMAGE" "$dir/root.cpio"
	cp "$WORK/job.cpio" "$dir/job.cpio"
	printf '%s\n' 'DEFAULT l1' 'LABEL l1' 'KERNEL /vmlinuz' \
		'INITRD /root.cpio,/job.cpio' "APPEND $L1_APPEND" \
		>"$dir/isolinux.cfg"
	xorriso -as mkisofs -quiet -o "$WORK/l1.iso" -b isolinux.bin \
		-c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table \
		"$dir" >"$WORK/emulator.log" 2>&1
	rm -rf "$dir"
}

# bochs_config DISPLAY. error=ignore, because every EPT violation is an error, which
# makes millions of lines. panic=fatal, so that the ACPI power-off ends the process.
# sync=none: the TSC counts instructions.
bochs_config()
{
	cat <<-END
	cpu: model=corei7_haswell_4770, count=1, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1
	memory: guest=$MEM, host=$MEM
	romimage: file=/usr/share/bochs/BIOS-bochs-latest
	vgaromimage: file=/usr/share/bochs/VGABIOS-lgpl-latest
	ata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14
	ata0-master: type=cdrom, path=$WORK/l1.iso, status=inserted
	boot: cdrom
	com1: enabled=1, mode=file, dev=$WORK/console.log
	com2: enabled=1, mode=file, dev=$WORK/data
	display_library: $1
	clock: sync=none
	log: $WORK/bochs.log
	panic: action=fatal
	error: action=ignore
	info: action=ignore
	debug: action=ignore
	END
}

# Print the pseudo-terminal of Bochs's display, once it is open.
bochs_terminal()
{
	local pid fd
	pid=$(pgrep -f "^bochs-bin .*$WORK/bochsrc") || return 1
	for fd in "/proc/$pid/fd"/*; do
		[ "$(readlink "$fd")" = /dev/ptmx ] || continue
		sed -n 's,^tty-index:[[:space:]]*,/dev/pts/,p' \
			"/proc/$pid/fdinfo/${fd##*/}"
	done
}

# Bochs draws L1's screen on its own pseudo-terminal. Without a reader, the buffer
# is full after some minutes, and Bochs blocks.
drain_screen()
{
	local terminal tries
	for ((tries = 0; tries < 100; tries++)); do
		terminal=$(bochs_terminal | head -n 1) || :
		[ -z "$terminal" ] || break
		kill -0 "$LAB_PID" 2>/dev/null || return 0
		sleep 0.2
	done
	[ -n "$terminal" ] || return 0
	exec "${DIE_WITH_PARENT[@]}" cat "$terminal" >/dev/null 2>&1 </dev/null
}

# Our own Bochs (scripts/build/bochs) if it is cached, or Debian's. The display of
# Debian's needs a terminal, which script provides, and its debugger waits for a
# command: c, continue.
start_bochs()
{
	local own
	own=$("$TOP/scripts/build/bochs" --cached)
	bochs_iso
	if [ -n "$own" ]; then
		bochs_config nogui >"$WORK/bochsrc"
		start_emulator "$own/bochs" -q -f "$WORK/bochsrc"
		return
	fi
	bochs_config term >"$WORK/bochsrc"
	echo c >"$WORK/rc"
	TERM=xterm start_emulator script -qec \
		"${DIE_WITH_PARENT[*]} bochs-bin -q -f $WORK/bochsrc -rc $WORK/rc" \
		/dev/null
	drain_screen &
	disown
}

# With one CPU, L1's clock counts instructions instead of following the host's
# clock: otherwise, on a loaded host, TCG loses wakeups of nested guests, which then
# sleep for seconds or for ever. icount supports only one CPU.
start_machine()
{
	local tcg=(-accel "tcg,thread=multi")
	[ "$SMP" -gt 1 ] || tcg=(-accel tcg -icount "shift=1,sleep=off")
	# shellcheck disable=SC2034 # for watch.sh
	STARTED=$SECONDS
	: >"$WORK/console.log"
	: >"$WORK/data"
	# L1's init starts the other CPUs: see scripts/lab/l1/hold-vm.c.
	[ "$LAB" != svm ] || L1_APPEND+=' maxcpus=1'
	case $LAB in
	svm) start_qemu "${tcg[@]}" -cpu EPYC,+svm,+npt ;;
	kvm) start_qemu -accel kvm -cpu host ;;
	vmx) start_bochs ;;
	esac
}

machine_runs()
{
	[ -n "$LAB_PID" ] && kill -0 "$LAB_PID" 2>/dev/null
}

# descendants_of PID: set DESCENDANTS to the process and its descendants
descendants_of()
{
	local children queue=("$1")
	DESCENDANTS=()
	while [ "${#queue[@]}" != 0 ]; do
		children=()
		read -ra children 2>/dev/null \
			<"/proc/${queue[0]}/task/${queue[0]}/children" || :
		DESCENDANTS=("${queue[0]}" "${DESCENDANTS[@]}")
		queue=("${queue[@]:1}" "${children[@]}")
	done
}

# Set EMULATOR_TICKS: the CPU time of the emulator, in 1/100 s.
emulator_ticks()
{
	local pid stat fields
	EMULATOR_TICKS=0
	descendants_of "$LAB_PID"
	for pid in "${DESCENDANTS[@]}"; do
		read -r stat 2>/dev/null <"/proc/$pid/stat" || continue
		read -ra fields <<<"${stat##*) }"
		EMULATOR_TICKS=$((EMULATOR_TICKS + fields[11] + fields[12]))
	done
}

# SIGKILL, because the results are on the host already.
stop_machine()
{
	[ -n "$LAB_PID" ] || return 0
	descendants_of "$LAB_PID"
	kill -KILL "${DESCENDANTS[@]}" 2>/dev/null || :
	while machine_runs; do
		sleep 0.05
	done
	LAB_PID=''
}
