// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "rig.h"
#include "wire.h"

struct rig rig;

struct settings rig_defaults(void)
{
	struct settings settings = SETTINGS_DEFAULTS;

	settings.ask = 0;
	return settings;
}

#define RIG_NAME(name, what) #name,

#define RIG_DEFAULT_OBJECT "build/bpf/garpd.bpf.o"

static const char *const ports[] = {"pa", "pb", "pu"};
static const char *const ends[] = {"ga", "gb", "gu"};

/* ---- the topology ---- */

/* No IPv6, no STP, no multicast snooping: nothing on the wires but what the tests send. */
static void rig_links(void)
{
	FILE *ip;
	int i;

	cr_assert_eq(unshare(CLONE_NEWNET), 0, "a network namespace: %s; root is needed",
		     strerror(errno));
	ip = fopen("/proc/sys/net/ipv6/conf/default/disable_ipv6", "w");
	if (ip) {
		fputs("1", ip);
		fclose(ip);
	}
	ip = popen("ip -batch -", "w");
	cr_assert(ip);
	fputs("link set lo up\nlink add br0 type bridge stp_state 0 forward_delay 0 "
	      "mcast_snooping 0\nlink set br0 up\n",
	      ip);
	for (i = 0; i < PORT_MAX; i++)
		fprintf(ip,
			"link add %s type veth peer name %s\nlink set %s master br0\n"
			"link set %s up\nlink set %s up\n",
			ports[i], ends[i], ports[i], ends[i], ports[i]);
	cr_assert_eq(pclose(ip), 0, "ip cannot build the bridge");
	rig.bridge = if_nametoindex("br0");
	for (i = 0; i < PORT_MAX; i++) {
		rig.ifindex[i] = if_nametoindex(ports[i]);
		rig.wire[i] = wire_open(if_nametoindex(ends[i]));
	}
}

/* A port forwards as soon as the kernel has seen its carrier; that takes a moment. */
static void rig_wait_forwarding(void)
{
	static const __u8 end[] = {0x88, 0xb5}; /* IEEE 802, for experiments */
	struct bytes hello, got;
	int from, to, tries;

	put_ethernet(&hello, ones, other);
	put(&hello, end, sizeof(end));
	put(&hello, zeroes, sizeof(zeroes));
	for (from = 0; from < PORT_MAX; from++) {
		to = (from + 1) % PORT_MAX;
		for (tries = 0; tries < 300; tries++) {
			rig_send(from, &hello);
			if (rig_receive(to, &got, 10))
				break;
		}
		cr_assert_lt(tries, 300, "%s never forwarded to %s", ports[from], ports[to]);
	}
	for (to = 0; to < PORT_MAX; to++)
		while (rig_receive(to, &got, 0))
			;
}

void rig_remove(enum rig_port at)
{
	char command[64];

	snprintf(command, sizeof(command), "ip link del %s", ports[at]);
	cr_assert_eq(system(command), 0);
}

/* ---- the object ---- */

const char *rig_object_path(void)
{
	const char *path = getenv("GARPD_BPF");

	return path ? path : RIG_DEFAULT_OBJECT;
}

static int rig_map(const char *name)
{
	int fd = bpf_object__find_map_fd_by_name(rig.object, name);

	cr_assert_geq(fd, 0, "no map %s", name);
	return fd;
}

static int rig_program(struct bpf_object *object, const char *name)
{
	struct bpf_program *program = bpf_object__find_program_by_name(object, name);

	cr_assert(program, "no program %s", name);
	return bpf_program__fd(program);
}

static bool is_always_run(const struct bpf_program *program)
{
	return !strcmp(bpf_program__name(program), "garpd_tc") ||
	       !strcmp(bpf_program__name(program), "garpd_speak");
}

/* The same maps; libbpf keeps duplicates of the descriptors. */
static void rig_share_maps(struct bpf_object *object)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, object) {
		bpf_map__set_pin_path(map, NULL);
		cr_assert_eq(bpf_map__reuse_fd(map, rig_map(bpf_map__name(map))), 0);
	}
}

int rig_program_of(int *fd, const char *name)
{
	struct bpf_program *program;
	struct bpf_object *object;

	if (*fd)
		return *fd;
	object = bpf_object__open_file(rig_object_path(), NULL);
	cr_assert(object, "%s: %s", rig_object_path(), strerror(errno));
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, !strcmp(bpf_program__name(program), name));
	rig_share_maps(object);
	cr_assert_eq(bpf_object__load(object), 0, "%s: not accepted", name);
	*fd = rig_program(object, name);
	return *fd;
}

static int rig_event(void *unused, void *data, size_t len)
{
	(void)unused;
	cr_assert_eq(len, sizeof(struct event));
	cr_assert_lt(rig.events, RIG_EVENTS);
	memcpy(&rig.event[rig.events++], data, len);
	return 0;
}

