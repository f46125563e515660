#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Domains of libvirt in tools/guestbench, without a libvirt: the XML of each
# configuration; a run, and what it refuses, with a virsh that is played.
# level: check

# shellcheck source-path=SCRIPTDIR source=../lib/cli.sh
. "$(dirname "$0")/../lib/cli.sh"
# shellcheck source=../lib/guestbench.sh
. "$TESTS/lib/guestbench.sh"

# Every configuration that can be, by both managers: the XML says what QEMU's
# arguments say.
domain_is_the_machine() {
	PYTHONPATH=$TOP/tools /usr/bin/python3 -B - <<-'END'
		import itertools, re
		from xml.etree import ElementTree
		from guestbench import libvirt, matrix, qemu
		seen = 0
		for values in itertools.product(*matrix.AXES.values()):
		    config = dict(zip(matrix.AXES, values))
		    if (config["manager"] != "libvirt" or matrix.conflict(config, config)
		            or config["accel"] not in ("kvm", "tcg")):
		        continue
		    seen += 1
		    args = qemu.arguments(config, 2900)
		    after = lambda option: [b for a, b in zip(args, args[1:]) if a == option]
		    xml = ElementTree.fromstring(libvirt.domain_xml(config, 2900))
		    text = lambda path: xml.findtext(path)
		    attribute = lambda path, name: xml.find(path).get(name)
		    assert [text("name")] == after("-name")
		    assert [text("vcpu")] == after("-smp") and [text("memory")] == after("-m")
		    assert attribute("memory", "unit") == "MiB"
		    machine = attribute("os/type", "machine") + ",accel=" + {
		        "kvm": "kvm", "qemu": "tcg"}[xml.get("type")]
		    assert [machine] == after("-machine"), machine
		    for tag, option in ("kernel", "-kernel"), ("initrd", "-initrd"), ("cmdline", "-append"):
		        assert [text(f"os/{tag}")] == after(option), tag
		    cpu = text("cpu/model") or {"host-passthrough": "host"}[attribute("cpu", "mode")]
		    kvm = attribute("features/apic", "eoi")
		    assert kvm == ("@EOI@" if config["accel"] == "kvm" else None)
		    assert [cpu + ("@CPU@" if kvm else "")] == after("-cpu"), cpu
		    root, data = xml.findall("devices/disk")
		    drive = "id={},file={},format={},if=none"
		    assert drive.format("root", root.find("source").get("file"),
		        root.find("driver").get("type")) + ",readonly=on" in after("-drive")
		    assert root.find("readonly") is not None and data.find("readonly") is None
		    source = "dev" if config["disk"] == "lvm" else "file"
		    assert data.get("type") == {"dev": "block", "file": "file"}[source]
		    driver = data.find("driver").attrib
		    assert (drive + ",werror={},rerror={}").format(
		        "data", data.find("source").get(source), driver["type"],
		        driver["error_policy"], driver["rerror_policy"]) in after("-drive")
		    bus = data.find("target").get("bus")
		    assert (bus == "virtio") == (config["bus"] == "virtio")
		    assert bus != "ide" or config["machine"] == "pc"
		    for path, name, value in (("devices/interface", "type", "user"),
		            ("devices/console", "type", "pipe"), ("devices/memballoon", "model", "none"),
		            ("devices/controller", "model", "none")):
		        assert attribute(path, name) == value, path
		    assert [text(end) for end in libvirt.ENDS] == ["destroy"] * 3
		# vcpus, disk, bus, pc and q35; -cpu host only with KVM
		assert seen == 4 * 3 * 2 * 2 * (2 + 1), seen
	END
}

# What the shipped matrix asks for is what the reference has.
shipped_matrix() {
	plan "$GB/matrix/libvirt.conf" s 1
	has '<memory unit="MiB">2900</memory>' <s/runs/0001/domain.xml
	has '<vcpu>2</vcpu>' <s/runs/0001/domain.xml
	grep -x 'qcow2 10240 ' s/runs/0001/disk
	[ "$(cat s/runs/0001/forward)" = 'tcp:127.0.0.1:47201-:5201' ]
	[ ! -e s/runs/0001/args ]
}

# The schema is libvirt's own, if it is there.
xml_is_valid() {
	local schema=/usr/share/libvirt/schemas/domain.rng
	sed -e 's|@UUID@|1b4e28ba-2fa1-11d2-883f-0016d3cca427|' -e 's|@EOI@|on|' \
		-e 's|@\([A-Z]*\)@|/\1|' "$1" >valid.xml
	xmllint --noout --relaxng "$schema" valid.xml
}

