# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# The cache: directories that are built once and found by name and key. Sourced
# by lib.sh. It owns everything below $XDG_CACHE_HOME/exitstat.
#
# An entry appears by a rename, whole or not at all. It is built in a directory
# .new-NAME whose file .lock is locked while a process works in it. A second run
# waits for that lock. A directory that is not locked was left by a killed run,
# and is removed when the next entry is built.
#
# An entry's file .manifest lists the names and sizes of all its files, and the
# hashes of all files of a small entry. They are compared at each use. For an
# entry with very many files (a kernel's source has 90,000) only the first levels
# are compared, which takes less than a tenth of a second. An entry that has lost
# a file, or has no manifest, is rebuilt. Root may load files from the cache: a
# cache or an entry that belongs to another user, or is writable by others, is
# refused.

# The levels that are compared in an entry with more than CACHE_MANY files.
CACHE_LEVELS=3
CACHE_MANY=4000
# Bytes: entries up to CACHE_SMALL have hashes; with less than CACHE_FULL free,
# a failure is attributed to the full disk.
CACHE_SMALL=4194304
CACHE_FULL=1048576
# The directory, once its owner is checked; the entry that is being built.
CACHE_ROOT=
CACHE_MAKING=

cache_path()
{
	local base=${XDG_CACHE_HOME:-${HOME:+$HOME/.cache}}
	[ -n "$base" ] || die "HOME: not set (set XDG_CACHE_HOME for the cache)"
	[ "${base#/}" != "$base" ] ||
		die "$base: not an absolute path (XDG_CACHE_HOME)"
	printf '%s/exitstat\n' "${base%/}"
}

cache_foreign()
{
	die "$1: belongs to user $(stat -L -c %U "$1"), but this runs as" \
		"$(id -un), for instance by sudo -E (set XDG_CACHE_HOME to a" \
		"directory of your own)"
}

