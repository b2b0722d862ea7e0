// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Claims of a former version's map go over (loader/datapath/carry.c), whose layout is that of this
 * one here, and are found there as before. The module itself is included: its pins are those of the
 * test.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <pthread.h>
#include <stdatomic.h>

#include "says.h"
#include "loader/maps/pins.h"

static const char *pin_of_the_test(const char *name, char path[PIN_PATH_LEN])
{
	return strcpy(path, "/nowhere");
}

int pins_remove_below(const char *name, struct err *why)
{
	return err_set(why, -ENOTSUP, "%s", name);
}

#define pins_path pin_of_the_test
#include "../../loader/datapath/former.c"
#include "../../loader/datapath/layout.c"
#include "../../loader/datapath/carry.c"

#define ADDRESS "192.0.2.7"

static const __u8 third[] = {0x52, 0x54, 0x00, 0x0d, 0x0e, 0x0f};

static struct settings settings;
static struct carry carry;
static struct layout layout;

static int map_of(const char *name)
{
	return bpf_object__find_map_fd_by_name(rig.object, name);
}

/* As `claims`: with its type, which has the lock. */
static int former_claims(void)
{
	const struct bpf_map *map = bpf_object__find_map_by_name(rig.object, "claims");
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC,
		    .btf_fd = bpf_object__btf_fd(rig.object),
		    .btf_key_type_id = bpf_map__btf_key_type_id(map),
		    .btf_value_type_id = bpf_map__btf_value_type_id(map));

	return bpf_map_create(BPF_MAP_TYPE_HASH, "former", sizeof(struct claim_key),
			      sizeof(struct claim), 64, &options);
}

static void setup(void)
{
	struct err why;

	rig_setup_short(&settings);
	settings.nudge = NUDGE_NEVER;
	rig_settings(&settings);
	rig_asker("192.0.2.1", 0, ASKER_HOST);
	carry_init(&carry);
	cr_assert_eq(layout_of(bpf_object__btf(rig.object), &layout, &why), 0, "%s", why.text);
	carry.moves = malloc(sizeof(*carry.moves));
	cr_assert_eq(layout_match(&layout, &layout, carry.moves), 0);
	carry.claims = former_claims();
	cr_assert_geq(carry.claims, 0, "%s", strerror(errno));
}

TestSuite(bpf_carry, .init = setup, .timeout = 60);

static void former_has(const struct claim *claim)
{
	cr_assert_eq(bpf_map_update_elem(carry.claims, &claim->key, claim, BPF_ANY), 0);
}

static void empty(int map)
{
	char key[64];

	while (!bpf_map_get_next_key(map, NULL, key))
		bpf_map_delete_elem(map, key);
}

/* The claim is the former version's, and this one's maps have nothing but what is carried. */
static void upgrade(const struct claim_key *key)
{
	struct carry_maps to = {
		.claims = rig.claims,
		.port_limits = map_of("port_limits"),
		.claimed = map_of("claimed"),
		.asked = map_of("asked"),
	};
	struct claim claim = rig_claim_now(key);

	former_has(&claim);
	empty(to.claims);
	empty(to.claimed);
	empty(to.asked);
	carry_each(&carry, carry_first, &to);
	cr_assert_eq(carry.found, 1);
	cr_assert_eq(carry.carried, 1);
}

static void guest_answers(void)
{
	struct bytes frame = says_from(rig_asker_mac, guest, &untagged);

	put_arp(&frame, ARP_REPLY, guest, SERVICE, rig_asker_mac, "\xc0\x00\x02\x01");
	rig_hear(PORT_A, &frame);
}

Test(bpf_carry, objection_without_a_vlan_finds_it)
{
	static const struct tags in_10 = {.proto = ETH_P_8021Q, .tci = 10};
	struct claim_key key = rig_key(ADDRESS, 10, 0);

	rig_segment(&(struct segment){.since_ns = 1, .ports = 4, .uplinks = 1, .any = 1});
	rig_port(PORT_UPLINK, &(struct port){.segment = rig.bridge,
					     .role = ROLE_UPLINK,
					     .forwarding = 1,
					     .any = {rig.bridge}});
	says_probe_for(7, &in_10);
	upgrade(&key);
	says_has(PORT_UPLINK, other, ARP_REPLY, guest); /* the owner objects, to the guest itself */
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_CONFLICT);
}

