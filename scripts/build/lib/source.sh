# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Get kernel source and stock kernels: Debian packages, fetched by name with apt
# and unpacked into the cache, or a tree named by KSRC.  versions.sh chooses the
# version.  Does not patch or build.

# shellcheck source=scripts/build/lib/versions.sh
. "$TOP/scripts/build/lib/versions.sh"

# Set by series_select: the kernel series and its directory of patches.
SERIES=
SERIES_DIR=

# fetch_deb PACKAGE VERSION DIR: download one package into DIR.
fetch_deb()
{
	mkdir -p "$3"
	cd "$3"
	apt-get download "$1=$2" || {
		[ "$(id -u)" = 0 ]
		index_update
		apt-get download "$1=$2"
	}
}

# download_failed DIR PACKAGE=VERSION...: write the reason to DIR/failed, by apt's
# output. A package that apt did not find was removed from the archive; other
# errors are the network's.
download_failed()
{
	local dir=$1 item why kind=unreached
	shift
	for item; do
		compgen -G "$dir/${item%%=*}_*.deb" >/dev/null || break
	done
	! grep -qE ' 404 |[Nn]ot found|No such file|Hash Sum|unexpected size' \
		"$dir/log" || kind=gone
	why=$(sed -n 's/^E: //p' "$dir/log" | head -n 1)
	echo "$kind|${item/=/ }|${why:-apt-get download failed}" >"$dir/failed"
}

# fetch_items DIR PACKAGE=VERSION...: download them. A full disk fails the stage;
# other errors are written to DIR/failed.
fetch_items()
{
	cd "$1"
	LC_ALL=C apt-get download "${@:2}" >"$1/log" 2>&1 && return
	cat "$1/log"
	! disk_full "$1/log" || return 1
	download_failed "$@"
}

# fetch TITLE DIR PACKAGE=VERSION...: download them into DIR.
fetch()
{
	mkdir -p "$2"
	stage "fetching $1" fetch_items "${@:2}"
	[ -e "$2/failed" ] || return 0
	cat "$2/failed" >"/proc/self/fd/$FAILED_FD"
	exit "$STATUS_GONE"
}

# unpack_source DEBS DIR [PATH...]: all of it, or these paths below
# linux-source-$SERIES/
unpack_source()
{
	local paths=("${@:3}")
	mkdir -p "$2"
	dpkg-deb --fsys-tarfile "$1"/*.deb |
		tar -xO "./usr/src/linux-source-$SERIES.tar.xz" |
		xz -dc -T0 | tar -x --strip-components=1 -C "$2" \
		"${paths[@]/#/linux-source-$SERIES/}"
	rm -rf "$1"
}

build_source()
{
	local dir=$1 version=$2
	need_part source "$version" ''
	fetch "linux-source-$SERIES $version" "$dir/deb" "${ITEMS[@]}"
	stage "unpacking the kernel source" unpack_source "$dir/deb" "$dir/linux"
	echo "$version" >"$dir/version"
}

makefile_value()
{
	awk -v key="$2" '$1 == key && $2 == "=" { print $3; exit }' "$1/Makefile"
}

# check_source_tree TREE: refuse a directory that is not this series' kernel source.
check_source_tree()
{
	local tree=$1 have
	[ -d "$tree" ] || die "$tree: no such directory (set KSRC to an" \
		"unpacked linux-source-$SERIES)"
	if [ ! -f "$tree/Makefile" ] || [ ! -f "$tree/arch/x86/kvm/x86.c" ]; then
		die "$tree: not a kernel source tree (set KSRC to an unpacked" \
			"linux-source-$SERIES; headers are not enough)"
	fi
	have=$(makefile_value "$tree" VERSION).$(makefile_value "$tree" PATCHLEVEL)
	[ "$have" != . ] ||
		die "$tree: not a kernel source tree (its Makefile has no VERSION)"
	[ "$have" = "$SERIES" ] ||
		die "$tree: this is Linux $have, but the series is for $SERIES" \
			"(set KSRC to an unpacked linux-source-$SERIES)"
}

source_entry()
{
	local entry
	entry=$(cache_entry source "$(file_key "$KERNEL_VERSION")" \
		build_source "$KERNEL_VERSION")
	echo "$entry/linux"
}

# Print the directory of the pristine source.
source_dir()
{
	if [ -n "${KSRC-}" ]; then
		check_source_tree "$KSRC"
		readlink -f "$KSRC"
		return
	fi
	with_version source cloud-amd64 source_entry
}

print_version()
{
	echo "$KERNEL_VERSION"
}

# Print the version of the source.
source_version()
{
	with_version source cloud-amd64 print_version
}

# Print the source's identity, for cache keys.  A user's tree may change at any
# time, so it is identified by the names, sizes and times of its files.
source_key()
{
	if [ -n "${KSRC-}" ]; then
		find -L "$KSRC" -type f -printf '%P %s %T@\n' | sort | short_hash
	else
		source_version
	fi
}

# Print the point release of a user's tree.  It must be Debian's, because a stock
# kernel needs the source that it was built from.
ksrc_point()
{
	local point
	check_source_tree "$KSRC"
	point=$SERIES.$(makefile_value "$KSRC" SUBLEVEL)
	grep -q DISTRIBUTION_OFFICIAL_BUILD "$KSRC/Makefile" ||
		die "$KSRC: Linux $point, but not Debian's (modules for a stock" \
			"kernel need the kernel's own source; unset KSRC)"
	echo "$point"
}

# first_of FILE...: print the first that exists; the layouts of 6.x and 7.x differ.
first_of()
{
	local file
	for file; do
		[ ! -e "$file" ] || { echo "$file"; return; }
	done
	die "${file##*/}: not in Debian's packages (do they have a new layout?)"
}

unpack_stock()
{
	local dir=$1 release=$2 file from lib=usr/lib/modules/$2
	cd "$dir"
	mkdir root
	for file in deb/*.deb; do
		dpkg-deb --fsys-tarfile "$file" | tar -x -C root
	done
	for file in vmlinuz config; do
		from=$(first_of "root/boot/$file-$release" "root/$lib/$file")
		mv "$from" "$file"
	done
	from=$(first_of "root/$lib/kernel" "root/lib/modules/$release/kernel")
	mv "${from%/kernel}" modules
	mv "root/usr/src/linux-headers-$release/Module.symvers" .
	echo "$release" >release
	rm -rf deb root
}

build_stock()
{
	local dir=$1 version=$2 release
	need_part stock "$version" "$3"
	release=${ITEMS[0]#linux-image-}
	release=${release%=*}
	fetch "linux-image-$release" "$dir/deb" "${ITEMS[@]}"
	stage "unpacking the stock kernel" unpack_stock "$dir" "$release"
	echo "$version" >"$dir/version"
}

stock_entry()
{
	cache_entry stock "$(file_key "$KERNEL_VERSION-$1")" \
		build_stock "$KERNEL_VERSION" "$1"
}

# stock_dir FLAVOUR: print the directory of the stock kernel.
stock_dir()
{
	with_version stock "$1" stock_entry "$1"
}
