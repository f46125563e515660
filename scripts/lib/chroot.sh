# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A minimal Debian of this machine's own release, from this machine's own apt
# sources, to install packages in. What they need is fetched once a month and
# cached with it, not installed, so that apt still has to find it; what only the
# tests need is installed. Sourced by what runs as root: the check of the packages,
# and guestbench.

debian_release()
{
	# shellcheck source=/dev/null
	(. /etc/os-release && echo "${VERSION_CODENAME-}")
}

# The archives of Debian that apt knows here, without those of others.
debian_sources()
{
	# shellcheck disable=SC2016 # apt's variables
	apt-get indextargets --format 'deb $(REPO_URI) $(RELEASE) $(COMPONENT)' \
		'Created-By: Packages' 'Origin: Debian' | LC_ALL=C sort -u |
		grep " $(debian_release)" ||
		die "apt knows no archive of Debian $(debian_release)'s" \
			"(see apt-get indextargets)"
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

# chroot_tar INSTALLED PACKAGE...: print the archive of one that has the packages
# INSTALLED (with commas), and in which apt has the others and what they depend on
# at hand.
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
	# Where a package is newer than the cached one.
	cp -L /etc/resolv.conf "$2/etc/resolv.conf"
}

# in_chroot DIR COMMAND...: with a /proc of its own, which goes with it
in_chroot()
{
	# shellcheck disable=SC2016 # for the inner shell
	env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
		HOME=/root LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
		unshare --mount --pid --fork --kill-child sh -ec '
			mount -t proc proc "$1/proc"
			exec chroot "$@"' sh "$@"
}
