// SPDX-License-Identifier: GPL-2.0-only
/* Implements sources.h. */
#include <linux/types.h>
#include <stddef.h>
#include <stdio.h>

#include "exits/sources.h"
#include "kvm_exit_stats.h"
#include "util.h"

const char *source_name_of(uint32_t source)
{
	static const char *const names[] = {
		[KES_SOURCE_PATCHED] = SOURCE_NAME_PATCHED,
		[KES_SOURCE_MODULE] = SOURCE_NAME_MODULE,
		[KES_SOURCE_BPF] = SOURCE_NAME_BPF,
		[KES_SOURCE_KVM_STATS] = SOURCE_NAME_KVM_STATS,
	};

	return source < ARRAY_LEN(names) && names[source] ? names[source] :
							    "unknown";
}

const char *source_lost_text(uint64_t lost, char out[LOST_TEXT_LEN])
{
	char n[COUNT_TEXT_LEN];

	snprintf(out, LOST_TEXT_LEN, "WARNING: %s exits lost (out of memory)",
		 fmt_count(n, lost));
	return out;
}

const char *source_restarts_text(uint64_t nr, char out[RESTARTS_TEXT_LEN])
{
	char n[COUNT_TEXT_LEN];

	snprintf(out, RESTARTS_TEXT_LEN,
		 "WARNING: %s restart%s of a vCPU's counters: its exits just before are not counted",
		 fmt_count(n, nr), nr == 1 ? "" : "s");
	return out;
}