# cache_check_owner PATH [parent]: refuse a path, or a link to it, that belongs
# to another user or is writable by another group than the user's own. A parent
# may also belong to root, and may be writable by all if it is sticky, as /tmp
# is; anybody else who can write there could replace the cache.
cache_check_owner()
{
	local facts uid gid mode
	facts=$(stat -L -c '%u %g %a' "$1") || exit 1
	read -r uid gid mode <<<"$facts"
	mode=$((8#$mode & 01022))
	if [ "${2-}" = parent ]; then
		[ "$uid" != 0 ] || uid=$EUID
		[ $((mode & 01002)) = 2 ] || mode=0
	elif [ -L "$1" ] && [ "$(stat -c %u "$1")" != "$EUID" ]; then
		die "$1: link created by another user (remove it, or set" \
			"XDG_CACHE_HOME)"
	fi
	[ "$uid" = "$EUID" ] || cache_foreign "$1"
	mode=$((mode & 022))
	[ "$mode" = 0 ] || { [ "$mode" = 16 ] && [ "$gid" = "${GROUPS[0]}" ]; } ||
		die "$1: writable by others (run chmod go-w on it, or set" \
			"XDG_CACHE_HOME)"
}

# cache_is_ours DIR: it has our tag, or is empty.
cache_is_ours()
{
	local tag
	if [ -e "$1/CACHEDIR.TAG" ]; then
		mapfile -t tag <"$1/CACHEDIR.TAG"
		[[ ${tag[*]} == *exitstat* ]]
	else
		[ -z "$(find "$1/" -mindepth 1 -maxdepth 1 ! -name '.tag.*' \
			-print -quit)" ]
	fi
}

cache_mark()
{
	printf '%s\n' 'Signature: 8a477f597d28d172789f06886806bc55' \
		'# The cache of exitstat; scripts/build/kernel clean removes it.' \
		>"$1/.tag.$BASHPID" && mv "$1/.tag.$BASHPID" "$1/CACHEDIR.TAG"
}

cache_open()
{
	local dir=$1
	[ ! -e "${dir%/*}" ] || cache_check_owner "${dir%/*}" parent
	[ -d "$dir" ] || mkdir -p "$dir" 2>/dev/null ||
		[ -d "$dir" ] ||
		die "$dir: cannot create this directory for the cache (set" \
			"XDG_CACHE_HOME)"
	cache_check_owner "$dir"
	cache_is_ours "$dir" ||
		die "$dir: not a cache of exitstat (move it away, or set" \
			"XDG_CACHE_HOME)"
	[ -e "$dir/CACHEDIR.TAG" ] || cache_mark "$dir" ||
		die "$dir: cannot write (disk full? set XDG_CACHE_HOME)"
}

# Check the cache's owner and set CACHE_ROOT. From here on, no new file is
# writable by others.
cache_use()
{
	local dir
	[ -z "$CACHE_ROOT" ] || return 0
	dir=$(cache_path) || exit 1
	umask go-w
	cache_open "$dir"
	CACHE_ROOT=$dir
}

# Print the directory of the cache. If it is refused, print a path that cannot
# exist, for callers that use this inside a word and do not see the status.
cache_dir()
{
	if [ -n "$CACHE_ROOT" ] || (cache_use); then
		printf '%s\n' "${CACHE_ROOT:-$(cache_path)}"
	else
		echo /dev/null/no-cache
		exit 1
	fi
}

# cache_clean: remove the cache, unless a run is building an entry.
cache_clean()
{
	local dir fd
	cache_use
	dir=$CACHE_ROOT
	cache_guard fd "$dir"
	cache_sweep "$dir"
	! compgen -G "$dir/.new-*" >/dev/null ||
		die "$dir: in use by another run (wait for it, or end it)"
	# The tag goes last: without it, a half-removed cache would be refused.
	find "$dir/" -mindepth 1 ! -path "$dir/CACHEDIR.TAG" -delete 2>/dev/null ||
		die "$dir: cannot remove all of it (is it yours, and not" \
			"read-only?)"
	rm -f "$dir/CACHEDIR.TAG"
	[ -L "$dir" ] || rmdir "$dir"
}

# cache_guard FD ROOT: take the lock for creating and removing .new- directories;
# it is released when FD is closed.
cache_guard()
{
	local -n guard_fd=$1
	(: >>"$2/.guard") 2>/dev/null || die "$2: cannot write:" \
		"$(disk_full || echo 'is it read-only? (set XDG_CACHE_HOME)')"
	exec {guard_fd}>"$2/.guard" && flock "$guard_fd"
}

# cache_lock FD DIR: fails if another process has the lock.
cache_lock()
{
	local -n lock_fd=$1
	exec {lock_fd}>"$2/.lock" || return
	flock -n "$lock_fd" || {
		exec {lock_fd}>&-
		return 1
	}
}

# Remove the directories that killed runs left behind. Called under the guard.
cache_sweep()
{
	local dir fd
	for dir in "$1"/.new-*/; do
		if [ -d "$dir" ] && cache_lock fd "$dir"; then
			rm -rf "$dir" || :
			exec {fd}>&-
		fi
	done
}

# cache_scratch VARIABLE NAME: set VARIABLE to a new directory in the cache, on
# whose file system hard links work. The caller removes it; if the caller is
# killed, a later run does. Its lock is released when the calling shell and its
# children end.
cache_scratch()
{
	local -n scratch_dir=$1
	# shellcheck disable=SC2034 # lock stays open
	local fd lock
	cache_use
	cache_guard fd "$CACHE_ROOT"
	scratch_dir=$(mktemp -d "$CACHE_ROOT/.new-$2.XXXXXX")
	cache_lock lock "$scratch_dir"
	exec {fd}>&-
}

# cache_list DIR LEVELS SMALL: print the lines of DIR's manifest
cache_list()
(
	cd "$1" || exit
	find . -mindepth 1 -maxdepth "$2" ! -path ./.manifest ! -path ./.lock \
		\( -type f -printf '%s %P\n' -o \
		-type l -printf 'link %P to %l\n' -o -printf 'other %P\n' \)
	[ "$3" = 0 ] || find . -type f ! -path ./.manifest ! -path ./.lock \
		-exec sha256sum {} +
)

cache_write_manifest()
{
	local dir=$1 files bytes list levels=99 small=0
	read -r files bytes < <(find "$dir" -type f -printf '%s\n' |
		awk '{ sum += $1 } END { printf "%d %d\n", NR, sum }')
	[ "$files" -le "$CACHE_MANY" ] || levels=$CACHE_LEVELS
	[ "$levels" != 99 ] || [ "$bytes" -gt "$CACHE_SMALL" ] || small=1
	list=$(cache_list "$dir" "$levels" "$small")
	printf '%s\n' "exitstat-1 $levels $small" ${list:+"$list"} end \
		>"$dir/.manifest"
}

# cache_fault ENTRY: print what is wrong with the entry, if anything is
cache_fault()
{
	local format='' levels='' small=''
	[ ! -f "$1/.manifest" ] || read -r format levels small <"$1/.manifest" || :
	[[ "$format $levels $small" =~ ^exitstat-1\ [0-9]{1,2}\ [01]$ ]] || {
		echo "no valid manifest (truncated, or from an older version)"
		return
	}
	cache_list "$1" "$levels" "$small" | awk -v manifest="$1/.manifest" '
		{ there[$0] = 1 }
		END {
			getline line < manifest
			while (!lost && (getline line < manifest) > 0) {
				last = line
				if (line != "end" && !(line in there))
					lost = line
			}
			sub(/^[^ ]+ +(.\/)?/, "", lost)
			if (lost == "" && last != "end")
				lost = ".manifest"
			if (lost != "")
				print lost " is missing or has changed"
		}'
}

# disk_full [LOG]: print which file system is full; fail if none is.
disk_full()
{
	local dir free inodes used mount set said=no
	! grep -qsE 'No space left|quota exceeded|enough free space' \
		"${1:-/dev/null}" || said=yes
	for set in TMPDIR XDG_CACHE_HOME; do
		dir=${TMPDIR:-/tmp}
		[ "$set" = TMPDIR ] || dir=$(cache_path)
		read -r free inodes used mount < <(df -B1 \
			--output=avail,iavail,iused,target "$dir" | tail -n 1)
		if [ "$inodes" = 0 ] && [ "$used" != 0 ]; then
			echo "no inode left on $mount for $dir (remove some" \
				"files, or set $set)"
			return
		fi
		[ "$free" -lt "$CACHE_FULL" ] || [ "$said$set" = yesXDG_CACHE_HOME ] ||
			continue
		echo "no space left on $mount for $dir: $((free / 1024)) KiB" \
			"free (free some space, or set $set)"
		return
	done
	return 1
}

# cache_claim FD ROOT NAME: create and lock ROOT/.new-NAME. If another run is
# building the same entry, wait for that run, then fail.
cache_claim()
{
	local -n claim_fd=$1
	local root=$2 tmp=$2/.new-$3 guard own
	cache_guard guard "$root" || exit 1
	cache_sweep "$root"
	if [ ! -d "$tmp" ]; then
		{ mkdir "$tmp" && cache_lock own "$tmp"; } || exit 1
		exec {guard}>&-
		# shellcheck disable=SC2034 # a variable of the caller
		claim_fd=$own
		return
	fi
	exec {own}>"$tmp/.lock" || exit 1
	exec {guard}>&-
	say "waiting for another run to finish $3"
	flock "$own"
	exec {own}>&-
	return 1
}

# cache_fill DIR BUILDER ARG...
cache_fill()
{
	"$2" "$1" "${@:3}"
	cache_write_manifest "$1"
}

# A full disk is reported once, in one line: status 28 means that it has been.
cache_failed()
{
	local tmp=$1 name=$2 rc=$3 why=''
	case $rc in
	28 | 75 | 77) ;;
	*) why=$(disk_full /dev/null) || why='' ;;
	esac
	rm -rf "$tmp" 2>/dev/null || :
	[ -z "$why" ] || { warn "$name: $why"; rc=28; }
	[ "$rc" != 28 ] || [ -n "$CACHE_MAKING" ] || rc=1
	exit "$rc"
}

