# SPDX-License-Identifier: Apache-2.0
# Installs what is built, and builds nothing: `make install` builds first and then comes here, and so do the Debian packages.
#
#   make -f packaging/install.mk install DESTDIR=/tmp/stage PREFIX=/usr LIBDIR=/usr/lib/x86_64-linux-gnu
#
# Run from the top of the source.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
BINDIR ?= $(PREFIX)/bin
INCLUDEDIR ?= $(PREFIX)/include
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d

# The header is where the version is kept.
number = $(shell sed -n 's/^\#define MXAUTH_VERSION_$(1) //p' include/mxauth.h)
MAJOR := $(call number,MAJOR)
MINOR := $(call number,MINOR)
VERSION := $(MAJOR).$(MINOR).$(call number,PATCH)
SONAME := libmxauth.so.1
FILE := $(SONAME).$(MINOR).$(call number,PATCH)

HEADERS := $(wildcard include/*.h include/*.hpp)
CMAKEFILES := mxauth-config.cmake mxauth-config-version.cmake
MANUAL := $(wildcard build/man/*.[135])

# Below the prefix, they follow it when it moves (pkg-config --define-prefix).
below_prefix = $(patsubst $(PREFIX)/%,$${prefix}/%,$(1))
FILL_IN = sed -e 's,@PREFIX@,$(PREFIX),' -e 's,@LIBDIR@,$(call below_prefix,$(LIBDIR)),' \
  -e 's,@INCLUDEDIR@,$(call below_prefix,$(INCLUDEDIR)),' \
  -e 's,@INCLUDEDIR_FROM_LIBDIR@,$(shell realpath -ms --relative-to=$(LIBDIR) $(INCLUDEDIR)),' \
  -e 's,@VERSION@,$(VERSION),' -e 's,@MAJOR@,$(MAJOR),' -e 's,@MINOR@,$(MINOR),' -e 's,@FILE@,$(FILE),' -e 's,@SONAME@,$(SONAME),'

# The tool, with the library that is installed.
TOOL := LD_LIBRARY_PATH=$(CURDIR)/build/embedded build/bin/mxauth

INSTALLED := $(BINDIR)/mxauth $(LIBDIR)/$(FILE) $(LIBDIR)/$(SONAME) $(LIBDIR)/libmxauth.so $(LIBDIR)/pkgconfig/mxauth.pc \
  $(CMAKEFILES:%=$(LIBDIR)/cmake/mxauth/%) $(HEADERS:include/%=$(INCLUDEDIR)/%) \
  $(foreach page,$(notdir $(MANUAL)),$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page)) \
  $(BASHDIR)/mxauth $(ZSHDIR)/_mxauth $(FISHDIR)/mxauth.fish

# The loader's list of libraries is this machine's, and only root's to write.
LDCONFIG = $(if $(DESTDIR),,[ "$$(id -u)" != 0 ] || ldconfig)

.PHONY: install uninstall version
.SILENT:
.ONESHELL:
.SHELLFLAGS := -euc

version:
	@echo $(VERSION)

# A libmxauth.so.1.x of another version beside ours would be what ldconfig links to, if its number were higher.
install:
	for directory in $(sort $(dir $(INSTALLED))); do install -d "$(DESTDIR)$$directory"; done
	rm -f "$(DESTDIR)$(LIBDIR)/$(SONAME)".*
	install -m 644 build/embedded/$(SONAME) "$(DESTDIR)$(LIBDIR)/$(FILE)"
	ln -sf $(FILE) "$(DESTDIR)$(LIBDIR)/$(SONAME)"
	ln -sf $(SONAME) "$(DESTDIR)$(LIBDIR)/libmxauth.so"
	install -m 644 $(HEADERS) "$(DESTDIR)$(INCLUDEDIR)"
	$(FILL_IN) packaging/mxauth.pc.in >"$(DESTDIR)$(LIBDIR)/pkgconfig/mxauth.pc"
	for file in $(CMAKEFILES); do
	    $(FILL_IN) packaging/cmake/$$file.in >"$(DESTDIR)$(LIBDIR)/cmake/mxauth/$$file"
	done
	for page in $(MANUAL); do
	    install -m 644 $$page "$(DESTDIR)$(MANDIR)/man$${page##*.}"
	done
	# In the build tree the tool looks beside itself for the library; installed, where the system looks.
	install build/bin/mxauth "$(DESTDIR)$(BINDIR)/mxauth"
	chrpath -d "$(DESTDIR)$(BINDIR)/mxauth"
	# Read by a shell, not run.
	$(TOOL) --generate-completion-script bash | sed '1{/^#!/d}' >"$(DESTDIR)$(BASHDIR)/mxauth"
	$(TOOL) --generate-completion-script zsh >"$(DESTDIR)$(ZSHDIR)/_mxauth"
	$(TOOL) --generate-completion-script fish >"$(DESTDIR)$(FISHDIR)/mxauth.fish"
	$(LDCONFIG)

# Folders stay, but for our own.
uninstall:
	for file in $(INSTALLED); do rm -f "$(DESTDIR)$$file"; done
	[ ! -d "$(DESTDIR)$(LIBDIR)/cmake/mxauth" ] || rmdir "$(DESTDIR)$(LIBDIR)/cmake/mxauth"
	$(LDCONFIG)
