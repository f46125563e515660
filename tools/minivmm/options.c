// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements options.h. One table is used to parse options and to print --help.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define MIN_MEMORY	0x10000ull
#define MAX_MEMORY	(3ull << 30)	/* a PC has devices above */
#define MAX_TIMER_HZ	1193182
#define MAX_REPEAT	1000000

static int set_vcpus(struct options *o, const char *text)
{
	return parse_u64(text, 1, MAX_VCPUS, &o->vcpus);
}

/* 64K or more, in whole pages; the unit is optional. */
static int set_memory(struct options *o, const char *text)
{
	static const char units[] = "KMG";
	char digits[32];
	size_t len = strlen(text);
	const char *unit = len ? strchr(units, text[len - 1]) : NULL;
	int shift = unit ? 10 * (int)(unit - units + 1) : 0;
	int rc;

	if (len >= sizeof(digits))
		return -EINVAL;
	memcpy(digits, text, len + 1);
	if (unit)
		digits[len - 1] = '\0';
	rc = parse_u64(digits, 0, MAX_MEMORY >> shift, &o->memory);
	if (rc)
		return rc;
	o->memory <<= shift;
	if (o->memory < MIN_MEMORY)
		return -ERANGE;
	return o->memory & 0xfff ? -EINVAL : 0;
}

static int set_mode(struct options *o, const char *text)
{
	static const char *const modes[] = {
		[MODE_REAL] = "real",
		[MODE_PROTECTED] = "protected",
		[MODE_LONG] = "long",
		[MODE_USER] = "user",
	};

	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (strcmp(text, modes[i]))
			continue;
		o->mode = (enum mode)i;
		return 0;
	}
	return -EINVAL;
}

static int set_timer(struct options *o, const char *text)
{
	o->timer = true;
	return text ? parse_u64(text, 19, MAX_TIMER_HZ, &o->timer_hz) : 0;
}

static int set_repeat(struct options *o, const char *text)
{
	return parse_u64(text, 1, MAX_REPEAT, &o->repeat);
}

static int set_stats(struct options *o, const char *text)
{
	if (text && strcmp(text, "json"))
		return -EINVAL;
	o->stats = text ? STATS_JSON : STATS_TEXT;
	return 0;
}

static int set_timeout(struct options *o, const char *text)
{
	int rc = parse_u64(text, 1, 86400, &o->timeout_ns);

	if (!rc)
		o->timeout_ns *= NSEC_PER_SEC;
	else if (rc == -EINVAL)
		rc = parse_duration(text, NSEC_PER_MSEC, 86400 * NSEC_PER_SEC,
				    &o->timeout_ns);
	return rc;
}

#define SETS(field, to) \
	static int set_##field(struct options *o, const char *text) \
	{ \
		(void)text; \
		o->field = to; \
		return 0; \
	}
SETS(firmware, true)
SETS(irqchip, true)
SETS(quiet, true)
SETS(help, true)
SETS(version, true)
SETS(initrd, text)
SETS(append, text)
SETS(input, text)

static const struct {
	const char *name;
	int has_arg;
	int (*set)(struct options *o, const char *text);
	const char *arg, *help;
} table[] = {
	{ "vcpus", required_argument, set_vcpus, "N",
	  "run the image on this many vCPUs, 1 to 64" },
	{ "memory", required_argument, set_memory, "SIZE",
	  "memory per program, 64K to 3G in whole pages (K, M, G)" },
	{ "mode", required_argument, set_mode, "MODE",
	  "start in mode real, protected, long or user" },
	{ "firmware", no_argument, set_firmware, NULL,
	  "map the image below 4 GiB, start at the reset vector" },
	{ "initrd", required_argument, set_initrd, "FILE",
	  "initial RAM disk of a Linux guest" },
	{ "append", required_argument, set_append, "TEXT",
	  "append to the command line of a Linux or multiboot guest" },
	{ "irqchip", no_argument, set_irqchip, NULL,
	  "add PIC, IOAPIC and local APICs, in KVM" },
	{ "timer", optional_argument, set_timer, "HZ",
	  "add a PIT, in KVM, and --irqchip; in real mode it ticks" },
	{ "input", required_argument, set_input, "FILE",
	  "read guest input from FILE, not from standard input" },
	{ "timeout", required_argument, set_timeout, "S",
	  "end guests that run longer (seconds; or 500ms, 2m)" },
	{ "repeat", required_argument, set_repeat, "N",
	  "create and run the machine N times in sequence" },
	{ "stats", optional_argument, set_stats, "json",
	  "print exits to user space and set-up times to stderr" },
	{ "quiet", no_argument, set_quiet, NULL,
	  "do not report programs that ended without failure" },
	{ "help", no_argument, set_help, NULL, "print this help (also -h)" },
	{ "version", no_argument, set_version, NULL,
	  "print the version (also -V)" },
};

