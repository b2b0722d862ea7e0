// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* wcswidth(3) */
#include <arpa/inet.h>
#include <errno.h>
#include <locale.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "text.h"

#define TEXT_COLUMNS_MAX 256 /* of text_columns(); a longer text is measured in bytes */

static const __u8 v4_mapped[12] = {[10] = 0xff, [11] = 0xff};

int addr_parse(const char *text, struct addr *addr)
{
	struct addr parsed = {};

	memcpy(parsed.bytes, v4_mapped, sizeof(v4_mapped));
	if (inet_pton(AF_INET, text, parsed.bytes + sizeof(v4_mapped)) != 1 &&
	    inet_pton(AF_INET6, text, parsed.bytes) != 1)
		return -EINVAL;
	*addr = parsed;
	return 0;
}

/* Digits only: strtoul would take " +24" and "-1" as well. */
static int length_parse(const char *text, unsigned int max)
{
	size_t digits = strspn(text, "0123456789");
	unsigned int value = 0;

	if (digits == 0 || digits > 3 || text[digits] != '\0')
		return -EINVAL;
	for (; *text; text++)
		value = value * 10 + (unsigned int)(*text - '0');
	return value <= max ? (int)value : -EINVAL;
}

bool prefix_clear_host_bits(struct prefix *prefix)
{
	bool cleared = false;

	for (unsigned int i = 0; i < sizeof(prefix->addr.bytes); i++) {
		unsigned int kept = prefix->len <= i * 8 ? 0 : prefix->len - i * 8;
		__u8 mask = kept >= 8 ? 0xff : (__u8)(0xff00u >> kept);

		cleared |= (prefix->addr.bytes[i] & (__u8)~mask) != 0;
		prefix->addr.bytes[i] &= mask;
	}
	return cleared;
}

bool prefix_covers(const struct prefix *wide, const struct prefix *narrow)
{
	unsigned int bytes = wide->len / 8, bits = wide->len % 8;
	__u8 mask = (__u8)(0xff00u >> bits);

	if (wide->len > narrow->len || memcmp(&wide->addr, &narrow->addr, bytes) != 0)
		return false;
	return bits == 0 || ((wide->addr.bytes[bytes] ^ narrow->addr.bytes[bytes]) & mask) == 0;
}

int prefix_parse(const char *text, struct prefix *prefix)
{
	const char *slash = strchr(text, '/');
	size_t addr_len = slash ? (size_t)(slash - text) : strlen(text);
	struct prefix parsed = {.len = ADDR_BITS};
	char addr[ADDR_TEXT_LEN];
	bool v4;

	if (addr_len >= sizeof(addr))
		return -EINVAL;
	memcpy(addr, text, addr_len);
	addr[addr_len] = '\0';
	if (addr_parse(addr, &parsed.addr))
		return -EINVAL;
	/* The notation decides where the length counts from: ::ffff:0:0/96 is IPv6. */
	v4 = strchr(addr, ':') == NULL;
	if (slash) {
		int len = length_parse(slash + 1, v4 ? ADDR_BITS - ADDR_V4_BITS : ADDR_BITS);

		if (len < 0)
			return -EINVAL;
		parsed.len = (__u32)len + (v4 ? ADDR_V4_BITS : 0);
	}
	*prefix = parsed;
	return prefix_clear_host_bits(prefix) ? -EDOM : 0;
}

int mac_parse(const char *text, __u8 mac[MAC_LEN])
{
	char colons[MAC_TEXT_LEN], whole[MAC_TEXT_LEN];
	struct ether_addr parsed;

	if (strlen(text) >= sizeof(colons) || (strchr(text, '-') && strchr(text, ':')))
		return -EINVAL;
	for (char *to = strcpy(colons, text); *to; to++)
		*to = *to == '-' ? ':' : *to;
	/* ether_aton(3) takes "1" for "01", and ignores what follows. */
	if (!ether_aton_r(colons, &parsed) ||
	    strcasecmp(mac_text(parsed.ether_addr_octet, whole), colons) != 0 ||
	    !mac_is_host(parsed.ether_addr_octet))
		return -EINVAL;
	memcpy(mac, &parsed, MAC_LEN);
	return 0;
}

const char *addr_text(const struct addr *addr, char text[ADDR_TEXT_LEN])
{
	if (addr_is_ipv4(addr))
		inet_ntop(AF_INET, addr->bytes + sizeof(v4_mapped), text, ADDR_TEXT_LEN);
	else
		inet_ntop(AF_INET6, addr->bytes, text, ADDR_TEXT_LEN);
	return text;
}

