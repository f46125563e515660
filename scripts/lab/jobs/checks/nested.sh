# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=dash
#
# The step nested: a guest in the inner guest. The inner guest is a Linux with KVM
# and minivmm, whose guest has known exits. L1's KVM counts these exits in context
# "l2" and reflects them to the inner guest's KVM. Sourced by run.

NESTED_COUNTS='97 89 83'
# Seconds of L1's time, so that a guest that hangs does not prevent other steps.
NESTED_LIMIT=300
[ "$LAB" != vmx ] || NESTED_LIMIT=120

# The kernel unpacks concatenated archives; the uncompressed one is first, where it
# is aligned.
nested_initrd()
{
	local root=/tmp/nested name
	mkdir -p $root/modules $root/bin
	for name in irqbypass kvm "$VENDOR"; do
		[ ! -f "/lab/modules/$name.ko" ] ||
			cp "/lab/modules/$name.ko" $root/modules/
	done
	cp /bin/minivmm $root/bin/
	cp /guest/mix $root/
	cp ./nested-init $root/
	(cd $root && find . | cpio -o -H newc 2>/dev/null) >/tmp/nested.img
	cat /guest/initrd >>/tmp/nested.img
	rm -rf $root
}

nested_guest()
{
	local append="console=ttyS0 panic=-1 $GUEST_BRIEF rdinit=/nested-init"
	[ "$LAB" != svm ] || append="$append nohz=off"
	recorded timeout -s KILL $NESTED_LIMIT qemu-system-x86_64 -enable-kvm \
		-cpu "$(linux_cpu)" -m 256 -nographic -nodefaults \
		-serial stdio -no-reboot -kernel "$GUEST_KERNEL" \
		-initrd /tmp/nested.img \
		-append "$append nested_counts=$(echo "$NESTED_COUNTS" | tr ' ' ,)"
}

step_nested()
{
	local rc=0
	# shellcheck disable=SC2034 # used by recorded
	local GROUPS_RECORDED=count,detail
	nested_initrd
	begin nested
	oracle_start kvm_nested_vmexit kvm_nested_vmexit_inject
	nested_guest >"$STEP/guest.log" 2>&1 || rc=$?
	echo $rc >"$STEP/rc"
	echo "$NESTED_COUNTS" >"$STEP/counts"
	oracle_save "$STEP/hist.l2" kvm_nested_vmexit
	oracle_save "$STEP/hist.inject" kvm_nested_vmexit_inject
	end
	oracle_stop kvm_nested_vmexit
	oracle_stop kvm_nested_vmexit_inject
	rm /tmp/nested.img
}
