/* SPDX-License-Identifier: GPL-2.0-or-later */
/* parts.h - shared by the parts of the model. */
#ifndef GARPD_MODEL_PARTS_H
#define GARPD_MODEL_PARTS_H

#include "model.h"

/* The present time, before and after each step; and where nothing is ever forgotten. */
#define NOW_NS (1000 * TICK_NS)
#define FAR_NS (100000 * TICK_NS)

struct model {
	struct world world;
	struct judge judge;
	struct monitors monitors;
	struct truth truth;
	unsigned int rules; /* of model_rules, that hold now */
	int requested;	    /* 1: the announcement that was requested was made in this step */
};

extern struct model model;
extern const struct station *const model_stations[STATIONS];
extern const uint8_t model_macs[MACS]; /* that hosts of the model have */
extern const uint8_t model_ports[4];   /* that guests of the model are on */

/* A configuration of the address. */
struct rules {
	const char *name;
	enum announce_mode mode;
	const struct station *owner[3];
	enum host_address host;
	/* derived */
	struct address declared;
	struct policy policy[JUDGE_MACS];
};
extern struct rules model_rules[RULES];

/* Has world.c call the model at each step of the claim. */
void model_watch(void);

void model_configure(unsigned int which);

static inline struct claim *model_claim(void)
{
	return &model.world.sites[0].claim;
}

static inline const char *model_address(void)
{
	return bounds->ipv6 ? ADDRESS6 : ADDRESS;
}

static inline int model_denies(const __u8 *mac)
{
	return model.judge.policy[mac[MAC_LEN - 1] % JUDGE_MACS].denied;
}

static inline int model_is_gone(__u32 port)
{
	return model.world.gone_ports >> port % WORLD_PORTS & 1;
}

/* Condemns with `broken` unless `holds`. */
void model_must(int holds, const char *broken);

/* tell.c: a line of the story. */
void tell_step(const struct claim_step *step, const struct announcement *announcement);

/* rules.c: rules that need no memory, of a step and of the claim after it. */
void rules_check_step(const struct claim_step *step);
void rules_check_claim(void);

/* monitors.c: rules about what was on the wire. */
void monitors_hear(const struct act *act, __u64 at_ns);
void monitors_announce(const struct claim_step *step, const struct announcement *announcement,
		       __u64 at_ns);
void monitors_note_denial(__u64 at_ns);
void monitors_check_denial(__u64 at_ns);

/*
 * truth.c: who has the address, in worlds with ask. Which hosts answer is not what the claim
 * machine thinks, so these rules take the place of the judge's.
 */
int truth_can_happen(const struct act *act);
int truth_would_answer(const __u8 *mac, __u32 port);
int truth_answers(const struct world *w, const __u8 *mac, __u32 port); /* a question */
void truth_hear(const struct act *act, __u64 at_ns);
void truth_live(const struct act *act);
void truth_claim(int who); /* an operator has claimed the address for it */
int truth_forwards(int who);
void truth_change(void); /* the policy, or which ports forward */
void truth_check_step(const struct claim_step *step, const struct announcement *announcement);
void truth_check_waiting(void); /* after the daemon came */

/* shift.c: every time of the state becomes earlier by by_ns. */
void model_shift(__u64 by_ns);

/* hide_judge.c */
void hide_judge(void);

/* hide_ask.c */
int hide_ask_ticks(void);
void hide_last_probe(struct claim *claim, int ticks);
void hide_questions(struct claim *claim);
void hide_truth(void);

/* outcome.c: what a step did, and where it has left the claim. */
void model_note(uint64_t value);
void model_note_step(const struct claim_step *step, const struct announcement *announcement);
void model_note_claim(void);

/* hide.c: what the parts of hiding share. Each hides one field, or garbles it. */
int hide_is_garbling(void);
uint64_t hide_random(uint64_t below);
void hide_number(__u32 *number);
void hide_byte(__u8 *byte);
void hide_time(__u64 *at_ns);
void hide_bytes(void *bytes, size_t len);
/* A number of which only its being `max` or more matters. */
void hide_beyond(__u32 *number, __u32 max);
/* A time that is only compared with now, and not further back than so many ticks. */
void hide_past(__u64 *at_ns, int ticks);
/* The same of a frame that may come back from the uplink, or be heard by XDP within `ticks`. */
void hide_sent(__u64 *at_ns, int ticks);
/* Times that are also compared with each other: their order stays. */
void hide_ranked(__u64 **at_ns, int count, int ticks);

/* How far back last_probe_ns and the like matter while a window is open. */
int hide_probe_ticks(int probing);
int hide_age_ticks(void);
int hide_has_window(const struct claim *claim);
int hide_conflict_ticks(void);

#endif /* GARPD_MODEL_PARTS_H */
