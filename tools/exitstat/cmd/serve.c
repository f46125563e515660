// SPDX-License-Identifier: GPL-2.0-only
/* exitstat serve: options and switching groups on. serve/run.c has the loop. */
#include <err.h>

#include "cmd/cmd.h"
#include "cmd/parse.h"
#include "cmd/usage.h"
#include "serve/listen.h"
#include "serve/run.h"

struct options {
	struct cmd_common common;
	struct serve_config serve;
	uint32_t groups;	/* to switch on */
};

static void add_listen(void *config, char *arg, struct argp_state *state)
{
	struct serve_config *s = config;
	char addr[64], port[8];
	struct errbuf err;

	if (serve_listen_parse(arg, addr, port, &err))
		parse_error(state, "%s", err.text);
	if (s->nr_listen == SERVE_MAX_LISTEN)
		parse_error(state, "%s: at most %d addresses", arg,
			     SERVE_MAX_LISTEN);
	s->listen[s->nr_listen++] = arg;
}

static const struct option_row rows[] = {
	{ "listen", 'l', "ADDR:PORT",
	  OPT_CALL_FOR(serve, struct serve_config, add_listen),
	  "listen on this address, or on PORT of the loopback interface; may be repeated (default: 127.0.0.1:13948 and [::1]:13948)" },
	{ "tls-cert", 0, "FILE", OPT_TEXT(serve.tls_cert),
	  "serve HTTPS with this certificate chain (PEM)" },
	{ "tls-key", 0, "FILE", OPT_TEXT(serve.tls_key), "private key of the certificate (PEM)" },
	{ "auth-file", 0, "FILE", OPT_TEXT(serve.auth_file),
	  "require a name and password from FILE: lines NAME:HASH (openssl passwd -6)" },
	{ "textfile", 0, "FILE", OPT_TEXT(serve.textfile),
	  "write FILE at each interval instead of listening, for node_exporter" },
	{ "once", 0, NULL, OPT_FLAG(serve.once), "with --textfile, write FILE once and exit" },
	{ "interval", 'i', "TIME",
	  OPT_DURATION(serve.interval_ns, NSEC_PER_SEC, 3600 * NSEC_PER_SEC),
	  "longest time between reads of the source, 1s to 60m (default: 15s)" },
	{ "groups", 0, "LIST", OPT_GROUPS(groups),
	  "switch the groups in LIST on while serve runs: count,time,histogram,detail (default: count and those that are on)" },
	{ "per-vcpu", 0, NULL, OPT_FLAG(serve.per_vcpu),
	  "export series for each vCPU, not only for each VM" },
	{ "max-vms", 0, "N", OPT_NUMBER(serve.max_vms, 0, 1000000),
	  "export VMs beyond the first N as one, named other (default: 1000)" },
	{ "keep", 0, "TIME",
	  OPT_DURATION(serve.keep_ns, NSEC_PER_SEC, 24 * 3600 * NSEC_PER_SEC),
	  "export a destroyed VM for TIME (default: 5m)" },
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static void finish(void *options)
{
	const struct serve_config *s = &((struct options *)options)->serve;

	if (!s->tls_cert != !s->tls_key)
		usage_error("--tls-cert and --tls-key require each other");
	if (s->textfile && (s->nr_listen || s->tls_cert || s->auth_file))
		usage_error("--textfile does not listen: it excludes --listen, --tls-cert and --auth-file");
	if (s->once && !s->textfile)
		usage_error("--once requires --textfile");
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

	o->serve.source = cmd_source(&o->common, false, &choice);
	if (!o->serve.source)
		return EXIT_CODE_FAILED;
	code = cmd_counting(o->serve.source, o->groups, 0, false, serve, &o->serve);
	source_close(o->serve.source);
	return code;
}

const struct command cmd_serve = {
	.name = "serve",
	.help = "export the exits of all VMs to Prometheus (OpenMetrics)",
	.doc = "Export the exits of all VMs of this host to Prometheus: as OpenMetrics on http://localhost:13948/metrics, or in a file.",
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
