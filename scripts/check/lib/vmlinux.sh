# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Unpack the kernel in a bzImage. With zstd, the decompressor takes half of the time
# of a nested boot in Bochs; QEMU can also boot the ELF file, by its PVH entry.
# Sourced by scripts/check/checks/lab.

# le_field IMAGE OFFSET BYTES: print an unsigned little-endian number
le_field()
{
	od -A n -t "u$3" --endian=little -j "$2" -N "$3" "$1" | tr -d ' '
}

# unpack_zstd IMAGE FILE: write the ELF file in IMAGE to FILE; fail if it is not
# compressed with zstd. The fields are those of the boot protocol
# (Documentation/arch/x86/boot.rst): setup_sects, payload_offset, payload_length.
# The payload's last four bytes are its uncompressed size.
unpack_zstd()
{
	local start length size
	start=$((($(le_field "$1" 0x1f1 1) + 1) * 512 + $(le_field "$1" 0x248 4)))
	length=$(le_field "$1" 0x24c 4)
	[ "$(le_field "$1" "$start" 4)" = $((0xfd2fb528)) ] || return 1
	size=$(le_field "$1" $((start + length - 4)) 4)
	tail -c +$((start + 1)) "$1" | head -c $((length - 4)) | zstd -qdc >"$2"
	[ "$(stat -c %s "$2")" = "$size" ] ||
		die "$1: the payload does not have $size bytes, as its header says"
}