static void rig_load(__u32 max_claims, __u32 events_bytes)
{
	const char *path = rig_object_path();
	struct bpf_program *program;
	struct bpf_map *map;
	int err;

	rig.object = bpf_object__open_file(path, NULL);
	cr_assert(rig.object, "%s: %s", path, strerror(errno));
	bpf_object__for_each_map(map, rig.object) {
		bpf_map__set_pin_path(map, NULL);
		if (max_claims && !strcmp(bpf_map__name(map), "claims"))
			bpf_map__set_max_entries(map, max_claims);
		if (events_bytes && !strcmp(bpf_map__name(map), "events"))
			bpf_map__set_max_entries(map, events_bytes);
	}
	bpf_object__for_each_program(program, rig.object)
		bpf_program__set_autoload(program, is_always_run(program));
	err = bpf_object__load(rig.object);
	cr_assert_eq(err, 0, "%s: %s", path, strerror(-err));
	rig.garpd_tc = rig_program(rig.object, "garpd_tc");
	rig.garpd_speak = rig_program(rig.object, "garpd_speak");
	rig.claims = rig_map("claims");
	rig.segments = rig_map("segments");
	rig.echoes = rig_map("echoes");
	rig.listeners = rig_map("listeners");
	rig.gateways = rig_map("gateways");
	rig.gateways_heard = rig_map("gateways_heard");
	rig.ports = rig_map("ports");
	rig.port_vlans = rig_map("port_vlans");
	rig.vlan_ways = rig_map("vlan_ways");
	rig.port_limits = rig_map("port_limits");
	rig.addresses = rig_map("addresses");
	rig.subnets = rig_map("subnets");
	rig.askers = rig_map("askers");
	rig.rule_addresses = rig_map("rule_addresses");
	rig.rule_macs = rig_map("rule_macs");
	rig.host = rig_map("host");
	rig.settings = rig_map("settings");
	rig.counters = rig_map("counters");
	rig.histograms = rig_map("histograms");
	rig.ring = ring_buffer__new(rig_map("events"), rig_event, NULL, NULL);
	cr_assert(rig.ring);
}

void rig_setup_with(__u32 max_claims, __u32 events_bytes)
{
	struct settings settings = rig_defaults();
	int i;

	rig_links();
	rig_wait_forwarding();
	rig_load(max_claims, events_bytes);
	rig_settings(&settings);
	for (i = 0; i < PORT_MAX; i++)
		rig_port(i, &(struct port){
				    .segment = rig.bridge,
				    .role = i == PORT_UPLINK ? ROLE_UPLINK : ROLE_GUEST,
				    .forwarding = 1,
			    });
	rig_host_port(&(struct port){.role = ROLE_HOST, .forwarding = 1});
	rig_segment(&(struct segment){.since_ns = 1, .ports = PORT_MAX + 1, .uplinks = 1});
}

void rig_setup(void)
{
	rig_setup_with(0, 0);
}

void rig_setup_short(struct settings *settings)
{
	*settings = rig_defaults();
	settings->duplicate_ns = 0;
	settings->window_ns = settings->dad_window_ns = 50 * NSEC_PER_MSEC;
	settings->grace_ns = settings->dad_grace_ns = 0;
	settings->retry_ns = NSEC_PER_MSEC;
	rig_setup();
	rig_settings(settings);
}

/* ---- maps ---- */

/* An address of either family. */
static struct addr rig_addr(const char *text)
{
	struct in_addr in;
	struct addr addr;

	if (inet_pton(AF_INET6, text, addr.bytes) == 1)
		return addr;
	cr_assert_eq(inet_pton(AF_INET, text, &in), 1, "%s is no address", text);
	addr_from_ipv4(&addr, (const __u8 *)&in);
	return addr;
}

void rig_settings(const struct settings *settings)
{
	cr_assert_eq(bpf_map_update_elem(rig.settings, &(__u32){0}, settings, BPF_ANY), 0);
}

void rig_observe(enum rig_port at, __u32 role, const struct settings *settings)
{
	struct settings observing = *settings;
	__u32 index = settings_index(settings->ask, 1);

	observing.observe = 1;
	cr_assert_eq(bpf_map_update_elem(rig.settings, &index, &observing, BPF_ANY), 0);
	rig_port(at, &(struct port){
			     .segment = rig.bridge,
			     .role = role,
			     .forwarding = 1,
			     .settings = index,
		     });
}

void rig_port(enum rig_port at, const struct port *port)
{
	cr_assert_eq(bpf_map_update_elem(rig.ports, &rig.ifindex[at], port, BPF_ANY), 0);
}

void rig_host_port(const struct port *port)
{
	struct port host = *port;

	host.segment = rig.bridge;
	cr_assert_eq(bpf_map_update_elem(rig.ports, &rig.bridge, &host, BPF_ANY), 0);
}

