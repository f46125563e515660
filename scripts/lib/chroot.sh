# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A minimal Debian of this machine's release, from this machine's apt sources,
# for tests that install packages. Dependencies are fetched once a month and
# cached with it but not installed, so that the test shows whether apt finds
# them; packages that only the test needs are installed. Sourced by scripts that
# run as root: the check of the packages, and guestbench.

debian_release()
{
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME-}")
}

# The archives in apt's configuration that are Debian's.
debian_sources()
{
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | LC_ALL=C sort -u |
		grep " $(debian_release)" ||
		die "apt has no archive of Debian $(debian_release) (see" \
			"apt-get indextargets)"
}

make_chroot()
{
	local dir=$1 installed=$2
	shift 2
	debian_sources >"$dir/debian.list"
	# shellcheck disable=SC2016 # for mmdebstrap's shell
	mmdebstrap --variant=minbase --skip=cleanup/apt \
		--dpkgopt=force-unsafe-io --include="$installed" \
		--customize-hook='chroot "$1" apt-get install -y \
			--no-install-recommends --download-only '"$*" \
		"$(debian_release)" "$dir/root.tar" "$dir/debian.list"
}

build_chroot()
{
	stage "making a minimal Debian" make_chroot "$@"
}

# chroot_tar INSTALLED PACKAGE...: print the archive of a Debian with the packages
# INSTALLED (separated by commas), and with the other packages and their
# dependencies in apt's cache.
chroot_tar()
{
	local key entry
	key=$({
		date +%Y-%m
		debian_sources
		printf '%s\n' "$@"
		declare -f make_chroot
	} | short_hash)
	entry=$(cache_entry chroot "$key" build_chroot "$@")
	echo "$entry/root.tar"
}

# unpack_chroot TAR DIR
unpack_chroot()
{
	mkdir -p "$2"
	tar -C "$2" --numeric-owner -xpf "$1"
	# Needed if a package is newer than the cached one.
	cp -L /etc/resolv.conf "$2/etc/resolv.conf"
}

# in_chroot DIR COMMAND...: with a private /proc, which ends with the command
in_chroot()
{
	# shellcheck disable=SC2016 # for the inner shell
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork --kill-child sh -ec '
			mount -t proc proc "$1/proc"
			exec chroot "$@"' sh "$@"
}
