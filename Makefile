# SPDX-License-Identifier: GPL-2.0-or-later
# garpd: `make` builds build/garpd; `make help` lists the targets. V=1 shows the commands.

VERSION := 0.1.0
B	:= build

.DEFAULT_GOAL := all
Q := $(if $(V),,@)
quoted = '$(subst ','\'',$(1))'
say = $(if $(V),@:,@printf '  %-7s %s\n')

CC	  ?= cc
CLANG	  ?= clang
BPFTOOL	  ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
PKGCONFIG ?= pkg-config

# Where `make install` puts things (GNU's names), below DESTDIR.
PREFIX	   ?= /usr/local
prefix	   ?= $(PREFIX)
sbindir	   ?= $(prefix)/sbin
mandir	   ?= $(prefix)/share/man
docdir	   ?= $(prefix)/share/doc/garpd
sysconfdir ?= /etc
unitdir	   ?= $(if $(filter /usr/local,$(prefix)),/etc/systemd/system,$(prefix)/lib/systemd/system)

# Joins libxdp's dispatcher (docs/dependencies.md) if libxdp is installed; yes or no overrides that.
LIBXDP := libxdp >= 1.3
WITH_LIBXDP ?= $(if $(shell $(PKGCONFIG) --exists '$(LIBXDP)' && echo there),yes,no)
# Reads captures (garpd replay), in the same way.
LIBPCAP := libpcap >= 1.9
WITH_LIBPCAP ?= $(if $(shell $(PKGCONFIG) --exists '$(LIBPCAP)' && echo there),yes,no)
LIBRARIES := $(if $(filter yes,$(WITH_LIBXDP)),libxdp) \
	$(if $(filter yes,$(WITH_LIBPCAP)),libpcap) libbpf libmnl libcyaml yaml-0.1 jansson \
	libsystemd libcap-ng libseccomp
CFLAGS	  ?= -O2 -g
# Callbacks have parameters that not each of them needs.
WARNINGS  := -Wall -Wextra -Wno-unused-parameter $(if $(WERROR),-Werror)
INCLUDES  := -iquote . -I$(B)
# The result does not depend on the directory of the build.
NOWHERE	  := -ffile-prefix-map=$(CURDIR)=.
GARPD_CFLAGS = -std=gnu11 $(WARNINGS) -fstack-protector-strong $(NOWHERE) $(INCLUDES) -MMD -MP \
	-DGARPD_VERSION='"$(VERSION)"' \
	$(if $(filter yes,$(WITH_LIBXDP)),,-DATTACH_JOIN_BUILT=false) \
	$(if $(filter yes,$(WITH_LIBPCAP)),,-DCAPTURE_BUILT=false) \
	$(shell $(PKGCONFIG) --cflags $(LIBRARIES))
GARPD_LIBS = $(shell $(PKGCONFIG) --libs $(LIBRARIES))
# clang -target bpf does not find the kernel's headers of this architecture by itself.
BPF_HEADERS ?= /usr/include/$(shell $(CC) -print-multiarch)
BPF_CFLAGS = -g -O2 $(WARNINGS) $(NOWHERE) -target bpf -MMD -MP -iquote . \
	-I$(BPF_HEADERS)

LEFT_OUT := loader/attach/join$(if $(filter yes,$(WITH_LIBXDP)),_none).c \
	loader/replay/capture$(if $(filter yes,$(WITH_LIBPCAP)),_none).c
SOURCES := $(filter-out $(LEFT_OUT),$(sort $(wildcard loader/*.c loader/*/*.c)))
OBJECTS := $(SOURCES:%.c=$(B)/%.o)

.PHONY: FORCE check-libraries uninstall install-strip deb all help deps deps-build check ci lint \
	unit bpf lab bench demo run install clean format

all: $(B)/garpd ## build build/garpd, the BPF object inside it

help: ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

# ---- the program ----

$(B)/%.bpf.o: %.bpf.c
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

$(B)/garpd.skel.h: $(B)/bpf/garpd.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen object $(B)/garpd.o $< # without DWARF, which nothing reads in the daemon
	$(Q)$(BPFTOOL) gen skeleton $(B)/garpd.o name garpd_bpf > $@.tmp && mv $@.tmp $@

# garpd report's page: its parts in one file, and that as bytes.
PAGE := loader/report/page.sh $(addprefix loader/report/report.,html css js)
$(B)/report.html: $(PAGE)
	$(say) PAGE $@
	$(Q)mkdir -p $(@D)
	$(Q)$(PAGE) > $@.tmp && mv $@.tmp $@

$(B)/report_page.h: $(B)/report.html
	$(Q){ echo 'static const unsigned char report_page[] = {'; \
		od -An -v -tx1 $< | sed 's/ \(..\)/0x\1,/g'; echo '0};'; } > $@.tmp && mv $@.tmp $@

MADE := $(B)/garpd.skel.h $(B)/report_page.h

