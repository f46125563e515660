// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat serve: options, and the switch for counting. The loop is
 * serve/run.c's.
 */
#include <err.h>

#include "cmd/cmd.h"
#include "serve/listen.h"
#include "serve/run.h"

struct options {
	struct cmd_common common;
	struct serve_config serve;
	uint32_t groups;	/* to be on, besides those that are */
};

static void add_listen(void *config, char *arg, struct argp_state *state)
{
	struct serve_config *s = config;
	char addr[64], port[8];
	struct errbuf err;

	if (serve_listen_parse(arg, addr, port, &err))
		option_error(state, "%s", err.text);
	if (s->nr_listen == SERVE_MAX_LISTEN)
		option_error(state, "%s: at most %d addresses", arg,
			     SERVE_MAX_LISTEN);
	s->listen[s->nr_listen++] = arg;
}

static void refuse(void *options, char *arg, struct argp_state *state)
{
	(void)options;
	argp_error(state, "%s: takes no argument", arg);
}

static const struct option_row rows[] = {
	{ OPT_CALL(refuse), .argument = true },
	{ "listen", 'l', "ADDR:PORT",
	  OPT_CALL_FOR(serve, struct serve_config, add_listen),
	  "Listen here, or on loopback's PORT; may be repeated (default: 127.0.0.1:13948 and [::1]:13948)" },
	{ "tls-cert", 0, "FILE", OPT_TEXT(serve.tls_cert),
	  "Serve https, with this certificate chain (PEM)" },
	{ "tls-key", 0, "FILE", OPT_TEXT(serve.tls_key), "... and its key" },
	{ "auth-file", 0, "FILE", OPT_TEXT(serve.auth_file),
	  "Ask for a name and password: lines NAME:HASH (openssl passwd -6)" },
	{ "textfile", 0, "FILE", OPT_TEXT(serve.textfile),
	  "Write FILE every interval in place of listening, for node_exporter", 1 },
	{ "once", 0, NULL, OPT_FLAG(serve.once), "... only once", 1 },
	{ "interval", 'i', "TIME",
	  OPT_DURATION(serve.interval_ns, NSEC_PER_SEC, 3600 * NSEC_PER_SEC),
	  "Read the source at least so often, 1s to 60m (default: 15s)", 2 },
	{ "groups", 0, "LIST", OPT_GROUPS(groups),
	  "Switch these on while it runs: count,time,... (default: count, and what is on)", 2 },
	{ "per-vcpu", 0, NULL, OPT_FLAG(serve.per_vcpu),
	  "A series for each vCPU, not only for each VM", 3 },
	{ "max-vms", 0, "N", OPT_NUMBER(serve.max_vms, 0, 1000000),
	  "More VMs than N (default: 1000) are one called other", 3 },
	{ "keep", 0, "TIME",
	  OPT_DURATION(serve.keep_ns, NSEC_PER_SEC, 24 * 3600 * NSEC_PER_SEC),
	  "How long a VM that ended is still shown (default: 5m)", 3 },
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static void finish(void *options, struct argp_state *state)
{
	const struct serve_config *s = &((struct options *)options)->serve;

	if (!s->tls_cert != !s->tls_key)
		argp_error(state, "--tls-cert and --tls-key need each other");
	if (s->textfile && (s->nr_listen || s->tls_cert || s->auth_file))
		argp_error(state,
			   "--textfile does not listen: without --listen, --tls-cert, --auth-file");
	if (s->once && !s->textfile)
		argp_error(state, "--once is for --textfile");
}

static int serve(void *arg)
{
	struct errbuf err;

	return serve_run(arg, &err) ? cmd_fail(&err) : EXIT_CODE_OK;
}

static int run(void *options)
{
	struct options *o = options;
	struct source_choice choice;
	int code;

	o->serve.source = cmd_source(&o->common, &choice);
	if (!o->serve.source)
		return EXIT_CODE_FAILED;
	code = cmd_counting(o->serve.source, o->groups, false, serve, &o->serve);
	source_close(o->serve.source);
	return code;
}

const struct command cmd_serve = {
	.name = "serve",
	.help = "the exits of all VMs for Prometheus (OpenMetrics)",
	.doc = "Serve the exits of this host's VMs to Prometheus: OpenMetrics at http://localhost:13948/metrics, or as a file.",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) {
		.serve = { .clock = &clock_system,
			   .interval_ns = 15 * NSEC_PER_SEC, .max_vms = 1000,
			   .keep_ns = 300 * NSEC_PER_SEC },
	},
	.run = run,
};
