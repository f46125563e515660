/* SPDX-License-Identifier: GPL-2.0-only */
/* The sources of counts (KES_SOURCE_*) by name, as --source takes them. */
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
/* A warning that @lost exits were seen and not counted. Returns @out. */
const char *source_lost_text(uint64_t lost, char out[LOST_TEXT_LEN]);
/* A warning that counters of @nr vCPUs began again. Returns @out. */
const char *source_restarts_text(uint64_t nr, char out[RESTARTS_TEXT_LEN]);

#endif
