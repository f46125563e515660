// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat serve: options, and the switch for counting. The loop is
 * serve/run.c's.
 */
#include <err.h>

#include "cmd/cmd.h"
#include "exits/groups.h"
#include "serve/listen.h"
#include "serve/run.h"

enum { OPT_TLS_CERT = 0x200, OPT_TLS_KEY, OPT_AUTH, OPT_TEXTFILE, OPT_ONCE,
       OPT_PER_VCPU, OPT_MAX_VMS, OPT_KEEP, OPT_GROUPS };

struct options {
	struct cmd_common common;
	struct serve_config serve;
	uint32_t groups;	/* to be on, besides those that are */
};

static const struct argp_option option_table[] = {
	{ "listen", 'l', "ADDR:PORT", 0,
	  "Listen here, or on loopback's PORT; may be repeated (default: 127.0.0.1:13948 and [::1]:13948)",
	  0 },
	{ "tls-cert", OPT_TLS_CERT, "FILE", 0,
	  "Serve https, with this certificate chain (PEM)", 0 },
	{ "tls-key", OPT_TLS_KEY, "FILE", 0, "... and its key", 0 },
	{ "auth-file", OPT_AUTH, "FILE", 0,
	  "Ask for a name and password: lines NAME:HASH (openssl passwd -6)",
	  0 },
	{ "textfile", OPT_TEXTFILE, "FILE", 0,
	  "Write FILE every interval in place of listening, for node_exporter",
	  1 },
	{ "once", OPT_ONCE, NULL, 0, "... only once", 1 },
	{ "interval", 'i', "TIME", 0,
	  "Read the source at least so often, 1s to 60m (default: 15s)", 2 },
	{ "groups", OPT_GROUPS, "LIST", 0,
	  "Switch these on while it runs: count,time,... (default: count, and what is on)",
	  2 },
	{ "per-vcpu", OPT_PER_VCPU, NULL, 0,
	  "A series for each vCPU, not only for each VM", 3 },
	{ "max-vms", OPT_MAX_VMS, "N", 0,
	  "More VMs than N (default: 1000) are one called other", 3 },
	{ "keep", OPT_KEEP, "TIME", 0,
	  "How long a VM that ended is still shown (default: 5m)", 3 },
	{ 0 }
};

static void check(const struct serve_config *s, struct argp_state *state)
{
	if (!s->tls_cert != !s->tls_key)
		argp_error(state, "--tls-cert and --tls-key need each other");
	if (s->textfile && (s->nr_listen || s->tls_cert || s->auth_file))
		argp_error(state,
			   "--textfile does not listen: without --listen, --tls-cert, --auth-file");
	if (s->once && !s->textfile)
		argp_error(state, "--once is for --textfile");
}

static void add_listen(struct serve_config *s, const char *arg,
		       struct argp_state *state)
{
	char addr[64], port[8];
	struct errbuf err;

	if (serve_listen_parse(arg, addr, port, &err))
		argp_error(state, "listen: %s", err.text);
	if (s->nr_listen == SERVE_MAX_LISTEN)
		argp_error(state, "listen: %s: at most %d addresses", arg,
			   SERVE_MAX_LISTEN);
	s->listen[s->nr_listen++] = arg;
}

static error_t parse_endpoint(int key, char *arg, struct argp_state *state)
{
	struct serve_config *s = &((struct options *)state->input)->serve;

	switch (key) {
	case 'l':
		add_listen(s, arg, state);
		return 0;
	case OPT_TLS_CERT:
		s->tls_cert = arg;
		return 0;
	case OPT_TLS_KEY:
		s->tls_key = arg;
		return 0;
	case OPT_AUTH:
		s->auth_file = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;
	struct serve_config *s = &o->serve;
	struct errbuf err;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case OPT_TEXTFILE:
		s->textfile = arg;
		return 0;
	case OPT_ONCE:
		s->once = true;
		return 0;
	case 'i':
		s->interval_ns = cmd_duration(state, "interval", arg,
					      NSEC_PER_SEC, 3600 * NSEC_PER_SEC);
		return 0;
	case OPT_GROUPS:
		if (groups_parse(arg, &o->groups, &err))
			argp_error(state, "groups: %s", err.text);
		return 0;
	case OPT_PER_VCPU:
		s->per_vcpu = true;
		return 0;
	case OPT_MAX_VMS:
		s->max_vms = cmd_number(state, "max-vms", arg, 0, 1000000);
		return 0;
	case OPT_KEEP:
		s->keep_ns = cmd_duration(state, "keep", arg, NSEC_PER_SEC,
					  24 * 3600 * NSEC_PER_SEC);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "%s: takes no argument", arg);
		return 0;
	case ARGP_KEY_END:
		check(s, state);
		return 0;
	default:
		return parse_endpoint(key, arg, state);
	}
}

const struct argp argp_serve = {
	.options = option_table,
	.parser = parse,
	.doc = "Serve the exits of this host's VMs to Prometheus: OpenMetrics at http://localhost:13948/metrics, or as a file.",
	.children = cmd_common_children,
};

static int run(void *arg)
{
	struct errbuf err;

	return serve_run(arg, &err) ? cmd_fail(&err) : EXIT_CODE_OK;
}

int cmd_serve(int argc, char **argv)
{
	struct options o = {
		.serve = { .clock = &clock_system,
			   .interval_ns = 15 * NSEC_PER_SEC, .max_vms = 1000,
			   .keep_ns = 300 * NSEC_PER_SEC },
	};
	struct source_choice choice;
	int code;

	if (argp_parse(&argp_serve, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	o.serve.source = cmd_source(&o.common, &choice);
	if (!o.serve.source)
		return EXIT_CODE_FAILED;
	code = cmd_counting(o.serve.source, o.groups, false, run, &o.serve);
	source_close(o.serve.source);
	return code;
}
