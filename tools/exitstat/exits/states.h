/* SPDX-License-Identifier: GPL-2.0-only */
/* The names of the states of a vCPU thread (KES_STATE_*): states.def. */
#ifndef EXITSTAT_STATES_H
#define EXITSTAT_STATES_H

#include <linux/types.h>
#include <stdint.h>

#include "kvm_exit_stats.h"

struct state {
	const char *name;
	const char *title;	/* heading of a narrow column */
	uint32_t colour;	/* 0xRRGGBB */
	const char *meaning;
};

extern const struct state state_table[KES_NR_STATES];

#endif
