# DOFS. `make demo` and `make test` are all a newcomer needs; the rest is listed in
# docs/CONTRIBUTING.md.

SHELL := /bin/bash
.DEFAULT_GOAL := all

VERSION := 0.1.0
PREFIX ?= /usr
DESTDIR ?=
CC ?= gcc
ifeq ($(origin CC),default)
CC := gcc
endif

# SAN=address,undefined or SAN=thread builds beside the plain build, in a folder of its own.
SAN ?=
BUILD_BASE ?= build
comma := ,
ifneq ($(SAN),)
BUILD := $(BUILD_BASE)/$(firstword $(subst $(comma), ,$(SAN)))
SAN_FLAGS := -fsanitize=$(SAN) -fno-omit-frame-pointer -fno-sanitize-recover=all
OPT := -O1
else
BUILD := $(BUILD_BASE)
OPT := -O2
FORTIFY := -D_FORTIFY_SOURCE=3
endif

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wstrict-prototypes \
	-Wmissing-prototypes -Wswitch-enum -Wformat=2 -Wvla -Wundef -Wwrite-strings -Wcast-qual \
	-Wimplicit-fallthrough -fno-common
ifeq ($(CI),true)
WARN += -Werror
endif
HARDEN := $(FORTIFY) -fstack-protector-strong -fPIE
CPPFLAGS += -I. -D_GNU_SOURCE -DDOFS_VERSION='"$(VERSION)"'
CFLAGS += -std=c17 -g $(OPT) $(WARN) $(HARDEN) $(SAN_FLAGS) -pthread
LDFLAGS += -pie -Wl,-z,relro,-z,now $(SAN_FLAGS) -pthread

LIBS_SHARED := -ljansson -lmsgpackc
LIBS_DAEMON := -lsqlite3 -lsystemd -linih -lsodium
LIBS_TUI := -lnng -lcsv -lncursesw -ltinfo
LIBS_TEST := -lcmocka

SRC_SHARED := $(wildcard shared/*.c)
SRC_DAEMON := $(filter-out daemon/main.c,$(wildcard daemon/*.c daemon/*/*.c))
SRC_TUI := $(filter-out tui/main.c,$(wildcard tui/*.c tui/*/*.c))
SRC_TESTLIB := $(wildcard tests/lib/*.c)
obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))

PROGRAMS := $(BUILD)/dofsd $(BUILD)/dofs
KINDS := unit store flow cli screen sim fault
# What is loaded before the daemon cannot be where a sanitizer wants to be.
PRELOADING := $(if $(SAN),%/test_faults %/test_stalls)
tests_of = $(filter-out $(PRELOADING),\
	$(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/$(1)/test_*.c)))
TESTS := $(foreach k,$(KINDS),$(call tests_of,$(k)))
REPLAYS := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/fuzz/fuzz_*.c))
SIM := $(BUILD)/tests/sim/sim
HURTS = $(PRELOAD) $(HURT) $(addprefix $(BUILD)/tests/,fault/power_guest bench/bench_dofs)

.PHONY: all deps deps-lint demo test lint layers format format-check install man clean bench bench-deps \
	bench-overload bench-scale bench-backup bench-dashboard fuzz hostile cover sim soak powercut powercut-deps test-fuzz \
	$(addprefix test-,$(KINDS))

all: $(PROGRAMS) man

$(BUILD)/libshared.a: $(call obj,$(SRC_SHARED))
$(BUILD)/libdaemon.a: $(call obj,$(SRC_DAEMON))
$(BUILD)/libtui.a: $(call obj,$(SRC_TUI))
$(BUILD)/libtest.a: $(call obj,$(SRC_TESTLIB))
$(BUILD)/%.a:
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/dofsd: $(call obj,daemon/main.c) $(BUILD)/libdaemon.a $(BUILD)/libshared.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LIBS_SHARED)
$(BUILD)/dofs: $(call obj,tui/main.c) $(BUILD)/libtui.a $(BUILD)/libshared.a
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TUI) $(LIBS_SHARED)

$(BUILD)/tests/%: $(BUILD)/obj/tests/%.o $(BUILD)/libtest.a $(BUILD)/libtui.a $(BUILD)/libdaemon.a \
		$(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TEST) $(LIBS_TUI) $(LIBS_DAEMON) $(LIBS_SHARED)

# A fuzzer's function and a main that feeds it the files of its corpus.
$(BUILD)/tests/fuzz/%: $(BUILD)/obj/tests/fuzz/%.o $(BUILD)/obj/tests/fuzz/replay.o \
		$(BUILD)/libtest.a $(BUILD)/libtui.a $(BUILD)/libdaemon.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_TEST) $(LIBS_TUI) $(LIBS_DAEMON) $(LIBS_SHARED)

# Its own loop, threads, chance and files stand in place of the daemon's: they are found first.
$(SIM): $(call obj,$(wildcard tests/sim/*.c)) $(BUILD)/libtest.a $(BUILD)/libdaemon.a \
		$(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LIBS_SHARED)

# Tests hurt the daemon through a library that is loaded before it.
PRELOAD := $(BUILD)/tests/fault/preload.so
$(PRELOAD): tests/fault/fault_preload.c tests/lib/fault_control.h Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c17 -g -O1 $(WARN) -fPIC -shared -o $@ $<

# The daemon with places where it ends when a test says so.
HURT := $(BUILD)/tests/fault/dofsd
SRC_HURT := $(shell grep -l 'shared/fault.h' daemon/*.c daemon/*/*.c) tests/fault/fault_point.c
OBJ_HURT := $(patsubst %.c,$(BUILD)/obj/hurt/%.o,$(SRC_HURT))
$(OBJ_HURT): $(BUILD)/obj/hurt/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -DDOFS_FAULT_POINTS $(CFLAGS) -MMD -MP -c -o $@ $<
$(HURT): $(call obj,daemon/main.c) $(OBJ_HURT) $(BUILD)/libdaemon.a $(BUILD)/libshared.a
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON) $(LIBS_SHARED)
-include $(OBJ_HURT:.o=.d) $(BUILD)/obj/tests/fault/power_guest.d

