// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * names.c - the interfaces that the configuration names: bridges, uplinks, guests, routers.
 */
#include <errno.h>
#include <fnmatch.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

static bool names_has(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return true;
	return false;
}

bool name_is_excluding(const char *name)
{
	return name[0] == '!';
}

bool names_exclude(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (name_is_excluding(names->name[i]) && fnmatch(names->name[i] + 1, name, 0) == 0)
			return true;
	return false;
}

bool names_match(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!name_is_excluding(names->name[i]) && fnmatch(names->name[i], name, 0) == 0)
			return !names_exclude(names, name);
	return false;
}

size_t names_wanted(const struct names *names)
{
	size_t count = 0;

	for (size_t i = 0; i < names->count; i++)
		count += !name_is_excluding(names->name[i]);
	return count;
}

bool name_is_pattern(const char *name)
{
	return strpbrk(name, "*?[") != NULL;
}

/* A name that the kernel's dev_valid_name() refuses would be waited for without end. */
int name_check(const char *name, const struct where *where)
{
	const char *open = strchr(name, '[');

	if (name[0] == '\0' || name[strcspn(name, "/: \t\r\n\v\f")] != '\0' || !strcmp(name, ".") ||
	    !strcmp(name, ".."))
		return where_error(where,
				   "\"%.60s\" is not an interface name; write one, or a "
				   "pattern such as vmbr*",
				   name);
	if (open && !strchr(open, ']'))
		return where_error(where, "\"%.60s\" has a \"[\" without a \"]\"; write both",
				   name);
	if (!name_is_pattern(name) && strlen(name) >= IFNAMSIZ)
		return where_error(where,
				   "\"%.60s\" is too long; an interface name has at "
				   "most %d characters",
				   name, IFNAMSIZ - 1);
	return 0;
}

static int names_add(struct names *names, const char *name, const struct where *where)
{
	char **more;
	int err = name_check(name + name_is_excluding(name), where);

	if (err || names_has(names, name))
		return err;
	more = realloc(names->name, (names->count + 1) * sizeof(*more));
	if (!more)
		return where_memory(where);
	names->name = more;
	more[names->count] = strdup(name);
	if (!more[names->count])
		return where_memory(where);
	names->count++;
	return 0;
}

/* ---- the four lists ---- */

enum list { LIST_BRIDGES, LIST_UPLINKS, LIST_GUESTS, LIST_ROUTERS, LISTS };

static const struct {
	const char *key;
	const char *flag; /* "": none */
	const char *what; /* of a name in the list */
	size_t names;	  /* offset in struct config */
	size_t given;	  /* offset in struct yaml_config */
} lists[LISTS] = {
#define LIST(key, flag, what)                                                                     \
	{                                                                                         \
#key, flag, what, offsetof(struct config, key), offsetof(struct yaml_config, key) \
	}
	[LIST_BRIDGES] = LIST(bridges, "bridge", "a bridge"),
	[LIST_UPLINKS] = LIST(uplinks, "uplink", "an uplink"),
	[LIST_GUESTS] = LIST(guests, "", "a guest"),
	[LIST_ROUTERS] = LIST(routers, "router", "a router port"),
#undef LIST
};

static struct names *list_names(struct config *config, enum list list)
{
	return (struct names *)((char *)config + lists[list].names);
}

/* A port has one role, and a router port is neither a bridge nor a port of one. */
static bool lists_exclude(enum list a, enum list b)
{
	if (a == b)
		return false;
	return a == LIST_ROUTERS || b == LIST_ROUTERS || (a != LIST_BRIDGES && b != LIST_BRIDGES);
}

static int list_add(struct config *config, enum list list, const char *name,
		    const struct where *where)
{
	for (enum list other = 0; other < LISTS; other++)
		if (lists_exclude(list, other) && names_has(list_names(config, other), name))
			return where_error(where, "%.60s is %s and %s; keep it in one of the lists",
					   name, lists[list < other ? list : other].what,
					   lists[list < other ? other : list].what);
	if (list != LIST_BRIDGES && name_is_excluding(name))
		return where_error(where, "\"%.60s\": only \"bridges\" can keep a name out", name);
	return names_add(list_names(config, list), name, where);
}

static int list_load(struct config *config, enum list list, const struct yaml_config *top,
		     const struct where *file)
{
	const struct yaml_list *given = (const struct yaml_list *)((const char *)top +
								   lists[list].given);
	struct where at = where_key(file, lists[list].key);
	int err = 0;

	for (unsigned int i = 0; i < given->text_count && err != -ENOMEM; i++) {
		struct where where = where_item(&at, i);

		err = faults_join(err, list_add(config, list, given->text[i], &where));
	}
	return err;
}

int names_load(struct config *config, const struct yaml_config *top, const struct where *file)
{
	int err = 0;

	for (enum list list = 0; list < LISTS && err != -ENOMEM; list++)
		err = faults_join(err, list_load(config, list, top, file));
	return err;
}

int names_add_flag(struct config *config, const struct where *where)
{
	for (enum list list = 0; list < LISTS; list++)
		if (strcmp(lists[list].flag, where->flag) == 0)
			return list_add(config, list, where->value, where);
	return where_error(where, "unknown flag");
}

void names_free(struct config *config)
{
	for (enum list list = 0; list < LISTS; list++) {
		struct names *names = list_names(config, list);

		for (size_t i = 0; i < names->count; i++)
			free(names->name[i]);
		free(names->name);
		*names = (struct names){};
	}
}
