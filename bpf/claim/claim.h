/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * claim.h - the claim state machine (docs/architecture.md). It and its parts alone change a claim.
 *
 * Pure: no helper, no map, no clock. The caller holds the claim's lock, brings the time, and does
 * what the returned step says. It has read the clock before it got the lock, so that the time may
 * be earlier than that of the step before: no difference is taken without a look. Compiled into the
 * BPF programs, the unit tests and the simulator.
 *
 *	claim_probe()     a guest probes for the address            (RFC 5227 2.1.1)
 *	claim_heard()     somebody says that it has the address
 *	claim_due()       the deadline has passed
 *	claim_seen()      its host was heard of, with whatever address
 *	claim_asked()     an operator wants it announced now
 *	claim_thaw()      an operator says that the quarrel over it is settled
 *	claim_left()      the port that it counts for has left
 *	claim_recorded()  the announcement of the last step was sent, or could not be
 *	claim_queue()     that announcement has to wait for its turn
 *	claim_owe()       the hook at hand cannot send at all: garpd_speak will
 *	claim_noted()     the host's own neighbour entry was looked at
 *	claim_nudged()    a round of nudges to the address's listeners is over
 *	claim_answered()  one of them answered, and so has followed
 */
#ifndef GARPD_CLAIM_H
#define GARPD_CLAIM_H

#include "on_deadline.h"
#include "on_frame.h"
#include "on_sent.h"

#endif /* GARPD_CLAIM_H */
