# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build KVM after each patch of the series, in one tree, so each step compiles only
# the files that its patch changed. The common patches before the series' own first
# patch add files that are not built yet. The first and the last build compile all of
# KVM; those between compile the engine and the files that have its hooks, because
# the others only see more fields in its structures. A function that is called before
# the patch that adds it is reported.  The configuration is Debian's stock
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

# Print the objects of the engine, in arch/x86/kvm.
engine_objects()
{
	sed -nE 's/.*\+= *//p' "$1/arch/x86/kvm/exit_stats/Makefile.kvm" |
		tr -s ' \t' '\n' | grep '\.o$'
}

# Print the targets of a step: all of KVM, or the engine and the files with its hooks.
targets_of()
{
	if [ "$2" = all ]; then
		echo modules
	else
		printf '%s\n' x86.o {vmx,svm}/nested.o vmx/vmx.o svm/svm.o
		[ "$3" = disable ] || engine_objects "$1"
	fi
}

# Print the engine's functions that are used, but not defined, after a build.
undefined_in()
{
	find "$1/arch/x86/kvm" -name '*.o' ! -name '*.mod.o' ! -name kvm.o ! -name 'kvm-*.o' \
		-exec nm {} + 2>/dev/null | awk '
		$1 == "U" && $2 ~ /^(kes|kvm_exit_stats)_/ { used[$2] }
		NF == 3 && $2 != "U" { defined[$3] }
		END {
			for (name in used)
				if (!(name in defined))
					print name ": used, but not defined"
		}'
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
			build_step targets_of engine_objects undefined_in \
			warnings_in new_warnings
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

# step_key OPTION N WHAT: hash of the step's inputs. A patch that only changes
# documentation has the key of the patch before it.
step_key()
{
	local dir
	dir=$(first_patches "$2")
	{
		echo "$BASE_KEY $1 $3"
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

# build_step DIR OPTION N WHAT: DIR, the entry of the cache, is left empty.
build_step()
{
	local log=$WORK/log fresh targets
	tree_at "$2" "$3"
	mapfile -t targets < <(targets_of "$WORK/build" "$4" "$2")
	build_kvm "$WORK/build" "${targets[@]}" >"$log" 2>&1 || {
		grep -E 'error|Error|No rule' "$log" | head -n 20
		return 1
	}
	fresh=$(new_warnings "$log"; [ "$2" = disable ] ||
		undefined_in "$WORK/build")
	[ -z "$fresh" ] || {
		printf 'new warnings:\n%s\n' "$fresh"
		return 1
	}
}

# check_step NAME OPTION N [WHAT]: a failure to build the unpatched tree ends the
# program. WHAT: all of KVM (default), or what has hooks.
check_step()
{
	local key what=${4:-all}
	key=$(step_key "$2" "$3" "$what")
	cache_has patchstep "$key" ||
		cache_entry patchbase "$BASE_KEY" build_base >/dev/null
	check "$1" cache_entry patchstep "$key" build_step "$2" "$3" "$what"
}

# One test per patch from the first own one on, and one with the option off.
check_steps()
{
	local patch n=0 last what=
	BASE_KEY=$(base_key)
	last=$(series_patches | wc -l)
	for patch in $(series_patches); do
		n=$((n + 1))
		[[ $patch = */* || -n $what ]] || what=all
		[ "$n" != "$last" ] || what=all
		[ -z "$what" ] ||
			check_step "builds: ${patch##*/}" enable "$n" "$what"
		what=${what:+hooks}
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
