// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat explain: explains exit reasons, with the texts of exits.def and
 * exits/advice.def.
 */
#include <err.h>
#include <stdio.h>

#include "lib/wrap.h"
#include "exits/advice.h"
#include "exits/explain.h"
#include "cmd/cmd.h"
#include "cmd/parse.h"
#include "cmd/usage.h"
#include "lib/json-text.h"

#define LABEL	13	/* columns before the text */

struct options {
	uint32_t isa;
	const char *what;
	bool all, json, man;
	json_t *list;		/* the reasons found, for --json */
	bool any;		/* one has been printed */
};

static void isa(void *options, char *arg, struct argp_state *state)
{
	struct options *o = options;

	o->isa = reason_isa_by_name(arg);
	if (o->isa == KES_ISA_NONE)
		parse_error(state, "%s: need vmx, svm, pvm or kvm", arg);
}

static const struct option_row rows[] = {
	{ .arg = "REASON", OPT_TEXT_OF(what, cmd_reason_word), .argument = true,
	  .again = "one REASON at a time" },
	{ "isa", 'i', "vmx|svm|pvm|kvm", OPT_CALL(isa),
	  "only reasons of Intel (vmx), AMD (svm), PVM or KVM's own statistics (kvm); default: all with that name; for a number, vmx and svm" },
	{ "all", 0, NULL, OPT_FLAG(all), "explain all reasons" },
	{ "json", 'j', NULL, OPT_FLAG(json), "print a JSON array" },
	{ "man", 0, NULL, OPT_FLAG(man),
	  "print the manual page exitstat-reasons(7)" },
	{ 0 }
};

static void finish(void *options)
{
	const struct options *o = options;

	if (o->all && o->what)
		usage_error("--all excludes REASON");
	if (o->man && (o->all || o->json || o->what || o->isa != KES_ISA_NONE))
		usage_error("--man excludes other options");
}

static void print_fact(const char *label, const char *text)
{
	if (!*text)
		return;
	printf("%-*s", LABEL, label);
	wrap_text(stdout, LABEL, text);
}

/* Print "who: text" after the label. Return the label of the next line. */
static const char *print_avoid(const char *label, const char *who,
			       const char *text)
{
	char *line;

	if (!*text)
		return label;
	line = xasprintf("%s: %s", who, text);
	print_fact(label, line);
	free(line);
	return "";
}

static void print_reason(const struct reason *r)
{
	struct advice a = advice_of(r);
	const char *label = "  avoid";
	char code[32], *class;

	class = xasprintf("%s: %s", reason_class_name(r->class),
			  reason_class_meaning(r->class));
	explain_code(r, code, sizeof(code));
	printf("%s (%s %s)\n", r->name, reason_isa_name(r->isa), code);
	print_fact("  class", class);
	print_fact("  meaning", r->meaning);
	print_fact("  causes", a.causes);
	print_fact("  cost", a.cost);
	label = print_avoid(label, "guest", a.guest);
	label = print_avoid(label, "VMM", a.vmm);
	print_avoid(label, "host", a.host);
	print_fact("  reference", r->reference);
	free(class);
}

static json_t *code_json(const struct reason *r)
{
	return r->code == KES_CODE_UNKNOWN ? json_null() :
					     json_integer((json_int_t)r->code);
}

static json_t *reason_json(const struct reason *r)
{
	struct advice a = advice_of(r);

	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:s, s:s, s:{s:o, s:o, s:o}, s:s}",
			 "name", r->name, "isa", reason_isa_name(r->isa),
			 "code", code_json(r),
			 "class", reason_class_name(r->class),
			 "meaning", r->meaning, "causes", a.causes,
			 "cost", a.cost,
			 "avoid", "guest", json_text_or_null(a.guest),
			 "vmm", json_text_or_null(a.vmm),
			 "host", json_text_or_null(a.host),
			 "reference", r->reference);
}

static void explain(struct options *o, const struct reason *r)
{
	if (o->json)
		json_array_append_new(o->list, reason_json(r));
	else
		print_reason(r);
}

typedef void (*reason_fn)(struct options *o, const struct reason *r);

