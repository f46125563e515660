# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build the slim kernel with the kernel's own detectors for
# scripts/check/checks/stress: memory errors, leaks, locks and failing allocations
# (scripts/build/configs/debug.config), or data races (kcsan.config). A build takes
# a quarter of an hour, so the tree of the unpatched kernel is kept; the series is
# applied to a copy, in which little more than KVM is compiled. The kept tree also
# serves as the unpatched kernel, and to build kvm-exit-stats.ko.

# The configurations, each replaces options of those before it; the first word of the
# names of the cache's entries.
DEBUG_CONFIGS=("$SLIM_CONFIG" "$TOP/scripts/build/configs/debug.config")
DEBUG_NAME=debug

# select_kcsan: build the kernel that finds data races instead.
select_kcsan()
{
	DEBUG_CONFIGS+=("$TOP/scripts/build/configs/kcsan.config")
	DEBUG_NAME=kcsan
}

# Print the options of DEBUG_CONFIGS, the last line of each; no comments, so that an
# edited comment is no reason for a build.
debug_fragment()
{
	sed -nE 's/^(# )?(CONFIG_[A-Z0-9_]+)([= ].*)/\2 &/p' "${DEBUG_CONFIGS[@]}" |
		awk '{ name = $1; sub(/^[^ ]* /, ""); option[name] = $0 }
		END { for (name in option) print option[name] }' | LC_ALL=C sort
}

debug_configure()
{
	kbuild "$1" KCONFIG_ALLCONFIG="$2" allnoconfig
	check_fragment "$2" "$1/.config"
}

debug_prepare()
{
	clone_source "$2" "$1/linux"
	debug_fragment | fragment_for "$1/linux" >"$1/fragment"
	debug_configure "$1/linux" "$1/fragment"
}

build_debug_base()
{
	local dir=$1
	stage "configuring the $DEBUG_NAME kernel" debug_prepare "$dir" "$2"
	stage "building the $DEBUG_NAME kernel (a quarter of an hour)" \
		kbuild "$dir/linux" bzImage modules
	cd "$dir/linux"
	find . -type f -links 1 >"$dir/generated"
}

debug_base_dir()
{
	local source key
	source=$(source_dir)
	key=$({
		source_key
		debug_fragment
		kernel_cc
	} | short_hash)
	cache_entry "$DEBUG_NAME-base" "$key" build_debug_base "$source"
}

debug_patch()
{
	local dir=$1
	clone_prepared "$2" "$dir/linux"
	apply_series "$dir/linux"
	cp "$2/fragment" "$dir/fragment"
	echo CONFIG_KVM_EXIT_STATS=y >>"$dir/fragment"
	debug_configure "$dir/linux" "$dir/fragment"
}

# objtool is rebuilt, because it contains the path of its build directory; all
# objects depend on it, so its time is set back. Sources keep their times: they are
# hard links, shared with other trees.
debug_patch_and_prepare()
{
	debug_patch "$@"
	kbuild "$1/linux" prepare
	find "$1/linux/tools" -type f -links 1 \
		-exec touch -r "$2/linux/tools/objtool/objtool" {} +
}

# Keep BTF in the modules; debug information is a hundred times as large.
debug_collect()
{
	local tree=$1 dir=$2
	cp "$tree/arch/x86/boot/bzImage" "$tree/System.map" "$dir/"
	cp "$tree/.config" "$dir/config"
	find "$tree/arch/x86/kvm" "$tree/virt/lib" -name '*.ko' \
		-exec cp {} "$dir/" \;
	strip --strip-debug "$dir"/*.ko
}

build_debug()
{
	local dir=$1
	if [ "$PATCHED" = 0 ]; then
		debug_collect "$2/linux" "$dir"
		return
	fi
	stage "patching the $DEBUG_NAME kernel" debug_patch_and_prepare "$dir" "$2"
	stage "building the patched $DEBUG_NAME kernel" \
		kbuild "$dir/linux" bzImage modules
	debug_collect "$dir/linux" "$dir"
	rm -rf "$dir/linux" "$dir/fragment"
}

# Print the directory with bzImage and the KVM modules.
debug_dir()
{
	local base key
	base=$(debug_base_dir)
	key=$({
		echo "$base"
		series_hash
	} | short_hash)
	cache_entry "$DEBUG_NAME" "$key" build_debug "$base"
}

kcsan_dir()
{
	select_kcsan
	debug_dir
}
