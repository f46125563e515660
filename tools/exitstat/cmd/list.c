// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat list: prints the source and why it was selected, the groups that are
 * on, and a line for each VM; or the same as JSON.
 */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "exits/groups.h"
#include "lib/json-text.h"
#include "exits/reasons.h"
#include "snapshot/snapshot.h"
#include "source/vm-name.h"

struct options {
	struct cmd_common common;
	bool destroyed, json;
};

static const struct option_row rows[] = {
	{ "destroyed", 'd', NULL, OPT_FLAG(destroyed),
	  "include destroyed VMs whose counters can still be read" },
	CMD_JSON_OPTION,
	CMD_COMMON_OPTIONS,
	{ 0 }
};

static const char *state_name(const struct snap_vm *vm)
{
	return vm->destroyed ? "destroyed" : "running";
}

/* The groups that are on for this VM, but not for all. */
static uint32_t own_groups(const struct snapshot *s, const struct snap_vm *vm)
{
	return vm->destroyed ? 0 : vm->groups & ~s->hdr.groups;
}

static void print_vm(const struct snapshot *s, const struct snap_vm *vm,
		     const char *root)
{
	char name[64], uuid[40], exits[COUNT_TEXT_LEN];
	char groups[GROUPS_TEXT_LEN];

	vm_name(vm, root, name, sizeof(name));
	vm_uuid(vm, root, uuid, sizeof(uuid));
	printf("%6llu %8u %-30.30s %5u %15s  %s\n",
	       (unsigned long long)vm->vm_id, vm->pid, name, vm->nr_vcpus,
	       fmt_count(exits, snapshot_vm_exits(s, vm)),
	       state_name(vm));
	if (*uuid)
		printf("%15s uuid %s\n", "", uuid);
	if (own_groups(s, vm))
		printf("%15s on for this VM: %s\n", "",
		       groups_text(own_groups(s, vm), groups));
}

static void print_list(const struct snapshot *s, const struct options *o,
		       bool in_process)
{
	size_t destroyed = 0, shown = 0;

	for (size_t i = 0; i < s->nr_vms; i++) {
		destroyed += s->vms[i].destroyed;
		if (s->vms[i].destroyed && !o->destroyed)
			continue;
		if (!shown++)
			printf("%6s %8s %-30s %5s %15s  %s\n", "VM", "PID",
			       "NAME", "VCPUS", "EXITS", "STATE");
		print_vm(s, &s->vms[i], cmd_root(&o->common));
	}
	if (!shown)
		printf("%s\n", in_process ? "no VM exited in the meantime" :
					    "no VM is running");
	if (destroyed && !o->destroyed)
		printf("%zu destroyed, not shown (--destroyed)\n", destroyed);
}

static void print_groups(struct source *src)
{
	char text[GROUPS_TEXT_LEN];
	uint32_t on, known;
	struct errbuf err;

	if (source_get_groups(src, &on, &known, &err)) {
		printf("; groups: unknown");
		return;
	}
	printf("; on: %s", groups_text(on, text));
	if (known & ~on)
		printf("; off: %s", groups_text(known & ~on, text));
}

static void print_source(const struct source *src,
			 const struct source_choice *c)
{
	printf("source: %s (%s)\n", source_name(src), c->why.text);
	for (size_t i = 0; i < c->nr_refused; i++)
		printf("  not %s: %s\n", c->refused[i].name,
		       c->refused[i].why.text);
	if (source_is_in_process(src))
		printf("  (it counts only while exitstat runs: exitstat record)\n");
}

/* VMs that the source could not read, and why. */
static void print_remarks(struct source *src)
{
	struct buf b = { 0 };

	source_remarks(src, &b);
	if (b.len)
		printf("\n%s", b.data);
	buf_free(&b);
}

static void print_text(const struct snapshot *s, const struct options *o,
		       struct source *src, const struct source_choice *choice)
{
	print_source(src, choice);
	printf("isa: %s", reason_isa_name(s->hdr.isa));
	print_groups(src);
	printf("\n\n");
	cmd_print_lost(s);
	print_list(s, o, source_is_in_process(src));
	print_remarks(src);
}

