/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claim.h - the claim state machine (docs/architecture.md). It and its parts alone change a claim.
 *
 * Pure: no helper, no map, no clock. The caller holds the claim's lock, brings the time, and does
 * what the returned step says. It has read the clock before it got the lock, so that the time may
 * be earlier than that of the step before: no difference is taken without a look. Compiled into the
 * BPF programs, the unit tests and the simulator.
 *
 *	claim_hear_probe()     a guest probes for the address            (RFC 5227 2.1.1)
 *	claim_hear_assertion()     somebody says that it has the address
 *	claim_run_deadline()       the deadline has passed
 *	claim_note_seen()      its host was heard of, with whatever address
 *	claim_announce_now()     an operator wants it announced now
 *	claim_thaw()      an operator says that the quarrel over it is settled
 *	claim_drop_port()      the port that it counts for has left
 *	claim_record_sent()  the announcement of the last step was sent, or could not be
 *	claim_queue()     that announcement has to wait for its turn
 *	claim_queue_question()  the question of the last step has to wait for its turn
 *	claim_defer()       the hook at hand cannot send at all: garpd_speak will
 *	claim_note_host()     the host's own neighbour entry was looked at
 *	claim_finish_nudges()    a round of nudges to the address's listeners is over
 *	claim_confirm()  one of them answered, and so has followed
 */
#ifndef GARPD_CLAIM_H
#define GARPD_CLAIM_H

#include "on_deadline.h"
#include "on_frame.h"
#include "on_sent.h"

#endif /* GARPD_CLAIM_H */