const char *prefix_text(const struct prefix *prefix, char text[ADDR_TEXT_LEN])
{
	bool v4 = addr_is_ipv4(&prefix->addr) && prefix->len >= ADDR_V4_BITS;
	size_t used;

	/* A mapped network shorter than /96 is IPv6, though its address looks like IPv4. */
	if (v4)
		addr_text(&prefix->addr, text);
	else
		inet_ntop(AF_INET6, prefix->addr.bytes, text, ADDR_TEXT_LEN);
	used = strlen(text);
	if (prefix->len != ADDR_BITS)
		snprintf(text + used, ADDR_TEXT_LEN - used, "/%u",
			 prefix->len - (v4 ? ADDR_V4_BITS : 0));
	return text;
}

const char *mac_text(const __u8 mac[MAC_LEN], char text[MAC_TEXT_LEN])
{
	snprintf(text, MAC_TEXT_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

/* ---- names given by others ---- */

/*
 * The length of the printable character that begins here; 0: not a printable one. C1 controls are
 * not: terminals obey them.
 */
static size_t character_len(const unsigned char *c)
{
	static const __u32 least[] = {[2] = 0xa0, [3] = 0x800, [4] = 0x10000};
	__u32 point;
	size_t len;

	if (c[0] < 0x80)
		return c[0] >= ' ' && c[0] != 0x7f;
	if (c[0] < 0xc0 || c[0] >= 0xf8)
		return 0;
	len = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	point = c[0] & (0x7f >> len);
	for (size_t i = 1; i < len; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (c[i] & 0x3f);
	}
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point < 0xe000))
		return 0;
	return len;
}

char *text_clean(char *text)
{
	char *c = text;

	while (*c) {
		size_t len = character_len((const unsigned char *)c);

		if (!len)
			*c = '?';
		c += len ? len : 1;
	}
	return text;
}

const char *name_text(const char *name, char text[NAME_TEXT_LEN])
{
	snprintf(text, NAME_TEXT_LEN, "%s", name);
	return text_clean(text);
}

static bool (*name_of_gone)(__u32 ifindex, char name[NAME_TEXT_LEN]);

void text_remember_names(bool (*find)(__u32 ifindex, char name[NAME_TEXT_LEN]))
{
	name_of_gone = find;
}

const char *interface_text(__u32 ifindex, char text[NAME_TEXT_LEN])
{
	if (!if_indextoname(ifindex, text) && !(name_of_gone && name_of_gone(ifindex, text)))
		snprintf(text, NAME_TEXT_LEN, "#%u", ifindex);
	return text_clean(text);
}

/* Bytes are columns only in ASCII; wcswidth(3) needs a locale that has UTF-8. */
size_t text_columns(const char *text)
{
	static locale_t utf8;
	wchar_t wide[TEXT_COLUMNS_MAX];
	locale_t before;
	size_t count;
	int columns;

	for (const char *c = text;; c++) {
		if (!*c)
			return (size_t)(c - text);
		if (*c < ' ' || *c > '~')
			break;
	}
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
	if (!utf8)
		return strlen(text);
	before = uselocale(utf8);
	count = mbstowcs(wide, text, TEXT_COLUMNS_MAX);
	columns = count < TEXT_COLUMNS_MAX ? wcswidth(wide, count) : -1;
	uselocale(before);
	return columns < 0 ? strlen(text) : (size_t)columns;
}

const char *text_plural(size_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

/* ---- times ---- */

static long long clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return now.tv_sec * (long long)NSEC_PER_SEC + now.tv_nsec;
}

__u64 time_now_ns(void)
{
	return (__u64)clock_ns(CLOCK_MONOTONIC);
}

/* Writes `digits` digits of the value and the character behind them; returns what follows. */
static char *digits_text(char *text, int value, int digits, char behind)
{
	for (int i = digits; i--; value /= 10)
		text[i] = (char)('0' + value % 10);
	text[digits] = behind;
	return text + digits + 1;
}

/* Tools print many of them: strftime(3) and snprintf(3) take ten times as long. */
static void utc_text(const struct tm *utc, int ms, char *text)
{
	text = digits_text(text, utc->tm_year + 1900, 4, '-');
	text = digits_text(text, utc->tm_mon + 1, 2, '-');
	text = digits_text(text, utc->tm_mday, 2, 'T');
	text = digits_text(text, utc->tm_hour, 2, ':');
	text = digits_text(text, utc->tm_min, 2, ':');
	text = digits_text(text, utc->tm_sec, 2, '.');
	text = digits_text(text, ms, 3, 'Z');
	*text = '\0';
}

