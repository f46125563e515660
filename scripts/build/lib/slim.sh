# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build the lab's own kernel: the patched source with
# scripts/build/configs/slim.config.  It is for booting a kernel that has the
# series built in, and for tests without a stock image.

SLIM_CONFIG=$TOP/scripts/build/configs/slim.config
# Options that older kernels lack, in which their feature is always on.
LATER_OPTIONS=(KVM_SMM)

# fragment_for TREE: copy the fragment on stdin, without those of LATER_OPTIONS that
# TREE does not have.
fragment_for()
{
	local option
	local -a drop=()
	for option in "${LATER_OPTIONS[@]}"; do
		grep -rqx --include='Kconfig*' "config $option" \
			"$1/arch/x86" "$1/virt" || drop+=(-e "/^CONFIG_$option=/d")
	done
	sed "${drop[@]}" -e ''
}

# allnoconfig silently drops a line with unmet dependencies.
check_fragment()
{
	local line
	while read -r line; do
		grep -qxF "$line" "$2" ||
			die "slim.config: $line: dropped by kconfig (are its" \
				"dependencies met?)"
	done < <(grep ^CONFIG_ "$1")
}

slim_configure()
{
	local dir=$1
	fragment_for "$dir/linux" <"$SLIM_CONFIG" >"$dir/fragment"
	[ "$PATCHED" = 0 ] || echo CONFIG_KVM_EXIT_STATS=y >>"$dir/fragment"
	kbuild "$dir/linux" O="$dir/build" KCONFIG_ALLCONFIG="$dir/fragment" \
		allnoconfig
	check_fragment "$dir/fragment" "$dir/build/.config"
}

slim_patch()
{
	clone_source "$2" "$1/linux"
	apply_series "$1/linux"
	mkdir "$1/build"
	slim_configure "$1"
}

slim_collect()
{
	local dir=$1 build=$1/build
	cp "$build/arch/x86/boot/bzImage" "$build/System.map" "$dir/"
	cp "$build/.config" "$dir/config"
	cp "$build/include/config/kernel.release" "$dir/release"
	find "$build/arch/x86/kvm" "$build/virt/lib" -name '*.ko' \
		-exec cp {} "$dir/" \;
	rm -rf "$build" "$dir/linux" "$dir/fragment"
}

build_slim()
{
	local dir=$1 source=$2
	stage "patching and configuring" slim_patch "$dir" "$source"
	stage "building the kernel (minutes)" kbuild "$dir/linux" \
		O="$dir/build" bzImage modules
	slim_collect "$dir"
}

# Print the directory with bzImage and the KVM modules.
slim_dir()
{
	local source key
	source=$(source_dir)
	key=$({
		source_key
		series_hash
		cat "$SLIM_CONFIG" "$TOP/scripts/build/lib/slim.sh"
		kernel_cc
	} | short_hash)
	cache_entry slim "$key" build_slim "$source"
}
