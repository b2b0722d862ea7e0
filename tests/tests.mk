# SPDX-License-Identifier: GPL-2.0-or-later
# The test tiers: lint, unit, sim, model, report (no root), bpf, lab, mutants, fuzz, pairs, vm,
# system.
# What runs in which target and how long that may take is in tests/budget; tests/run runs it.

T := $(B)/tests
# Where there is no Criterion (no), tests/cross has a stand-in for the unit tests.
WITH_CRITERION ?= yes
CRITERION := $(if $(filter yes,$(WITH_CRITERION)),criterion)
STAND_IN := $(if $(CRITERION),,tests/cross/stand_in)
TEST_CFLAGS = -std=gnu11 -O1 -g $(WARNINGS) -Werror $(STAND_IN:%=-I%) -I. -I$(B) -MMD -MP \
	-DGARPD_VERSION='"$(VERSION)"' \
	$(shell $(PKGCONFIG) --cflags $(LIBRARIES) $(CRITERION))
TEST_LIBS = $(shell $(PKGCONFIG) --libs $(LIBRARIES) $(CRITERION))
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

deps-build: ## install what building needs (root)
	@dist/deps.sh build

deps: ## install what building and testing need (root)
	@dist/deps.sh test

# As many jobs as there are CPUs, unless make was told how many.
PARALLEL = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
build_tests = @$(MAKE) --no-print-directory $(PARALLEL) WERROR=1 all test-programs
build_deep = $(build_tests) $(T)/sanitized/unit $(E)/probes

check: deps ## every test of the first line, in 8 minutes (root)
	$(build_tests)
	@T_ALL=1 tests/run check

check-deep: ## mutants, fuzzing, the package, other kernels, in 44 minutes (root; network)
	@dist/deps.sh vm
	@dist/deps.sh browser
	$(build_deep)
	@T_ALL=1 tests/run check-deep

check-release: ## long runs, all kernels, other architectures: before a release (root; network)
	@dist/deps.sh cross
	$(build_deep)
	@T_ALL=1 tests/run check-release

ci: ## check and check-deep, counted together (root; network)
	@.ci/run

lint: $(B)/garpd ## style, static checks, and lists that keep up with the code
	@tests/lint

unit: $(B)/garpd test-programs ## the unit tier; no root
	@tests/run unit

mutants: $(T)/bpf lab-programs ## each guard broken in turn: a test has to notice (root for some)
	@tests/run mutants

sim: $(T)/sim ## a million schedules over the claim machine
	@tests/run sim

model: $(T)/model ## every state of the claim machine, in small worlds
	@tests/run model

spin: $(T)/model ## the quick worlds of model once more, by Spin (root, to install it)
	@dist/deps.sh cross
	@tests/run spin

bpf: $(B)/garpd test-programs ## the programs themselves, by BPF_PROG_RUN (root)
	@tests/run bpf

lab: $(B)/garpd test-programs ## end to end, in network namespaces (root)
	@tests/run lab

cross: ## other architectures: arm64, big-endian s390x, and musl, emulated (root; network)
	@dist/deps.sh cross
	@tests/run cross

check-vm: ## Debian's kernels from 5.10 on, emulated (root; network)
	@dist/deps.sh vm
	@$(MAKE) --no-print-directory WERROR=1 all lab-programs
	@tests/run vm-long

system: ## the package on Debian 12 and 13 with systemd, emulated (root; network)
	@dist/deps.sh vm
	@$(MAKE) --no-print-directory $(PARALLEL) WERROR=1 all lab-programs
	@T_ALL=1 tests/run system

report: $(B)/garpd ## the page of garpd report, in Chromium (dist/deps.sh browser)
	@tests/run report

corpus: fuzz-programs ## the inputs that fuzzing has kept, each once (root for some)
	@tests/run corpus

fuzz: fuzz-programs ## FUZZ_SECONDS=45 of each target (root for one of them)
	@tests/run fuzz

