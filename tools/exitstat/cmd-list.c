// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat list: one line per VM, which source serves and why, and
 * which groups are on.
 */
#include <stdio.h>

#include "cmd.h"
#include "fsroot.h"
#include "groups.h"
#include "reasons.h"
#include "snapshot.h"

struct options {
	struct cmd_common common;
	bool dead;
};

static const struct argp_option option_table[] = {
	{ "dead", 'd', NULL, 0,
	  "Also VMs that ended and whose counters are still kept", 0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	(void)arg;
	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &o->common;
		return 0;
	case 'd':
		o->dead = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.doc = "List the VMs of this machine and their exits so far.",
	.children = cmd_common_children,
};

static void print_vm(const struct snapshot *s, const struct snap_vm *vm,
		     const char *root)
{
	char name[64], comm[17], exits[COUNT_TEXT_LEN];

	copy_printable(comm, sizeof(comm), vm->comm);
	/* a dead VM's pid may belong to somebody else by now */
	if (vm->dead)
		copy_printable(name, sizeof(name), comm);
	else
		fsroot_vm_name(root, vm->pid, comm, name, sizeof(name));
	printf("%6llu %8u %-30.30s %5u %15s  %s\n",
	       (unsigned long long)vm->vm_id, vm->pid, name, vm->nr_vcpus,
	       fmt_count(exits, snapshot_vm_exits(s, vm)),
	       vm->dead ? "dead" : "running");
}

static void print_list(const struct snapshot *s, const struct options *o,
		       bool in_process)
{
	size_t dead = 0, shown = 0;

	for (size_t i = 0; i < s->nr_vms; i++) {
		dead += s->vms[i].dead;
		if (s->vms[i].dead && !o->dead)
			continue;
		if (!shown++)
			printf("%6s %8s %-30s %5s %15s  %s\n", "VM", "PID",
			       "NAME", "VCPUS", "EXITS", "STATE");
		print_vm(s, &s->vms[i], o->common.root);
	}
	if (!shown)
		printf("%s\n", in_process ? "no VM has exited meanwhile" :
					    "no VM runs");
	if (dead && !o->dead)
		printf("%zu that ended not shown (--dead)\n", dead);
}

static void print_groups(const struct source_ops *src, const char *root)
{
	char text[GROUPS_TEXT_LEN];
	uint32_t on, known;
	struct errbuf err;

	if (src->get_groups(root, &on, &known, &err)) {
		printf("; groups: cannot tell which are on");
		return;
	}
	printf("; on: %s", groups_text(on, text));
	if (known & ~on)
		printf("; off: %s", groups_text(known & ~on, text));
}

static void print_source(const struct source_choice *c)
{
	printf("source: %s, as %s\n", c->ops->name, c->why.text);
	for (size_t i = 0; i < c->nr_refused; i++)
		printf("  not %s: %s\n", c->refused[i].ops->name,
		       c->refused[i].why.text);
	if (c->ops->in_process)
		printf("  (it counts only while an exitstat runs: exitstat record)\n");
}

static void print_lost(const struct snapshot *s)
{
	char n[COUNT_TEXT_LEN];

	if (s->hdr.lost)
		printf("WARNING: %s exits were seen but not counted, for want of memory\n\n",
		       fmt_count(n, s->hdr.lost));
}

/* VMs that are missing below, and why. */
static void print_remarks(const struct source_ops *src)
{
	struct buf b = { 0 };

	if (src->remarks)
		src->remarks(&b);
	if (b.len)
		printf("\n%s", b.data);
	buf_free(&b);
}

int cmd_list(int argc, char **argv)
{
	struct options o = { 0 };
	struct snapshot s = { 0 };
	const struct source_ops *src;
	struct source_choice choice;
	struct buf bytes = { 0 };
	struct errbuf err;
	int rc;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	src = cmd_source(&o.common, &choice);
	if (!src)
		return EXIT_CODE_FAILED;
	rc = src->read(o.common.root, &bytes, &err);
	if (!rc)
		rc = snapshot_parse(&s, bytes.data, bytes.len, &err);
	if (!rc) {
		print_source(&choice);
		printf("isa: %s", reason_isa_name(s.hdr.isa));
		print_groups(src, o.common.root);
		printf("\n\n");
		print_lost(&s);
		print_list(&s, &o, src->in_process);
		print_remarks(src);
	}
	snapshot_free(&s);
	buf_free(&bytes);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}
