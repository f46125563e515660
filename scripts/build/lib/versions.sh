# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Choose the version of a kernel, for everything that is built from it. Owns the
# choice and the names of Debian's packages; does not download or unpack.
#
# A kernel has three parts, each an entry of the cache or packages of the archive:
#
#   source   linux-source-6.12
#   stock    linux-image-RELEASE with, in 7.x, linux-base-, linux-binary- and
#            linux-modules-RELEASE, which the image depends on; and
#            linux-headers-RELEASE, for its Module.symvers
#   headers  linux-headers-RELEASE, and the common headers and kbuild, which it
#            depends on
#
# The archive keeps old versions of some packages and not of others. Therefore
# the version in BASE, or else the newest, is used that meets the first of these
# conditions that any version meets:
#
#   1. every part is available, and all packages have that version;
#   2. every part is available, and each package has a version that satisfies the
#      dependency on it, as with apt (kbuild of 6.1 may be newer than the headers);
#   3. source and stock are available, and no other part is needed now;
#   4. the parts that are needed now are available.
#
# A part in the cache is available, whatever the archive has.

# The chosen version; the preferred one; the first package that the preferred one
# lacks, for all parts and for the parts that are needed.
KERNEL_VERSION='' PREFERRED='' LACKED='' NEEDED=''
# The user's choice (--version).
FORCED_VERSION=''
# The archive: "package version" to its dependencies. Read when it is needed,
# updated once.
declare -A INDEX=()
INDEX_READ='' REFRESHED=''
# Version to its package that is listed but cannot be downloaded; the reason why
# no package can be.
declare -A GONE=()
UNREACHED=''
# The packages to fetch for a part, the first "package version" that is not
# available, and the kernel's release.
ITEMS=() LACKS='' RELEASE=''
# After a failed download: its status, and the descriptor for the reason.
STATUS_GONE=75
FAILED_FD=''

# The version in kernel-patches/vX/BASE, the one the series was made for.
base_version()
{
	local package version
	[ -f "$SERIES_DIR/BASE" ] || return 0
	read -r package version <"$SERIES_DIR/BASE"
	[ "$package" = "linux-source-$SERIES" ] ||
		die "$SERIES_DIR/BASE: does not begin with linux-source-$SERIES"
	echo "$version"
}

file_key()
{
	echo "${1//[~:+]/_}"
}

# Versions of a package in the archive, newest first.
offered_versions()
{
	apt-cache madison "$1" 2>/dev/null | awk '{ print $3 }' | sort -urV
}

