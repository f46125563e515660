/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of sources (KES_SOURCE_*), as --source accepts them. */
#ifndef EXITSTAT_SOURCES_H
#define EXITSTAT_SOURCES_H

#include <stdint.h>

#define SOURCE_NAME_PATCHED	"patched"
#define SOURCE_NAME_MODULE	"module"
#define SOURCE_NAME_BPF		"bpf"
#define SOURCE_NAME_KVM_STATS	"kvm-stats"

#define LOST_TEXT_LEN	64
#define RESTARTS_TEXT_LEN	128

/* "unknown" for anything else. */
const char *source_name_of(uint32_t source);
/* Format a warning that @lost exits were lost. Returns @out. */
const char *source_lost_text(uint64_t lost, char out[LOST_TEXT_LEN]);
/* Format a warning about @nr counter restarts. Returns @out. */
const char *source_restarts_text(uint64_t nr, char out[RESTARTS_TEXT_LEN]);

#endif
