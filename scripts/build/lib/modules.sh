# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build patched KVM modules for a stock Debian kernel, without rebuilding it: the
# source is configured like the stock image and arch/x86/kvm is built against its
# Module.symvers. The result is checked before it is loaded: the vermagic must be
# the same, and fields that the stock kernel itself uses must not have moved.

JOBS=${JOBS:-$(nproc)}
[[ $JOBS =~ ^[1-9][0-9]{0,3}$ ]] ||
	usage_error "JOBS=$JOBS: not a number from 1 to 9999"

# Variables of a calling make or a developer's shell must not reach kbuild.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES ARCH CROSS_COMPILE \
	KBUILD_OUTPUT KBUILD_EXTMOD O M
export LC_ALL=C

# The directories needed to configure a kernel and to build, with the series, the
# modules in arch/x86/kvm, headers for user space and programs in tools/. With the
# makefiles and Kconfig files of all other directories, they are a quarter of all
# files.
MODULE_SOURCE=(Documentation/virt arch/x86 block certs include init kernel lib
	scripts security tools usr virt)

# The products of a build in a user's tree, which may have another configuration.
BUILT=('*.o' '*.ko' '*.a' '*.mod' '*.mod.c' '.*.cmd' .config .config.old vmlinux
	Module.symvers System.map modules.order)

# module_source: print the names of these files in the current directory
module_source()
{
	local name
	local -a leave=(-path '*/include/generated' -o -path '*/include/config')
	for name in "${BUILT[@]}"; do
		leave+=(-o -name "$name")
	done
	{
		find "${MODULE_SOURCE[@]/#/./}" \( "${leave[@]}" \) -prune \
			-o ! -type d -print0
		find . \( "${leave[@]}" \) -prune -o ! -type d \
			\( ! -path './*/*' -o -name 'Kconfig*' \
			-o -name 'Makefile*' -o -name 'Kbuild*' \) -print0
	} | LC_ALL=C sort -zu
}

# clone_module_source FROM TO: the same as clone_source, for these files.
clone_module_source()
{
	local link=''
	! in_cache "$1" || link=--link
	mkdir "$2"
	(cd "$1" && module_source |
		cpio -0pdm --quiet ${link:+"$link"} "$2")
}

# kbuild TREE ARG...
kbuild()
{
	make -C "$1" -s -j "$JOBS" CC="$(kernel_cc)" \
		KBUILD_BUILD_USER=exitstat KBUILD_BUILD_HOST=exitstat "${@:2}"
}

# Debian 12's kernels are built with gcc 12, which may not be the default compiler.
kernel_cc()
{
	if command -v gcc-12 >/dev/null; then
		echo gcc-12
	else
		echo gcc
	fi
}

configure_like_stock()
{
	local tree=$1 stock=$2
	cp "$stock/config" "$tree/.config"
	"$tree/scripts/config" --file "$tree/.config" \
		--set-str SYSTEM_TRUSTED_KEYS "" --set-str MODULE_SIG_KEY ""
	kbuild "$tree" KERNELRELEASE="$(<"$stock/release")" olddefconfig
}

# pahole encodes the modules' BTF against the stock vmlinux, and the layout check
# compares with it.
prepare_tree()
{
	local dir=$1 source=$2 stock=$3 release
	release=$(<"$stock/release")
	clone_module_source "$source" "$dir/linux"
	configure_like_stock "$dir/linux" "$stock"
	kbuild "$dir/linux" KERNELRELEASE="$release" modules_prepare
	cp "$stock/Module.symvers" "$dir/linux/"
	"$source/scripts/extract-vmlinux" "$stock/vmlinuz" >"$dir/linux/vmlinux"
	cd "$dir/linux"
	find . -type f -links 1 >"$dir/generated"
}

build_prepared()
{
	stage "preparing the source for $(<"$3/release")" prepare_tree "$@"
}

# prepared_dir STOCK: an unpatched source, configured, ready to build modules.
prepared_dir()
{
	local source key
	source=$(source_dir)
	key=$({
		source_key
		cat "$1/version" "$1/release" "$TOP/scripts/build/lib/modules.sh"
	} | short_hash)
	cache_entry prepared "$key" build_prepared "$source" "$1"
}

prepared_source()
{
	local stock
	stock=$(stock_dir cloud-amd64)
	prepared_dir "$stock"
}

