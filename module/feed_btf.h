/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: is this the KVM that the module was built for?
 */
#ifndef KES_FEED_BTF_H
#define KES_FEED_BTF_H

#include <linux/types.h>

/*
 * 0, -EBUSY if KVM is patched, -ENOENT if kvm_amd is not loaded, or
 * another error, whose reason is in the kernel's log. @vmcb_offset: NULL on VMX
 */
int kes_btf_check(bool *one_arg_entry, size_t *vmcb_offset);

#endif /* KES_FEED_BTF_H */
