#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat serve on a simulated machine: its metrics, whose counters never decrease.
# serve-http.sh tests the endpoint, and scripts/check/checks/metrics a real Prometheus.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/serve.sh
. "$TESTS/lib/serve.sh"

# Print the metrics of the machine.
written() {
	"$EXITSTAT" serve --textfile now --once "$@"
	steady <now
}

exits_written() {
	written "$@" | grep '^exitstat_exits_'
}

# Replace values that depend on time, memory or version.
steady() {
	sed -E '/^(process_|exitstat_source_(.*read_seconds|reads_total)|exitstat_build_info)/s/[^ ]+$/X/
		s/version="[^"]*"/version="X"/
		/^exitstat_http_connections /s/[^ ]+$/X/'
}

text_is() {
	vms
	golden serve.prom written
	golden serve-vcpu.prom exits_written --per-vcpu
	[ "$(stat -c %a now)" = 644 ]
	[ "$(cat "$COUNT")" = 0 ]
}

# Convert to OpenMetrics: families without _total and _info, with units, and the end.
in_openmetrics() {
	sed -E 's/^(# (TYPE|HELP) [a-z_]+)_total /\1 /
		s/^(# TYPE [a-z_]+)_info gauge/\1 info/; s/^(# HELP [a-z_]+)_info /\1 /
		s/^# TYPE ([a-z_]+_(seconds|bytes)) .*/&\n# UNIT \1 \2/
		$a # EOF'
}

# Print the differences; the endpoint has additional metrics.
beyond_written() {
	diff <(written | in_openmetrics) <(steady <om) || :
}

openmetrics_is() {
	vms
	serve
	curl -sfD header -H 'Accept: application/openmetrics-text;version=1.0.0' \
		"$URL/metrics" >om
	tr -d '\r' <header | grep -qx 'Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8'
	golden serve.om beyond_written
	[ "$(tail -n 1 om)" = '# EOF' ]
	grep -qx '# UNIT exitstat_handler_seconds seconds' om
	grep -qx '# TYPE exitstat_exits counter' om
	lacks _created om
	curl -sfD header "$URL/metrics" >text
	tr -d '\r' <header | grep -qx 'Content-Type: text/plain; version=0.0.4; charset=utf-8'
	grep -qx '# TYPE exitstat_exits_total counter' text
	lacks '# EOF\|# UNIT' text
	stop
}

# Any name is escaped.
odd_names() {
	vms
	process 700 1 qemu -name 'guest=a"b\c	ü}'
	"$EXITSTAT" serve --textfile now --once
	grep -qF 'exitstat_vm_info{vm="a\"b\\c???}",pid="700"} 1' now
	promtool check metrics <now
}

# ---- counters never decrease ----

web() {
	value "exitstat_exits_total{vm=\"$1\",uuid=\"$UUID\",reason=\"IOIO\",class=\"io\",context=\"l1\"}" text
}

# KVM_CREATE_VCPU fails for an id that exists, which is listed twice for a moment.
id_is_listed_twice() {
	vms
	one 1 1000 0 1000 | snapshot
	serve
	for n in 1023 1029 1036; do
		{ one 1 1000 0 "$n" && echo vcpu 0 0; } | snapshot
		scrape >text
		[ "$(web web) $(host)" = "$n $n" ]
		one 1 1000 0 "$n" | snapshot
		scrape >text
		[ "$(web web) $(host)" = "$n $n" ]
		[ "$(value "exitstat_entry_attempts_total{vm=\"web\",uuid=\"$UUID\"}" text)" = "$n" ]
		[ "$(value exitstat_source_restarts_total text)" = 0 ]
	done
}

# Another VM with the same name; then the engine, or kvm, is reloaded.
restarts() {
	vms
	process 701 1 qemu-system-x86_64 -name guest=web -uuid "$UUID"
	one 1 1000 0 100 | snapshot
	serve
	scrape >text
	[ "$(web web)" = 100 ]
	one 1 1000 now 150 | snapshot
	scrape >text
	[ "$(web web)" = 150 ]
	grep -qx "exitstat_vm_running{vm=\"web\",uuid=\"$UUID\"} 0" text
	{ one 1 1000 9000 150; one 2 9500 0 30 701; } | snapshot
	scrape >text
	[ "$(web web) $(host)" = '180 180' ]
	# ids and counts restart
	one 1 9900 0 7 701 | snapshot
	scrape >text
	[ "$(web web) $(host)" = '187 187' ]
	one 1 9900 0 3 701 | snapshot
	scrape >text
	[ "$(web web) $(value exitstat_source_restarts_total text)" = '190 1' ]
	# two at once
	{ one 1 9900 0 4 701; one 2 9999 0 50 700; } | snapshot
	scrape >text
	[ "$(web web) $(web 'web#2') $(host)" = '191 50 241' ]
	stop
}

# A VM that cannot be read for a while is not counted twice.
comes_back() {
	vms
	one 1 1000 0 100 | snapshot
	serve
	scrape >text
	echo | snapshot
	scrape >text
	[ "$(web web)" = 100 ]
	one 1 1000 0 120 | snapshot
	scrape >text
	[ "$(web web) $(host)" = '120 120' ]
	stop
}

dead_leave() {
	vms
	one 1 1000 0 100 | snapshot
	serve --keep 1s
	scrape >text
	one 1 1000 now 110 | snapshot
	scrape >text
	[ "$(web web) $(host)" = '110 110' ]
	sleep 1
	one 1 1000 1001 110 | snapshot
	scrape >text
	lacks 'vm="web"' text
	[ "$(host)" = 110 ]
	stop
}

# Two of five VMs have their own name; a guest called "other" is distinct from the
# others' sum.
bounded() {
	local i
	vms
	for i in 1 2 3 4 5; do
		process "80$i" 1 qemu -name "other"
	done
	five() {
		for i in 1 2 3 4 5; do
			one "$i" 1000 0 "$(($1 * i))" "80$i"
		done | snapshot
	}
	five 10
	serve --max-vms 2 --per-vcpu
	scrape >text
	grep '^exitstat_exits_total' text | tr -d '"' | sed 's/reason.*}//' >got
	printf '%s\n' 'exitstat_exits_total{vm=other#2,vcpu=0, 10' \
		'exitstat_exits_total{vm=other#3,vcpu=0, 20' \
		'exitstat_exits_total{vm=other, 120' | diff -u - got
	five 20
	scrape >text
	[ "$(host)" = 300 ]
	[ "$(awk '/^exitstat_exits_total/ { n += $NF } END { print n }' text)" = 300 ]
	[ "$(value 'exitstat_vms{state="other"}' text)" = 3 ]
	stop
}

# ---- unavailable is not 0 ----

unreadable() {
	vms
	serve -i 1s
	scrape >text
	mv "$SNAPSHOT" away
	scrape >text
	scrape >text
	[ "$(value exitstat_up text)" = 0 ]
	[ "$(value exitstat_source_read_errors_total text)" -ge 2 ]
	lacks '^exitstat_\(exits_total\|host\|vm\|group\)' text
	[ "$(grep -c 'snapshot: No such file' log)" = 1 ]
	echo nonsense >"$SNAPSHOT"
	scrape >text
	[ "$(value exitstat_up text)" = 0 ]
	mv away "$SNAPSHOT"
	scrape >text
	[ "$(value exitstat_up text) $(host)" = '1 1017' ]
	grep -q 'is readable again' log
	stop
	rm -f now
	"$EXITSTAT" serve --textfile now -i 1s &
	PID=$!
	trap 'kill "$PID"' EXIT
	eventually [ -s now ]
	rm "$SNAPSHOT"
	eventually grep -x 'exitstat_up 0' now
	lacks '^exitstat_exits' now
	stop
}

# While counting is off, there is no rate of 0.
not_counting() {
	vms
	serve
	echo 'clock 1000000 1 0
vm 1 700 1000 0 qemu
vcpu 0 5
exit 0x7b 5' | snapshot
	scrape >text
	[ "$(value 'exitstat_group_enabled{group="count"}' text)" = 0 ]
	[ "$(value exitstat_up text)" = 1 ]
	lacks '^exitstat_\(exits_total\|host\|vm_\)' text
	stop
}

switches() {
	vms
	serve
	[ "$(cat "$COUNT")" = 1 ]
	stop
	[ "$(cat "$COUNT")" = 0 ]
	serve
	kill -INT "$PID"
	wait "$PID"
	[ "$(cat "$COUNT")" = 0 ]
	trap - EXIT
}

# As in the systemd unit: nobody can read root's files with the unit's capability, and
# cannot without.
as_the_unit() {
	local caps
	vms
	caps=$(sed -n 's/^AmbientCapabilities=CAP_//p' \
		"$TOP/tools/exitstat/systemd/exitstat.service" | tr '[:upper:]' '[:lower:]')
	[ "$caps" = dac_read_search ]
	echo 1 >"$COUNT"
	chmod 755 "$T"
	chmod 700 "$ROOT/sys/kernel/debug"
	chmod 400 "$SNAPSHOT"
	cp "$BARE" nobodys
	nobody() {
		setpriv --reuid 65534 --regid 65534 --clear-groups \
			--no-new-privs --bounding-set "-all$1" \
			--inh-caps "-all$1" --ambient-caps "-all$1" \
			./nobodys serve --root "$ROOT" --source patched \
			--textfile - --once
	}
	nobody ",+$caps" >text
	[ "$(value exitstat_up text)" = 1 ]
	! nobody '' 2>err || return 1
	grep -q 'snapshot: Permission denied (run as root)' err
}

without_library() {
	vms
	fails 1 'was built without libmicrohttpd' "$BARE" serve
	"$BARE" serve --textfile now --once
	grep -q '^exitstat_up 1' now
}

page_has_all() {
	local name
	vms
	serve
	curl -sf "$URL/metrics" >now
	stop
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' now >names
	[ "$(wc -l <names)" -gt 20 ]
	while read -r name; do
		grep "^\.It Li $name\b" "$PAGE"
	done <names
	narrow "$EXITSTAT" serve --help
}

check 'golden: text format 0.0.4' text_is
check 'golden: OpenMetrics on request' openmetrics_is
check 'special characters in names are escaped' odd_names
check 'a vCPU id that is listed twice changes no counter' id_is_listed_twice
check 'counters continue after a restart of a VM or the engine' restarts
check 'a VM that reappears is not counted twice' comes_back
check 'a destroyed VM is removed, and its exits remain in the total' dead_leave
check 'VMs beyond --max-vms are summed up as "other"' bounded
check 'an unreadable source is reported, not as 0' unreadable
check 'counting that is off is reported, not as 0' not_counting
check 'counting is switched on, and off at the end' switches
if [ "$(id -u)" = 0 ]; then
	check "the systemd unit's capability suffices" as_the_unit
else
	skip "the systemd unit's capability suffices" 'requires root'
fi
check 'without libmicrohttpd, serve writes files only' without_library
check 'the man page has all metrics' page_has_all
done_testing