/* ---- JSON ---- */

static json_t *vms_json(const struct snapshot *s, const struct options *o)
{
	json_t *all = json_array();
	const char *root = cmd_root(&o->common);
	char name[64], uuid[40], groups[GROUPS_TEXT_LEN];

	for (size_t i = 0; i < s->nr_vms; i++) {
		const struct snap_vm *vm = &s->vms[i];

		if (vm->destroyed && !o->destroyed)
			continue;
		vm_name(vm, root, name, sizeof(name));
		vm_uuid(vm, root, uuid, sizeof(uuid));
		json_array_append_new(all, json_pack(
			"{s:I, s:I, s:o, s:o, s:I, s:I, s:s, s:s}",
			"vm_id", (json_int_t)vm->vm_id,
			"pid", (json_int_t)vm->pid, "name", json_text(name),
			"uuid", *uuid ? json_text(uuid) : json_null(),
			"vcpus", (json_int_t)vm->nr_vcpus,
			"exits", (json_int_t)snapshot_vm_exits(s, vm),
			"state", state_name(vm),
			"groups_on", groups_text(vm->groups, groups)));
	}
	return all;
}

static json_t *refused_json(const struct source_choice *c)
{
	json_t *all = json_array();

	for (size_t i = 0; i < c->nr_refused; i++)
		json_array_append_new(all, json_pack(
			"{s:s, s:o}", "source", c->refused[i].name,
			"why", json_text(c->refused[i].why.text)));
	return all;
}

/* The groups that are on, and those that are off; null: unknown. */
static void groups_json(json_t *o, struct source *src)
{
	char text[GROUPS_TEXT_LEN];
	uint32_t on, known;
	struct errbuf err;
	bool known_on = !source_get_groups(src, &on, &known, &err);

	json_object_set_new(o, "groups_on", known_on ?
			    json_text(groups_text(on, text)) : json_null());
	json_object_set_new(o, "groups_off", known_on ?
			    json_text(groups_text(known & ~on, text)) :
			    json_null());
}

static json_t *remarks_json(struct source *src)
{
	json_t *all = json_array();
	struct buf b = { 0 };

	source_remarks(src, &b);
	for (char *line = b.data ? strtok(b.data, "\n") : NULL; line;
	     line = strtok(NULL, "\n"))
		json_array_append_new(all, json_text(line));
	buf_free(&b);
	return all;
}

static void print_json(const struct snapshot *s, const struct options *o,
		       struct source *src, const struct source_choice *choice)
{
	json_t *j = json_object();

	json_object_set_new(j, "source", json_text(source_name(src)));
	json_object_set_new(j, "source_why", json_text(choice->why.text));
	json_object_set_new(j, "refused", refused_json(choice));
	json_object_set_new(j, "isa", json_text(reason_isa_name(s->hdr.isa)));
	groups_json(j, src);
	json_object_set_new(j, "lost", json_integer((json_int_t)s->hdr.lost));
	json_object_set_new(j, "vms", vms_json(s, o));
	json_object_set_new(j, "remarks", remarks_json(src));
	json_print(j, stdout);
}

static int run(void *arg)
{
	const struct options *o = arg;
	struct snapshot s = { 0 };
	struct source_choice choice;
	struct source *src = cmd_source(&o->common, true, &choice);
	struct errbuf err;
	int rc;

	if (!src)
		return EXIT_CODE_FAILED;
	rc = cmd_snapshot(src, &s, &err);
	if (!rc && o->json)
		print_json(&s, o, src, &choice);
	else if (!rc)
		print_text(&s, o, src, &choice);
	source_close(src);
	snapshot_free(&s);
	return rc ? cmd_fail(&err) : EXIT_CODE_OK;
}

const struct command cmd_list = {
	.name = "list",
	.help = "list running VMs and the source of the counts",
	.doc = "List the running VMs, their exits so far and the source of the counts.",
	.rows = rows,
	.size = sizeof(struct options),
	.run = run,
};
