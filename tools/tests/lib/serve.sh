# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Functions for tests of exitstat serve: a fake machine with VMs, a server on a port
# chosen by the kernel, and scrapes. Source it after cli.sh.

export COUNT=$SYSFS/count
export PAGE=$TOP/docs/man/exitstat-serve.1
UUID=1b4e28ba-2fa1-11d2-883f-0016d3cca427

# serve ARG...: start the server on a port chosen by the kernel; set PID, URL, PORT
serve() {
	rm -f log
	"$EXITSTAT" serve --listen 0 "$@" 2>log &
	PID=$!
	trap 'kill "$PID" 2>/dev/null' EXIT
	eventually grep '//127.0.0.1:.*/metrics' log
	URL=$(sed -nE 's|.*(https?://127.0.0.1:[0-9]+)/metrics$|\1|p' log)
	export PORT=${URL##*:}
}

# SIGTERM ends the server with status 0, unless it leaked memory.
stop() {
	kill "$PID"
	wait "$PID"
	trap - EXIT
}

# Scrape until the source has been read again, which happens at most every 100 ms.
scrape() {
	sleep 0.12
	curl -sf "$URL/metrics"
}

# value METRIC FILE: print the value of one sample
value() {
	awk -v m="$1" '$1 == m { print $2; n++ } END { exit n != 1 }' "$2"
}

# Print the exits of class io on the whole host, from the last scrape.
host() {
	value 'exitstat_host_exits_total{class="io"}' text
}

vms() {
	machine
	process 700 1 qemu-system-x86_64 -name guest=web -uuid "$UUID"
	process 710 1 minivmm --kernel bzImage
	snapshot <<-END
		stamp 5000000000
		clock 1000000 1000000001 3
		vm 1 700 1000 0 qemu-system-x86
		vcpu 0 1051
		entries 1 0
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
