/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * parts.h - what the files of this folder share: gathering the facts, the causes and the sentences
 * that follow from them.
 */
#ifndef GARPD_EXPLAIN_PARTS_H
#define GARPD_EXPLAIN_PARTS_H

#include "explain.h"
#include "loader/base/shell.h"

/* The half of explain_read() that reads the maps, for explain->claim. 0, or -errno with `why`. */
int explain_read_maps(const struct pins *pins, struct explain *explain, struct err *why);

/*
 * The causes, X(name, level): troubles before notes, and the likelier ones before those that follow
 * from them. The name is a contract, `cause` in JSON.
 */
#define CAUSES(X)                       \
	X(no_port, TROUBLE)             \
	X(denied_never, TROUBLE)        \
	X(denied_owner, TROUBLE)        \
	X(denied_host, TROUBLE)         \
	X(denied_next_hop, TROUBLE)     \
	X(denied_foreign, TROUBLE)      \
	X(denied_undeclared, TROUBLE)   \
	X(denied_unheard, TROUBLE)      \
	X(denied_port_address, TROUBLE) \
	X(denied_port_mac, TROUBLE)     \
	X(denied, TROUBLE)              \
	X(conflict, TROUBLE)            \
	X(frozen, TROUBLE)              \
	X(port_gone, TROUBLE)           \
	X(port_blocked, TROUBLE)        \
	X(port_vlan, TROUBLE)           \
	X(host_permanent, TROUBLE)      \
	X(host_evpn, TROUBLE)           \
	X(host_noarp, TROUBLE)          \
	X(no_asker, TROUBLE)            \
	X(daemon_down, TROUBLE)         \
	X(unanswered, TROUBLE)          \
	X(not_unicast, TROUBLE)         \
	X(link_local, TROUBLE)          \
	X(never_probed, TROUBLE)        \
	X(no_room, TROUBLE)             \
	X(many_vlans, TROUBLE)          \
	X(port_full, TROUBLE)           \
	X(announce_failed, TROUBLE)     \
	X(announce_lost, TROUBLE)       \
	X(host_drops, TROUBLE)          \
	X(host_wrong, TROUBLE)          \
	X(fdb_static, TROUBLE)          \
	X(fdb_learning, TROUBLE)        \
	X(fdb_other_port, TROUBLE)      \
	X(unconfirmed, TROUBLE)         \
	X(of_this_host, NOTE)           \
	X(uplink_probes, NOTE)          \
	X(not_forwarding, NOTE)         \
	X(port_left, NOTE)              \
	X(few_probes, NOTE)             \
	X(wrong_vlan, NOTE)             \
	X(denied_before, NOTE)          \
	X(lapsed, NOTE)                 \
	X(doubted, NOTE)                \
	X(unheard, NOTE)                \
	X(window_open, NOTE)            \
	X(asking, NOTE)                 \
	X(ask_queued, NOTE)             \
	X(observed, NOTE)               \
	X(queued, NOTE)                 \
	X(nudging, NOTE)                \
	X(unproven, NOTE)               \
	X(nudge_never, NOTE)            \
	X(self_announced, NOTE)         \
	X(neigh_suppress, NOTE)         \
	X(isolated, NOTE)               \
	X(router_only, NOTE)            \
	X(silent, NOTE)

enum cause {
#define X(name, level) CAUSE_##name,
	CAUSES(X)
#undef X
		CAUSE_COUNT
};

/*
 * The files of the causes. Each fills findings[CAUSE_NAME] where NAME applies; the trouble of the
 * others stays empty.
 */
void causes_unclaimed(const struct explain *explain, struct finding *findings);
void causes_policy(const struct explain *explain, struct finding *findings);
void causes_claim(const struct explain *explain, struct finding *findings);
void causes_asking(const struct explain *explain, struct finding *findings);
void causes_tables(const struct explain *explain, struct finding *findings);

/* It was announced, and no host has confirmed it. */
bool explain_is_unproven(const struct explain *explain);

/* The sections of explain_fields[], a list of sentences each. */
json_t *explain_heard(const void *row);
json_t *explain_decided(const void *row);
json_t *explain_announced(const void *row);
json_t *explain_confirmed(const void *row);
json_t *explain_tables(const void *row);

#endif
