// SPDX-License-Identifier: GPL-2.0-only
/*
 * minivmm: run small guests with the KVM API.
 *
 * Maps options to an exit status, and prints all messages. To read the program,
 * start with life.c (the machine), run.c (a vCPU) and arch.c (the modes).
 */
#include <err.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "input.h"
#include "life.h"
#include "stats.h"
#include "watch.h"

/* Print how a vCPU ended, if needed. Return 1 if it failed. */
static int report(const struct vmm *vmm, const struct vcpu *v)
{
	switch (atomic_load(&v->end)) {
	case END_WELL:
		if (v->err.text[0] && !vmm->options->quiet)
			warnx("vCPU %u: %s", v->index, v->err.text);
		return 0;
	case END_STATUS:
		warnx("vCPU %u: status %u", v->index, v->status);
		return 1;
	case END_STOPPED:
		if (vmm->timed_out)
			warnx("vCPU %u: %s", v->index, v->err.text);
		return vmm->timed_out;
	default:
		warnx("vCPU %u: %s", v->index, v->err.text);
		return 1;
	}
}

static int report_all(const struct vmm *vmm)
{
	int failed = 0;

	for (unsigned int i = 0; i < vmm->nr_vcpus; i++)
		if (vmm->vcpus[i].started)
			failed |= report(vmm, &vmm->vcpus[i]);
	if (vmm->output_errno) {
		warnx("standard output: %s", strerror(vmm->output_errno));
		failed = 1;
	}
	if (vmm->quit)
		warnx("ended from the terminal");
	if (vmm->options->stats == STATS_TEXT)
		stats_text(vmm);
	else if (vmm->options->stats == STATS_JSON)
		stats_json(vmm);
	return failed ? EXIT_CODE_FAILED : EXIT_CODE_OK;
}

/* End by signal @nr, so that the parent process sees it. */
static void end_by_signal(int nr)
{
	warnx("ended by %s", strsignal(nr));
	signal(nr, SIG_DFL);
	raise(nr);
}

/* Create, run and destroy one machine. */
static int run(struct vmm *vmm)
{
	struct errbuf err = { 0 };
	int rc, code;

	vmm->start_ns = mono_ns();
	rc = life_create(vmm, &err);
	if (!rc)
		rc = input_open(vmm, &err);
	if (rc) {
		warnx("%s", err.text);
		return rc == -ENODEV ? EXIT_CODE_CANNOT : EXIT_CODE_FAILED;
	}
	rc = watch_all(vmm, &err);
	input_close(vmm);
	if (rc < 0)
		warnx("%s", err.text);
	code = report_all(vmm);
	if (rc > 0)
		end_by_signal(rc);
	life_destroy(vmm);
	return rc ? EXIT_CODE_FAILED : code;
}

/* Run one machine after the other, until one fails. */
static int run_all(const struct options *options)
{
	static struct vmm vmm;
	int code = EXIT_CODE_OK;

	for (uint64_t n = 0; n < options->repeat && !code && !vmm.quit; n++) {
		memset(&vmm, 0, sizeof(vmm));
		vmm.options = options;
		code = run(&vmm);
	}
	return code;
}

int main(int argc, char **argv)
{
	static struct options options;
	struct errbuf err;

	program_invocation_short_name = (char *)"minivmm";
	if (options_parse(&options, argc, argv, &err)) {
		warnx("%s", err.text);
		return EXIT_CODE_USAGE;
	}
	if (options.help)
		options_help();
	else if (options.version)
		printf("minivmm %s\n", EXITSTAT_VERSION);
	else
		return run_all(&options);
	return EXIT_CODE_OK;
}