/* A CLOCK_MONOTONIC time as that of the wall clock. */
static long long time_wall(__u64 monotonic_ns)
{
	/* Signed: a deadline is in the future. */
	long long ago_ns = clock_ns(CLOCK_MONOTONIC) - (long long)monotonic_ns;

	return clock_ns(CLOCK_REALTIME) - ago_ns;
}

static int wall_ms(long long wall_ns)
{
	return (int)(wall_ns % (long long)NSEC_PER_SEC / (long long)NSEC_PER_MSEC);
}

const char *time_wall_text(long long wall_ns, char text[TIME_TEXT_LEN])
{
	time_t seconds = (time_t)(wall_ns / (long long)NSEC_PER_SEC);
	struct tm utc;

	text[0] = '\0';
	if (gmtime_r(&seconds, &utc))
		utc_text(&utc, wall_ms(wall_ns), text);
	return text;
}

const char *time_wall_local_text(long long wall_ns, char text[TIME_TEXT_LEN])
{
	time_t seconds = (time_t)(wall_ns / (long long)NSEC_PER_SEC);
	char offset[8] = "";
	struct tm local;
	size_t used;

	text[0] = '\0';
	if (!localtime_r(&seconds, &local))
		return text;
	used = strftime(text, TIME_TEXT_LEN, "%Y-%m-%d %H:%M:%S", &local);
	strftime(offset, sizeof(offset), "%z", &local);
	snprintf(text + used, TIME_TEXT_LEN - used, ".%03d%s", wall_ms(wall_ns), offset);
	return text;
}

const char *time_text(__u64 monotonic_ns, char text[TIME_TEXT_LEN])
{
	text[0] = '\0';
	return monotonic_ns ? time_wall_text(time_wall(monotonic_ns), text) : text;
}

const char *time_local_text(__u64 monotonic_ns, char text[TIME_TEXT_LEN])
{
	text[0] = '\0';
	return monotonic_ns ? time_wall_local_text(time_wall(monotonic_ns), text) : text;
}

const char *duration_text(__u64 ns, char text[DURATION_TEXT_LEN])
{
	if (ns < NSEC_PER_SEC)
		snprintf(text, DURATION_TEXT_LEN, "%.1f ms", (double)ns / NSEC_PER_MSEC);
	else if (ns < 120 * NSEC_PER_SEC)
		snprintf(text, DURATION_TEXT_LEN, "%.1f s", (double)ns / NSEC_PER_SEC);
	else if (ns < 7200 * NSEC_PER_SEC)
		snprintf(text, DURATION_TEXT_LEN, "%llu min", ns / (60 * NSEC_PER_SEC));
	else
		snprintf(text, DURATION_TEXT_LEN, "%llu h", ns / (3600 * NSEC_PER_SEC));
	return text;
}

/* ---- names ---- */

#define NAMES(function, ...)                                                                \
	const char *function(unsigned int value)                                            \
	{                                                                                   \
		static const char *const names[] = {__VA_ARGS__};                           \
                                                                                            \
		return value < sizeof(names) / sizeof(names[0]) ? names[value] : "unknown"; \
	}

#define STATE(NAME, name, what)	   [CLAIM_##NAME] = #name,
#define COUNTER(name, help)	   [COUNTER_##name] = #name,
#define UNHEARD_NAME(NAME, name)   [UNHEARD_##NAME] = name,
#define COUNTER_HELP(name, help)   [COUNTER_##name] = help,
#define HISTOGRAM(name, help)	   [HISTOGRAM_##name] = #name,
#define HISTOGRAM_HELP(name, help) [HISTOGRAM_##name] = help,

NAMES(claim_state_name, CLAIM_STATES(STATE))
NAMES(counter_name, COUNTERS(COUNTER))
NAMES(counter_help, COUNTERS(COUNTER_HELP))
NAMES(histogram_name, HISTOGRAMS(HISTOGRAM))
NAMES(histogram_help, HISTOGRAMS(HISTOGRAM_HELP))
NAMES(port_role_name, [ROLE_GUEST] = "guest", [ROLE_UPLINK] = "uplink", [ROLE_ROUTER] = "router",
      [ROLE_HOST] = "host")
NAMES(unheard_name, UNHEARDS(UNHEARD_NAME))
NAMES(port_mode_name, [MODE_AUTO] = "auto", [MODE_TCX] = "tcx", [MODE_TC] = "tc",
      [MODE_XDP] = "xdp", [MODE_XDP_GENERIC] = "xdp-generic")
