#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# exitstat serve over a fake machine: what it tells, that its counters never go
# back, who may connect, and what a client may do without harm. The real
# Prometheus is scripts/check-metrics's.
#
# UPDATE_GOLDEN=1 writes the golden files instead: look at the difference.

# shellcheck source-path=SCRIPTDIR source=tap.sh
. "$(dirname "$0")/tap.sh"

HERE=$GOLDEN/..
SNAPSHOT=$ROOT/sys/kernel/debug/kvm_exit_stats/snapshot
COUNT=$ROOT/sys/kernel/kvm_exit_stats/count
PAGE=$GOLDEN/../../../docs/man/exitstat-serve.1
UUID=1b4e28ba-2fa1-11d2-883f-0016d3cca427

# serve ARG...: starts it on a port of the kernel's choice, sets PID, URL, PORT
serve() {
	rm -f log
	"$EXITSTAT" serve --listen 0 "$@" 2>log &
	PID=$!
	trap 'kill "$PID" 2>/dev/null' EXIT
	for _ in $(seq 200); do
		grep -qs '//127.0.0.1:.*/metrics' log && break
		kill -0 "$PID"
		sleep 0.02
	done
	URL=$(sed -nE 's|.*(https?://127.0.0.1:[0-9]+)/metrics$|\1|p' log)
	PORT=${URL##*:}
}

# SIGTERM is a clean end: status 0, which it is not when memory leaked.
stop() {
	kill "$PID"
	wait "$PID"
	trap - EXIT
}

# A scrape that reads the source again, which it does every 100 ms at most.
scrape() {
	sleep 0.12
	curl -sf "$@" "$URL/metrics"
}

# value METRIC FILE: the number of one sample
value() {
	awk -v m="$1" '$1 == m { print $2; n++ } END { exit n != 1 }' "$2"
}

vms() {
	machine
	process 700 1 qemu-system-x86_64 -name guest=web -uuid "$UUID"
	process 710 1 minivmm --kernel bzImage
	snapshot <<-END
		stamp 5000000000
		clock 1000000 1000000000 3
		vm 1 700 1000 0 qemu-system-x86
		vcpu 0 1051
		closure 1 0
		exit 0x7b 1000 0 0 0 600
		exit 0x72 50
		part time
		head 1 1000000000 700000000 0
		time 0x7b 100000000 200000000 0 0 0 9000
		vcpu 1 47
		exit 0x78 40 7 3 12
		part time
		head 1 900000000 100000000 4
		time 0x78 0 0 0 800000000 0 0
		vm 2 705 2000 4000000000 gone
		vcpu 0 17
		exit 0x7b 17
		vm 3 710 4000 0 minivmm
		vcpu 0 0
	END
}

# For golden, which takes a command: a text of the machine as it is.
written() {
	"$EXITSTAT" serve --textfile now --once "$@"
	steady <now
}

exits_written() {
	written "$@" | grep '^exitstat_exits_'
}

# What depends on time, memory or version, without its value.
steady() {
	sed -E '/^(process_|exitstat_source_.*read_seconds|exitstat_build_info)/s/[^ ]+$/X/
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

openmetrics_is() {
	vms
	serve
	curl -sfD header -H 'Accept: application/openmetrics-text;version=1.0.0' \
		"$URL/metrics" >om
	tr -d '\r' <header | grep -qx 'Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8'
	golden serve.om steady <om
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

# A name may be anything; the text stays what a server can read.
odd_names() {
	vms
	process 700 1 qemu -name 'guest=a"b\c	ü}'
	"$EXITSTAT" serve --textfile now --once
	grep -qF 'exitstat_vm_info{vm="a\"b\\c???}",pid="700"} 1' now
	promtool check metrics <now
}

# ---- counters never go back ----

# one VM_ID CREATED DIED COUNT [PID NAME]...: lines of a snapshot
one() {
	echo "vm $1 ${5:-700} $2 $3 ${6:-qemu-system-x86}"
	printf 'vcpu 0 %s\nexit 0x7b %s\n' "$4" "$4"
}

web() {
	value "exitstat_exits_total{vm=\"$1\",uuid=\"$UUID\",reason=\"IOIO\",class=\"io\",context=\"l1\"}" text
}

host() {
	value 'exitstat_host_exits_total{class="io"}' text
}

# The same name again; then the engine, or kvm, is loaded again under us.
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
	# ids and counts begin again
	one 1 9900 0 7 701 | snapshot
	scrape >text
	[ "$(web web) $(host)" = '187 187' ]
	one 1 9900 0 3 701 | snapshot
	scrape >text
	[ "$(web web) $(value exitstat_source_restarts_total text)" = '190 2' ]
	# two at once
	{ one 1 9900 0 4 701; one 2 9999 0 50 700; } | snapshot
	scrape >text
	[ "$(web web) $(web 'web#2') $(host)" = '191 50 241' ]
	stop
}

# One that cannot be read for a while is not counted twice when it is back.
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

# Of five VMs, two have a name; a guest called "other" is not the rest.
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

# ---- what cannot be read is not 0 ----

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
	grep -q 'can be read again' log
	stop
	rm -f now
	"$EXITSTAT" serve --textfile now -i 1s &
	PID=$!
	trap 'kill "$PID"' EXIT
	while [ ! -s now ]; do sleep 0.02; done
	rm "$SNAPSHOT"
	sleep 1.5
	[ "$(value exitstat_up now)" = 0 ]
	lacks '^exitstat_exits' now
	stop
}

# Counts that stand still because nobody counts are no rate of 0.
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

# ---- who may connect ----

# Addresses in hexadecimal that somebody listens on at this port.
listening() {
	awk -v p="$(printf ':%04X' "$1")" '$4 == "0A" && $2 ~ p "$" {
		sub(/:.*/, "", $2); print $2 }' /proc/net/tcp /proc/net/tcp6
}

