/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claim.h - the claim state machine (docs/architecture.md). Only it and its parts change a claim.
 *
 * Pure: no helper, no map, no clock. The caller holds the claim's lock, passes the time, and does
 * what the returned step says. It reads the clock before it gets the lock, so now_ns may be earlier
 * than in the step before: compare before you subtract. Compiled into the BPF programs, the unit
 * tests and the simulator.
 *
 *	claim_hear_probe()	a guest probes for the address (RFC 5227 2.1.1)
 *	claim_hear_assertion()	a host uses the address
 *	claim_run_deadline()	the deadline has passed
 *	claim_hear_mac()	a host is heard, about any address: a guest that is asked?
 *	claim_give_way()	its port's quota is used up
 *	claim_make_room()	or nearly so
 *	claim_take_over()	its segment is another one now
 *	claim_announce_now()	an operator requests an announcement, or an uplink came back
 *	claim_thaw()		an operator thaws a frozen claim
 *	claim_drop_port()	the port that the claim counts against is gone
 *	claim_record_sent()	the announcement of the last step was sent, or failed
 *	claim_queue()		that announcement is rate-limited
 *	claim_queue_question()	the question of the last step is rate-limited
 *	claim_defer()		the hook cannot send: garpd_speak will announce
 *	claim_note_host()	the host's own neighbour entry was read
 *	claim_finish_nudges()	a round of nudges is over
 *	claim_confirm()		a listener replied to the guest's MAC
 */
#ifndef GARPD_CLAIM_H
#define GARPD_CLAIM_H

#include "by_hand.h"
#include "on_deadline.h"
#include "on_frame.h"
#include "on_sent.h"
#include "room.h"
#include "segment.h"
#include "without_vlan.h"

#endif /* GARPD_CLAIM_H */
