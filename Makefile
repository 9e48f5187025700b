# SPDX-License-Identifier: Apache-2.0
# `make demo` and `make test` are the two that matter; docs/building.md explains the rest.

SWIFT ?= swift
SWIFT_HOME := $(realpath $(dir $(realpath $(shell command -v $(SWIFT))))/..)
UNICODE_TABLES := $(SWIFT_HOME)/lib/swift/embedded/$(shell uname -m)-unknown-linux-gnu/libswiftUnicodeDataTables.a
PYTHON := build/venv/bin/python

# Without the first flag SwiftPM 6.3 fails on a second build after a change ("unknown build description").
LINK := --disable-build-manifest-caching --disable-local-rpath \
  -Xlinker --version-script=$(CURDIR)/packaging/libmxauth.map -Xlinker -soname=libmxauth.so.1 \
  -Xlinker -Bsymbolic -Xlinker --gc-sections -Xlinker -z -Xlinker relro -Xlinker -z -Xlinker now \
  -Xlinker -z -Xlinker nodelete -Xlinker -z -Xlinker defs

SOURCES := Package.swift packaging/libmxauth.map $(shell find Sources include -type f -not -name '*.hpp')

.PHONY: build deps lib lib-embedded cli demo bench bench-deps bench-check bench-check-update bench-publish test \
  test-swift test-abi test-cli test-crosscheck test-transport test-introspection test-servers test-synapse test-packages \
  man install uninstall deb package-deps abi-check abi-baseline test-cpp cpp-deps nginx-deps nginx test-nginx bench-nginx \
  python wheel test-python bench-python test-introspection-server go-deps test-go bench-go docs check-docs clean

build: lib cli

# ---------------------------------------------------------------- What is needed

PACKAGES := libssl-dev libjansson-dev libcurl4-openssl-dev pkg-config binutils gcc g++ libc6-dev libbenchmark-dev python3 python3-venv curl valgrind libsodium23

deps: build/deps build/venv/installed

build/deps: Makefile
	packaging/install-missing $(PACKAGES)
	mkdir -p build && touch $@

build/venv/installed: Tests/requirements.txt build/deps
	python3 -m venv build/venv
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r Tests/requirements.txt
	touch $@

# The authorization servers that are tested against: 60 packages, used by one target only.
build/servers/installed: Tests/authorization_servers/requirements.txt build/deps
	python3 -m venv build/servers
	build/servers/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# Synapse, which judges the same answers as the library: 60 packages, used by one target only and never shipped.
build/synapse/installed: Tests/synapse/requirements.txt build/deps
	python3 -m venv build/synapse
	build/synapse/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# ---------------------------------------------------------------- What is built

lib: build/lib/libmxauth.so

build/lib/libmxauth.so: $(SOURCES) | build/deps
	$(SWIFT) build -c release --scratch-path .build/lib --product mxauth $(LINK) -Xswiftc -static-stdlib
	install -D -s .build/lib/release/libmxauth.so build/lib/libmxauth.so.1
	ln -sf libmxauth.so.1 $@

lib-embedded: build/embedded/libmxauth.so

build/embedded/libmxauth.so: $(SOURCES) | build/deps
	MXAUTH_EMBEDDED=1 $(SWIFT) build -c release --scratch-path .build/embedded --product mxauth $(LINK) \
	  -Xlinker $(UNICODE_TABLES) -Xlinker -lm
	install -D -s .build/embedded/release/libmxauth.so build/embedded/libmxauth.so.1
	ln -sf libmxauth.so.1 $@

cli: build/bin/mxauth

build/bin/mxauth: $(SOURCES) build/lib/libmxauth.so
	MXAUTH_SHARED_OBJECT=1 $(SWIFT) build -c release --scratch-path .build/cli --product mxauth-cli \
	  --disable-build-manifest-caching --disable-local-rpath -Xswiftc -static-stdlib \
	  -Xlinker -L$(CURDIR)/build/lib -Xlinker -rpath -Xlinker '$$ORIGIN/../lib'
	install -D -s .build/cli/release/mxauth-cli $@

# ---------------------------------------------------------------- What it does

demo: deps lib
	examples/demo.sh

# Figures, never a test: the machine may be busy with other things. BENCH=--only=cold,hit measures some parts alone.
bench: deps bench-deps lib-embedded
	$(MAKE) -C bench run

# Libraries that ours is compared with. One that a system does not have is left out, and the results say so.
PEERS := libjwt-dev libcjose-dev librhonabwy-dev libscitokens-dev
bench-deps:
	for package in $(PEERS); do packaging/install-missing $$package || echo "without $$package"; done

# Instructions, which repeat whatever else the machine does: part of the tests.
bench-check: deps lib-embedded
	$(MAKE) -C bench check

