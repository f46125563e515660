# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build the file system of L1: two cpio archives, which the kernel unpacks one over
# the other. The root (busybox, QEMU, firmware; 55 MB) is cached by content; the job
# archive (kernel modules, exitstat, guests, job) is built for each run. They are
# not compressed: decompressing takes an emulated CPU longer than the firmware takes
# to load them (Bochs: 10 of 25 s). Sourced by scripts/lab/lab.

QEMU_BIN=/usr/bin/qemu-system-x86_64
QEMU_FIRMWARE=(/usr/share/seabios/bios-256k.bin
	/usr/share/qemu/kvmvapic.bin /usr/share/qemu/linuxboot_dma.bin
	/usr/share/qemu/qboot.rom /usr/share/qemu/bios-microvm.bin
	/usr/share/qemu/pvh.bin)
BUSYBOX=/bin/busybox
KVM_MODULES=(irqbypass kvm kvm-intel kvm-amd)
L1_PROGRAMS=(hold-vm many-vcpus perf-event wait-init)

# Print the paths of a program's shared libraries and loader.
libraries_of()
{
	ldd "$1" | sed -n 's/.*=> //; s/^[[:space:]]*\(\/[^ ]*\) (0x.*/\1/p'
}

# copy_program ROOT FILE: copy FILE to ROOT/usr/bin (QEMU finds its firmware relative
# to it). Its libraries keep their directories, where the loader searches.
copy_program()
{
	local root=$1 lib
	install -D "$2" "$root/usr/bin/${2##*/}"
	while IFS= read -r lib; do
		install -D "$lib" "$root$lib"
	done < <(libraries_of "$2")
}

pack()
{
	(cd "$1" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort |
		cpio --quiet -o -H newc -R 0:0)
}

# Called by cache_entry with the directory to fill.
build_root_image()
{
	local dir=$1 root=$1/root applet name
	mkdir -p "$root"/{usr/bin,proc,sys,dev,tmp,run,out,etc,guest,job,lab}
	ln -s usr/bin "$root/bin"
	install "$BUSYBOX" "$root/bin/busybox"
	while IFS= read -r applet; do
		ln -s busybox "$root/bin/$applet" 2>/dev/null || :
	done < <("$BUSYBOX" --list)
	copy_program "$root" "$QEMU_BIN"
	install -D -m 644 -t "$root/usr/share/qemu" "${QEMU_FIRMWARE[@]}"
	install "$TOP/scripts/lab/l1/init" "$root/init"
	install "$TOP/scripts/lab/l1/stage" "$root/bin/stage"
	for name in "${L1_PROGRAMS[@]}"; do
		build_program "$root/bin/$name" "$TOP/scripts/lab/l1/$name.c"
	done
	pack "$root" >"$dir/root.cpio"
	rm -rf "$root"
}

root_image()
{
	local key libs sources
	sources=("${L1_PROGRAMS[@]/#/$TOP/scripts/lab/l1/}")
	mapfile -t libs < <(libraries_of "$QEMU_BIN")
	key=$(files_hash "$QEMU_BIN" "${libs[@]}" "${QEMU_FIRMWARE[@]}" \
		"$BUSYBOX" "$TOP/scripts/lab/machine/"{image,program}.sh \
		"$TOP/scripts/lab/l1/init" "$TOP/scripts/lab/l1/stage" \
		"$TOP/scripts/lab/l1/kvm-calls.h" \
		"${sources[@]/%/.c}")
	# Each package upgrade makes a new entry; remove the old ones, 60 MB each.
	find "$(cache_dir)" -maxdepth 1 -name 'lab-root-*' -mtime +7 \
		-exec rm -rf {} +
	printf '%s/root.cpio\n' "$(cache_entry lab-root "$key" build_root_image)"
}

# Print the bootable file in a kernel directory.
find_kernel()
{
	local name
	for name in bzImage vmlinuz; do
		[ ! -s "$1/$name" ] || { printf '%s\n' "$1/$name"; return; }
	done
	die "$1: no bzImage and no vmlinuz (build one: scripts/build/kernel stock 6.12)"
}

# Modules are beside the kernel, or compressed in the tree of a stock kernel.
copy_modules()
{
	local dest=$1 name file
	mkdir -p "$dest"
	for name in "${KVM_MODULES[@]}"; do
		file=$KERNEL/$name.ko
		[ -s "$file" ] || file=$(find -L "$KERNEL" \
			-path "*/modules/*/$name.ko*" -print -quit)
		case $file in
		*.xz) xz -dc "$file" >"$dest/$name.ko" ;;
		?*) cp "$file" "$dest/$name.ko" ;;
		esac
	done
}

# Called by cache_entry with the directory to fill.
build_guests()
{
	make -s -C "$TOP/guests" O="$1" BUSYBOX="$BUSYBOX"
	rm -rf "$1/obj"
}

# The Linux guest boots the same kernel as L1.
copy_guests()
{
	local dest=$1 key
	key=$(find "$TOP/guests" -type f -print0 | LC_ALL=C sort -z |
		xargs -0 cat "$BUSYBOX" | short_hash)
	mkdir -p "$dest"
	cp "$(cache_entry guests "$key" build_guests)"/* "$dest/"
	cp "$(find_kernel "$KERNEL")" "$dest/bzImage"
}

# exitstat without cairo and curses: L1 only records.
build_lab_tool()
{
	make -s -C "$TOP/tools/minivmm" O="$1/obj" >/dev/null
	mv "$1/obj/minivmm" "$1/minivmm"
	rm -rf "$1/obj"
	make -s -C "$TOP/tools/exitstat" O="$1/obj" WITH_CAIRO=0 WITH_CURSES=0 WITH_MICROHTTPD=0 >/dev/null
	mv "$1/obj/exitstat" "$1/exitstat"
	rm -rf "$1/obj"
}

copy_tools()
{
	local key dir
	key=$(find "$TOP/tools/exitstat" "$TOP/tools/lib" "$TOP/tools/build.mk" "$TOP/tools/bpf" "$TOP/module" \
		"$TOP/tools/minivmm" "$TOP/guests/lib" "$TOP/VERSION" -type f \
		! -name '*.o' -print0 | LC_ALL=C sort -z | xargs -0 cat |
		short_hash)
	dir=$(cache_entry lab-tool "$key" build_lab_tool)
	copy_program "$1" "$dir/exitstat"
	install "$dir/minivmm" "$1/usr/bin/"
}

job_image()
{
	local root=$WORK/job
	mkdir -p "$root"/{lab,usr/bin,job}
	copy_modules "$root/lab/modules"
	copy_guests "$root/guest"
	cp -rL "$JOB/." "$root/job/"
	cp "$TOP/scripts/lab/l1/lib.sh" "$root/lab/"
	copy_tools "$root"
	printf '%s\n' "LAB=$LAB" "SMP=$SMP" "TIMEOUT=$TIMEOUT" \
		"EXITSTAT_LAB='$(lab_title)'" >"$root/lab/env"
	pack "$root" >"$1"
	rm -rf "$root"
}
