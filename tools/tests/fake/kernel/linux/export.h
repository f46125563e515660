/* SPDX-License-Identifier: GPL-2.0-only */
/* Stand-in for the kernel's header: nothing is exported. */
#ifndef FAKE_LINUX_EXPORT_H
#define FAKE_LINUX_EXPORT_H

#define EXPORT_SYMBOL_GPL(name)	struct fake_export_##name

#endif