only_loopback() {
	vms
	serve
	listening "$PORT" >got
	grep -qx 0100007F got
	[ "$(grep -cvE '^(0100007F|00000000000000000000000001000000)$' got)" = 0 ]
	[ ! -s /proc/net/if_inet6 ] || curl -sf "http://[::1]:$PORT/metrics" >text
	grep -q 'warning: every user of this host' log
	stop
	rm log
	"$EXITSTAT" serve --listen 0.0.0.0:0 2>log &
	PID=$!
	trap 'kill "$PID"' EXIT
	while ! grep -qs 'every user' log; do sleep 0.02; done
	grep -q 'warning: 0.0.0.0:[0-9]* can be reached from other machines, without a password (--auth-file), in clear text (--tls-cert)$' log
	stop
}

# The port that the manual names, if nobody has it here.
default_port() {
	vms
	timeout -s TERM 1 "$EXITSTAT" serve 2>log || [ $? = 124 ]
	grep -qx 'exitstat serve: http://127.0.0.1:13948/metrics' log
	grep -q '13948' "$PAGE"
}

certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 \
		-nodes -keyout key -out cert -days 2 -subj /CN=localhost \
		-addext subjectAltName=IP:127.0.0.1 2>/dev/null
	echo "prom:$(openssl passwd -6 -salt abcdefgh secret)" >users
	chmod 600 users key
}

