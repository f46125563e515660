#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# HTML pages are self-contained and small, and have the data of report and diff, also
# with hostile names. html-browser.sh tests them in a browser.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/html.sh
. "$TESTS/lib/html.sh"

equals_report() {
	local kind
	for kind in all l1only interrupted nophases groups less svm empty; do
		page "$kind"
		page_check facts "$kind.html" "$kind.json"
		page_check text "$kind.html" "$kind.txt"
		page_check sums "$kind.html"
	done
}

equals_diff() {
	equals_json diff groups.x less.x
	exitstat diff --all groups.x less.x >diff.txt
	page_check text diff.html diff.txt
	equals_json runs a0.x a1.x a2.x -- b0.x b1.x
	equals_json isa all.x svm.x
}

# equals_json NAME FILE...: write a comparison to NAME.html, and compare it with JSON
equals_json() {
	exitstat diff --html "$1.html" "${@:2}"
	exitstat diff -j "${@:2}" >"$1.json"
	page_check facts "$1.html" "$1.json"
}

is_alone() {
	local file
	for file in groups diff; do
		page_check alone "$file.html"
		grep -q 'The MIT License' "$file.html"
	done
	sed 's|</body>|<script src="a.js"></script></body>|' groups.html >bad.html
	fails 1 'script src=a.js' page_check alone bad.html
	sed 's|</body>|<script>fetch("https://a/")</script></body>|' groups.html >bad.html
	fails 1 'a script loads a file' page_check alone bad.html
}

same_bytes() {
	exitstat report --html again.html groups.x
	cmp again.html groups.html
	exitstat report --html - groups.x | cmp - groups.html
}

rare_details_are_summed_up() {
	many_details pages
	page pages
	page_check cut pages.html pages.json
	fails 1 details page_check facts pages.html pages.json
}

# Less than 1 MB, with all exits.
an_hour_fits() {
	hour hour
	page hour
	[ "$(stat -c %s hour.html)" -lt 1000000 ]
	page_check facts hour.html hour.json
	page_check sums hour.html
	grep -q '"points":36000,"columns":[1-9][0-9]\{3\},' hour.html
}

# The page has the same elements, and the names as text.
hostile_names() {
	hostile hostile
	page hostile
	diff <(page_check tags groups.html) <(page_check tags hostile.html)
	page_check facts hostile.html hostile.json
	page_check text hostile.html hostile.txt
	page_check alone hostile.html
	lacks '<img' hostile.html
	exitstat diff --html hostile-diff.html hostile.x groups.x
	diff <(page_check tags diff.html) <(page_check tags hostile-diff.html)
	grep -c 'onerror' hostile.html
}

all_or_nothing() {
	mkdir small
	head -c 20000 groups.x >bad.x
	cases <<-'END'
		1	exitstat report --html no/page.html groups.x		no/page.html: cannot create
		1	limited 8 "$EXITSTAT" report --html small/a.html groups.x	small/a.html: cannot write
		1	limited 8 "$EXITSTAT" diff --html small/a.html groups.x less.x	small/a.html: cannot write
		1	exitstat report --html small/a.html bad.x		bad.x
		2	exitstat report --html a.html -j groups.x		html contains everything
		2	exitstat report --detail --html a.html groups.x		html contains everything
		2	exitstat diff --html a.html --plot a.svg groups.x less.x	html contains everything
		2	exitstat diff --html a.html --top 3 groups.x less.x	html contains everything
	END
	[ -z "$(ls small)" ]
	[ ! -e a.html ]
}

true_page_or_line() {
	rm -f bad.html
	fine_or_one_line exitstat report --html bad.html "$1"
	if [ "$STATUS" = 0 ]; then
		exitstat report -j "$1" >bad.json
		page_check facts bad.html bad.json
	else
		[ ! -e bad.html ]
	fi
}

without_uplot() {
	fails 1 'scripts/build/uplot' "$BARE" report --html no.html groups.x
	fails 1 'built without uPlot' "$BARE" diff --html no.html groups.x less.x
	[ ! -e no.html ]
	"$BARE" report groups.x | diff groups.txt -
}

# The man pages describe --html.
manual_has_it() {
	cat "$TOP"/docs/man/exitstat*.1 >pages
	[ "$(grep -c '^\.It Fl -html' pages)" = 2 ]
}

prepare
check 'html: without uPlot, --html is refused' without_uplot
if "$EXITSTAT" report --html probe.html all.x 2>why; then
	check 'html: equals report and report -j' equals_report
	check 'html: equals diff and diff -j' equals_diff
	check 'html: a page loads no other files' is_alone
	check 'html: pages are reproducible, also on standard output' same_bytes
	check 'html: rare details are summed up' rare_details_are_summed_up
	check 'html: an hour at 10 Hz takes less than 1 MB' an_hour_fits
	check 'html: names with HTML are escaped' hostile_names
	check 'html: a page is written completely or not at all' all_or_nothing
	check 'html: a damaged recording gives a correct page or an error' \
		damaged 5987 groups.x true_page_or_line
else
	skip 'html: pages' "$(sed 's/^exitstat: //' why)"
fi
check 'html: the man pages describe --html' manual_has_it
done_testing