# cache_publish ROOT NAME: move the new entry into place; replace an old one.
cache_publish()
{
	local root=$1 name=$2 guard old=$1/.new-$2.old
	cache_guard guard "$root"
	rm -rf "$old"
	[ ! -e "$root/$name" ] || mv -T "$root/$name" "$old"
	mv -T "$root/.new-$name" "$root/$name"
	exec {guard}>&-
	rm -rf "$root/$name/.lock" "$old"
}

# cache_make ROOT NAME BUILDER ARG...
cache_make()
{
	local root=$1 name=$2 tmp=$1/.new-$2 fd rc=0 outer=$CACHE_MAKING
	until cache_claim fd "$root" "$name"; do
		! cache_present "$root/$name" || return 0
	done
	if cache_present "$root/$name"; then
		rm -rf "$tmp"
	else
		local CACHE_MAKING=$name
		# A condition would switch errexit off inside.
		set +e
		(set -e; cache_fill "$tmp" "${@:3}") >&2
		rc=$?
		set -e
		CACHE_MAKING=$outer
		[ "$rc" = 0 ] || cache_failed "$tmp" "$name" "$rc"
		cache_publish "$root" "$name"
	fi
	exec {fd}>&-
}

# cache_present ENTRY [say]: the entry exists and is usable. With "say", report
# why an existing entry is not.
cache_present()
{
	local fault
	[ -e "$1" ] || [ -L "$1" ] || return 1
	[ -d "$1" ] || die "$1: not a directory (remove it)"
	cache_check_owner "$1"
	fault=$(cache_fault "$1")
	[ -n "$fault" ] || return 0
	[ -z "${2-}" ] || warn "$1: $fault; rebuilding it"
	return 1
}

# in_cache PATH: PATH is in the cache, whose files are never edited
in_cache()
{
	[[ $(readlink -f "$1") == "$(readlink -f "$(cache_dir)")"/* ]]
}

# cache_has NAME KEY: the entry exists and is usable.
cache_has()
{
	cache_use
	cache_present "$CACHE_ROOT/$1-$2"
}

# cache_drop NAME KEY: remove an entry if it exists, whole or not at all.
cache_drop()
{
	local old
	cache_use
	[ -d "$CACHE_ROOT/$1-$2" ] || return 0
	cache_scratch old "$1-$2"
	mv "$CACHE_ROOT/$1-$2" "$old/"
	rm -rf "$old"
}

# cache_entry NAME KEY BUILDER ARG...: print the directory of an entry. If the
# entry does not exist, BUILDER DIR ARG... fills a new directory, which becomes it.
cache_entry()
{
	cache_use
	cache_present "$CACHE_ROOT/$1-$2" say ||
		cache_make "$CACHE_ROOT" "$1-$2" "${@:3}"
	printf '%s\n' "$CACHE_ROOT/$1-$2"
}