void options_help(void)
{
	printf("usage: minivmm [OPTION...] IMAGE...\n\n"
	       "A small virtual machine monitor: each image runs on a vCPU of its own.\n"
	       "Flat binaries, multiboot ELF, firmware, or a Linux bzImage.\n\n");
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		bool optional = table[i].has_arg == optional_argument;
		char left[32];

		snprintf(left, sizeof(left), "--%s%s%s%s", table[i].name,
			 optional ? "[=" : table[i].arg ? " " : "",
			 table[i].arg ? table[i].arg : "", optional ? "]" : "");
		printf("  %-16s %s\n", left, table[i].help);
	}
	printf("\nSee minivmm(1) for details.\n");
}

/* Check combinations of options, regardless of the contents of the images. */
static int check(struct options *o, struct errbuf *err)
{
	if (o->help || o->version)
		return 0;
	if (!o->nr_images)
		return err_set(err, -EINVAL, "no image (minivmm --help)");
	if (o->nr_images > MAX_VCPUS)
		return err_set(err, -EINVAL, "%u images: at most %u vCPUs",
			       o->nr_images, MAX_VCPUS);
	if (!o->vcpus)
		o->vcpus = o->nr_images;
	if (o->nr_images > 1 && o->vcpus != o->nr_images)
		return err_set(err, -EINVAL,
			       "%u images on %llu vCPUs (give one image, or one for each vCPU)",
			       o->nr_images, (unsigned long long)o->vcpus);
	if (o->firmware && o->mode != NR_MODES)
		return err_set(err, -EINVAL,
			       "--firmware and --mode exclude each other (firmware starts in real mode)");
	return 0;
}

static int set_one(struct options *o, int index, struct errbuf *err)
{
	int rc = table[index].set(o, optarg);

	if (rc)
		return err_set(err, -EINVAL, "--%s %s: %s (%s)",
			       table[index].name, optarg,
			       rc == -ERANGE ? "out of range" : "invalid value",
			       table[index].help);
	return 0;
}

int options_parse(struct options *o, int argc, char **argv,
		  struct errbuf *err)
{
	struct option longs[ARRAY_LEN(table) + 1] = { 0 };
	int c, index = 0;

	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		longs[i] = (struct option) {
			.name = table[i].name, .has_arg = table[i].has_arg,
		};
	*o = (struct options) { .mode = NR_MODES, .repeat = 1 };
	optind = 0;	/* restart, if it was called before */
	opterr = 0;
	while ((c = getopt_long(argc, argv, ":hV", longs, &index)) != -1) {
		if (c == ':')
			return err_set(err, -EINVAL, "%s: needs a value (minivmm --help)",
				       argv[optind - 1]);
		if (c == 'h')
			o->help = true;
		else if (c == 'V')
			o->version = true;
		else if (c)
			return err_set(err, -EINVAL, "%s: no such option (minivmm --help)",
				       argv[optind - 1]);
		else if (set_one(o, index, err))
			return -EINVAL;
	}
	o->images = argv + optind;
	o->nr_images = (unsigned int)(argc - optind);
	return check(o, err);
}