void rig_segment(const struct segment *segment)
{
	cr_assert_eq(bpf_map_update_elem(rig.segments, &rig.bridge, segment, BPF_ANY), 0);
}

void rig_rule_out_echo(__u16 vlan, __u16 inner_vlan)
{
	struct echo_key key = {rig.bridge, vlan, inner_vlan};
	struct echo echo = {.sent_ns = 2};

	cr_assert_eq(bpf_map_update_elem(rig.echoes, &key, &echo, BPF_ANY), 0);
}

void rig_declare(const char *text, enum announce_mode mode, const __u8 *const *owners, int count)
{
	struct prefix prefix = {.len = ADDR_BITS, .addr = rig_addr(text)};
	struct address address = {.announce = mode, .owner_count = count};
	int i;

	for (i = 0; i < count; i++)
		memcpy(address.owners[i], owners[i], MAC_LEN);
	cr_assert_eq(bpf_map_update_elem(rig.addresses, &prefix, &address, BPF_ANY), 0);
}

void rig_host(const char *text, __u32 what)
{
	struct addr addr = rig_addr(text);

	cr_assert_eq(bpf_map_update_elem(rig.host, &addr, &what, BPF_ANY), 0);
}

const __u8 rig_asker_mac[MAC_LEN] = {0x02, 0, 0, 0, 0xbb, 0x01};

void rig_asker(const char *text, __u16 vlan, enum asker_kind kind)
{
	struct asker asker = {.addr = rig_addr(text), .kind = kind};
	struct subnet key = {
		.len = SUBNET_FAMILY_BITS,
		.segment = rig.bridge,
		.vlan = vlan,
		.family = addr_is_ipv4(&asker.addr) ? 4 : 6,
	};

	memcpy(asker.mac, rig_asker_mac, MAC_LEN);
	cr_assert_eq(bpf_map_update_elem(rig.askers, &key, &asker, BPF_ANY), 0);
}

struct claim_key rig_key(const char *text, __u16 vlan, __u16 inner_vlan)
{
	return (struct claim_key){
		.segment = rig.bridge,
		.vlan = vlan,
		.inner_vlan = inner_vlan,
		.addr = rig_addr(text),
	};
}

int rig_claim(const struct claim_key *key, struct claim *claim)
{
	return bpf_map_lookup_elem_flags(rig.claims, key, claim, BPF_F_LOCK) ? -errno : 0;
}

struct claim rig_claim_now(const struct claim_key *key)
{
	struct claim claim;

	cr_assert_eq(rig_claim(key, &claim), 0, "the claim is gone");
	return claim;
}

int rig_state(const char *text)
{
	struct claim_key key = rig_key(text, 0, 0);
	struct claim claim;

	return rig_claim(&key, &claim) ?: claim.state;
}

struct counters rig_counted(void)
{
	int i, j, cpus = libbpf_num_possible_cpus();
	__u64 *all = calloc(cpus, sizeof(struct counters));
	__u64 sum, gain[COUNTER_MAX];
	struct counters gained;

	cr_assert_eq(bpf_map_lookup_elem(rig.counters, &(__u32){0}, all), 0);
	for (i = 0; i < COUNTER_MAX; i++) {
		for (j = 0, sum = 0; j < cpus; j++)
			sum += all[j * COUNTER_MAX + i];
		gain[i] = sum - rig.counted[i];
		rig.counted[i] = sum;
	}
	free(all);
	memcpy(&gained, gain, sizeof(gained));
	return gained;
}

void rig_counted_only(enum counter counter)
{
	static const char *const names[] = {COUNTERS(RIG_NAME)};
	struct counters gained = rig_counted();
	const __u64 *gain = (const __u64 *)&gained;
	int i;

	for (i = 0; i < COUNTER_MAX; i++)
		/* Listeners are learned from any frame (test_listen.c). */
		cr_assert(i == COUNTER_listener_learned || gain[i] == (i == (int)counter),
			  "%s gained %llu, looking for %s", names[i], gain[i], names[counter]);
}

void rig_events(void)
{
	cr_assert_geq(ring_buffer__consume(rig.ring), 0);
}

/* ---- time ---- */

__u64 rig_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

void rig_wait_until(__u64 at_ns)
{
	struct timespec at = {.tv_sec = at_ns / NSEC_PER_SEC, .tv_nsec = at_ns % NSEC_PER_SEC};

	cr_assert_lt(at_ns, rig_now_ns() + NSEC_PER_SEC, "a test does not sleep for seconds");
	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == EINTR)
		;
}

struct speak_call rig_due(const struct claim_key *key)
{
	rig_wait_until(rig_claim_now(key).deadline_ns);
	return rig_speak_key(SPEAK_DUE, key);
}
