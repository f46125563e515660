# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Which version of a kernel is used, for all that is made of it. Owns the choice
# and the names of Debian's packages; downloads and unpacks nothing.
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
# The archive keeps old versions of some packages and not of others. So the
# version of BASE, else the newest, is used
#
#   1. for which every part is there, all packages having that version;
#   2. for which every part is there, each package having a version that
#      satisfies the dependency on it, as for a user of apt (kbuild of 6.1 may be
#      newer than the headers);
#   3. for which source and stock are there, if no more is needed now;
#   4. for which what is needed now is there.
#
# A part is there if the cache has it, whatever the archive has.

# The version chosen, once there is one; the preferred one, and what it lacks.
KERNEL_VERSION='' PREFERRED='' LACKED='' NEEDED=''
# The user's choice (--version).
FORCED_VERSION=''
# The archive: "package version" to what it depends on. Read when it is needed,
# brought up to date once.
declare -A INDEX=()
INDEX_READ='' REFRESHED=''
# Version to the package of it that is listed and cannot be downloaded; why
# nothing can be.
declare -A GONE=()
UNREACHED=''
# What to fetch for a part, the first "package version" that is not there, and
# the kernel's release.
ITEMS=() LACKS='' RELEASE=''
# A download failed: its status, and the descriptor to write the reason to.
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

# Only what can be downloaded has a file name; an installed package need not.
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

# As root, bring the index up to date. It fails without a network; that shows
# when something is missing.
index_refresh()
{
	stage "updating the package index" index_update
	REFRESHED=yes
	index_read
}

# One at a time: apt does not wait for another apt.
index_update()
{
	local fd
	exec {fd}>"$CACHE_ROOT/.index"
	flock "$fd"
	apt-get update || echo "status $?"
	exec {fd}>&-
}

# release_of VERSION FLAVOUR: set RELEASE, which is what uname -r says, by the
# names of the packages. The metapackage linux-image-6.12-cloud-amd64 has the
# same version.
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

# item PACKAGE VERSION: it is needed, in this version.
item()
{
	if [ -n "${INDEX[$1 $2]+there}" ]; then
		ITEMS+=("$1=$2")
	else
		LACKS=${LACKS:-$1 $2}
	fi
}

# item_for DEPENDENCY VERSION EXACT: it is needed as "package (>= 1.2)" says, in
# VERSION if that is there, else (EXACT is not yes) in the newest that will do.
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

# items_of_dependencies PACKAGE VERSION PATTERN EXACT: those that match.
items_of_dependencies()
{
	local depends dependency
	IFS=, read -ra depends <<<"${INDEX[$1 $2]-}"
	for dependency in "${depends[@]}"; do
		read -r dependency <<<"$dependency"
		[[ ! $dependency =~ ^$3 ]] || item_for "$dependency" "$2" "$4"
	done
}

# part_items PART VERSION FLAVOUR EXACT: set ITEMS, what to fetch for it, and
# LACKS, the first thing that is not there.
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

# version_has PARTS VERSION FLAVOUR EXACT: all parts are there; LACKS says what
# is not.
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

# need_part PART VERSION FLAVOUR: set ITEMS, or say what is missing.
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

# Those that may be used, the preferred one first. A user's own source tree
# says which point release.
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

# version_tiers PARTS: what to look for in turn, and whether all packages must
# have the same version.
version_tiers()
{
	if [ -z "${KSRC-}$FORCED_VERSION" ]; then
		echo "yes source stock headers"
		echo "no source stock headers"
		[[ " $1 " == *" headers "* ]] || echo "no source stock"
	fi
	echo "no $1"
}

# The preferred version is in the cache: no index is needed.
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
# PREFERRED and what it lacks, LACKED; and what it lacks of PARTS, NEEDED.
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
	NEEDED=${NEEDED:-linux-image-$SERIES*-$2${KSRC:+ of the point release of $KSRC}}
}

# Nothing serves: one line with what is missing of the preferred version.
version_missing()
{
	local why="not offered by the archive and not in the cache"
	local what="run apt-get update as root, or use another --version" full
	! full=$(disk_full) || die "$1: $full"
	if [ -n "$UNREACHED" ]; then
		why="not in the cache, and cannot be downloaded: $UNREACHED"
		what="is there a network?"
	elif [ "${#INDEX[@]}" = 0 ]; then
		why="not in the cache, and the package index has no kernel $SERIES"
		what="run apt-get update as root; Debian 12 and its security`
			` archive have it"
	elif [ -n "${GONE[${PREFERRED:-none}]-}" ]; then
		why="in the package index, but the archive does not have it"
	fi
	cannot_run "$1: $why ($what)"
}

# version_choose PARTS FLAVOUR: set KERNEL_VERSION, or end with status 77.
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
		warn "linux $base (BASE): $LACKED is not there; using" \
			"$KERNEL_VERSION"
}

# A file without a name, open for reading and writing as descriptor $1.
open_unnamed()
{
	local -n unnamed_fd=$1
	local file
	file=$(mktemp)
	# shellcheck disable=SC2034 # the caller's
	exec {unnamed_fd}<>"$file"
	rm -f "$file"
}

# A download failed: without a network, go on with the cache alone; else bring
# the index up to date once, and do without that version the next time.
version_retry()
{
	local kind package why
	IFS='|' read -r kind package why <"/proc/self/fd/$FAILED_FD"
	if [ "$kind" = unreached ]; then
		warn "$package: cannot be downloaded: $why; looking in the cache"
		UNREACHED=$why REFRESHED=yes INDEX=() INDEX_READ=yes
	elif [ -z "$REFRESHED" ] && [ "$(id -u)" = 0 ]; then
		warn "$package: gone from the archive; updating the package index"
		index_refresh
	else
		warn "$package: gone from the archive (the package index is out" \
			"of date: run apt-get update as root)"
		GONE[$KERNEL_VERSION]=$package
	fi
}

# with_version PARTS FLAVOUR COMMAND...: run COMMAND with a KERNEL_VERSION of
# which PARTS are there, and again with another one if a download shows that
# the index was wrong. A user's own source tree is not chosen here.
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
