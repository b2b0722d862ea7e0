// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What Spin calls in the place of search.c: the same transitions, and its own search, its own store
 * of states. A state is the one struct snap that it tracks.
 */
#include "tests/model/model.h"

struct snap spin_snap;
int spin_broken;

void spin_begin(void)
{
	model_init(worlds_find(SPIN_WORLD));
	model_hide();
	model_save(&spin_snap);
}

/* An event that cannot happen, or leads beyond the bounds, leads back to the same state. */
void spin_step(int event)
{
	struct snap next;
	const char *broken;
	int idle;

	model_load(&spin_snap);
	if (!model_can_happen(event))
		return;
	broken = model_step(event, &idle);
	if (broken)
		printf("%s: %s\n", SPIN_WORLD, broken);
	spin_broken = broken != NULL;
	model_hide();
	model_save(&next);
	if (!model_is_beyond())
		spin_snap = next;
}
