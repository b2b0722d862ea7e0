// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * drops.c - what is left of a file whose shape is wrong, so that its values are checked, too.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "parts.h"

int drops_add(struct drops *drops, size_t from, size_t to)
{
	struct drop *drop = drops->drop;

	while (drops->count && drop[drops->count - 1].from >= from)
		drops->count--;
	drop = realloc(drop, (drops->count + 1) * sizeof(*drop));
	if (!drop)
		return -ENOMEM;
	drops->drop = drop;
	drop[drops->count++] = (struct drop){from, to};
	return 0;
}

void drops_free(struct drops *drops)
{
	free(drops->drop);
	*drops = (struct drops){};
}

/* ---- the rest ---- */

struct rest {
	char *text;
	size_t len, room;
};

static int rest_write(void *ctx, unsigned char *more, size_t len)
{
	struct rest *rest = ctx;

	if (rest->len + len > rest->room) {
		size_t room = 2 * (rest->len + len);
		char *text = realloc(rest->text, room);

		if (!text)
			return 0;
		rest->text = text;
		rest->room = room;
	}
	memcpy(rest->text + rest->len, more, len);
	rest->len += len;
	return 1;
}

/* Emits the events that stay. False: not all of them. */
static bool rest_emit(yaml_parser_t *parser, yaml_emitter_t *emitter, const struct drops *drops)
{
	yaml_event_t event;
	size_t drop = 0;
	bool done = false;

	for (size_t number = 0; !done; number++) {
		if (!yaml_parser_parse(parser, &event))
			return false;
		done = event.type == YAML_STREAM_END_EVENT;
		while (drop < drops->count && drops->drop[drop].to < number)
			drop++;
		if (drop < drops->count && drops->drop[drop].from <= number)
			yaml_event_delete(&event);
		else if (!yaml_emitter_emit(emitter, &event)) /* which deletes it */
			return false;
	}
	return true;
}

char *drops_rest(const struct drops *drops, const char *text, size_t len, size_t *rest_len)
{
	struct rest rest = {};
	yaml_parser_t parser;
	yaml_emitter_t emitter;
	bool done = false;

	if (drops->all || !yaml_parser_initialize(&parser))
		return NULL;
	if (yaml_emitter_initialize(&emitter)) {
		yaml_parser_set_input_string(&parser, (const unsigned char *)text, len);
		yaml_emitter_set_output(&emitter, rest_write, &rest);
		yaml_emitter_set_unicode(&emitter, 1);
		done = rest_emit(&parser, &emitter, drops);
		yaml_emitter_delete(&emitter);
	}
	yaml_parser_delete(&parser);
	if (!done) {
		free(rest.text);
		return NULL;
	}
	*rest_len = rest.len;
	return rest.text;
}