# clone_prepared PREPARED TO: link source files and copy generated ones, since the
# build writes into them.
clone_prepared()
{
	clone_source "$1/linux" "$2"
	(cd "$2" && xargs -d '\n' rm -f) <"$1/generated"
	(cd "$1/linux" && xargs -d '\n' cp -p --parents -t "$2") \
		<"$1/generated"
}

# Enable the option that the series adds; olddefconfig must keep it.
enable_exit_stats()
{
	local tree=$1 release=$2
	"$tree/scripts/config" --file "$tree/.config" --enable KVM_EXIT_STATS
	kbuild "$tree" KERNELRELEASE="$release" olddefconfig modules_prepare
	grep -qx CONFIG_KVM_EXIT_STATS=y "$tree/.config" ||
		die "CONFIG_KVM_EXIT_STATS: cannot enable it (does the series" \
			"add it to arch/x86/kvm/Kconfig?)"
}

patch_tree()
{
	clone_prepared "$1" "$2"
	[ "$PATCHED" = 1 ] || return 0
	apply_series "$2"
	enable_exit_stats "$2" "$3"
}

stock_module()
{
	local stock=$1 name=$2 out=$3 file
	file=$(find "$stock/modules" -name "$name.ko*" -print -quit)
	case $file in
	*.ko) cp "$file" "$out" ;;
	*.ko.xz) xz -dc "$file" >"$out" ;;
	*.ko.zst) zstd -qdc "$file" >"$out" ;;
	*) die "$name: not a module of $(<"$stock/release")" ;;
	esac
}

# Strip debug information, with which a module is thirty times as large; keep BTF.
collect_modules()
{
	local dir=$1 stock=$2 name
	for name in kvm kvm-intel kvm-amd; do
		strip --strip-debug -o "$dir/$name.ko" \
			"$dir/linux/arch/x86/kvm/$name.ko"
		stock_module "$stock" "$name" "$dir/stock/$name.ko"
	done
	stock_module "$stock" irqbypass "$dir/irqbypass.ko"
	ln -s "$stock/vmlinuz" "$dir/vmlinuz"
	cp "$stock/config" "$stock/release" "$dir/"
}

same_vermagic()
{
	local dir=$1 name want have
	for name in kvm kvm-intel kvm-amd; do
		want=$(modinfo -F vermagic "$dir/stock/$name.ko")
		have=$(modinfo -F vermagic "$dir/$name.ko")
		[ "$want" = "$have" ] ||
			die "$name.ko: built as \"$have\", but the stock kernel" \
				"requires \"$want\""
	done
}

build_modules()
{
	local dir=$1 prepared=$2 stock=$3 release
	release=$(<"$stock/release")
	stage "patching the source" patch_tree "$prepared" "$dir/linux" "$release"
	stage "building KVM for $release" kbuild "$dir/linux" \
		KERNELRELEASE="$release" M=arch/x86/kvm modules
	mkdir "$dir/stock"
	collect_modules "$dir" "$stock"
	same_vermagic "$dir"
	layout_proof "$dir" "$dir"/kvm{,-intel,-amd}.ko >"$dir/layout.txt"
	say "$(tail -n 1 "$dir/layout.txt")"
}

# Compile the layout checker once.
layout_tool()
{
	# shellcheck disable=SC2046 # flags
	gcc -std=gnu11 -O2 -Wall -Wextra -o "$1/btf-layout" \
		"$TOP/scripts/build/lib/btf-layout.c" \
		$(pkg-config --cflags --libs libbpf)
}

# layout_proof DIR MODULE...: fail, with a line that names the field, if a field
# that the stock kernel uses has moved.  DIR is the result of modules_dir.
layout_proof()
{
	local tool
	tool=$(cache_entry tools "$(files_hash "$TOP/scripts/build/lib/btf-layout.c")" \
		layout_tool)
	"$tool/btf-layout" "$1/linux/vmlinux" "$1/stock" "${@:2}"
}

# Print the directory with kvm.ko, kvm-intel.ko, kvm-amd.ko, irqbypass.ko,
# the stock vmlinuz, and layout.txt, the result of the layout check.
modules_dir()
{
	local stock prepared key
	stock=$(stock_dir cloud-amd64)
	prepared=$(prepared_dir "$stock")
	key=$({
		echo "$prepared $PATCHED"
		series_hash
		cat "$TOP/scripts/build/lib/btf-layout.c"
	} | short_hash)
	cache_entry kvm-modules "$key" build_modules "$prepared" "$stock"
}
