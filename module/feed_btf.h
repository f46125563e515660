/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * KVM exit statistics: checking that the module fits the loaded KVM.
 */
#ifndef KES_FEED_BTF_H
#define KES_FEED_BTF_H

#include <linux/types.h>

/*
 * Return 0, -EBUSY if KVM is patched, -ENOENT if kvm_amd is not loaded, or
 * another error after logging the reason. @vmcb_offset: NULL on VMX
 */
int kes_btf_check(bool *one_arg_entry, size_t *vmcb_offset);

#endif /* KES_FEED_BTF_H */
