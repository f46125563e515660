# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions for the tests of HTML pages: recordings of each kind and their pages.
# Source it after cli.sh.

# Closes an element, a comment, an attribute and a string, and contains a marker of
# the template.
HOSTILE='</script></pre></title><!--<script>--><img src=x onerror="hacked=1">'"'"'"&lt;@@TEXT@@'

page_check() {
	python3 "$TESTS/lib/html-check.py" "$@"
}

# page NAME: make NAME.html from the recording NAME.x or NAME.x.part
page() {
	local file=$1.x
	[ -e "$file" ] || file+=.part
	"$EXITSTAT" report --html "$1.html" "$file"
	"$EXITSTAT" report -j "$file" >"$1.json"
	"$EXITSTAT" report "$file" >"$1.txt"
}

# hostile NAME: make a recording in which every text is HOSTILE
hostile() {
	cp groups.x "$1.x"
	page_check hostile "$1.x" "$HOSTILE"
}

# many_details NAME: make a recording with more details than a page shows
many_details() {
	cp groups.x "$1.x"
	page_check pages "$1.x"
}

# hour NAME: make a recording of an hour at 10 Hz
hour() {
	cp groups.x "$1.x"
	page_check hour "$1.x"
}

prepare() {
	recordings all l1only nophases groups less svm empty interrupted
	runs_of_two
	"$EXITSTAT" report groups.x >groups.txt
}