# Only packages that can be downloaded have a file name.
index_read()
{
	local package version depends
	INDEX=()
	while IFS='|' read -r package version depends; do
		INDEX[$package $version]=$depends
	done < <({ apt-cache show "^linux-(source|image|base|binary|modules`
		`|headers|kbuild)-${SERIES/./\\.}([.+-].*)?\$" 2>/dev/null || :; } |
		awk -F ': ' '$1 == "Package" { package = $2 }
			$1 == "Version" { version = $2 }
			$1 == "Depends" { depends = $2 }
			$1 == "Filename" { file = 1 }
			$0 == "" {
				if (file) print package "|" version "|" depends
				file = 0; depends = "" }')
	INDEX_READ=yes
}

# As root, update the index. A failure without a network is ignored here; it is
# reported when a package is missing.
index_refresh()
{
	stage "updating the package index" index_update
	REFRESHED=yes
	index_read
}

# Locked, because apt does not wait for another apt.
index_update()
{
	local fd
	exec {fd}>"$CACHE_ROOT/.index"
	flock "$fd"
	apt-get update || echo "status $?"
	exec {fd}>&-
}

# release_of VERSION FLAVOUR: set RELEASE, as uname -r prints it, by the names of
# the packages. The metapackage linux-image-6.12-cloud-amd64 has the same version.
release_of()
{
	local key kind
	for kind in image headers; do
		for key in "${!INDEX[@]}"; do
			[[ $key == "linux-$kind-"*"-$2 $1" ]] || continue
			RELEASE=${key#"linux-$kind-"}
			RELEASE=${RELEASE% *}
			[[ ${RELEASE%"-$2"} =~ ^[0-9.]+(-[0-9]+)?(\+deb[0-9]+)?$ ]] &&
				[ "$RELEASE" != "$SERIES-$2" ] && return
		done
	done
	RELEASE="$SERIES*-$2"
}

# item PACKAGE VERSION: add this version to ITEMS, or set LACKS.
item()
{
	if [ -n "${INDEX[$1 $2]+there}" ]; then
		ITEMS+=("$1=$2")
	else
		LACKS=${LACKS:-$1 $2}
	fi
}

# item_for DEPENDENCY VERSION EXACT: add the package for a dependency such as
# "package (>= 1.2)": VERSION if it is available or EXACT is yes, otherwise the
# newest version that satisfies it.
item_for()
{
	local package relation wanted key found=''
	wanted=${1%%|*}
	read -r package relation wanted <<<"${wanted//[()]/}"
	package=${package%%:*}
	if [ "$3" = yes ] || [ -n "${INDEX[$package $2]+there}" ]; then
		item "$package" "$2"
		return
	fi
	for key in "${!INDEX[@]}"; do
		[ "${key% *}" = "$package" ] || continue
		key=${key#* }
		if dpkg --compare-versions "$key" "${relation:->=}" "${wanted:-0}" &&
			dpkg --compare-versions "$key" gt "${found:-0}"; then
			found=$key
		fi
	done
	item "$package" "${found:-$2}"
}

# items_of_dependencies PACKAGE VERSION PATTERN EXACT: add those that match.
items_of_dependencies()
{
	local depends dependency
	IFS=, read -ra depends <<<"${INDEX[$1 $2]-}"
	for dependency in "${depends[@]}"; do
		read -r dependency <<<"$dependency"
		[[ ! $dependency =~ ^$3 ]] || item_for "$dependency" "$2" "$4"
	done
}

# part_items PART VERSION FLAVOUR EXACT: set ITEMS, the packages to fetch for it,
# and LACKS, the first package that is not available.
part_items()
{
	ITEMS=() LACKS=
	[ -n "$INDEX_READ" ] || index_read
	if [ "$1" = source ]; then
		item "linux-source-$SERIES" "$2"
		return
	fi
	release_of "$2" "$3"
	if [ "$1" = stock ]; then
		item "linux-image-$RELEASE" "$2"
		items_of_dependencies "linux-image-$RELEASE" "$2" \
			"linux-(base|binary|modules)-[0-9]" "$4"
		item "linux-headers-$RELEASE" "$2"
	else
		item "linux-headers-$RELEASE" "$2"
		items_of_dependencies "linux-headers-$RELEASE" "$2" \
			"linux-(headers-.*-common|kbuild-)" "$4"
	fi
}

# part_cached PART VERSION FLAVOUR
part_cached()
{
	local key=$2
	[ "$1" = source ] || key+=-$3
	key=${key//[~:+]/_}
	[ -d "$CACHE_ROOT/$1-$key" ] && cache_has "$1" "$key"
}

# version_has PARTS VERSION FLAVOUR EXACT: all parts are available; otherwise
# LACKS is the first package that is not.
version_has()
{
	local part
	LACKS=
	for part in $1; do
		part_cached "$part" "$2" "$3" && continue
		part_items "$part" "$2" "$3" "$4"
		LACKS=${LACKS:-${GONE[$2]-}}
		[ -z "$LACKS" ] || return 1
	done
}

# need_part PART VERSION FLAVOUR: set ITEMS, or report the missing package and exit.
need_part()
{
	part_items "$1" "$2" "$3" no
	[ -z "$LACKS" ] || version_missing "$LACKS"
}

cached_versions()
{
	local file
	for file in "$CACHE_ROOT"/{source,stock}-"$SERIES".*/version; do
		[ ! -f "$file" ] || cat "$file"
	done
}

# Print the candidates, the preferred one first. A user's source tree determines
# the point release.
version_candidates()
{
	local point='' base
	[ -z "$FORCED_VERSION" ] || { echo "$FORCED_VERSION"; return; }
	[ -z "${KSRC-}" ] || point=$(ksrc_point)-
	base=$(base_version)
	{
		[ -z "$base" ] || echo "$base"
		{
			cached_versions
			printf '%s\n' "${!INDEX[@]}" |
				sed -n "s/^linux-source-${SERIES} //p
					s/^linux-image-${SERIES}[.].* //p"
		} | sort -urV
	} | awk -v point="$point" 'index($0, point) == 1 && !seen[$0]++'
}

# version_tiers PARTS: the conditions in order: whether all packages must have the
# same version, and the parts.
version_tiers()
{
	if [ -z "${KSRC-}$FORCED_VERSION" ]; then
		echo "yes source stock headers"
		echo "no source stock headers"
		[[ " $1 " == *" headers "* ]] || echo "no source stock"
	fi
	echo "no $1"
}

# version_in_cache PARTS FLAVOUR: the preferred version is in the cache, so the
# index is not needed.
version_in_cache()
{
	local part parts="source stock headers" version
	version=${FORCED_VERSION:-$(base_version)}
	[ -z "$FORCED_VERSION" ] || parts=$1
	[ -n "$version" ] && [ -z "${KSRC-}" ] || return 1
	for part in $parts; do
		part_cached "$part" "$version" "$2" || return 1
	done
	KERNEL_VERSION=$version
}

# version_pick PARTS FLAVOUR: set KERNEL_VERSION, empty if there is none;
# PREFERRED; LACKED, the first package that PREFERRED lacks; and NEEDED, the first
# that it lacks for PARTS.
version_pick()
{
	local exact parts version candidates
	KERNEL_VERSION='' LACKED='' NEEDED=''
	! version_in_cache "$@" || return 0
	[ -n "$INDEX_READ" ] || index_read
	candidates=$(version_candidates)
	PREFERRED=${candidates%%$'\n'*}
	while read -r exact parts; do
		for version in $candidates; do
			if version_has "$parts" "$version" "$2" "$exact"; then
				KERNEL_VERSION=$version
				return
			fi
			[ "$version" != "$PREFERRED" ] || NEEDED=$LACKS
			LACKED=${LACKED:-$LACKS}
		done
	done < <(version_tiers "$1")
	NEEDED=${NEEDED:-linux-image-$SERIES*-$2${KSRC:+ for the point release of $KSRC}}
}

# version_missing PACKAGE: no version is usable: report the package that the
# preferred one lacks, and exit with 77.
version_missing()
{
	local why="not in the archive and not in the cache"
	local what="run apt-get update as root, or use another --version" full
	! full=$(disk_full) || die "$1: $full"
	if [ -n "$UNREACHED" ]; then
		why="not in the cache, and the download failed: $UNREACHED"
		what="is there a network?"
	elif [ "${#INDEX[@]}" = 0 ]; then
		why="not in the cache, and the package index has no kernel $SERIES"
		what="run apt-get update as root; Debian 12 and its security`
			` archive have it"
	elif [ -n "${GONE[${PREFERRED:-none}]-}" ]; then
		why="in the package index, but not in the archive"
	fi
	cannot_run "$1: $why ($what)"
}

# version_choose PARTS FLAVOUR: set KERNEL_VERSION, or exit with 77.
version_choose()
{
	local base
	version_pick "$@"
	if [ -z "$KERNEL_VERSION" ] && [ -z "$REFRESHED" ] &&
		[ "$(id -u)" = 0 ]; then
		index_refresh
		version_pick "$@"
	fi
	[ -n "$KERNEL_VERSION" ] || version_missing "$NEEDED"
	base=$(base_version)
	[ -z "$base" ] || [ "$PREFERRED" != "$base" ] ||
		[ "$KERNEL_VERSION" = "$base" ] ||
		warn "linux $base (BASE): $LACKED is not available; using" \
			"$KERNEL_VERSION"
}

# open_unnamed VARIABLE: set it to a descriptor of a file without a name, open for
# reading and writing.
open_unnamed()
{
	local -n unnamed_fd=$1
	local file
	file=$(mktemp)
	# shellcheck disable=SC2034 # a variable of the caller
	exec {unnamed_fd}<>"$file"
	rm -f "$file"
}

# After a failed download: without a network, use only the cache; otherwise update
# the index once, and skip that version if its download fails again.
version_retry()
{
	local kind package why
	IFS='|' read -r kind package why <"/proc/self/fd/$FAILED_FD"
	if [ "$kind" = unreached ]; then
		warn "$package: download failed: $why; using the cache only"
		UNREACHED=$why REFRESHED=yes INDEX=() INDEX_READ=yes
	elif [ -z "$REFRESHED" ] && [ "$(id -u)" = 0 ]; then
		warn "$package: no longer in the archive; updating the package index"
		index_refresh
	else
		warn "$package: no longer in the archive (the package index is" \
			"out of date: run apt-get update as root)"
		GONE[$KERNEL_VERSION]=$package
	fi
}

# with_version PARTS FLAVOUR COMMAND...: run COMMAND with a KERNEL_VERSION for
# which PARTS are available, and again with another one if a download shows that
# the index was wrong. A user's source tree has no version here.
with_version()
{
	local parts=$1 flavour=$2 rc KERNEL_VERSION=$KERNEL_VERSION PREFERRED=''
	shift 2
	[ -z "${KSRC-}" ] || parts=${parts#source} parts=${parts# }
	if [ -n "$KERNEL_VERSION" ] || [ -z "$parts" ]; then
		"$@"
		return
	fi
	cache_use
	[ -n "$FAILED_FD" ] || open_unnamed FAILED_FD
	while :; do
		version_choose "$parts" "$flavour"
		set +e
		(set -e; "$@")
		rc=$?
		set -e
		[ "$rc" = "$STATUS_GONE" ] || return "$rc"
		version_retry
	done
}