$(B)/loader/%.o: loader/%.c $(B)/flags | $(MADE)
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(GARPD_CFLAGS) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(B)/garpd: $(OBJECTS) $(B)/flags
	$(say) LD $@
	$(Q)$(CC) $(LDFLAGS) $(OBJECTS) $(GARPD_LIBS) -o $@

# Changes with the flags, so that objects of another VERSION, or with other libraries, are rebuilt.
FLAGS = $(filter-out -Werror,$(GARPD_CFLAGS) $(CPPFLAGS) $(CFLAGS)) $(LIBRARIES)
$(B)/flags: FORCE check-libraries
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' $(call quoted,$(FLAGS)) | cmp -s - $@ || \
		printf '%s\n' $(call quoted,$(FLAGS)) > $@

FORCE:

# $(1) the option, $(2) what it wants of pkg-config, $(3) the package that has it.
define check_library
$(Q)[ '$($(1))' != yes ] || $(PKGCONFIG) --exists '$(2)' || \
		{ echo '$(1)=yes: pkg-config finds no $(2); install $(3)' >&2; exit 1; }
endef

check-libraries:
	$(call check_library,WITH_LIBXDP,$(LIBXDP),libxdp-dev)
	$(call check_library,WITH_LIBPCAP,$(LIBPCAP),libpcap-dev)

-include $(OBJECTS:.o=.d) $(B)/bpf/garpd.bpf.d

PROGRAM := $(B)/garpd

# Fills in the @words@ of dist/.
FILL_IN = sed 's|@sbindir@|$(sbindir)|g; s|@sysconfdir@|$(sysconfdir)|g; \
	s|@docdir@|$(docdir)|g; s|@version@|$(VERSION)|g'

UNITS := garpd.service garpd-metrics.service garpd-metrics.timer
TEMPLATES := $(foreach unit,$(UNITS),$(basename $(unit))@$(suffix $(unit)))
EXAMPLES := garpd.yaml garpd.rules.yml garpd-dashboard.json xdp.conf
MANUALS = $(DESTDIR)$(mandir)/man8/garpd.8 $(DESTDIR)$(mandir)/man5/garpd.yaml.5
# Where each shell looks for them.
BASH_COMPLETION = $(DESTDIR)$(prefix)/share/bash-completion/completions/garpd
ZSH_COMPLETION = $(DESTDIR)$(prefix)/share/zsh/vendor-completions/_garpd
FISH_COMPLETION = $(DESTDIR)$(prefix)/share/fish/vendor_completions.d/garpd.fish
COMPLETIONS = $(BASH_COMPLETION) $(ZSH_COMPLETION) $(FISH_COMPLETION)

install: all ## copy to $(prefix): the program, man pages, units, completions, examples
	install -D -m 755 $(PROGRAM) $(DESTDIR)$(sbindir)/garpd
	install -D -m 644 -t $(DESTDIR)$(docdir) $(EXAMPLES:%=dist/%)
	install -d $(dir $(MANUALS)) $(DESTDIR)$(unitdir) $(dir $(COMPLETIONS))
	for page in $(MANUALS); do \
		$(FILL_IN) dist/$${page##*/} > $$page && chmod 644 $$page || exit 1; done
	for unit in $(UNITS); do \
		$(FILL_IN) dist/$$unit > $(DESTDIR)$(unitdir)/$$unit && \
		chmod 644 $(DESTDIR)$(unitdir)/$$unit || exit 1; done
	for unit in $(TEMPLATES); do \
		sed -f dist/netns.sed dist/$$(echo $$unit | tr -d @) | \
			$(FILL_IN) > $(DESTDIR)$(unitdir)/$$unit && \
		chmod 644 $(DESTDIR)$(unitdir)/$$unit || exit 1; done
	$(B)/garpd completion bash > $(BASH_COMPLETION)
	$(B)/garpd completion zsh > $(ZSH_COMPLETION)
	$(B)/garpd completion fish > $(FISH_COMPLETION)

# GNU's name, for programs that lack debug information.
install-strip: all ## the same, without debug information
	strip --strip-unneeded -o $(B)/garpd.stripped $(B)/garpd
	$(MAKE) --no-print-directory install PROGRAM=$(B)/garpd.stripped

DEBDIR ?= $(B)/deb
deb: ## DEBDIR=build/deb: a Debian package, without the tests (dist/deps.sh deb)
	$(Q)dist/deb.sh '$(VERSION)' '$(DEBDIR)'

uninstall: ## remove what install has copied; first: garpd detach
	rm -f $(DESTDIR)$(sbindir)/garpd $(MANUALS) $(COMPLETIONS)
	rm -f $(UNITS:%=$(DESTDIR)$(unitdir)/%) $(TEMPLATES:%=$(DESTDIR)$(unitdir)/%)
	rm -f $(EXAMPLES:%=$(DESTDIR)$(docdir)/%)
	-rmdir $(DESTDIR)$(docdir)

clean: ## remove build/
	rm -rf $(B)

include tests/tests.mk