bench-check-update: deps lib-embedded
	$(MAKE) -C bench check-update

# From the figures of the last run into the documents.
bench-publish:
	python3 bench/report.py build/bench/results.json bench/targets.json docs/benchmarks

# Release builds take one processor each, so two at a time; the tests share what was built.
test: deps
	$(MAKE) -j2 lib-embedded cli
	$(MAKE) $(TESTS)

TESTS := test-swift test-abi test-cli test-crosscheck test-transport test-introspection test-servers test-synapse \
  test-packages test-cpp test-nginx test-python test-introspection-server test-go bench-check check-docs

test-swift: deps
	$(SWIFT) test --scratch-path .build/test

test-abi: deps lib lib-embedded
	$(MAKE) -C Tests/abi test LIB=$(CURDIR)/build/lib
	$(MAKE) -C Tests/abi test LIB=$(CURDIR)/build/embedded
	$(MAKE) -C Tests/abi test-sanitized
	$(MAKE) -C Tests/abi test-valgrind LIB=$(CURDIR)/build/lib
	$(MAKE) -C Tests/abi test-valgrind LIB=$(CURDIR)/build/embedded
	$(MAKE) -C Tests/abi test-threads
	$(PYTHON) Tests/abi/literals.py .build/embedded/release

test-cli: deps build
	PYTHON=$(PYTHON) Tests/cli/run.sh build/bin/mxauth
	PYTHON=$(PYTHON) Tests/cli/fetch.sh build/bin/mxauth

test-crosscheck: deps lib lib-embedded
	$(PYTHON) Tests/crosscheck/crosscheck.py build/lib/libmxauth.so
	$(PYTHON) Tests/crosscheck/crosscheck.py build/embedded/libmxauth.so

test-transport: deps lib lib-embedded
	PYTHON=$(PYTHON) Tests/transport/run.sh build/lib/libmxauth.so
	PYTHON=$(PYTHON) Tests/transport/run.sh build/embedded/libmxauth.so
	PYTHON=$(PYTHON) Tests/transport/host.sh build/lib/libmxauth.so
	PYTHON=$(PYTHON) Tests/transport/host.sh build/embedded/libmxauth.so
	Tests/transport/tsan.sh

test-introspection: deps lib lib-embedded
	PYTHON=$(PYTHON) Tests/introspection/run.sh build/lib/libmxauth.so
	PYTHON=$(PYTHON) Tests/introspection/run.sh build/embedded/libmxauth.so

test-servers: build/servers/installed lib lib-embedded
	PYTHON=build/servers/bin/python Tests/authorization_servers/run.sh build/lib/libmxauth.so
	PYTHON=build/servers/bin/python Tests/authorization_servers/run.sh build/embedded/libmxauth.so

test-synapse: build/synapse/installed lib lib-embedded
	PYTHON=build/synapse/bin/python Tests/synapse/run.sh build/lib/libmxauth.so
	PYTHON=build/synapse/bin/python Tests/synapse/run.sh build/embedded/libmxauth.so

# ---------------------------------------------------------------- What is installed and packaged

PACKAGING := abigail-tools chrpath cmake debhelper debootstrap dpkg-dev groff-base lintian man-db
package-deps: build/package-deps

build/package-deps: Makefile build/deps
	packaging/install-missing $(PACKAGING)
	touch $@

# DESTDIR, PREFIX and LIBDIR: docs/install.md.
install: package-deps lib-embedded cli man
	$(MAKE) -f packaging/install.mk install

uninstall: man
	$(MAKE) -f packaging/install.mk uninstall

# The nginx module is packaged where it can be built.
deb: package-deps lib-embedded cli man $(if $(wildcard bindings/nginx),nginx)
	packaging/make-debs

man: build/man/mxauth.1

