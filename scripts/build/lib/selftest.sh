# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Build the series' KVM selftests and the kernel's own test of the binary
# statistics, from the patched source, as static programs that run in L1.
# scripts/check/checks/lab runs them.

SELFTESTS_OURS=(x86_64/exit_stats{,_access,_life,_nested,_switch}_test)
SELFTEST_PROGRAMS=("${SELFTESTS_OURS[@]}" kvm_binary_stats_test)

selftest_patch()
{
	clone_module_source "$1" "$2"
	apply_series "$2"
}

# Static, because L1 has no C library.
selftest_make()
{
	local tree=$1 out=$2
	mkdir -p "$out"
	kbuild "$tree" headers
	kbuild "$tree/tools/testing/selftests/kvm" OUTPUT="$out" \
		EXTRA_CFLAGS=-static "${SELFTEST_PROGRAMS[@]/#/$out/}"
}

# Build our own tests again, with more warnings, as errors.
selftest_warnings()
{
	local tree=$1 out=$2
	rm -f "$out"/x86_64/exit_stats_*
	kbuild "$tree/tools/testing/selftests/kvm" OUTPUT="$out" \
		EXTRA_CFLAGS="-static -Werror -Wextra -Wno-unused-parameter \
			-Wno-sign-compare -Wno-missing-field-initializers" \
		"${SELFTESTS_OURS[@]/#/$out/}"
}

build_selftests()
{
	local dir=$1 name
	stage "patching the source of the selftests" \
		selftest_patch "$2" "$dir/linux"
	stage "building the selftests" selftest_make "$dir/linux" "$dir/out"
	stage "building our selftests with warnings as errors" \
		selftest_warnings "$dir/linux" "$dir/out"
	for name in "${SELFTEST_PROGRAMS[@]}"; do
		strip -o "$dir/${name##*/}" "$dir/out/$name"
	done
	rm -rf "$dir/linux" "$dir/out"
}

# Hash of the series' changes that affect the selftests.
selftest_hash()
{
	local patch
	for patch in $(series_patches); do
		awk '/^diff --git/ {
			built = $3 ~ /^a\/(tools|arch\/x86\/include)\//
		} built && !/^index /' "$SERIES_DIR/$patch"
	done | short_hash
}

# Print the directory with the programs.
selftest_dir()
{
	local source key
	source=$(source_dir)
	key=$({
		source_key
		selftest_hash
		cat "$TOP"/scripts/build/lib/{modules,selftest}.sh
	} | short_hash)
	cache_entry selftests "$key" build_selftests "$source"
}