/* Whatever it says: it is asked at once. */
Test(bpf_carry, guest_that_is_asked_is_heard)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct bytes frame = says_from(ones, guest, &untagged);

	settings.ask = 1;
	rig_settings(&settings);
	says_probes(&untagged);
	for (int n = 0; n < 16 && rig_claim_now(&key).state != CLAIM_UNANSWERED; n++)
		rig_due(&key);
	upgrade(&key);
	cr_assert_eq(rig_claim_now(&key).state, CLAIM_UNANSWERED);
	rig_wait_until(rig_claim_now(&key).asked_ns + NSEC_PER_SEC);
	put_arp(&frame, ARP_REQUEST, guest, "\xc0\x00\x02\x63", zeroes, CLIENT);
	rig_counted();
	rig_hear(PORT_A, &frame);
	cr_assert_eq(rig_counted().ask_heard, 1);
}

/* What is heard between the two times: the guest's answer from before it proves nothing. */
Test(bpf_carry, doubt_takes_the_answer_away)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct pins pins = {.claims = rig.claims};
	struct claim claim;

	settings.ask = 1;
	settings.first_interval_ns = 60 * NSEC_PER_MSEC;
	settings.announce_num = 3;
	rig_settings(&settings);
	says_probes(&untagged);
	cr_assert_eq(rig_due(&key).result, COUNTER_asking);
	guest_answers();
	claim = rig_claim_now(&key);
	cr_assert_eq(claim.state, CLAIM_ANNOUNCING);
	cr_assert_neq(claim.answered_ns, 0);
	former_has(&claim);
	carry.since_ns = rig_now_ns();
	says_has(PORT_UPLINK, other, ARP_REPLY, third);
	cr_assert_eq(rig_claim_now(&key).answered_ns, 0);
	carry_end(&carry, &pins);
	cr_assert(rig_claim_now(&key).flags & CLAIM_F_DOUBTED);
	cr_assert_eq(rig_claim_now(&key).answered_ns, 0);
	rig_counted();
	cr_assert_eq(rig_due(&key).result, COUNTER_asking_again);
	cr_assert_eq(rig_counted().announced, 0);
}

Test(bpf_carry, one_that_is_being_deleted_does_not_come_along)
{
	struct carry_maps to = {
		.claims = rig.claims, .claimed = map_of("claimed"), .asked = map_of("asked")};
	struct claim claim = {.key = rig_key(ADDRESS, 0, 0), .state = CLAIM_OWNED};
	struct claim_key key = claim.key;

	claim_bury(&claim);
	cr_assert_eq(bpf_map_update_elem(carry.claims, &key, &claim, BPF_ANY), 0);
	carry_each(&carry, carry_first, &to);
	cr_assert_eq(carry.found, 0);
}

/* ---- the former programs go on writing ---- */

static atomic_bool is_enough;

static void *write_two(void *arg)
{
	struct claim_key key = rig_key(ADDRESS, 0, 0);
	struct claim one, two;

	memset(&one, 0x11, sizeof(one));
	memset(&two, 0x22, sizeof(two));
	one.key = two.key = key;
	one.state = two.state = CLAIM_OWNED;
	while (!is_enough) {
		bpf_map_update_elem(carry.claims, &key, &one, BPF_F_LOCK);
		bpf_map_update_elem(carry.claims, &key, &two, BPF_F_LOCK);
	}
	return NULL;
}

static bool is_whole(void *ctx, struct claim *claim)
{
	return claim->mac[0] == ((const __u8 *)&claim->came_through_ns)[0];
}

Test(bpf_carry, claims_are_read_whole)
{
	struct claim claim;
	pthread_t writer;

	memset(&claim, 0x11, sizeof(claim));
	claim.key = rig_key(ADDRESS, 0, 0);
	claim.state = CLAIM_OWNED;
	former_has(&claim);
	cr_assert_eq(pthread_create(&writer, NULL, write_two, NULL), 0);
	for (int i = 0; i < 100000; i++) {
		carry_each(&carry, is_whole, NULL);
		cr_assert_eq(carry.carried, carry.found, "torn, at the %dth time", i);
	}
	is_enough = true;
	pthread_join(writer, NULL);
}
