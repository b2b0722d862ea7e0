// SPDX-License-Identifier: GPL-2.0-or-later
/* The maps in one line. */
#include <criterion/criterion.h>

#include "loader/maps/claims.h"
#include "loader/maps/summary.h"

static void check(struct summary summary, const char *expected)
{
	char text[SUMMARY_LEN];

	cr_assert_str_eq(summary_text(&summary, text), expected);
}

Test(summary, names_only_what_is_there)
{
	check((struct summary){}, "0 ports, 0 claims");
	check((struct summary){.ports = 1, .sending = 1, .claims = 1}, "1 port, 1 claim");
	check((struct summary){.ports = 1, .claims = 1},
	      "OBSERVING, nothing is sent; 1 port, 1 claim");
	check((struct summary){.ports = 5, .sending = 1, .unheard = 2, .claims = 3},
	      "5 ports, 3 claims; 2 not heard: garpd show ports");
	check((struct summary){.ports = 5, .sending = 5, .claims = 3, .attention = 1},
	      "5 ports, 3 claims; 1 claim needs attention: garpd show claims --problems");
}

Test(summary, the_largest_is_whole)
{
	struct summary summary = {~0u, ~0u, ~0u, ~0u, 0};

	check(summary,
	      "OBSERVING, nothing is sent; 4294967295 ports, 4294967295 claims; 4294967295 not heard: garpd show "
	      "ports; 4294967295 claims need attention: garpd show claims --problems");
}

static bool needs_attention(struct claim claim)
{
	return claims_trouble(&claim) != TROUBLE_NONE;
}

Test(summary, a_claim_in_order_needs_no_attention)
{
	cr_assert_not(needs_attention((struct claim){.state = CLAIM_PROBING}));
	cr_assert_not(needs_attention((struct claim){.state = CLAIM_OWNED}));
	cr_assert_not(needs_attention((struct claim){.state = CLAIM_OWNED, .ask_ns = 1}));
	cr_assert_not(needs_attention(
		(struct claim){.state = CLAIM_OWNED, .unconfirmed = 1, .confirmed_ns = 1}));
	cr_assert_not(needs_attention(
		(struct claim){.state = CLAIM_OWNED, .ask_flags = ASK_F_UNANSWERED}));
}

Test(summary, a_claim_in_trouble_needs_attention)
{
	static const __u8 states[] = {CLAIM_CONFLICT, CLAIM_DENIED, CLAIM_FROZEN, CLAIM_UNANSWERED};

	for (size_t i = 0; i < sizeof(states); i++)
		cr_assert(needs_attention((struct claim){.state = states[i]}), "%u", states[i]);
	cr_assert(needs_attention((struct claim){.state = CLAIM_OWNED, .unconfirmed = 1}));
	cr_assert(needs_attention(
		(struct claim){.state = CLAIM_OWNED, .ask_ns = 1, .ask_flags = ASK_F_UNANSWERED}));
}
