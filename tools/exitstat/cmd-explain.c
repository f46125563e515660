// SPDX-License-Identifier: GPL-2.0-only
/*
 * exitstat explain: an exit reason in words. All it knows is in reasons.c.
 */
#include <err.h>
#include <stdio.h>
#include <string.h>

#include "cmd.h"
#include "reasons.h"

struct options {
	uint32_t isa;
	const char *what;
};

static const struct argp_option option_table[] = {
	{ "isa", 'i', "vmx|svm|pvm|kvm", 0,
	  "Only Intel (vmx), AMD (svm) or PVM codes, or KVM's own statistics (kvm); default: all that have the name, or vmx and svm by number",
	  0 },
	{ 0 }
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'i':
		o->isa = reason_isa_by_name(arg);
		if (o->isa == KES_ISA_NONE)
			argp_error(state, "isa: %s: need vmx, svm, pvm or kvm", arg);
		return 0;
	case ARGP_KEY_ARG:
		if (o->what)
			argp_error(state, "one REASON at a time");
		o->what = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = option_table,
	.parser = parse,
	.args_doc = "[REASON]",
	.doc = "Explain a VM exit reason, by name or number; without REASON, list all.\v"
	       "Names are the kernel's, with or without EXIT_REASON_ or SVM_EXIT_. "
	       "Example: exitstat explain --isa vmx 30",
};

static void code_text(const struct reason *r, char *out, size_t size)
{
	if (r->code == KES_CODE_UNKNOWN)
		snprintf(out, size, "-");
	else if ((int64_t)r->code < 0)
		snprintf(out, size, "%lld", (long long)r->code);
	else if (r->isa == KES_ISA_SVM || r->isa == KES_ISA_PVM)
		snprintf(out, size, "%#llx", (unsigned long long)r->code);
	else
		snprintf(out, size, "%llu", (unsigned long long)r->code);
}

static void explain(const struct reason *r)
{
	char code[32];

	code_text(r, code, sizeof(code));
	printf("%s (%s %s)\n", r->name, reason_isa_name(r->isa), code);
	printf("  class      %s: %s\n", reason_class_name(r->class),
	       reason_class_meaning(r->class));
	printf("  meaning    %s\n", r->meaning);
	printf("  reference  %s\n", r->reference);
}

static void list_all(uint32_t isa)
{
	const struct reason *r;
	char code[32];
	size_t nr;

	r = reason_list(&nr);
	for (size_t i = 0; i < nr; i++) {
		if (isa != KES_ISA_NONE && r[i].isa != isa)
			continue;
		code_text(&r[i], code, sizeof(code));
		printf("%s %10s  %-28s %s\n", reason_isa_name(r[i].isa), code,
		       r[i].name, reason_class_name(r[i].class));
	}
}

/* A number, or a negative one: SVM has codes -1 to -4. */
static bool as_code(const char *text, uint64_t *code)
{
	bool negative = text[0] == '-';

	if (parse_u64(text + negative, 0, UINT64_MAX >> negative, code))
		return false;
	if (negative)
		*code = -*code;
	return true;
}

/* Codes of PVM have numbers and no names. */
static int explain_pvm(uint64_t code)
{
	char name[32];

	reason_code_name(KES_ISA_PVM, code, name, sizeof(name));
	explain(&(struct reason) {
		.isa = KES_ISA_PVM, .code = code, .name = name,
		.class = REASON_CLASS_OTHER,
		.meaning = reason_code_meaning(KES_ISA_PVM),
		.reference = "none",
	});
	return 1;
}

static int explain_in(uint32_t isa, const struct options *o)
{
	bool named = o->isa == isa;
	const struct reason *r;
	uint64_t code;

	if (o->isa != KES_ISA_NONE && !named)
		return 0;
	if (!as_code(o->what, &code))
		r = reason_by_name(isa, o->what);
	else if (isa == KES_ISA_PVM && named)
		return explain_pvm(code);
	else if (isa == KES_ISA_VMX || isa == KES_ISA_SVM || named)
		r = reason_by_code(isa, code);
	else
		return 0;
	if (!r)
		return 0;
	explain(r);
	return 1;
}

static int complain(const char *what)
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

int cmd_explain(int argc, char **argv)
{
	static const uint32_t isas[] = {
		KES_ISA_VMX, KES_ISA_SVM, KES_ISA_KVM, KES_ISA_PVM,
	};
	struct options o = { .isa = KES_ISA_NONE };
	int found = 0;

	if (argp_parse(&argp, argc, argv, 0, NULL, &o))
		return EXIT_CODE_USAGE;
	if (!o.what) {
		list_all(o.isa);
		return EXIT_CODE_OK;
	}
	for (size_t i = 0; i < ARRAY_LEN(isas); i++)
		found += explain_in(isas[i], &o);
	return found ? EXIT_CODE_OK : complain(o.what);
}
