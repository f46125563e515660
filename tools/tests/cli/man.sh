#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Each command has a man page, with exactly the options and choices of its help.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"

MAN=$TOP/docs/man

# help_options <HELP: print "-x", "--name", and "--name a|b" for choices, one per line.
# The common options are in exitstat(1).
help_options() {
	python3 -c 'import re, sys
for line in sys.stdin:
    m = re.match(r" {2,6}(?:(-[^,\s]), )?(--[a-z][a-z-]*)(?:=(\S+))?", line)
    if not m or m[2] in ("--help", "--version"):
        continue
    if m[1]:
        print(m[1])
    print(m[2])
    if m[3] and "|" in m[3]:
        print(m[2], m[3].lower())'
}

# page_options PAGE described|used: print the same from a page: from its lists of
# options; with "used" also from its synopsis and text, without choices.
page_options() {
	python3 - "$1" "$2" <<-'END'
		import re, sys
		page = [l.rstrip("\n") for l in open(sys.argv[1])]
		synopsis = True
		for line in page:
		    synopsis = synopsis and line != ".Sh DESCRIPTION"
		    if re.match(r"\.It Fl .*-[a-z]", line):
		        for item in line[4:].split(" , "):
		            words = item.replace("\\&", "").split()
		            print("-" + words[1])
		            if "|" in words and sys.argv[2] != "used":
		                print("-" + words[1], "".join(
		                    w for w in words[2:] if w not in ("Ar", "Cm")))
		    if sys.argv[2] == "used":
		        for name in re.findall(r"\bFl (-[a-z][a-z-]*)", line):
		            print("-" + name)
		        for flags in re.findall(r"\bFl ([a-z]+)\b", line) if synopsis else ():
		            print(*("-" + f for f in flags), sep="\n")
	END
}

# within FILE OTHER: every line of FILE is a line of OTHER
within() {
	sort -u "$1" >a
	sort -u "$2" >b
	[ -s a ]
	comm -23 a b >only
	cat only
	[ ! -s only ]
}

every_command_has_a_page() {
	local name page
	commands >names
	[ "$(wc -l <names)" -ge 13 ]
	while read -r name; do
		page=$MAN/exitstat-$name.1
		grep -qx "\.Nm exitstat-$name" "$page"
		grep -qx "\.Cm $name" "$page"
		grep -qx "\.It Cm $name" "$MAN/exitstat.1"
		grep -qE "^\.Xr exitstat-$name 1( ,)?$" "$MAN/exitstat.1"
	done <names
}

# No page describes a command that does not exist.
no_other_page() {
	local page
	commands >names
	for page in "$MAN"/exitstat-*.1; do
		page=${page##*/exitstat-}
		grep -qx -e "${page%.1}" names
	done
}

# options_agree described|used ONE OTHER: for each command, the options in ONE are in
# OTHER, where these are "help" and "page"
options_agree() {
	local name
	for name in $(commands); do
		exitstat "$name" --help | help_options >help
		page_options "$MAN/exitstat-$name.1" "$1" >page
		[ ! -s "$2" ] || within "$2" "$3"
	done
}

# exitstat(1) describes the common options.
common_options() {
	printf -- '--source\n--root\n--help\n--version\n' >common
	page_options "$MAN/exitstat.1" described >page
	within common page
}

# All pages that are referred to exist.
references() {
	local name section
	sed -n 's/^\.Xr \(exitstat[a-z-]*\|minivmm\) \([0-9]\).*/\1 \2/p' "$MAN"/*.[1-9] |
		sort -u >refs
	[ "$(wc -l <refs)" -ge 15 ]
	# The tool generates the page of reasons.
	while read -r name section; do
		[ "$name.$section" = exitstat-reasons.7 ] ||
			[ -f "$MAN/$name.$section" ]
	done <refs
}

check 'every command has a page' every_command_has_a_page
check 'no page describes a command that does not exist' no_other_page
check "each option in a command's help is in its page" options_agree described help page
check "no page has an option that does not exist" options_agree used page help
check 'common options are in exitstat(1)' common_options
check 'pages refer to existing pages' references
done_testing