# A virsh with one domain, in the file "domains"; QEMU is a process that writes
# to the console. LIBVIRT: what is wrong with it.
make_virsh() {
	mkdir -p bin
	cat >bin/virsh <<-'END'
		#!/bin/sh
		[ "$1 $2 $3" = '-q -c qemu:///system' ] || exit 9
		shift 3
		echo "$*" >>"$STATE/calls"
		no() { printf 'error: Failed.\nerror: %s\n' "$*" >&2; exit 1; }
		uuid() { sed -n 's|.*<uuid>\(.*\)</uuid>|\1|p' "$1"; }
		case $1 in
		uri) [ "$LIBVIRT" != absent ] || no 'Failed to connect socket' ;;
		dominfo) grep -qsw -e "$2" "$STATE/domains" || no 'no domain' ;;
		define)
			[ "$2" = --validate ] && cp "$3" "$STATE/domain.xml"
			echo "guestbench $(uuid "$3")" >>"$STATE/domains"
			;;
		start)
			[ "$2" = --paused ] && grep -qw -e "$3" "$STATE/domains" || exit 8
			[ "$LIBVIRT" != refuses ] || no 'unsupported configuration'
			console=$(sed -n 's|.*<source path="\(.*\)" />|\1|p' "$STATE/domain.xml")
			setsid sh -c 'echo $$ >"$STATE/pid"
				exec <>"$0.in" >"$0.out" 2>/dev/null 3>&-
				case $LIBVIRT in
				hang) echo "guestbench: begin wait;"; exec sleep 300 ;;
				*) sleep 0.3; echo "guestbench: complete;" ;;
				esac' "$console" &
			;;
		qemu-monitor-command)
			[ "$4" = 'hostfwd_add hostnet0 tcp:127.0.0.1:47201-:5201' ] || exit 7
			;;
		destroy) kill -KILL "$(cat "$STATE/pid")" 2>/dev/null || no 'not running' ;;
		undefine) sed -i "/$2/d" "$STATE/domains" ;;
		esac
	END
	chmod +x bin/virsh
	rm -f domains calls
}

domain_plan() {
	rm -rf p
	printf '%s\n' 'manager = libvirt' 'repeats = 1' 'benchmarks = disk cpu' >m.conf
	plan m.conf p 7 table.conf
}

# played LIBVIRT STATE [LIMIT]: what a run comes to; nothing is left of the domain
played() {
	machine
	domain_plan
	make_virsh
	echo "${3-120}" >p/runs/0001/limit
	: >initrd
	env PATH="$T/bin:$PATH" STATE="$T" LIBVIRT="$1" KERNEL=/k ROOT=/r \
		INITRD="$T/initrd" QCOW2=/dev/null CPU_FLAGS="${FLAGS-}" \
		DOMAIN_HOOK="${HOOK-}" "$GB/host/run-one" p/runs/0001 >&2 ||
		[ "${2%%:*}" = failed ]
	grep -x "$2" p/runs/0001/state
	[ ! -s domains ]
}

domains_run() {
	printf '%s\n' '#!/bin/sh' "echo \"\$1\" >$T/hooked" >hook
	chmod +x hook
	HOOK=$T/hook FLAGS=,kvm-pv-eoi=off played fine 'done'
	lacks '@' domain.xml
	has '<apic eoi="off" />' <domain.xml
	has '<source file="/r" />' <domain.xml
	has "<uuid>$(cat hooked)</uuid>" <domain.xml
	[ -f p/runs/0001/run.exitstat ]
	grep -o '^[a-z-]*' calls | tr '\n' ' ' |
		has '^uri dominfo define start qemu-monitor-command resume '
	played fine 'done'
	has '<apic eoi="on" />' <domain.xml
}

# Or it is a zombie, which has no command line.
qemu_is_gone() {
	[ "$(tr '\0' '\n' <"/proc/$(cat pid)/cmdline" | wc -l)" = 0 ]
}

hangs() {
	played hang "partial: the guest did not end within $1 s" "$1"
}

domains_end() {
	limited hangs
	has "^destroy" <calls
	eventually qemu_is_gone
	played refuses 'failed: .*libvirt: start: unsupported configuration'
	has "^undefine" <calls
	played absent 'failed: .*libvirt: uri: Failed to connect socket (.*)'
}

# An interrupt in the middle: the domain goes as well.
domain_is_interrupted() {
	local pid status
	machine
	domain_plan
	make_virsh
	: >initrd
	echo 300 >p/runs/0001/limit
	env PATH="$T/bin:$PATH" STATE="$T" LIBVIRT=hang KERNEL=/k ROOT=/r \
		INITRD="$T/initrd" QCOW2=/dev/null setsid "$GB/host/run-one" p/runs/0001 &
	pid=$!
	eventually grep '^resume' calls
	[ -s domains ]
	kill -TERM -- "-$pid"
	status=0
	wait $pid || status=$?
	[ "$status" = 143 ]
	[ ! -s domains ]
	[ ! -e p/runs/0001/state ]
}

# Whoever has that name is left alone.
name_is_taken() {
	machine
	domain_plan
	make_virsh
	echo 'guestbench 1b4e28ba-2fa1-11d2-883f-0016d3cca427' >domains
	cp domains before
	: >initrd
	PATH=$T/bin:$PATH STATE=$T LIBVIRT=fine KERNEL=/k ROOT=/r INITRD=$T/initrd \
		QCOW2=/dev/null "$GB/host/run-one" p/runs/0001 || true
	grep 'failed: .*libvirt: the domain guestbench is there already' p/runs/0001/state
	cmp domains before
	lacks '^define\|^destroy\|^undefine' calls
}

