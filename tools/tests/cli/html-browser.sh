#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# HTML pages work in headless Chromium, by a test in the page that operates it like a
# user.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/html.sh
. "$TESTS/lib/html.sh"
# html.sh checks the same commands for leaks.
ASAN_OPTIONS=${ASAN_OPTIONS/detect_leaks=1/detect_leaks=0}

# browse ADDRESS OPTION...: open a page in Chromium; "err" gets the console's messages.
# Other hosts cannot be resolved.
browse() {
	timeout 600 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--user-data-dir="$T/chromium" --host-resolver-rules='MAP * ~NOTFOUND, EXCLUDE 127.0.0.1' \
		--enable-logging=stderr --window-size=1280,2000 "${@:2}" "$1" 2>log
	grep 'CONSOLE' log >err || :
}

# with_test NAME: write NAME.tested.html, the page with its test at the end
with_test() {
	{
		sed '$d' "$1.html" | sed '$d'	# </body>, </html>
		echo '<script>'
		cat "$TESTS/lib/html-selftest.js"
		echo '</script></body></html>'
	} >"$1.tested.html"
}

# try_pages NAME...: show them in a frame, one after the other, in one browser, because
# starting it takes longest. results.NAME gets the output of the page's test. The
# browser waits for the image, which is sent after the last test.
try_pages() {
	local name server
	for name; do
		with_test "$name"
	done
	{
		printf 'const names = [];\n'
		printf 'names.push("%s");\n' "$@"
		cat "$TESTS/lib/html-frames.js"
	} >frames.js
	echo '<!DOCTYPE html><html><body><img src="wait"><script src="frames.js"></script></body></html>' >frames.html
	rm -f address
	/usr/bin/python3 "$TESTS/lib/html-serve.py" >address &	# no shell in between
	server=$!
	eventually test -s address
	browse "$(<address)frames.html" --dump-dom >dom
	kill $server
	mv err said
	for name; do
		sed -n "s/^SELFTEST $name //p" dom >"results.$name"
	done
}

# works NAME: the page's test has finished, and the console has no errors
works() {
	# Errors of this page, and those of no page, except of the image.
	grep -vE '/wait( |$)|/[^/ ]+\.tested\.html' said >err || :
	grep -F "/$1.tested.html" said >>err || :
	cat err "results.$1"
	# one list, because errexit is off when a caller tests for failure
	grep -q '^ran [1-9][0-9]$' "results.$1" && lacks '^not ok' "results.$1" &&
		[ ! -s err ]
}

# breaks NAME TEXT: the page's test fails, with TEXT as the reason
breaks() {
	if works "$1"; then
		return 1
	fi
	cat err "results.$1" | has "$2"
}

# The test finds a missing row, an error and a broken chart.
test_can_fail() {
	sed 's/state.rows.filter(matches)/state.rows.filter(matches).slice(1)/' groups.html >less-rows.html
	sed 's/^function vcpus() {/&nothing();/' groups.html >no-function.html
	sed 's/paths: stepped,$/paths: () => null,/' groups.html >no-chart.html
	try_pages less-rows no-function no-chart
	breaks less-rows 'not ok the table has a row for each reason'
	breaks no-function 'nothing is not defined'
	breaks no-chart 'not ok the chart is painted'
}

has_a_picture() {
	browse "file://$T/groups.html" --virtual-time-budget=5000 --screenshot=page.png
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
command -v chromium >/dev/null || skip_rest 'no chromium (scripts/build/deps test)'
make_pages
try_pages "${REPORTS[@]}" "${DIFFS[@]}"
for kind in "${REPORTS[@]}" "${DIFFS[@]}"; do
	check "html: the page $kind works in Chromium" works "$kind"
done
check 'html: a broken page is found' test_can_fail
check 'html: Chromium renders the page' has_a_picture
done_testing
