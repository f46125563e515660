/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line. */
#ifndef MINIVMM_OPTIONS_H
#define MINIVMM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot.h"
#include "util.h"

#define MAX_VCPUS	64

enum stats_form { STATS_NONE, STATS_TEXT, STATS_JSON };

struct options {
	uint64_t vcpus, memory, timer_hz, timeout_ns, repeat;
	enum mode mode;		/* NR_MODES: not given */
	bool firmware, irqchip, timer, quiet, help, version;
	enum stats_form stats;
	const char *initrd, *append, *input;
	char **images;
	unsigned int nr_images;
};

/* Return 0, or -EINVAL with a message in @err. */
int options_parse(struct options *options, int argc, char **argv,
		  struct errbuf *err);
void options_help(void);

#endif
