// SPDX-License-Identifier: GPL-2.0-only
/*
 * Implements explain.h. exitstat-reasons(7) lists all reasons by class, in mdoc;
 * "make install" installs this output as the page.
 */
#include <ctype.h>
#include <string.h>

#include "exits/advice.h"
#include "exits/explain.h"

#define WIDTH	78

static const char head[] =
	".\\\" SPDX-License-Identifier: GPL-2.0-only\n"
	".\\\" Made by exitstat explain --man from exits.def and advice.def.\n"
	".Dd December 1, 2026\n"
	".ds doc-volume-operating-system \\\" groff 1.22 prints \"BSD\" otherwise\n"
	".Dt EXITSTAT-REASONS 7\n"
	".Os exitstat " EXITSTAT_VERSION "\n"
	".Sh NAME\n"
	".Nm exitstat-reasons\n"
	".Nd reasons of VM exits: causes, costs and how to avoid them\n"
	".Sh DESCRIPTION\n"
	"The exit reasons that\n"
	".Xr exitstat 1\n"
	"can name, by class: what usually causes them, what they cost, and how a guest,\n"
	"its VMM and the host can avoid them.\n"
	"The text of a class applies to its reasons, unless they have their own.\n"
	".Cm exitstat explain Ar reason\n"
	"shows one reason.\n"
	".Pp\n"
	"The instruction set\n"
	".Po vmx is Intel's, svm AMD's, kvm stands for KVM's own statistics Pc\n"
	"and the code follow the name.\n"
	"References are to the Intel SDM, volume 3, and the AMD APM, volume 2.\n"
	"Parameters of modules and of the kernel are those of Linux 6.12, options\n"
	"of the VMM are QEMU's.\n"
	"Times are orders of magnitude for current hardware.\n"
	"Numbers of instructions were measured in the project's lab\n"
	".Dq vmx ,\n"
	"an emulator that counts the transition between guest and host as one\n"
	"instruction; on hardware, the transition costs most.\n";

static const char tail[] =
	".Sh SEE ALSO\n"
	".Xr exitstat 1 ,\n"
	".Xr exitstat-recording 5\n";

/* Escape characters that are special in mdoc. */
static void put_word(FILE *out, const char *word, size_t len)
{
	if (*word == '.' || *word == '\'')
		fputs("\\&", out);
	for (size_t i = 0; i < len; i++) {
		if (word[i] == '\\')
			fputs("\\e", out);
		else if (word[i] == '-' && !i)
			fputs("\\-", out);
		else
			fputc(word[i], out);
	}
}

/* Break lines after sentences and at WIDTH. */
static void put_text(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		if (column++)
			fputc(' ', out);
		put_word(out, text, len);
		column += len;
		if (text[len - 1] == '.' && text[len]) {
			fputc('\n', out);
			column = 0;
		}
		text += len + strspn(text + len, " ");
	}
	fputc('\n', out);
}

static void put_item(FILE *out, const char *tag, const char *text)
{
	if (!*text)
		return;
	fprintf(out, ".It %s\n", tag);
	put_text(out, text);
}

static void put_advice(FILE *out, const struct advice *a)
{
	if (!*a->causes && !*a->cost && !*a->guest && !*a->vmm && !*a->host)
		return;
	fputs(".Bl -tag -width causes -compact\n", out);
	put_item(out, "causes", a->causes);
	put_item(out, "cost", a->cost);
	put_item(out, "guest", a->guest);
	put_item(out, "VMM", a->vmm);
	put_item(out, "host", a->host);
	fputs(".El\n", out);
}

void explain_code(const struct reason *r, char *out, size_t size)
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

static void put_reason(FILE *out, const struct reason *r)
{
	struct advice own = advice_own(r);
	char code[32];

	explain_code(r, code, sizeof(code));
	fprintf(out, ".It Li %s Pq %s %s%s\n", r->name, reason_isa_name(r->isa),
		*code == '-' ? "\\" : "", code);
	fputc(toupper((unsigned char)*r->meaning), out);
	put_text(out, r->meaning + 1);
	fputs(".Pq ", out);
	put_text(out, r->reference);
	put_advice(out, &own);
}

static void put_class(FILE *out, enum reason_class class)
{
	struct advice a = advice_of_class(class);
	const struct reason *list;
	size_t nr;

	list = reason_list(&nr);
	fprintf(out, ".Ss Class %s : ", reason_class_name(class));
	put_text(out, reason_class_meaning(class));
	put_advice(out, &a);
	fputs(".Pp\nReasons:\n.Bl -tag -width Ds\n", out);
	for (size_t i = 0; i < nr; i++)
		if (list[i].class == class)
			put_reason(out, &list[i]);
	fputs(".El\n", out);
}

/* "other" is the first class of the list; print it last. */
void explain_man(FILE *out)
{
	fputs(head, out);
	fputs(".Sh REASONS\n", out);
	for (int c = 0; c < REASON_NR_CLASSES; c++)
		if (c != REASON_CLASS_OTHER)
			put_class(out, c);
	put_class(out, REASON_CLASS_OTHER);
	fputs(tail, out);
}