pairs: fuzz-programs ## two programs at the same time on two CPUs, as in some order (root)
	@tests/run pairs

bench: $(B)/garpd lab-programs bench-programs ## how fast, how small (root; QUICK=1: 3 min)
	@tests/bench/run

performance: ## docs/performance.md of the last make bench
	@tests/bench/performance

demo: ## the main job, shown in a lab of its own (root)
	@dist/deps.sh demo
	@$(MAKE) --no-print-directory all lab-programs
	@tests/lab/demo.sh

run: ## BRIDGE=br0: attach to a bridge of yours (root)
	@[ -n "$(BRIDGE)" ] || { echo 'run: say which bridge: make run BRIDGE=br0' >&2; exit 2; }
	@dist/deps.sh build
	@$(MAKE) --no-print-directory all
	@mountpoint -q /sys/fs/bpf || mount -t bpf bpf /sys/fs/bpf
	$(B)/garpd run --bridge $(BRIDGE)

format: ## clang-format everything
	$(Q)clang-format -i $$(find bpf loader tests -name '*.[ch]')

# ---- sim: schedules over claim.h, in the unit tests' world; as fast as it gets ----

SIM_SOURCES := $(filter-out tests/sim/sim.c,$(sort $(wildcard tests/sim/*.c)))
SIM_OBJECTS := $(patsubst %.c,$(T)/fast/%.o,$(SIM_SOURCES) tests/sim/sim.c tests/unit/world.c)

$(T)/fast/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -O2 -c $< -o $@

$(T)/sim: $(SIM_OBJECTS)
	$(say) LD $@
	$(Q)$(CC) $^ -o $@

# ---- model: the claim machine's states, with a second as short as the model wants it ----

MODEL_SOURCES := $(sort $(wildcard tests/model/*.c)) tests/unit/world.c \
	$(wildcard tests/sim/judge*.c)
MODEL_OBJECTS := $(MODEL_SOURCES:%.c=$(T)/ticks/%.o)

$(T)/ticks/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -O2 -include tests/model/tick.h -c $< -o $@

$(T)/model: $(MODEL_OBJECTS)
	$(say) LD $@
	$(Q)$(CC) $^ -o $@

# ---- unit: one program, with the modules that need no BPF; once more under the sanitizers ----

UNIT_FOLDERS := base ovs rtnl config maps guests topology confine explain doctor replay report
UNIT_MODULES := $(filter $(UNIT_FOLDERS:%=loader/%/%),$(SOURCES)) $(addprefix loader/, \
	daemon/deadlines.c daemon/later.c daemon/lines.c daemon/reattach.c daemon/repeats.c) \
	$(filter-out loader/attach/join.c,$(wildcard loader/attach/*.c)) \
	$(filter-out loader/datapath/load.c,$(wildcard loader/datapath/*.c)) \
	$(filter-out $(addprefix loader/cmd/,run.c verbs.c completion%),$(wildcard loader/cmd/*.c))
UNIT_TESTS := $(wildcard tests/unit/*.c)
UNIT_SOURCES := $(sort $(UNIT_TESTS)) $(SIM_SOURCES) $(UNIT_MODULES) \
	$(STAND_IN:%=%/main.c)
UNIT_OBJECTS := $(UNIT_SOURCES:%.c=$(T)/%.o)
SANITIZED_OBJECTS := $(UNIT_SOURCES:%.c=$(T)/sanitized/%.o)

$(T)/loader/report/page.o $(T)/sanitized/loader/report/page.o: | $(B)/report_page.h

$(T)/sanitized/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) $(SANITIZE) -c $< -o $@

# tests/unit/failing.c: memory can run out.
UNIT_WRAP := -Wl,--wrap=calloc

$(T)/unit: $(UNIT_OBJECTS)
	$(say) LD $@
	$(Q)$(CC) $(UNIT_WRAP) $^ $(TEST_LIBS) -o $@

$(T)/sanitized/unit: $(SANITIZED_OBJECTS)
	$(say) LD $@
	$(Q)$(CC) $(SANITIZE) $(UNIT_WRAP) $^ $(TEST_LIBS) -o $@

# ---- bpf: one program that loads the very object of build/garpd ----

BPF_TEST_OBJECTS := $(patsubst %.c,$(T)/%.o,$(sort $(wildcard tests/bpf/*.c)) \
	$(addprefix loader/base/,err.c log.c journal.c text.c text_key.c) \
	$(addprefix loader/maps/,pins_netns.c speak.c walk.c))

$(T)/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(TEST_CFLAGS) -c $< -o $@

$(T)/bpf: $(BPF_TEST_OBJECTS) $(B)/bpf/garpd.bpf.o
	$(say) LD $@
	$(Q)$(CC) $(BPF_TEST_OBJECTS) $(TEST_LIBS) -o $@

# ---- lab: its machines are namespaces; these play the guests and watch the wires ----

L := $(B)/lab
LAB_PROGRAMS := $(addprefix $(L)/,machine pick winguest tapguest hostile frames outage tcx \
	freplace verified refuse confined fill foreign.bpf.o)

$(L)/winguest $(L)/tapguest: $(addprefix tests/lab/,guest.c guest_args.c guest_arp.c guest_nd.c \
	nd_message.c guest.h guest_parts.h nd_message.h)
$(L)/frames: $(addprefix tests/lab/,frames_arp.c frames_nd.c frames.h)
$(L)/tapguest $(L)/frames: LDLIBS := -lpcap
$(L)/tcx $(L)/freplace $(L)/verified $(L)/fill: LDLIBS := -lbpf
$(L)/confined: $(addprefix loader/,confine/privileges.c confine/syscalls.c base/err.c base/text.c)
$(L)/confined: LDLIBS := -lcap-ng -lseccomp
$(L)/pick: LDLIBS := -ljansson
# Started for every step of every case.
$(L)/machine $(L)/pick: LDLIBS += -static
$(L)/%: tests/lab/%.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -iquote . -O2 -g $(WARNINGS) -Werror $(filter %.c,$^) $(LDLIBS) -o $@

$(L)/verified: tests/vm/verified.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -iquote . -O2 -g $(WARNINGS) -Werror $< $(LDLIBS) -o $@

# Other people's programs, which ours has to live with.
$(L)/%.bpf.o: tests/lab/%.bpf.c
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_CFLAGS) -c $< -o $@

lab-programs: $(LAB_PROGRAMS)

objects: $(OBJECTS) ## every source of garpd, compiled and not linked

# ---- bench: figures, no assertions ----

E := $(B)/bench
BENCH_PROGRAMS := $(E)/probes $(E)/wire $(E)/entries $(E)/passby $(E)/idle $(E)/flood \
	$(E)/capture $(E)/cost $(E)/relay $(E)/limit

$(E)/relay: $(wildcard tests/bench/relay_*.[ch]) $(addprefix tests/lab/nd_message.,c h)
$(E)/relay: LDLIBS := -lpcap
$(E)/probes $(E)/wire: $(addprefix tests/,lab/nd_message.c lab/nd_message.h bench/range.h)
$(E)/wire: tests/bench/wire_kinds.c tests/bench/wire_kinds.h
$(E)/wire: LDLIBS := -lpcap
$(E)/cost: tests/bench/traffic.c tests/bench/traffic.h
$(E)/passby $(E)/cost: tests/bench/object.h
$(E)/passby $(E)/cost: LDLIBS := -lbpf
# Links what garpd links and does nothing: the floor of its memory.
$(E)/idle: LDLIBS = -Wl,--no-as-needed $(GARPD_LIBS)
$(BENCH_PROGRAMS): tests/bench/samples.h
$(E)/%: tests/bench/%.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -iquote . -O2 -g $(WARNINGS) -Werror $(filter %.c,$^) $(LDLIBS) -o $@

$(E)/passby.bpf.o: tests/bench/passby.bpf.c $(wildcard bpf/*)
	$(say) BPF $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(filter-out -MMD -MP,$(BPF_CFLAGS)) -c $< -o $@

bench-programs: $(BENCH_PROGRAMS) $(E)/passby.bpf.o

# ---- fuzz: a program of libFuzzer's for each target, which only clang has ----

F := $(B)/fuzz
FUZZ_TARGETS := frame config claim differential
FUZZ_CFLAGS = -std=gnu11 -O1 -g $(WARNINGS) -Werror -I. -MMD -MP -fsanitize=fuzzer-no-link \
	$(SANITIZE) $(shell $(PKGCONFIG) --cflags $(LIBRARIES))
FUZZ_SOURCES_frame := tests/fuzz/frame.c
FUZZ_SOURCES_claim := tests/fuzz/claim.c $(SIM_SOURCES) tests/unit/world.c
FUZZ_SOURCES_config := tests/fuzz/config.c $(wildcard loader/config/*.c) \
	$(addprefix loader/base/,text.c words.c err.c)

FUZZ_HALVES := $(addprefix tests/fuzz/,fixture.c halves.c inputs.c kernel.c) \
	$(addprefix loader/replay/,native.c native_maps.c native_skb.c)
FUZZ_SOURCES_differential := tests/fuzz/differential.c $(FUZZ_HALVES)

# Two programs at a time, in turns: without libFuzzer, and without ASan, which knows one stack.
CONCURRENT_SOURCES := $(addprefix tests/fuzz/,concurrent.c pairs.c rules.c turns.c) $(FUZZ_HALVES)
CONCURRENT_OBJECTS := $(CONCURRENT_SOURCES:%.c=$(F)/two/%.o)
$(F)/two/%.o: %.c
	$(say) CC $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -std=gnu11 -O2 -g $(WARNINGS) -Werror -I. -MMD -MP -fsanitize=undefined \
		$(shell $(PKGCONFIG) --cflags $(LIBRARIES)) -c $< -o $@
$(F)/concurrent: $(CONCURRENT_OBJECTS)
	$(say) LD $@
	$(Q)$(CC) -fsanitize=undefined $^ $(GARPD_LIBS) -pthread -o $@

$(F)/%.o: %.c
	$(say) FUZZ $@
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -c $< -o $@

define fuzz_target
$(F)/$(1): $(FUZZ_SOURCES_$(1):%.c=$(F)/%.o)
	$$(say) LD $$@
	$$(Q)$$(CLANG) -fsanitize=fuzzer $$(SANITIZE) $$^ $$(GARPD_LIBS) \
		-o $$@
endef
$(foreach target,$(FUZZ_TARGETS),$(eval $(call fuzz_target,$(target))))

# The keys of a configuration stand in the example.
$(F)/config.dict: dist/garpd.yaml
	$(Q)mkdir -p $(@D)
	$(Q)grep -oE '[a-z_]+:' $< | sort -u | sed 's/.*/"&"/' > $@

fuzz-programs: $(FUZZ_TARGETS:%=$(F)/%) $(F)/config.dict $(F)/concurrent $(B)/bpf/garpd.bpf.o

test-programs: $(T)/sim $(T)/model $(T)/unit $(T)/bpf lab-programs fuzz-programs

-include $(SIM_OBJECTS:.o=.d) $(MODEL_OBJECTS:.o=.d) $(UNIT_OBJECTS:.o=.d) \
	$(BPF_TEST_OBJECTS:.o=.d) $(SANITIZED_OBJECTS:.o=.d) \
	$(CONCURRENT_OBJECTS:.o=.d) $(wildcard $(F)/*.d $(F)/*/*.d $(F)/*/*/*.d)

.PHONY: objects performance cross spin check-deep check-release system check-vm corpus \
	fuzz pairs model mutants report sim fuzz-programs lab-programs bench-programs \
	test-programs