$(BUILD)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(patsubst %.o,%.d,$(call obj,$(SRC_SHARED) $(SRC_DAEMON) $(SRC_TUI) $(SRC_TESTLIB)))
-include $(BUILD)/obj/daemon/main.d $(BUILD)/obj/tui/main.d
-include $(patsubst $(BUILD)/tests/%,$(BUILD)/obj/tests/%.d,$(TESTS) $(REPLAYS))
-include $(BUILD)/obj/tests/fuzz/replay.d
-include $(patsubst %.o,%.d,$(call obj,$(wildcard tests/sim/*.c)))
.SECONDARY:

# Packages, by name -------------------------------------------------------------------------------

PACKAGES := gcc make libc6-dev libnng-dev libmsgpack-dev libsqlite3-dev libjansson-dev libinih-dev \
	libncurses-dev libsystemd-dev libsodium-dev libcsv-dev scdoc
PACKAGES_TEST := libcmocka-dev nng-utils sqlite3 tmux jq strace systemd python3
PACKAGES_BENCH := redis-server redis-tools beanstalkd postgresql libpq-dev
PACKAGES_LINT := clang-format clang-tidy cppcheck clang libpq-dev

install_missing = missing=$$(for p in $(1); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | \
	grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
		sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
		echo "installing:" $$missing; \
		$$sudo apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive $$sudo apt-get install -y -qq --no-install-recommends \
			$$missing >/dev/null; \
	fi

deps:
	@$(call install_missing,$(PACKAGES))
deps-test: deps
	@$(call install_missing,$(PACKAGES_TEST))
deps-lint: deps-test
	@$(call install_missing,$(PACKAGES_LINT))
# The peers that `make bench` measures. It starts its own: what the packages would start is kept off.
SERVICES_BENCH := redis-server beanstalkd postgresql
bench-deps: deps-test
	@new=$$(for p in $(SERVICES_BENCH); do dpkg-query -W -f '$${Status}' $$p 2>/dev/null | \
		grep -q 'ok installed' || echo $$p; done); \
	$(call install_missing,$(PACKAGES_BENCH)); \
	sudo=; [ "$$(id -u)" -eq 0 ] || sudo=sudo; \
	[ -z "$$new" ] || ! command -v systemctl >/dev/null || \
		$$sudo systemctl disable --quiet --now $$new 2>/dev/null || true

# The two commands of the README ------------------------------------------------------------------

demo: deps
	@$(MAKE) --no-print-directory -s -j2 all
	@tests/demo.sh $(BUILD)

test: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(TESTS) $(SIM) $(REPLAYS) $(HURTS)
	@BUILD=$(BUILD) tests/run $(T) -- $(TESTS) \
		$(foreach k,$(KINDS) fuzz,$(wildcard tests/$(k)/test_*.sh))

define kind_rule
test-$(1): deps-test
	@$$(MAKE) --no-print-directory -s -j2 all $$(call tests_of,$(1)) \
		$(if $(filter sim,$(1)),$$(SIM)) $(if $(filter fault,$(1)),$$(HURTS))
	@BUILD=$$(BUILD) tests/run $$(T) -- $$(call tests_of,$(1)) $$(wildcard tests/$(1)/test_*.sh)
endef
$(foreach k,$(KINDS),$(eval $(call kind_rule,$(k))))

# Every file of the corpora, by the compiler of the rest.
test-fuzz: deps-test
	@$(MAKE) --no-print-directory -s -j2 $(REPLAYS)
	@BUILD=$(BUILD) tests/run $(T) -- tests/fuzz/test_corpus.sh

# make hostile N=100000 is the full run; `make test` has 2,000.
hostile: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(BUILD)/tests/flow/test_hostile
	@HOSTILE=$(or $(N),100000) CMOCKA_MESSAGE_OUTPUT=stdout BUILD=$(BUILD) \
		$(BUILD)/tests/flow/test_hostile

# make sim SEEDS=1000; make sim SEED=17 lives through one again and says what happens
sim: deps-test
	@$(MAKE) --no-print-directory -s -j2 $(SIM)
	@$(SIM) --from $(or $(SEED),1) --seeds $(or $(SEEDS),$(if $(SEED),1,280)) \
		$(if $(SEED),$(if $(SEEDS),,--verbose))

# Everything at once for long: make soak SECONDS=600 RATE=1000
soak: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(HURTS)
	@tests/fault/soak.sh $(BUILD) $(or $(SECONDS),600)
# Real power cuts: make powercut-deps; make powercut CUTS=100. The kernel is unpacked, not installed.
POWERCUT := $(BUILD)/powercut/kernel
PACKAGES_POWERCUT := qemu-system-x86 busybox-static cpio e2fsprogs
powercut-deps: deps-test
	@$(call install_missing,$(PACKAGES_POWERCUT))
	@[ -d $(POWERCUT)/boot ] || { mkdir -p $(POWERCUT) && cd $(POWERCUT) && apt-get download -qq \
		$$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/.*Depends: \(linux-image.*\)/\1/p') && \
		for d in *.deb; do dpkg-deb -x $$d . && rm $$d; done; }
powercut: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(HURTS)
	@tests/fault/powercut.sh $(BUILD) $(or $(CUTS),10)

# Care ----------------------------------------------------------------------------------------------

C_FILES = $(shell git ls-files '*.c' '*.h' 2>/dev/null)
TIDY_FILES = $(filter %.c,$(C_FILES))

lint: deps-lint layers format-check
	@echo $(TIDY_FILES) | tr ' ' '\n' | xargs -P2 -n1 clang-tidy --quiet \
		--extra-arg=-std=c17 $(addprefix --extra-arg=,-I. -D_GNU_SOURCE) \
		--extra-arg=-DDOFS_VERSION='"x"' 2>/dev/null
	@cppcheck --quiet --error-exitcode=1 --std=c11 -I. -D_GNU_SOURCE --inline-suppr \
		--enable=warning,style,performance,portability --suppress=missingIncludeSystem \
		-j2 shared daemon tui tests
layers:
	@tests/layers docs/layers.txt $(C_FILES)
format:
	@clang-format -i $(C_FILES)
format-check:
	@clang-format --dry-run --Werror $(C_FILES)

man: $(patsubst docs/man/%.scd,$(BUILD)/man/%,$(wildcard docs/man/*.scd))
$(BUILD)/man/%: docs/man/%.scd
	@mkdir -p $(@D)
	scdoc < $< > $@

# Timings in one run, as ratios to the raw limit of this machine.
BENCHES := $(patsubst tests/%.c,$(BUILD)/tests/%,$(wildcard tests/bench/*.c))
ifeq ($(wildcard /usr/include/postgresql/libpq-fe.h),)
BENCHES := $(filter-out %/bench_postgres,$(BENCHES)) # `make bench-deps` brings it
endif
-include $(patsubst $(BUILD)/tests/%,$(BUILD)/obj/tests/%.d,$(BENCHES))
$(BUILD)/tests/bench/bench_postgres: LIBS_TEST += -lpq
bench: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(BENCHES)
	@tests/bench/run $(BUILD)
# make bench-overload SECONDS=60; make bench-scale N=10000000
bench-overload: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(BENCHES)
	@tests/bench/overload.sh $(BUILD) $(or $(SECONDS),60)
# make bench-backup N=200000: submits beside backups, and alone
bench-backup: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(BENCHES)
	@tests/bench/backup.sh $(BUILD) $(or $(N),200000)
bench-scale: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(BENCHES)
	@tests/bench/scale.sh $(BUILD) $(or $(N),10000000)
bench-dashboard: deps-test
	@$(MAKE) --no-print-directory -s -j2 all $(BENCHES)
	@tests/bench/dashboard.sh $(BUILD) $(PARTS)

# make fuzz F=mp S=600; without F each of tests/fuzz in turn, S seconds (10) each. What a fuzzer finds
# ends it and stays in build/fuzz/NAME-*; what it learns stays in build/fuzz/corpus-NAME.
FUZZ := $(BUILD_BASE)/fuzz
FUZZERS := $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ_SAN := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
FUZZ_FLAGS := -std=c17 -g -O1 -I. -D_GNU_SOURCE -DDOFS_VERSION='"fuzz"' $(FUZZ_SAN)
fuzz_obj = $(patsubst %.c,$(FUZZ)/obj/%.o,$(1))
FUZZ_LIBS := $(FUZZ)/obj/tests/lib/mp_same.o $(FUZZ)/libtui.a $(FUZZ)/libdaemon.a $(FUZZ)/libshared.a
$(FUZZ)/libshared.a: $(call fuzz_obj,$(SRC_SHARED))
$(FUZZ)/libdaemon.a: $(call fuzz_obj,$(SRC_DAEMON))
$(FUZZ)/libtui.a: $(call fuzz_obj,$(SRC_TUI))
$(FUZZ)/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<
$(FUZZ)/fuzz_%: $(FUZZ)/obj/tests/fuzz/fuzz_%.o $(FUZZ_LIBS)
	clang $(FUZZ_SAN) -fsanitize=fuzzer -pthread -o $@ $^ $(LIBS_TUI) $(LIBS_DAEMON) $(LIBS_SHARED)
-include $(patsubst %.o,%.d,$(call fuzz_obj,$(SRC_SHARED) $(SRC_DAEMON) $(SRC_TUI) \
	$(wildcard tests/fuzz/*.c) tests/lib/mp_same.c))
fuzz: deps-lint
	@$(MAKE) --no-print-directory -s -j2 $(patsubst %,$(FUZZ)/fuzz_%,$(or $(F),$(FUZZERS)))
	@tests/fuzz/run $(FUZZ) $(or $(S),10) $(or $(F),$(FUZZERS))

# Lines and branches that the tests do not reach.
cover: deps-test
	@$(MAKE) --no-print-directory -s -j2 BUILD_BASE=build/cover OPT='-O0 --coverage' FORTIFY= \
		LDFLAGS='-pie --coverage -pthread' test
	@tests/cover build/cover

clean:
	rm -rf build

install: all
	install -Dm755 $(BUILD)/dofsd $(DESTDIR)$(PREFIX)/bin/dofsd
	install -Dm755 $(BUILD)/dofs $(DESTDIR)$(PREFIX)/bin/dofs
	for m in $(BUILD)/man/*; do \
		install -Dm644 $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/}; done
	for u in systemd/dofsd@.service:/lib/systemd/system systemd/user/dofsd@.service:/usr/lib/systemd/user; do \
		install -d $(DESTDIR)$${u#*:} && \
		sed 's|/usr/bin/|$(PREFIX)/bin/|' $${u%%:*} >$(DESTDIR)$${u#*:}/dofsd@.service || exit 1; done
	install -Dm644 systemd/dofs.sysusers $(DESTDIR)/usr/lib/sysusers.d/dofs.conf
	install -Dm644 systemd/dofs.tmpfiles $(DESTDIR)/usr/lib/tmpfiles.d/dofs.conf
	install -Dm644 systemd/example.conf $(DESTDIR)$(PREFIX)/share/doc/dofs/example.conf
	for s in bash:bash-completion/completions/dofs zsh:zsh/site-functions/_dofs \
		fish:fish/vendor_completions.d/dofs.fish; do \
		$(BUILD)/dofs completion $${s%%:*} >$(BUILD)/completion && \
		install -Dm644 $(BUILD)/completion $(DESTDIR)$(PREFIX)/share/$${s#*:} || exit 1; done
