# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Where kernel source and stock kernels come from: Debian packages by name,
# fetched with apt and unpacked into the cache; or a tree named by KSRC.
# Owns the choice of version.  Does not patch or build.

# Set by series_select: the kernel series and its directory of patches.
SERIES=
SERIES_DIR=

offered_versions()
{
	apt-cache madison "$1" 2>/dev/null | awk '{ print $3 }' | sort -urV
}

# A machine that was just installed may not have a package index yet.
refresh_index()
{
	[ "$(id -u)" = 0 ] || return 0
	stage "updating the package index" apt-get update
}

# The version in kernel-patches/vX/BASE, the one the series was made for.
base_version()
{
	[ -f "$SERIES_DIR/BASE" ] || return 0
	awk '{ print $2; exit }' "$SERIES_DIR/BASE"
}

file_key()
{
	tr '~:+' '___' <<<"$1"
}

# The version to use: the forced one, that of BASE when it is still offered
# or already here, else the newest that is offered.
source_version()
{
	local package=linux-source-$SERIES base offered
	base=${FORCED_VERSION:-$(base_version)}
	if [ -n "$base" ] && [ -d "$(cache_dir)/source-$(file_key "$base")" ]; then
		echo "$base"
		return
	fi
	offered=$(offered_versions "$package")
	if [ -z "$offered" ]; then
		refresh_index
		offered=$(offered_versions "$package")
	fi
	[ -n "$offered" ] ||
		die "$package: no such package here (run apt-get update;" \
			"is this Debian 12 with its security archive?)"
	if [ -n "$base" ] && grep -qxF "$base" <<<"$offered"; then
		echo "$base"
	elif [ -n "$FORCED_VERSION" ]; then
		die "$package: version $FORCED_VERSION is not offered (there is" \
			"$(tr '\n' ' ' <<<"$offered")"")"
	else
		[ -z "$base" ] || warn "$package $base is no longer offered;" \
			"using ${offered%%$'\n'*}"
		echo "${offered%%$'\n'*}"
	fi
}

# fetch_deb PACKAGE VERSION DIR: download one package into DIR.
fetch_deb()
{
	mkdir -p "$3"
	cd "$3"
	apt-get download "$1=$2" || {
		[ "$(id -u)" = 0 ] && apt-get update &&
			apt-get download "$1=$2"
	}
}

unpack_source()
{
	mkdir -p "$2"
	dpkg-deb --fsys-tarfile "$1"/*.deb |
		tar -xO "./usr/src/linux-source-$SERIES.tar.xz" |
		xz -dc -T0 | tar -x --strip-components=1 -C "$2"
	rm -rf "$1"
}

build_source()
{
	local dir=$1 version=$2
	stage "fetching linux-source-$SERIES $version" \
		fetch_deb "linux-source-$SERIES" "$version" "$dir/deb"
	stage "unpacking the kernel source" unpack_source "$dir/deb" "$dir/linux"
	echo "$version" >"$dir/version"
}

makefile_value()
{
	awk -v key="$2" '$1 == key && $2 == "=" { print $3; exit }' "$1/Makefile"
}

# One clear line for a directory that is not what the series needs.
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
	[ "$have" = "$SERIES" ] ||
		die "$tree: this is Linux $have, the series is for $SERIES" \
			"(set KSRC to an unpacked linux-source-$SERIES)"
}

# Print the directory of the pristine source.
source_dir()
{
	local version entry
	if [ -n "${KSRC-}" ]; then
		check_source_tree "$KSRC"
		readlink -f "$KSRC"
		return
	fi
	version=$(source_version)
	entry=$(cache_entry source "$(file_key "$version")" \
		build_source "$version")
	echo "$entry/linux"
}

# What identifies the source in cache keys.  A user's own tree may change at
# any time, so names, sizes and times of its files stand for it.
source_key()
{
	if [ -n "${KSRC-}" ]; then
		find -L "$KSRC" -type f -printf '%P %s %T@\n' | sort | short_hash
	else
		source_version
	fi
}

# The stock version that goes with the source: the same package version, or
# for a user's own tree the package of the same point release.
stock_version()
{
	local point
	if [ -z "${KSRC-}" ]; then
		source_version
		return
	fi
	check_source_tree "$KSRC"
	point=$SERIES.$(makefile_value "$KSRC" SUBLEVEL)
	grep -q DISTRIBUTION_OFFICIAL_BUILD "$KSRC/Makefile" ||
		die "$KSRC: Linux $point, but not Debian's (modules for a stock" \
			"kernel need its own source; unset KSRC)"
	offered_versions "linux-source-$SERIES" |
		awk -v point="$point-" 'index($0, point) == 1 && !found++ {
			print } END { exit !found }' ||
		die "$KSRC: no stock kernel $point is offered (unset KSRC)"
}

# Name of the stock image package of one version and flavour.  The unsigned
# twin and the debug symbols do not match.
stock_package()
{
	local names
	names=$(apt-cache pkgnames "linux-image-$SERIES" |
		grep -E "^linux-image-[0-9.]+(-[0-9]+)?(\+deb[0-9]+)?-$2$") || :
	# shellcheck disable=SC2086 # a list of package names
	{ [ -z "$names" ] || apt-cache madison $names; } |
		awk -v want="$1" '$3 == want && !name { name = $1 }
			END { if (name) print name; exit !name }' ||
		die "linux-image-$SERIES*-$2: version $1 is not offered" \
			"(run apt-get update, or use --version)"
}

unpack_stock()
{
	local dir=$1 release=$2
	cd "$dir"
	for deb in deb/*.deb; do
		dpkg-deb --fsys-tarfile "$deb" | tar -x -C root
	done
	mv "root/boot/vmlinuz-$release" vmlinuz
	mv "root/boot/config-$release" config
	if [ -d "root/usr/lib/modules/$release" ]; then
		mv "root/usr/lib/modules/$release" modules
	else
		mv "root/lib/modules/$release" modules
	fi
	mv "root/usr/src/linux-headers-$release/Module.symvers" .
	echo "$release" >release
	rm -rf deb root
}

build_stock()
{
	local dir=$1 version=$2 image=$3 release=${3#linux-image-}
	mkdir "$dir/root"
	stage "fetching $image" fetch_deb "$image" "$version" "$dir/deb"
	stage "fetching linux-headers-$release" \
		fetch_deb "linux-headers-$release" "$version" "$dir/deb"
	stage "unpacking the stock kernel" unpack_stock "$dir" "$release"
	echo "$version" >"$dir/version"
}

# stock_dir FLAVOUR: print the directory of the stock kernel.
stock_dir()
{
	local version key image
	version=$(stock_version)
	key=$(file_key "$version-$1")
	if [ -d "$(cache_dir)/stock-$key" ]; then
		echo "$(cache_dir)/stock-$key"
		return
	fi
	image=$(stock_package "$version" "$1")
	cache_entry stock "$key" build_stock "$version" "$image"
}
