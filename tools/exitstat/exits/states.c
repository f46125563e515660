// SPDX-License-Identifier: GPL-2.0-only
/* Implements states.h. */
#include <assert.h>

#include "exits/states.h"

const struct state state_table[KES_NR_STATES] = {
#define STATE(id, ...) [KES_STATE_##id] = { __VA_ARGS__ },
#include "exits/states.def"
};

enum {
#define STATE(id, ...) PLACE_##id,
#include "exits/states.def"
	NR_PLACES
};
#define STATE(id, ...) \
	static_assert((int)PLACE_##id == KES_STATE_##id, "states.def: order");
#include "exits/states.def"
static_assert((int)NR_PLACES == KES_NR_STATES, "states.def: a state for each");
