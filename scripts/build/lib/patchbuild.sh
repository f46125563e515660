# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build KVM after each patch of the series, in one tree, so each step compiles only
# the files that its patch changed. The common patches before the series' own first
# patch add files that are not built yet.  The configuration is Debian's stock
# kernel's (every part of KVM on) without debug information.  Does not link a
# kernel.  Results are reported by tap.sh.
#
# A step that builds without a new warning becomes an entry of the cache, keyed by
# the hash of its inputs, and is not built by the next run.  A failed step is.
#
# The caller sets SERIES (series_select), SOURCE and PREPARED, directories of
# scripts/build/kernel, and WORK, a directory on the file system of the cache.

BASE_KEY=

# Print the warnings of a W=1 build, from the compiler and objtool, by file and
# text, without line numbers.
warnings_in()
{
	sed -nE 's/^([^ :]+)(:[0-9]+)*: (warning|error): /\1: /p' "$1" | sort -u
}

make_in()
{
	make -C "$1" -j "$JOBS" CC="$(kernel_cc)" "${@:2}"
}

# build_kvm TREE TARGET...: a compile test, which needs no Module.symvers.
build_kvm()
{
	make_in "$1" W=1 KBUILD_MODPOST_WARN=1 M=arch/x86/kvm "${@:2}"
}

configure_base()
{
	clone_prepared "$PREPARED" "$1"
	"$1/scripts/config" --file "$1/.config" -d DEBUG_INFO_BTF \
		-d DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT -e DEBUG_INFO_NONE \
		-d MODVERSIONS -d MODULE_SIG \
		--set-str SYSTEM_TRUSTED_KEYS "" --set-str MODULE_SIG_KEY ""
	make_in "$1" -s olddefconfig
	make_in "$1" -s modules_prepare
}

build_base()
{
	local dir=$1
	stage "configuring Linux $SERIES to build KVM" \
		configure_base "$dir/linux"
	cd "$dir/linux"
	find . -type f -links 1 >"$dir/generated"
}

# Hash of the inputs of the configured, unpatched tree, and of the commands that
# build a step.
base_key()
{
	{
		echo "$PREPARED"
		"$(kernel_cc)" --version
		declare -f configure_base make_in build_kvm set_option \
			build_step warnings_in new_warnings
	} | short_hash
}

# base_tree TREE: copy the configured, unpatched tree.
base_tree()
{
	local base
	base=$(cache_entry patchbase "$BASE_KEY" build_base)
	clone_prepared "$base" "$1"
}

# Find the warnings of the unpatched KVM, which are not the series'.
build_known()
{
	local dir=$1
	base_tree "$dir/linux"
	stage "building the unpatched KVM $SERIES for its warnings" \
		log_to "$dir/log" build_kvm "$dir/linux" modules
	warnings_in "$dir/log" >"$dir/warnings"
	rm -rf "$dir/linux"
}

log_to()
{
	"${@:2}" >"$1" 2>&1
}

# Most builds have no warnings, and need no comparison.
new_warnings()
{
	local found known
	found=$(warnings_in "$1")
	[ -n "$found" ] || return 0
	known=$(cache_entry patchwarnings "$BASE_KEY" build_known)
	comm -13 "$known/warnings" - <<<"$found"
}

# first_patches N: print a directory with the first N patches of the series.
first_patches()
{
	local dir=$WORK/first-$1
	[ -e "$WORK/common" ] || ln -s "$COMMON_DIR" "$WORK/common"
	if [ ! -d "$dir" ]; then
		mkdir "$dir"
		ln -s "$SERIES_DIR"/*.patch "$dir/"
		series_patches | head -n "$1" >"$dir/series"
	fi
	echo "$dir"
}

# step_key OPTION N: hash of the step's inputs. A patch that only changes
# documentation has the key of the patch before it.
step_key()
{
	local dir
	dir=$(first_patches "$2")
	{
		echo "$BASE_KEY $1"
		SERIES_DIR=$dir series_hash
	} | short_hash
}

# set_option TREE enable|disable: only if the series has added the option yet.
set_option()
{
	local tree=$1 want="CONFIG_KVM_EXIT_STATS=y" have
	grep -q 'exit_stats/Kconfig' "$tree/arch/x86/kvm/Kconfig" || return 0
	[ "$2" = enable ] || want="# CONFIG_KVM_EXIT_STATS is not set"
	have=$tree/include/config/auto.conf
	! grep -qxF "$want" "$tree/.config" ||
		[ "$tree/arch/x86/kvm/Kconfig" -nt "$have" ] || return 0
	"$tree/scripts/config" --file "$tree/.config" "--$2" KVM_EXIT_STATS
	make_in "$tree" -s syncconfig </dev/null
	grep -qxF "$want" "$tree/.config" ||
		die "CONFIG_KVM_EXIT_STATS: cannot $2 it (see the series's Kconfig)"
}

# tree_at OPTION N: apply patches up to number N. Tests run in subshells, so the
# number of applied patches is kept in a file.
tree_at()
{
	local tree=$WORK/build applied=0 patch
	[ -d "$tree" ] || base_tree "$tree"
	[ ! -f "$WORK/applied" ] || applied=$(<"$WORK/applied")
	for patch in $(series_patches | head -n "$2" |
		tail -n "+$((applied + 1))"); do
		apply_patch "$tree" "$SERIES_DIR/$patch"
		applied=$((applied + 1))
		echo "$applied" >"$WORK/applied"
	done
	set_option "$tree" "$1"
}

# build_step DIR OPTION N: DIR, the entry of the cache, is left empty.
build_step()
{
	local log=$WORK/log fresh
	tree_at "$2" "$3"
	build_kvm "$WORK/build" modules >"$log" 2>&1 || {
		grep -E 'error|Error|No rule' "$log" | head -n 20
		return 1
	}
	fresh=$(new_warnings "$log")
	[ -z "$fresh" ] || {
		printf 'new warnings:\n%s\n' "$fresh"
		return 1
	}
}

# check_step NAME OPTION N: a failure to build the unpatched tree ends the program.
check_step()
{
	local key
	key=$(step_key "$2" "$3")
	cache_has patchstep "$key" ||
		cache_entry patchbase "$BASE_KEY" build_base >/dev/null
	check "$1" cache_entry patchstep "$key" build_step "$2" "$3"
}

# One test per patch, and one for the whole series with its option off.
check_steps()
{
	local patch n=0 own=0
	BASE_KEY=$(base_key)
	for patch in $(series_patches); do
		n=$((n + 1))
		[[ $patch = */* ]] || own=1
		[ "$own" = 0 ] || check_step "builds: ${patch##*/}" enable "$n"
	done
	check_step "builds with KVM_EXIT_STATS off" disable "$n"
}

check_whole()
{
	local n
	BASE_KEY=$(base_key)
	n=$(series_patches | wc -l)
	check_step "all patches together build" enable "$n"
	check_step "builds with KVM_EXIT_STATS off" disable "$n"
}
