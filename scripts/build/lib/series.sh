# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Read the patch series of a kernel line, apply it without fuzz, and copy source
# trees for it.  scripts/build/patches writes patches.

# shellcheck source=scripts/build/lib/source.sh
. "$TOP/scripts/build/lib/source.sh"

COMMON_DIR=$TOP/kernel-patches/common

# series_select 6.12: set SERIES and SERIES_DIR.
series_select()
{
	SERIES=${1#v}
	SERIES_DIR=$TOP/kernel-patches/v$SERIES
	[[ $SERIES =~ ^[0-9]+\.[0-9]+$ ]] ||
		usage_error "$1: not a kernel series (for instance 6.12)"
	[ "${PATCHED-1}" = 0 ] || [ -f "$SERIES_DIR/series" ] ||
		die "kernel-patches/v$SERIES/series: not found (there are no" \
			"patches for this kernel series; --unpatched builds" \
			"without them)"
}

# Print the patch files in order, relative to SERIES_DIR; nothing with --unpatched.
series_patches()
{
	[ "${PATCHED-1}" = 1 ] || return 0
	sed -n 's/#.*//; s/[[:space:]]*$//; /./p' "$SERIES_DIR/series"
}

# The patches with which every series begins: names in COMMON_DIR.
common_patches()
{
	(cd "$COMMON_DIR" && printf '%s\n' 0*.patch)
}

# The patches in the series' own directory.
own_patches()
{
	series_patches | grep -v /
}

# Print the end of a cover letter: the subjects of all patches, and the files that the
# series' own patches change.
series_summary()
{
	local patch
	echo "exitstat developers ($(series_patches | wc -l)):"
	for patch in $(series_patches); do
		git mailinfo /dev/null /dev/null <"$SERIES_DIR/$patch" |
			sed -n 's/^Subject: /  /p'
	done
	printf '\nChanges to files that the series does not add:\n\n'
	(cd / && own_patches | sed "s,^,$SERIES_DIR/," | xargs git apply --numstat) | awk '
		{ added[$3] += $1; removed[$3] += $2; plus += $1; minus += $2 }
		END {
			for (file in added)
				printf " %-38s | %3d + %3d -\n", file, \
					added[file], removed[file] | "sort"
			close("sort")
			printf " %d files changed, %d insertions(+), %d deletions(-)\n", \
				length(added), plus, minus
		}'
	echo "-- "
}

# Hash of the changes that affect a built kernel. Messages, blob ids, documentation
# and selftests do not, so changing them does not rebuild one.
series_hash()
{
	local patch
	for patch in $(series_patches); do
		awk '/^diff --git/ {
			built = $3 !~ /^a\/(Documentation|MAINTAINERS|tools\/testing)/
		} built && !/^index /' "$SERIES_DIR/$patch"
	done | short_hash
}

# apply_patch TREE PATCH [NAME OF TREE]: no fuzz, offsets allowed.  On failure,
# reports the first error from patch(1).
apply_patch()
{
	local output why
	output=$(patch --directory="$1" -p1 -F0 --forward --batch \
		--no-backup-if-mismatch --reject-file=- <"$2" 2>&1) && return
	why=$(awk '/^patching file/ { file = $3 }
		/FAILED at|find file to patch|ignored/ {
			print (file ? file ": " : "") $0; exit }' <<<"$output")
	die "${2##*/} does not apply to ${3:-$1}: ${why:-$output} (is that" \
		"Debian's linux-source-$SERIES, unpatched?)"
}

apply_series()
{
	local patch
	for patch in $(series_patches); do
		apply_patch "$1" "$SERIES_DIR/$patch" "${2:-$1}"
	done
}

# scripts/build/kernel apply: patch a user's tree.  Copies of the touched files are
# patched first, so the tree is patched completely or not at all.
cmd_apply()
{
	local tree=$1 copy
	check_source_tree "$tree"
	! in_cache "$tree" ||
		die "$tree: part of the cache (apply the series to a copy)"
	scratch copy
	copy_touched "$tree" "$copy"
	apply_series "$copy" "$tree"
	apply_series "$tree"
	readlink -f "$tree"
}

# Print the paths of existing kernel files that the series changes.
touched_files()
{
	local patch
	for patch in $(series_patches); do
		sed -n 's,^--- a/,,p' "$SERIES_DIR/$patch"
	done | sed 's/[[:space:]].*//' | sort -u
}

# copy_touched FROM TO: copy the touched files that exist.  A file that an earlier
# patch of the series adds does not exist yet.
copy_touched()
{
	local file
	for file in $(touched_files); do
		[ -f "$1/$file" ] || continue
		mkdir -p "$2/$(dirname "$file")"
		cp -p "$1/$file" "$2/$file"
	done
}

# clone_source FROM TO: copy it, by hard links if FROM is in the cache: patch(1) and
# kbuild do not write into a source file, but a user's tree has other files, too.
clone_source()
{
	if in_cache "$1"; then
		cp -al "$1" "$2"
	else
		cp -a "$1" "$2"
	fi
}
