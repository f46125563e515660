# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What the tests of pages for a browser share: recordings of each kind, and their
# pages. Sourced after cli.sh.

# Ends an element, a comment, an attribute and a string; is one of the marks of
# the template.
HOSTILE='</script></pre></title><!--<script>--><img src=x onerror="hacked=1">'"'"'"&lt;@@TEXT@@'

page_check() {
	python3 "$TESTS/lib/html-check.py" "$@"
}

# page NAME: NAME.html of the recording NAME.x, or NAME.x.part
page() {
	local file=$1.x
	[ -e "$file" ] || file+=.part
	"$EXITSTAT" report --html "$1.html" "$file"
	"$EXITSTAT" report -j "$file" >"$1.json"
	"$EXITSTAT" report "$file" >"$1.txt"
}

# hostile NAME: a recording whose every text is HOSTILE
hostile() {
	cp groups.x "$1.x"
	page_check hostile "$1.x" "$HOSTILE"
}

# many_details NAME: a recording with more details than a page shows
many_details() {
	cp groups.x "$1.x"
	page_check pages "$1.x"
}

# hour NAME: a recording of an hour at 10 Hz
hour() {
	cp groups.x "$1.x"
	page_check hour "$1.x"
}

prepare() {
	recordings all l1only nophases groups less svm empty interrupted
	runs_of_two
	"$EXITSTAT" report groups.x >groups.txt
}
