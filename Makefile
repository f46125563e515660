# SPDX-License-Identifier: GPL-2.0-only
#
# What people type. Everything is done by scripts/ and by the makefiles of
# the parts; results go to out/, what takes long is kept in a cache.

SERIES ?= 6.12
LAB ?= svm
OUT := $(CURDIR)/out

# Where "make install" puts things, in GNU's words; DESTDIR goes before all.
prefix = /usr/local
exec_prefix = $(prefix)
bindir = $(exec_prefix)/bin
includedir = $(prefix)/include
datarootdir = $(prefix)/share
datadir = $(datarootdir)
docdir = $(datarootdir)/doc/exitstat
mandir = $(datarootdir)/man
completiondir = $(datarootdir)/bash-completion/completions
unitdir = $(prefix)/lib/systemd/system
INSTALL_VARS := DESTDIR bindir includedir datadir docdir mandir completiondir unitdir
quoted = '$(subst ','\'',$(1))'
with_dirs = $(foreach v,$(INSTALL_VARS),$(v)=$(call quoted,$($(v))))

all:		## the tool and the VMM: out/bin/exitstat, out/bin/minivmm
	@mkdir -p $(OUT)/obj $(OUT)/bin
	@$(if $(filter undefined,$(origin UPLOT)),scripts/build/uplot >/dev/null,true) || echo 'make: without uPlot, which pages for a browser need (report --html)'
	@$(MAKE) -C tools/exitstat O=$(OUT)/obj
	@install $(OUT)/obj/exitstat $(OUT)/bin/exitstat
	@$(MAKE) -C tools/minivmm O=$(OUT)/obj/minivmm.d
	@install $(OUT)/obj/minivmm.d/minivmm $(OUT)/bin/minivmm

# The tests end with make, however that ends.
check = setpriv --pdeathsig TERM scripts/check/check

demo:		## record and plot a nested guest's boot: out/demo (LAB=svm|vmx|kvm)
	@scripts/demo/demo --lab $(LAB)
picture:	## draw docs/boot.svg, the picture of README.md, from a boot in lab svm
	@scripts/demo/picture

check:		## all tests, but what repeats one with another kernel or lab
	@$(check)
check-quick:	## the tool's tests; builds, scripts and pages are clean: no root, no KVM
	@$(check) --quick
check-all:	## all tests there are, with stress in a debug kernel: an hour
	@$(check) --all

check-unit:	## the tool's tests; builds, scripts and pages are clean; Prometheus
check-patches:	## the patch series, without booting it
check-packages:	## make install, and the Debian packages in a minimal Debian
check-svm:	## the counters in lab svm (AMD)
check-vmx:	## the counters in lab vmx (Intel)
check-kvm:	## guests of known exits, and the counters, on this machine's own KVM
check-unit check-patches check-packages check-svm check-vmx check-kvm:
	@$(check) $(@:check-%=%)

stress:		## stress a debug kernel: KASAN, lockdep, kmemleak, UBSAN (LAB=svm|vmx)
	@scripts/check/checks/stress --lab $(LAB)
	@scripts/check/checks/stress --module --lab $(LAB)

stress-record:	## kill -9 a recorder 1,000 times: nothing but its last sample is lost
	@scripts/build/deps build test
	@KILLS=1000 bash tools/tests/cli/kill.sh

bench:		## what counting costs, what an exit costs, KVM against TCG (host, both labs)
	@scripts/build/deps build kernel lab-svm lab-vmx bench
	@scripts/bench/bench --series $(SERIES)
	@scripts/bench/guests
	@scripts/bench/scale

guestbench:	## benchmarks in a nested guest, and the exits of each: out/guestbench-LAB (LAB=svm|vmx|kvm)
	@tools/guestbench/guestbench --quick --lab $(LAB)

kvm-modules:	## patched KVM modules for a stock Debian kernel (SERIES=6.12)
	@scripts/build/kernel kvm-modules $(SERIES)

kernel:		## a small bootable patched kernel (SERIES=6.12)
	@scripts/build/kernel kernel $(SERIES)

module:		## kvm-exit-stats.ko for the running kernel, out/module
	@scripts/build/module build

# "load" and a space would be a directive of make's.
load:		## load it (as root)
unload:		## unload it (as root)
unload load:
	@scripts/build/module $@

install: all	## the tool, minivmm, their pages and texts (DESTDIR= prefix=/usr/local mandir= ...)
	@$(MAKE) -C tools/exitstat O=$(OUT)/obj written
	@$(with_dirs) scripts/build/install

uninstall:	## remove what install installs (with the same variables)
	@$(with_dirs) scripts/build/install --remove

deb:		## Debian packages of the tool, the module (dkms) and the texts: out/deb
	@scripts/build/deb

clean:		## remove out/ (the cache: scripts/build/kernel clean)
	rm -rf $(OUT)

help:		## this list
	@sed -nE 's/^([a-z-]+):[a-z ]*\t+## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: all demo picture check check-quick check-all check-unit check-patches check-packages check-svm \
	check-vmx check-kvm stress stress-record bench guestbench kvm-modules kernel \
	module load unload install uninstall deb clean help