static void each_reason(struct options *o, reason_fn fn)
{
	const struct reason *r;
	size_t nr;

	r = reason_list(&nr);
	for (size_t i = 0; i < nr; i++)
		if (o->isa == KES_ISA_NONE || r[i].isa == o->isa)
			fn(o, &r[i]);
}

/* Explain one of several reasons. */
static void explain_next(struct options *o, const struct reason *r)
{
	if (!o->json && o->any)
		printf("\n");
	o->any = true;
	explain(o, r);
}

static void list_one(struct options *o, const struct reason *r)
{
	char code[32];

	(void)o;
	explain_code(r, code, sizeof(code));
	printf("%s %10s  %-28s %s\n", reason_isa_name(r->isa), code, r->name,
	       reason_class_name(r->class));
}

/* Parse a number, which may be negative: SVM has codes -1 to -4. */
static bool as_code(const char *text, uint64_t *code)
{
	bool negative = text[0] == '-';

	if (parse_u64(text + negative, 0, UINT64_MAX >> negative, code))
		return false;
	if (negative)
		*code = -*code;
	return true;
}

/* PVM codes are numbers without names. */
static int explain_pvm(struct options *o, uint64_t code)
{
	char name[32];

	reason_code_name(KES_ISA_PVM, code, name, sizeof(name));
	explain(o, &(struct reason) {
		.isa = KES_ISA_PVM, .code = code, .name = name,
		.class = REASON_CLASS_OTHER,
		.meaning = reason_code_meaning(KES_ISA_PVM),
		.reference = "none",
	});
	return 1;
}

static int explain_in(uint32_t isa, struct options *o)
{
	bool named = o->isa == isa;
	const struct reason *r;
	uint64_t code;

	if (o->isa != KES_ISA_NONE && !named)
		return 0;
	if (!as_code(o->what, &code))
		r = reason_by_name(isa, o->what);
	else if (isa == KES_ISA_PVM && named)
		return explain_pvm(o, code);
	else if (isa == KES_ISA_VMX || isa == KES_ISA_SVM || named)
		r = reason_by_code(isa, code);
	else
		return 0;
	if (!r)
		return 0;
	explain(o, r);
	return 1;
}

static int not_found(const char *what)
{
	const char *names[4];
	char list[256] = "";
	size_t n = 0, len = 0;
	uint64_t code;

	if (!as_code(what, &code))
		n = reason_suggest(what, names, ARRAY_LEN(names));
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					i ? ", " : "", names[i]);
	if (n)
		warnx("%s: no such exit reason (did you mean %s?)", what, list);
	else
		warnx("%s: no such exit reason (exitstat explain lists all)",
		      what);
	return EXIT_CODE_FAILED;
}

static int explain_one(struct options *o)
{
	static const uint32_t isas[] = {
		KES_ISA_VMX, KES_ISA_SVM, KES_ISA_KVM, KES_ISA_PVM,
	};
	int found = 0;

	for (size_t i = 0; i < ARRAY_LEN(isas); i++)
		found += explain_in(isas[i], o);
	return found ? EXIT_CODE_OK : not_found(o->what);
}

static int show(struct options *o)
{
	if (o->what)
		return explain_one(o);
	if (o->man)
		explain_man(stdout);
	else if (o->all || o->json)
		each_reason(o, explain_next);
	else
		each_reason(o, list_one);
	return EXIT_CODE_OK;
}

static int run(void *options)
{
	struct options *o = options;
	int code;

	o->list = json_array();
	code = show(o);
	if (o->json && !code)
		json_print(o->list, stdout);
	else
		json_decref(o->list);
	return code;
}

const struct command cmd_explain = {
	.name = "explain",
	.help = "explain what a reason means, what it costs and how to avoid it",
	.usage = "[REASON]",
	.doc = "Explain a VM exit reason: what it means, what causes it, what it costs and how to avoid it. Without REASON, list all reasons.",
	.notes = "REASON is a number or the kernel's name, with or without EXIT_REASON_ or\n"
		 "SVM_EXIT_. Example: exitstat explain --isa vmx 30\n",
	.rows = rows,
	.finish = finish,
	.size = sizeof(struct options),
	.defaults = &(const struct options) { .isa = KES_ISA_NONE },
	.run = run,
};
