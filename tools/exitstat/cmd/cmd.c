// SPDX-License-Identifier: GPL-2.0-only
/* Implements cmd.h. */
#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/parse.h"
#include "exits/groups.h"
#include "exits/reasons.h"
#include "exits/sources.h"
#include "lib/outfile.h"
#include "model/open.h"
#include "snapshot/snapshot.h"
#include "source/group-refs.h"
#include "source/vm-name.h"

/* ---- options ---- */

const char *cmd_root(const struct cmd_common *common)
{
	const char *root = common->root ? common->root : getenv("EXITSTAT_ROOT");

	return root ? root : "";
}

const char *cmd_reason_word(size_t i)
{
	const struct reason *list;
	size_t nr;

	list = reason_list(&nr);
	return i < nr ? list[i].name : NULL;
}

void cmd_picture(void *picture, char *path, struct argp_state *state)
{
	struct cmd_picture *p = picture;

	p->path = path;
	if (!plot_format_of(path, &p->format))
		parse_error(state,
			     "%s: need a name that ends in .svg, .png or .pdf",
			     path);
}

/* ---- sources ---- */

int cmd_fail(const struct errbuf *err)
{
	warnx("%s", err->text);
	return EXIT_CODE_FAILED;
}

/* Without root, no source of this machine is usable. */
static bool requires_root(const struct cmd_common *common)
{
	return geteuid() && !*cmd_root(common);
}

struct source *cmd_source(const struct cmd_common *common, bool explain,
			  struct source_choice *choice)
{
	const char *name = common->source ? common->source : "auto";
	struct errbuf err;
	struct source *s = source_open(cmd_root(common), name, choice, &err);

	if (s)
		return s;
	if (choice->nr_refused > 1 && requires_root(common)) {
		warnx("requires root: sudo %s ...%s",
		      program_invocation_short_name, explain ? "" :
		      " (exitstat list shows what each source requires)");
		if (!explain)
			return NULL;
	}
	cmd_fail(&err);
	if (choice->nr_refused > 1)
		for (size_t i = 0; i < choice->nr_refused; i++)
			warnx("  %s: %s", choice->refused[i].name,
			      choice->refused[i].why.text);
	return NULL;
}

int cmd_snapshot(struct source *src, struct snapshot *s, struct errbuf *err)
{
	struct buf bytes = { 0 };
	int rc = source_read(src, &bytes, err);

	if (!rc)
		rc = snapshot_parse(s, bytes.data, bytes.len, err);
	buf_free(&bytes);
	return rc;
}

/* Whether @text is the VM's id, or with @by_id false, its name, pid or uuid. */
static bool is_called(const struct snap_vm *vm, const char *root,
		      const char *text, bool by_id)
{
	char name[128], uuid[40];
	uint64_t n;

	if (!parse_u64(text, 1, UINT64_MAX, &n) &&
	    n == (by_id ? vm->vm_id : vm->pid))
		return true;
	if (by_id)
		return false;
	vm_name(vm, root, name, sizeof(name));
	vm_uuid(vm, root, uuid, sizeof(uuid));
	return !strcmp(name, text) || (*uuid && !strcasecmp(uuid, text));
}

static size_t count_called(const struct snapshot *s, const char *root,
			   const char *text, bool by_id, uint64_t *vm_id)
{
	size_t nr = 0;

	for (size_t i = 0; i < s->nr_vms; i++) {
		if (s->vms[i].destroyed ||
		    !is_called(&s->vms[i], root, text, by_id))
			continue;
		*vm_id = s->vms[i].vm_id;
		nr++;
	}
	return nr;
}

int cmd_find_vm(struct source *src, const char *text, uint64_t *vm_id,
		struct errbuf *err)
{
	const char *root = source_root(src);
	struct snapshot s = { 0 };
	int rc = cmd_snapshot(src, &s, err);
	size_t nr = 0;

	for (int by_id = 0; !rc && !nr && by_id < 2; by_id++)
		nr = count_called(&s, root, text, by_id, vm_id);
	if (!rc && !nr)
		rc = err_set(err, -ENOENT,
			     "%s: no running VM with this name, pid, uuid or id (see exitstat list)",
			     text);
	else if (nr > 1)
		rc = err_set(err, -EINVAL,
			     "%s: %zu VMs have this name, pid or uuid: select one by its id (see exitstat list)",
			     text, nr);
	snapshot_free(&s);
	return rc;
}

int cmd_counting(struct source *s, uint32_t groups, uint64_t vm_id, bool quiet,
		 int (*run)(void *arg), void *arg)
{
	struct errbuf note, err;
	int code;

	if (group_refs_get(s, groups_with_needs(groups | KES_GROUP_COUNT),
			   vm_id, &note, &err)) {
		code = cmd_fail(&err);
	} else {
		if (*note.text)
			warnx("%s", note.text);
		code = run(arg);
	}
	if (group_refs_put(s, &note, &err))
		code = cmd_fail(&err);
	if (*note.text && !quiet)
		warnx("%s", note.text);
	return code;
}

/* ---- recordings and pictures ---- */

int cmd_model(const char *file, const struct model_need *need,
	      cmd_model_fn fn, void *arg, struct errbuf *err)
{
	struct recording rec;
	struct model m;
	int rc = model_open(&m, &rec, file, need, err);

	if (rc)
		return rc;
	rc = fn(arg, &m, err);
	model_close(&m);
	return rc;
}

int cmd_draw(const char *path, cmd_draw_fn fn, const void *arg,
	     struct errbuf *err)
{
	struct outfile out;
	struct errbuf why;
	int rc = outfile_open(&out, path, err);

	if (rc)
		return rc;
	rc = fn(arg, out.f, &why);
	if (!rc)
		return outfile_commit(&out, err);
	outfile_abort(&out);
	return err_set(err, rc, "%s: %.400s", path, why.text);
}

int cmd_terminal_width(int least)
{
	struct winsize ws;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_col >= least)
		return ws.ws_col;
	return 80;
}

void cmd_print_lost(const struct snapshot *s)
{
	char text[LOST_TEXT_LEN];

	if (s->hdr.lost)
		printf("%s\n\n", source_lost_text(s->hdr.lost, text));
}
