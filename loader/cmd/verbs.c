// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "cmd.h"

const struct verb *const verbs[] = {
	&verb_run,     &verb_check,  &verb_status,     &verb_show,   &verb_watch,
	&verb_explain, &verb_doctor, &verb_replay,     &verb_report, &verb_announce,
	&verb_thaw,    &verb_detach, &verb_completion, NULL,
};

const struct verb *cmd_find_verb(const char *name, struct err *why)
{
	struct words all = {}, abbreviated = {};
	const struct verb *by_place[WORDS_MAX];
	char text[WORDS_HINT_LEN];
	int found;

	for (size_t i = 0; verbs[i]; i++) {
		if (!strcmp(verbs[i]->name, name))
			return verbs[i];
		words_add(&all, verbs[i]->name);
		if (verbs[i]->acts)
			continue;
		by_place[abbreviated.count] = verbs[i];
		words_add(&abbreviated, verbs[i]->name);
	}
	found = words_find(&abbreviated, name);
	if (found >= 0)
		return by_place[found];
	if (found == WORD_MANY)
		err_set(why, -EINVAL, "%.60s: several verbs begin so; garpd help lists them", name);
	else if (words_near(&all, name))
		err_set(why, -EINVAL, "%.60s: no such verb%s", name, words_hint(&all, name, text));
	else
		err_set(why, -EINVAL, "%.60s: no such verb; garpd help lists them", name);
	return NULL;
}