build/man/mxauth.1: build/bin/mxauth include/mxauth.h docs/options.md docs/status-codes.md $(wildcard packaging/manual/*.py)
	python3 packaging/manual/pages.py build/bin/mxauth build/man

abi-check: package-deps lib-embedded
	packaging/abi/check include/mxauth.h build/embedded/libmxauth.so.1

abi-baseline: package-deps
	packaging/abi/baseline

test-packages: deps abi-check deb
	Tests/packages/abi.sh build/embedded/libmxauth.so.1
	PYTHON=$(PYTHON) Tests/packages/install.sh
	Tests/packages/debs.sh
	PYTHON=$(PYTHON) Tests/packages/root.sh

# ---------------------------------------------------------------- C++ and hosts of other kinds

# The example server's HTTP; nothing of it is shipped.
cpp-deps: deps
	packaging/install-missing libcpp-httplib-dev

# include/mxauth.hpp, its example server, and what docs/embedding.md says of the process.
test-cpp: cpp-deps lib lib-embedded
	$(MAKE) -j$(shell nproc) -O -C Tests/cpp test LIB=$(CURDIR)/build/embedded
	Tests/hosts/snippets.sh docs/cpp.md docs/embedding.md
	$(MAKE) -j$(shell nproc) -O -C Tests/hosts test LIB=$(CURDIR)/build/embedded
	$(MAKE) -j$(shell nproc) -O -C Tests/hosts test LIB=$(CURDIR)/build/lib

# ---------------------------------------------------------------- nginx

NGINX_PACKAGES := nginx nginx-dev wrk libcurl4

nginx-deps: deps
	packaging/install-missing $(NGINX_PACKAGES)

# For the nginx that is installed, as its -dev package wants modules to be built: a folder for mxauth.h, one for the library.
nginx: build/nginx/ngx_http_mxauth_module.so

build/nginx/ngx_http_mxauth_module.so: build/embedded/libmxauth.so $(wildcard bindings/nginx/*) | nginx-deps
	bindings/nginx/build.sh include build/embedded build/nginx

test-nginx: nginx
	PYTHON=$(PYTHON) Tests/nginx/run.sh build/nginx/ngx_http_mxauth_module.so build/embedded

# Figures, never a test, as with bench.
bench-nginx: nginx
	PYTHON=$(PYTHON) Tests/nginx/bench.sh build/nginx/ngx_http_mxauth_module.so build/embedded build/bench/nginx.json

# ---------------------------------------------------------------- Python

BINDING := build/python-venv/bin/python
BINDING_SOURCES := $(shell find bindings/python -type f) include/mxauth.h build/embedded/libmxauth.so

build/python-venv/installed: Tests/python/requirements.txt build/deps
	packaging/install-missing python3-dev
	python3 -m venv build/python-venv
	$(BINDING) -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

# The package as PYTHONPATH=build/python finds it.
python: build/python/built

build/python/built: $(BINDING_SOURCES) | build/python-venv/installed
	bindings/python/build.sh $(BINDING) include build/embedded build/python
	touch $@

# The same for pip, with the library inside.
wheel: build/wheel/built

build/wheel/built: $(BINDING_SOURCES) LICENSE | build/python-venv/installed
	bindings/python/wheel.sh $(BINDING) include build/embedded build/wheel
	touch $@

test-python: python wheel
	PYTHONPATH=build/python $(BINDING) Tests/python/run.py

# Figures, never a test, as with bench.
bench-python: python
	PYTHONPATH=build/python $(BINDING) bench/python/run.py build/embedded/libmxauth.so.1 build/bench/python.json

# ---------------------------------------------------------------- Synapse, behind the introspection server

build/introspection-server/installed: Tests/introspection_server/requirements.txt examples/introspection-server/requirements.txt build/deps
	packaging/install-missing libfaketime
	python3 -m venv build/introspection-server
	build/introspection-server/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

test-introspection-server: build/introspection-server/installed build/synapse/installed python
	PYTHON=build/introspection-server/bin/python Tests/introspection_server/run.sh build/python build/synapse/bin/python

# ---------------------------------------------------------------- Go

# Debian's Go, and in build/go-venv a current one and a Matrix client.
go-deps: build/go-venv/installed

build/go-venv/installed: Tests/go/requirements.txt build/deps
	packaging/install-missing golang-go
	python3 -m venv build/go-venv
	build/go-venv/bin/python -m pip install --quiet --disable-pip-version-check -r $<
	touch $@

test-go: go-deps lib-embedded
	Tests/go/run.sh build/embedded

# Figures, never a test, as with bench.
bench-go: go-deps lib-embedded
	bench/go/run.sh build/embedded build/bench/go.json

# ---------------------------------------------------------------- What is generated

docs: deps build
	$(PYTHON) packaging/endpoints.py
	build/bin/mxauth options --markdown >docs/options.md
	build/bin/mxauth statuses --markdown >docs/status-codes.md
	$(PYTHON) Tests/cli/examples.py --write build/bin/mxauth README.md
	$(PYTHON) Tests/cli/examples.py --write build/bin/mxauth docs/cli.md

check-docs: deps build
	$(PYTHON) packaging/endpoints.py --check
	build/bin/mxauth options --markdown | cmp - docs/options.md
	build/bin/mxauth statuses --markdown | cmp - docs/status-codes.md
	$(PYTHON) Tests/cli/examples.py build/bin/mxauth README.md
	$(PYTHON) Tests/cli/examples.py build/bin/mxauth docs/cli.md
	$(PYTHON) Tests/corpus/check_security_page.py
	$(PYTHON) packaging/check_names.py docs/matrix.md

clean:
	rm -rf build .build