# refused TEXT [LIBVIRT]: before anything is installed, built or booted
refused() {
	printf '%s\n' 'accel = tcg' 'manager = libvirt' 'repeats = 1' \
		'benchmarks = cpu' >m1.conf
	rm -rf o
	STATE=$T LIBVIRT=${2-} fails 1 "$1" \
		guestbench --quiet --matrix m1.conf --out o --seed 1
	[ "$(grep -c . err)" = 1 ]
	[ ! -e o/runs/0001/state ]
}

# Without virsh: a PATH with everything but it.
front_end() {
	make_virsh
	mkdir -p all
	ln -sf -t all /usr/sbin/*
	ln -sf -t all /usr/bin/*
	rm -f all/virsh
	PATH=$T/all refused 'libvirt: virsh: not found (scripts/build/deps libvirt'
	PATH=$T/bin:$PATH refused 'libvirt: uri: Failed to connect socket (systemctl' \
		absent
	echo 'guestbench 1b4e' >domains
	PATH=$T/bin:$PATH refused 'libvirt: the domain guestbench is there already'
	grep -x 'guestbench 1b4e' domains
}

# What watch-domain leaves in a lab, of a domain with 5 exits.
watched() {
	local d=w/runs/0001/domain uuid=1b4e28ba-2fa1-11d2-883f-0016d3cca427
	rm -rf w
	mkdir -p $d
	echo '{"runs": [{"run": "0001", "exits": 9}]}' >w/report.json
	echo "<domain><uuid>$uuid</uuid><vcpu>2</vcpu></domain>" >$d/domain.xml
	echo "$uuid guestbench" >$d/virsh-list
	printf ' Id   Name   State\n--------------------\n\n' >$d/virsh-left
	printf '%s\n' HLT:3 MSR:2 >$d/reasons
	printf '     2   251 guestbench   2   5  running\n   uuid %s\n' $uuid >$d/list.txt
	cat >$d/list.json <<-END
		{"vms": [{"name": "guestbench", "uuid": "$uuid", "vcpus": 2, "exits": 5}]}
	END
	cat >$d/schemas.json <<-'END'
		{"return": [{"target": "vcpu", "stats": [{"name": "exits_hlt"},
		 {"name": "exits_msr"}]}]}
	END
	cat >$d/query-stats.json <<-'END'
		{"return": [{"stats": [{"name": "exits_hlt", "value": 1}, {"name": "exits", "value": 7},
		 {"name": "exits_msr", "value": 2}]}, {"stats": [{"name": "exits_hlt", "value": 2},
		 {"name": "exits_msr", "value": 0}]}]}
	END
}

# differs CHECK FILE SED-SCRIPT TEXT: what is changed so is found
differs() {
	watched
	sed -i "$3" "w/runs/0001/domain/$2"
	"$GB/tests/judge/domain.py" w "$1" >out && return 1
	grep -F "$4" out
}

judges() {
	local what
	watched
	for what in shown stats gone; do
		"$GB/tests/judge/domain.py" w $what
	done
	differs shown list.json 's/1b4e/1b4f/' 'no VM guestbench'
	differs shown list.json 's/"vcpus": 2/"vcpus": 1/' '1 vCPUs'
	differs shown list.txt 2d 'as text'
	differs shown virsh-list 's/guest/ghost/' 'virsh list'
	differs stats reasons 's/MSR:2/MSR:3/' 'exits_msr: 2 by query-stats, 3 counted'
	differs stats schemas.json s/exits_hlt/hlt/ 'exits_hlt: not in'
	differs stats list.json 's/: 5/: 6/' 'query-stats: 5 exits of 2'
	differs stats query-stats.json s/exits_/e_/ 'exits_hlt'
	differs gone virsh-left '3s/^/ - guestbench shut/' 'virsh list'
	differs gone virsh-left d 'virsh list'
	rm w/runs/0001/domain/domain.xml
	"$GB/tests/judge/domain.py" w shown >out || grep FileNotFound out
}

make_table
check "a domain is the machine that QEMU's arguments are" domain_is_the_machine
check "the shipped matrix is the guest of the reference" shipped_matrix
if [ -f /usr/share/libvirt/schemas/domain.rng ] && command -v xmllint >/dev/null; then
	domain_plan
	check "libvirt's schema accepts the XML" xml_is_valid p/runs/0001/domain.xml
else
	skip "libvirt's schema accepts the XML" 'no schema, or no xmllint'
fi
check "a domain is defined, started, watched and removed" domains_run
check "a domain that hangs or does not start is removed" domains_end
check "an interrupt removes it" domain_is_interrupted
check "a domain of that name is not touched" name_is_taken
check "what a lab's domain is judged by" judges
check "what cannot run here is refused before it begins" front_end
done_testing
