# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build KVM after each patch of the series in turn, in one tree, so that each
# step compiles only what its patch changed.  The configuration is that of
# Debian's stock kernel (every part of KVM on) without debug information.
# Uses tap.sh for its verdicts; does not link a kernel.

# Warnings of a W=1 build by file and text, without line numbers.
warnings_in()
{
	sed -nE 's/^([^ :]+):[0-9]+(:[0-9]+)?: (warning|error): /\1: /p' "$1" |
		sort -u
}

# A missing Module.symvers is no concern of a compile test.
build_kvm()
{
	make -C "$1" -j "$JOBS" CC="$(kernel_cc)" W=1 KBUILD_MODPOST_WARN=1 \
		M=arch/x86/kvm modules
}

set_exit_stats()
{
	"$1/scripts/config" --file "$1/.config" "$2" KVM_EXIT_STATS
	make -C "$1" -s CC="$(kernel_cc)" olddefconfig modules_prepare
}

configure_for_patches()
{
	clone_prepared "$1" "$2"
	rm -f "$2/Module.symvers" "$2/vmlinux"
	"$2/scripts/config" --file "$2/.config" -d DEBUG_INFO_BTF \
		-d DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT -e DEBUG_INFO_NONE \
		-d MODVERSIONS -d MODULE_SIG
	make -C "$2" -s CC="$(kernel_cc)" olddefconfig modules_prepare
}

log_build()
{
	build_kvm "$1" >"$2" 2>&1
}

# The unpatched KVM, built; the warnings it has are not the series's.
build_patchbase()
{
	local dir=$1 prepared=$2
	stage "configuring for the patch builds" \
		configure_for_patches "$prepared" "$dir/linux"
	stage "building the unpatched KVM" log_build "$dir/linux" "$dir/log"
	warnings_in "$dir/log" >"$dir/warnings"
	cd "$dir/linux"
	find . -type f -links 1 >"$dir/generated"
}

# builds TREE LOG KNOWN: compiles, and warns about nothing new.
builds()
{
	local fresh
	build_kvm "$1" >"$2" 2>&1 || {
		grep -E 'error|Error|No rule' "$2" | head -n 20
		return 1
	}
	fresh=$(warnings_in "$2" | comm -13 "$3" -)
	[ -z "$fresh" ] || {
		printf 'new warnings:\n%s\n' "$fresh"
		return 1
	}
}

# One test per patch, and one for the whole series with its option off.
check_builds()
{
	local stock prepared base tree patch
	stock=$(stock_dir cloud-amd64)
	prepared=$(prepared_dir "$stock")
	base=$(cache_entry patchbase "$({
		echo "$prepared"
		cat "$TOP/scripts/kernel.d/patchbuild.sh"
	} | short_hash)" build_patchbase "$prepared")
	tree=$WORK/build
	clone_prepared "$base" "$tree"
	for patch in $(series_patches); do
		apply_patch "$tree" "$SERIES_DIR/$patch"
		! grep -q '^+++ .*/Kconfig' "$SERIES_DIR/$patch" ||
			stage "configuring" set_exit_stats "$tree" --enable
		check "builds: $patch" builds "$tree" "$WORK/log" "$base/warnings"
	done
	stage "configuring" set_exit_stats "$tree" --disable
	check "builds with KVM_EXIT_STATS off" \
		builds "$tree" "$WORK/log" "$base/warnings"
}