secured() {
	vms
	certificate
	serve --tls-cert cert --tls-key key --auth-file users
	[ "${URL%%:*}" = https ]
	scrape --cacert cert -u prom:secret >text
	[ "$(value exitstat_up text)" = 1 ]
	[ "$(curl -s -o 401 -w '%{http_code}' --cacert cert "$URL/metrics")" = 401 ]
	lacks exits 401
	[ "$(curl -s -o 401 -w '%{http_code}' --cacert cert -u prom:Secret "$URL/")" = 401 ]
	[ "$(curl -s -o 401 -w '%{http_code}' --cacert cert -u other:secret "$URL/")" = 401 ]
	# not without the certificate, and not in clear text
	[ "$(curl -s -o 000 -w '%{http_code}' "$URL/metrics" || :)" = 000 ]
	[ "$(curl -s -o 000 -w '%{http_code}' "http://127.0.0.1:$PORT/metrics" || :)" = 000 ]
	scrape --cacert cert -u prom:secret >text
	[ "$(value 'exitstat_http_requests_total{code="401"}' text)" = 3 ]
	lacks 'without a password' log
	stop
}

refuses() {
	vms
	certificate
	serve
	fails 1 "127.0.0.1:$PORT: cannot listen: Address already in use (does" \
		"$EXITSTAT" serve --listen "127.0.0.1:$PORT"
	stop
	fails 1 'no interface has this address' \
		"$EXITSTAT" serve --listen 192.0.2.1:0
	fails 1 'cert.not: No such file' \
		"$EXITSTAT" serve -l 0 --tls-cert cert.not --tls-key key
	fails 1 'cannot serve' "$EXITSTAT" serve -l 0 --tls-cert key --tls-key cert
	chmod 644 users
	fails 1 'users: others may read it (chmod 600)' \
		"$EXITSTAT" serve -l 0 --auth-file users
	echo 'prom:secret' >plain
	chmod 600 plain
	fails 1 'plain: line 1 is not NAME:HASH' \
		"$EXITSTAT" serve -l 0 --auth-file plain
	: >plain
	fails 1 'plain: has no line' "$EXITSTAT" serve -l 0 --auth-file plain
	fails 1 'not/there: cannot create: No such file' \
		"$EXITSTAT" serve --textfile not/there
	[ "$(cat "$COUNT")" = 0 ]
}

usage() {
	local a
	for a in 1.2.3.4 localhost:80 '[::1]' '[127.0.0.1]:80' 127.0.0.1:65536 \
		::1:80 127.0.0.1: 127.0.0.1:0x50 ':80' '' x; do
		fails 2 'need ADDRESS:PORT' "$EXITSTAT" serve --listen "$a"
	done
	fails 2 'need each other' "$EXITSTAT" serve --tls-cert x
	fails 2 'without --listen' "$EXITSTAT" serve --textfile x -l 0
	fails 2 'is for --textfile' "$EXITSTAT" serve --once
	fails 2 'from 1 s to 3600 s' "$EXITSTAT" serve -i 1ms
	fails 2 'need a number' "$EXITSTAT" serve --max-vms -1
	fails 2 'takes no argument' "$EXITSTAT" serve now
}

# As the systemd unit has it: nobody, with its one capability, reads what is
# root's, and nobody without does not.
as_the_unit() {
	local caps
	vms
	caps=$(sed -n 's/^AmbientCapabilities=CAP_//p' \
		"$GOLDEN/../../exitstat/systemd/exitstat.service" | tr '[:upper:]' '[:lower:]')
	[ "$caps" = dac_read_search ]
	echo 1 >"$COUNT"
	chmod 755 "$T"
	chmod 700 "$ROOT/sys/kernel/debug"
	chmod 400 "$SNAPSHOT"
	cp "$BUILD/nocairo/exitstat" nobodys
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
	fails 1 'was built without libmicrohttpd' "$BUILD/nocairo/exitstat" serve
	"$BUILD/nocairo/exitstat" serve --textfile now --once
	grep -q '^exitstat_up 1' now
}

page_has_all() {
	local o
	"$EXITSTAT" serve --help | grep -oE -- ' --[a-z-]+' | sort -u |
		sed 's/^ --//' >options
	[ "$(wc -l <options)" -gt 10 ]
	while read -r o; do
		grep -qE "Fl -$o\b" "$PAGE" || case $o in
		help | usage | version | root | source) ;;
		*) echo "$o: not in the page"; return 1 ;;
		esac
	done <options
	vms
	serve
	curl -sf "$URL/metrics" >now
	stop
	sed -n 's/^# TYPE \([^ ]*\) .*/\1/p' now >names
	[ "$(wc -l <names)" -gt 20 ]
	while read -r o; do
		grep -q "^\.It Li $o\b" "$PAGE" || { echo "$o"; return 1; }
	done <names
	narrow "$EXITSTAT" serve --help
}

# ---- what a client may do ----

nr_fds() {
	find "/proc/$PID/fd" | wc -l
}

abuse() {
	local fds i
	vms
	serve
	scrape >text
	fds=$(nr_fds)
	python3 "$HERE/http-abuse.py" "$PORT" "$1"
	scrape >text
	[ "$(host)" = 1017 ]
	# all that was opened is closed, after 10 s if the client does not
	for ((i = 0; i < 120 && $(nr_fds) > fds; i++)); do sleep 0.1; done
	[ "$(nr_fds)" -le "$fds" ]
	stop
}

check 'the text of 0.0.4, golden' text_is
check 'OpenMetrics for who asks, golden' openmetrics_is
check 'odd names stay readable' odd_names
check 'counters go on when a VM or the engine is started again' restarts
check 'a VM that comes back is not counted twice' comes_back
check 'a VM that ended leaves, its exits stay in the total' dead_leave
check 'more VMs than --max-vms are one, and nothing is lost' bounded
check 'unreadable is told, and not as 0' unreadable
check 'not counting is told, and not as 0' not_counting
check 'counting is switched on, and off at the end' switches
check 'listens on loopback only' only_loopback
check 'the default port' default_port
check 'TLS and a password' secured
check 'one line for what cannot be' refuses
check 'usage errors' usage
if [ "$(id -u)" = 0 ]; then
	check 'reads with the one capability that the systemd unit has' as_the_unit
else
	skip 'reads with the one capability that the systemd unit has' 'not root'
fi
check 'without libmicrohttpd it says so, and writes files' without_library
check 'the manual page has all options and metrics' page_has_all
check '200 slow connections do not delay a scrape' abuse slowloris
check 'slow connections end after 10 s' abuse patience
check '800 idle connections keep nobody out' abuse crowd
check '200 that do not read their answers' abuse slow_readers
check '10,000 requests' abuse many
check 'garbage' abuse garbage
check 'huge headers' abuse huge
check 'methods and paths' abuse methods
done_testing
