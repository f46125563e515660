# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Unpack Debian's headers of a stock kernel into the cache, and build the
# out-of-tree module against them as on a user's machine.  The packages have the
# stock image's version (source.sh); for a debug kernel, its source tree serves
# as headers.

# The products of a build beside the sources of module/.
MODULE_PRODUCTS=(! -name '*.o' ! -name '*.ko' ! -name '*.mod' ! -name '*.mod.c'
	! -name '.*' ! -name modules.order ! -name Module.symvers)

# Replace the absolute paths in the packages (two in 7.x) by paths relative to the
# file that has them; symbolic links are relative already.
unpack_headers()
{
	local dir=$1 release=$2 deb
	for deb in "$dir"/deb/*.deb; do
		dpkg-deb -x "$deb" "$dir"
	done
	rm -rf "${dir:?}"/{deb,lib,usr/share}
	# shellcheck disable=SC2016 # a variable of make
	sed -Ei 's,^(include |KBUILD_OUTPUT=)/usr/src/,\1$(dir $(lastword $(MAKEFILE_LIST)))../,' \
		"$dir/usr/src/linux-headers-$release/Makefile"
	# If a package lacks a file, fail here and not in every build.
	make -s -C "$dir/usr/src/linux-headers-$release" kernelrelease
}

build_headers()
{
	local dir=$1 version=$2 release=$4
	need_part headers "$version" "$3"
	fetch "linux-headers-$release" "$dir/deb" "${ITEMS[@]}"
	stage "unpacking the headers" unpack_headers "$dir" "$release"
	echo "$release" >"$dir/release"
}

headers_entry()
{
	local stock version release entry
	stock=$(stock_dir "$1")
	version=$(<"$stock/version")
	release=$(<"$stock/release")
	entry=$(cache_entry headers "$(file_key "$version-$1")" \
		build_headers "$version" "$1" "$release")
	echo "$entry/usr/src/linux-headers-$release"
}

# headers_dir FLAVOUR: print the directory for make -C DIR M=...
headers_dir()
{
	with_version "stock headers" "$1" headers_entry "$1"
}

module_sources()
{
	(cd "$TOP/module" && find . -type f "${MODULE_PRODUCTS[@]}" -print |
		LC_ALL=C sort)
}

module_hash()
{
	(cd "$TOP/module" && module_sources | xargs -d '\n' cat) | short_hash
}

# copy_module DIR: copy the module's sources, without the products of a build.
copy_module()
{
	mkdir -p "$1"
	(cd "$TOP/module" && module_sources |
		xargs -d '\n' cp -p --parents -t "$1")
}

# Warnings are errors, including those of W=1 and modpost. Debian's headers of 6.1
# lack the vmlinux that a module's BTF is encoded against. Debian's headers name
# their compiler; a source tree needs the one that built it.
make_module()
{
	local headers=$1 dir=$2
	shift 2
	[ -e "$headers/.kernelvariables" ] || set -- CC="$(kernel_cc)"
	make -C "$headers" M="$dir" W=1 "$@" modules 2>&1 | tee "$dir/log"
	! grep -E 'warning:|WARNING:' "$dir/log"
}

build_module()
{
	local dir=$1 headers=$2 title=$3
	copy_module "$dir/build"
	stage "building kvm-exit-stats.ko for $title" \
		make_module "$headers" "$dir/build"
	mv "$dir/build/kvm-exit-stats.ko" "$dir/"
	rm -rf "$dir/build"
}

module_entry()
{
	local key
	key=$({
		echo "$1"
		module_hash
		cat "$TOP/scripts/build/lib/headers.sh"
	} | short_hash)
	cache_entry module "$key" build_module "$1" "$2"
}

# Compare the vermagic, so a mismatch is found without a boot.
fits_stock()
{
	local stock=$1 file=$2 want have
	want=$(modinfo -F vermagic "$(find "$stock/modules" -name 'kvm.ko*' \
		-print -quit)")
	have=$(modinfo -F vermagic "$file")
	[ "$want" = "$have" ] ||
		die "${file##*/}: built as \"$have\", but the stock kernel" \
			"requires \"$want\""
}

# module_dir FLAVOUR: print the directory with kvm-exit-stats.ko for the stock
# kernel of that flavour, or for the unpatched debug kernel.
module_dir()
{
	local headers entry
	if [ "$1" = debug ]; then
		module_entry "$(debug_base_dir)/linux" 'the debug kernel'
		return
	fi
	headers=$(headers_dir "$1")
	entry=$(module_entry "$headers" "${headers##*/linux-headers-}")
	fits_stock "$(stock_dir "$1")" "$entry/kvm-exit-stats.ko"
	echo "$entry"
}

module_version()
{
	sed -n 's/^PACKAGE_VERSION="\(.*\)"$/\1/p' "$TOP/module/dkms.conf"
}

# dkms_run DIR WORD...: dkms with private trees below DIR. Signing is off, since
# dkms would create a key for this machine.
dkms_run()
{
	sign_file=/nonexistent dkms "$2" --dkmstree "$1/dkms" \
		--sourcetree "$1/src" --installtree "$1/lib/modules" \
		-m kvm-exit-stats -v "$(module_version)" "${@:3}"
}

# The steps of an administrator, without depmod, which would work on this
# machine's modules.
dkms_steps()
{
	local dir=$1 headers=$2 release=$3
	mkdir -p "$dir/dkms" "$dir/lib/modules/$release"
	copy_module "$dir/src/kvm-exit-stats-$(module_version)"
	dkms_run "$dir" add
	dkms_run "$dir" build -k "$release" --kernelsourcedir "$headers"
	dkms_run "$dir" install -k "$release" --kernelsourcedir "$headers" \
		--no-depmod
	dkms_run "$dir" status -k "$release" | tee "$dir/status"
	grep -q ': installed' "$dir/status"
}

build_dkms()
{
	local dir=$1 headers=$2 release=$3
	stage "dkms add, build and install for $release" dkms_steps "$@"
	find "$dir/lib/modules/$release" -name 'kvm-exit-stats.ko*' \
		-exec mv {} "$dir/" \;
	rm -rf "${dir:?}"/{dkms,src,lib}
}

# dkms_dir FLAVOUR: the same as module_dir, built by dkms.
dkms_dir()
{
	local headers key entry
	headers=$(headers_dir "$1")
	key=$({
		echo "$headers"
		module_hash
		cat "$TOP/scripts/build/lib/headers.sh"
	} | short_hash)
	entry=$(cache_entry dkms "$key" build_dkms "$headers" \
		"${headers##*/linux-headers-}")
	fits_stock "$(stock_dir "$1")" "$entry/kvm-exit-stats.ko"
	echo "$entry"
}
