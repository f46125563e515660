#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The endpoint of exitstat serve: access, refusals, and hostile clients.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source-path=SCRIPTDIR source=../lib/serve.sh
. "$TESTS/lib/serve.sh"

# ---- access ----

# listening PORT: print the addresses in hexadecimal on which a program listens
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
	grep -q 'warning: readable by all users of this host' log
	stop
	rm log
	"$EXITSTAT" serve --listen 0.0.0.0:0 2>log &
	PID=$!
	trap 'kill "$PID"' EXIT
	eventually grep 'readable by all users' log
	grep -q 'warning: 0.0.0.0:[0-9]* is reachable from other machines, without a password (--auth-file), in clear text (--tls-cert)$' log
	stop
}

# The port in the man page, if it is free.
default_port() {
	vms
	"$EXITSTAT" serve 2>log &
	PID=$!
	trap 'kill "$PID" 2>/dev/null' EXIT
	eventually grep -x 'exitstat serve: http://127.0.0.1:13948/metrics' log
	stop
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
	curl -sf --cacert cert -u prom:secret "$URL/metrics" >text
	[ "$(value exitstat_up text)" = 1 ]
	[ "$(curl -s -o 401 -w '%{http_code}' --cacert cert "$URL/metrics")" = 401 ]
	lacks exits 401
	[ "$(curl -s -o 401 -w '%{http_code}' --cacert cert -u prom:Secret "$URL/")" = 401 ]
	[ "$(curl -s -o 401 -w '%{http_code}' --cacert cert -u other:secret "$URL/")" = 401 ]
	# not without the certificate, and not in clear text
	[ "$(curl -s -o 000 -w '%{http_code}' "$URL/metrics" || :)" = 000 ]
	[ "$(curl -s -o 000 -w '%{http_code}' "http://127.0.0.1:$PORT/metrics" || :)" = 000 ]
	curl -sf --cacert cert -u prom:secret "$URL/metrics" >text
	[ "$(value 'exitstat_http_requests_total{code="401"}' text)" = 3 ]
	lacks 'without a password' log
	stop
}

refuses() {
	vms
	certificate
	serve
	fails 1 "127.0.0.1:$PORT: cannot listen: Address already in use (is" \
		exitstat serve --listen "127.0.0.1:$PORT"
	stop
	cp users open
	chmod 644 open
	echo 'prom:secret' >plain
	: >none
	chmod 600 plain none
	cases <<-'END'
		1	exitstat serve --listen 192.0.2.1:0			no interface has this address
		1	exitstat serve -l 0 --tls-cert cert.not --tls-key key	cert.not: No such file
		1	exitstat serve -l 0 --tls-cert key --tls-key cert	cannot serve
		1	exitstat serve -l 0 --auth-file open			open: readable by others (chmod 600)
		1	exitstat serve -l 0 --auth-file plain			plain: line 1 is not NAME:HASH
		1	exitstat serve -l 0 --auth-file none			none: no line
		1	exitstat serve --textfile not/there			not/there: cannot create: No such file
	END
	[ "$(cat "$COUNT")" = 0 ]
}

usage() {
	local a
	for a in 1.2.3.4 localhost:80 '[::1]' '[127.0.0.1]:80' 127.0.0.1:65536 \
		::1:80 127.0.0.1: 127.0.0.1:0x50 ':80' '' x; do
		fails 2 'not ADDRESS:PORT' "$EXITSTAT" serve --listen "$a"
	done
	cases <<-'END'
		2	exitstat serve --tls-cert x		require each other
		2	exitstat serve --textfile x -l 0	excludes --listen
		2	exitstat serve --once			requires --textfile
		2	exitstat serve -i 1ms			from 1 s to 3600 s
		2	exitstat serve --max-vms -1		need a number
		2	exitstat serve now			now: unexpected argument
	END
}

# ---- hostile clients ----

nr_fds() {
	find "/proc/$PID/fd" | wc -l
}

fds_are() {
	[ "$(nr_fds)" -le "$1" ]
}

abuse() {
	local fds
	vms
	serve
	scrape >text
	fds=$(nr_fds)
	python3 "$TESTS/fake/http-abuse.py" "$PORT" "$1"
	scrape >text
	[ "$(host)" = 1017 ]
	# all connections are closed, after 10 s by the server
	eventually fds_are "$fds"
	stop
}

check 'serve listens on loopback only' only_loopback
exclusive port-13948
if [ -z "$(listening 13948)" ]; then
	check 'the default port is 13948' default_port
else
	skip 'the default port is 13948' 'another program listens on it'
fi
check 'TLS and a password protect the metrics' secured
check 'usage errors exit with 2' usage
check 'errors are one line' refuses
check '200 slow connections do not delay a scrape' abuse slowloris
check 'slow connections end after 10 s' abuse patience
check '800 idle connections do not block a scrape' abuse crowd
check '200 clients that do not read answers do not block a scrape' abuse slow_readers
check '10,000 requests are answered' abuse many
check 'invalid requests are refused' abuse garbage
check 'huge headers are refused' abuse huge
check 'other methods and paths are refused' abuse methods
done_testing
