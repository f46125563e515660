# SPDX-License-Identifier: GPL-2.0-only
#
# The entry points of the tree. scripts/ and the makefiles of the parts do the work;
# results go to out/, expensive products to a cache.

SERIES ?= 6.12
LAB ?= svm
OUT := $(CURDIR)/out

# The directories of "make install", with GNU's names; DESTDIR is prepended to all.
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

all:		## build the tool and the VMM: out/bin/exitstat, out/bin/minivmm
	@mkdir -p $(OUT)/obj $(OUT)/bin
	@$(if $(filter undefined,$(origin UPLOT)),scripts/build/uplot >/dev/null,true) || echo 'make: uPlot: not available; building without report --html'
	@$(MAKE) -C tools/exitstat O=$(OUT)/obj
	@install $(OUT)/obj/exitstat $(OUT)/bin/exitstat
	@$(MAKE) -C tools/minivmm O=$(OUT)/obj/minivmm.d
	@install $(OUT)/obj/minivmm.d/minivmm $(OUT)/bin/minivmm

# The tests end with make, even if it is killed.
check = setpriv --pdeathsig TERM scripts/check/check

demo:		## record and plot the boot of a nested guest: out/demo (LAB=svm|vmx|kvm)
	@scripts/demo/demo --lab $(LAB)
picture:	## draw docs/boot.svg, the picture of README.md, from a boot in lab svm
	@scripts/demo/picture

check:		## run all tests, without repetitions for other kernels and labs
	@$(check)
check-quick:	## run the fast tests, without root and KVM
	@$(check) --quick
check-all:	## run all tests, with stress in a debug kernel: an hour
	@$(check) --all

check-unit:	## test the tool, builds, scripts and documents, and Prometheus
check-patches:	## test the patch series, without booting it
check-packages:	## test make install, and the Debian packages in a minimal Debian
check-svm:	## test the counters in lab svm (AMD)
check-vmx:	## test the counters in lab vmx (Intel)
check-kvm:	## test the counters and guests with known exits on this machine's KVM
check-unit check-patches check-packages check-svm check-vmx check-kvm:
	@$(check) $(@:check-%=%)

stress:		## stress debug kernels: KASAN, lockdep, kmemleak, faults, KCSAN (LAB=svm|vmx)
	@scripts/check/checks/stress --lab $(LAB)
	@scripts/check/checks/stress --module --lab $(LAB)
	@scripts/check/checks/stress --faults --lab $(LAB)
	@[ $(LAB) = vmx ] || scripts/check/checks/stress --kcsan

stress-record:	## kill -9 a recorder 1,000 times: at most the last sample is lost
	@scripts/build/deps build test
	@KILLS=1000 bash tools/tests/cli/kill.sh

bench:		## measure the cost of counting and of exits, and KVM against TCG (host, both labs)
	@scripts/build/deps build kernel lab-svm lab-vmx bench
	@scripts/bench/bench --series $(SERIES)
	@scripts/bench/guests
	@scripts/bench/scale
	@scripts/bench/delay

guestbench:	## run benchmarks in a nested guest and count their exits: out/guestbench-LAB (LAB=svm|vmx|kvm)
	@tools/guestbench/guestbench --quick --lab $(LAB)

kvm-modules:	## build patched KVM modules for a stock Debian kernel (SERIES=6.12)
	@scripts/build/kernel kvm-modules $(SERIES)

kernel:		## build a small bootable patched kernel (SERIES=6.12)
	@scripts/build/kernel kernel $(SERIES)

module:		## build kvm-exit-stats.ko for the running kernel: out/module
	@scripts/build/module build

# "load" and a space would be a directive of make.
load:		## load the module (as root)
unload:		## unload the module (as root)
unload load:
	@scripts/build/module $@

install: all	## install the tool, minivmm and documents (DESTDIR= prefix=/usr/local mandir= ...)
	@$(MAKE) -C tools/exitstat O=$(OUT)/obj written
	@$(with_dirs) scripts/build/install

uninstall:	## remove the installed files (with the same variables)
	@$(with_dirs) scripts/build/install --remove

deb:		## build Debian packages of the tool, the module (dkms) and documents: out/deb
	@scripts/build/deb

clean:		## remove out/ (the cache: scripts/build/kernel clean)
	rm -rf $(OUT)

help:		## print this list
	@sed -nE 's/^([a-z-]+):[a-z ]*\t+## /  \1\t/p' $(MAKEFILE_LIST) | expand -t 18

.PHONY: all demo picture check check-quick check-all check-unit check-patches check-packages check-svm \
	check-vmx check-kvm stress stress-record bench guestbench kvm-modules kernel \
	module load unload install uninstall deb clean help
