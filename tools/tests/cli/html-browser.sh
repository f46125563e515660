#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Pages for a browser work in one: Chromium without a window, and a test in the
# page that uses it as a person would.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/html.sh
. "$TESTS/lib/html.sh"

# browse FILE OPTION...: its elements as they are in the end; "err" has what the
# page said to the console. No name of a host leads anywhere.
browse() {
	timeout 600 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$T/chromium" --host-resolver-rules='MAP * ~NOTFOUND' \
		--enable-logging=stderr --virtual-time-budget=5000 --window-size=1280,2000 \
		"${@:2}" "file://$T/$1" 2>log
	grep 'CONSOLE' log >err || :
}

# works NAME: the page's own test, at its end
works() {
	{
		sed '$d' "$1.html" | sed '$d'	# </body>, </html>
		echo '<script>'
		cat "$TESTS/lib/html-selftest.js"
		echo '</script></body></html>'
	} >tested.html
	browse tested.html --dump-dom >dom
	cat err
	sed -n 's/^SELFTEST //p' dom >results
	cat results
	# one list, as a caller may ask whether it fails
	grep -q '^ran [1-9][0-9]$' results && lacks '^not ok' results && [ ! -s err ]
}

# breaks NAME SED: as the page NAME, but with an error; its test has to fail
breaks() {
	sed "$2" "$1.html" >broken.html
	if works broken; then
		return 1
	fi
}

# That the test can fail: a row too few, an error, and a broken chart.
test_can_fail() {
	breaks groups 's/state.rows.filter(matches)/state.rows.filter(matches).slice(1)/'
	grep -q 'not ok a row for each reason' results
	breaks groups 's/^function vcpus() {/&nothing();/'
	grep -q 'nothing is not defined' err
	breaks groups 's/paths: stepped,$/paths: () => null,/'
	grep -q 'not ok the chart is painted' results
}

has_a_picture() {
	browse groups.html --screenshot=page.png
	[ "$(stat -c %s page.png)" -gt 50000 ]
	head -c 4 page.png | has PNG
	[ ! -s err ]
}

# All kinds of reports, and of comparisons.
make_pages() {
	local kind
	many_details pages
	hour hour
	hostile hostile
	for kind in "${REPORTS[@]}"; do
		[ -e "$kind.x" ] || mv "$kind.x.part" "$kind.x"
		"$EXITSTAT" report --html "$kind.html" "$kind.x"
	done
	"$EXITSTAT" diff --html diff.html groups.x less.x
	"$EXITSTAT" diff --html runs.html a0.x a1.x a2.x -- b0.x b1.x
	"$EXITSTAT" diff --html isa.html all.x svm.x
	"$EXITSTAT" diff --html hostile-diff.html hostile.x groups.x
}

REPORTS=(groups all l1only interrupted nophases svm empty hostile pages hour)
DIFFS=(diff runs isa hostile-diff)
prepare
"$EXITSTAT" report --html probe.html all.x 2>why || skip_rest "$(cut -d: -f2- why)"
command -v chromium >/dev/null || skip_rest 'no chromium (scripts/deps test)'
make_pages
for kind in "${REPORTS[@]}" "${DIFFS[@]}"; do
	check "html: the page works in Chromium: $kind" works "$kind"
done
check 'html: a page that does not work is found' test_can_fail
check 'html: a screenshot' has_a_picture
done_testing
