// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frames: prints every ARP frame of an interface or of a pcap file as one line of key=value pairs,
 * with the kernel's own time of it in nanoseconds. The tests assert on these lines, so a key never
 * changes its meaning; libpcap puts a VLAN tag that the kernel took out back into the frame.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TAGS_MAX   3
#define SNAPLEN	   256
#define LINE_LEN   512
#define BUFFER_LEN (4 * 1024 * 1024) /* 1 kHz of UDP runs beside the ARP */

struct options {
	const char *iface;
	const char *read;
	const char *write;
	double seconds;
	unsigned long until;
	pcap_direction_t direction;
	char **filters;
};

struct parsed {
	char vlan[LINE_LEN / 4];
	struct ether_arp arp;
	const uint8_t *frame;
	uint32_t len;
};

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static int usage(void)
{
	fprintf(stderr, "usage: frames -i IFACE [-Q in|out] [-w OUT.pcap] [-d SECONDS] [-u COUNT] "
			"[KEY=VALUE...]\n"
			"   or: frames -r IN.pcap [-w OUT.pcap] [-u COUNT] [KEY=VALUE...]\n"
			"  -u, --until  end after COUNT lines; exit 1 where -d ends it before\n"
			"  KEY=VALUE    print only lines that have every one of these words\n");
	return 2;
}

/* [TPID:]VID:PCP, outer first, with the TPID where it is not 802.1Q's; "-" where untagged. */
static bool frame_parse(struct parsed *parsed)
{
	size_t at = 2 * ETH_ALEN, used = 0;
	uint16_t type, tci;

	snprintf(parsed->vlan, sizeof(parsed->vlan), "-");
	for (int tags = 0; tags <= TAGS_MAX; tags++) {
		if (at + sizeof(type) > parsed->len)
			return false;
		type = (uint16_t)(parsed->frame[at] << 8 | parsed->frame[at + 1]);
		at += sizeof(type);
		if (type == ETHERTYPE_ARP) {
			if (at + sizeof(parsed->arp) > parsed->len)
				return false;
			memcpy(&parsed->arp, parsed->frame + at, sizeof(parsed->arp));
			return parsed->arp.arp_pro == htons(ETHERTYPE_IP);
		}
		if ((type != ETH_P_8021Q && type != ETH_P_8021AD) || at + sizeof(tci) > parsed->len)
			return false;
		tci = (uint16_t)(parsed->frame[at] << 8 | parsed->frame[at + 1]);
		at += sizeof(tci);
		used += (size_t)snprintf(parsed->vlan + used, sizeof(parsed->vlan) - used,
					 "%s%s%u:%u", used ? "," : "",
					 type == ETH_P_8021AD ? "ad:" : "", tci & 0xfffu,
					 (unsigned int)tci >> 13);
	}
	return false;
}

static const char *kind_name(const struct ether_arp *arp)
{
	static const uint8_t zero[4];
	bool request = arp->arp_op == htons(ARPOP_REQUEST);

	if (!request && arp->arp_op != htons(ARPOP_REPLY))
		return "other";
	if (request && !memcmp(arp->arp_spa, zero, sizeof(zero)))
		return "probe";
	if (!memcmp(arp->arp_spa, arp->arp_tpa, sizeof(arp->arp_spa)))
		return request ? "announce-request" : "announce-reply";
	return request ? "request" : "reply";
}

static const char *mac_text(const uint8_t *mac, char text[18])
{
	snprintf(text, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
		 mac[5]);
	return text;
}

static void line_write(const struct pcap_pkthdr *head, const struct parsed *parsed, char *line)
{
	char src[18], dst[18], sha[18], tha[18], spa[INET_ADDRSTRLEN], tpa[INET_ADDRSTRLEN];
	const struct ether_arp *arp = &parsed->arp;

	inet_ntop(AF_INET, arp->arp_spa, spa, sizeof(spa));
	inet_ntop(AF_INET, arp->arp_tpa, tpa, sizeof(tpa));
	snprintf(line, LINE_LEN,
		 "t=%lld.%09lld kind=%s src=%s dst=%s vlan=%s op=%u sha=%s spa=%s tha=%s tpa=%s "
		 "len=%u",
		 (long long)head->ts.tv_sec, (long long)head->ts.tv_usec, kind_name(arp),
		 mac_text(parsed->frame + ETH_ALEN, src), mac_text(parsed->frame, dst),
		 parsed->vlan, ntohs(arp->arp_op), mac_text(arp->arp_sha, sha), spa,
		 mac_text(arp->arp_tha, tha), tpa, head->len);
}

/* Whole words only, so that tpa=192.0.2.1 is not found in tpa=192.0.2.10. */
static bool line_has(const char *line, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = strstr(line, word); at; at = strstr(at + 1, word)) {
		if ((at == line || at[-1] == ' ') && (at[len] == ' ' || !at[len]))
			return true;
	}
	return false;
}

static bool frame_print(const struct pcap_pkthdr *head, const uint8_t *frame, char **filters)
{
	struct parsed parsed = {.frame = frame, .len = head->caplen};
	char line[LINE_LEN];

	if (!frame_parse(&parsed))
		return false;
	line_write(head, &parsed, line);
	for (; *filters; filters++) {
		if (!line_has(line, *filters))
			return false;
	}
	puts(line);
	return true;
}

static pcap_t *live_open(const struct options *options, char *why)
{
	pcap_t *handle = pcap_create(options->iface, why);
	int err;

	if (!handle)
		return NULL;
	pcap_set_snaplen(handle, SNAPLEN);
	pcap_set_promisc(handle, 1);
	pcap_set_immediate_mode(handle, 1);
	pcap_set_buffer_size(handle, BUFFER_LEN);
	pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
	err = pcap_activate(handle);
	if (err >= 0 && !pcap_setnonblock(handle, 1, why) &&
	    (options->direction == PCAP_D_INOUT || !pcap_setdirection(handle, options->direction)))
		return handle;
	snprintf(why, PCAP_ERRBUF_SIZE, "%s", pcap_geterr(handle));
	pcap_close(handle);
	return NULL;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* False where the time is over. */
static bool frame_await(pcap_t *handle, int64_t until_ms)
{
	struct pollfd poll_fd = {.fd = pcap_get_selectable_fd(handle), .events = POLLIN};
	int64_t left_ms = until_ms < 0 ? -1 : until_ms - now_ms();

	if (until_ms >= 0 && left_ms <= 0)
		return false;
	poll(&poll_fd, 1, (int)left_ms);
	return true;
}

static int capture(pcap_t *handle, const struct options *options, pcap_dumper_t *out)
{
	int64_t until_ms = options->seconds > 0 ? now_ms() + (int64_t)(options->seconds * 1e3) : -1;
	unsigned long printed = 0;
	struct pcap_pkthdr *head;
	const uint8_t *frame;

	while (!ended) {
		int got = pcap_next_ex(handle, &head, &frame);

		if (got < 0)
			break; /* the end of the file, or of the interface */
		if (got == 0 && !frame_await(handle, until_ms))
			return options->until ? 1 : 0;
		if (got == 0 || !frame_print(head, frame, options->filters))
			continue;
		if (out) {
			pcap_dump((u_char *)out, head, frame);
			pcap_dump_flush(out);
		}
		if (++printed == options->until)
			return 0;
	}
	return options->until ? 1 : 0;
}

static int run(const struct options *options)
{
	char why[PCAP_ERRBUF_SIZE] = "";
	pcap_dumper_t *out = NULL;
	pcap_t *handle;
	int status = 1;

	handle = options->read ? pcap_open_offline_with_tstamp_precision(
					 options->read, PCAP_TSTAMP_PRECISION_NANO, why)
			       : live_open(options, why);
	if (!handle) {
		fprintf(stderr, "frames: %s: %s\n", options->read ? options->read : options->iface,
			why);
		return 1;
	}
	if (options->write) {
		out = pcap_dump_open(handle, options->write);
		if (!out) {
			fprintf(stderr, "frames: %s\n", pcap_geterr(handle));
			goto out;
		}
	}
	if (options->iface)
		puts("listening");
	status = capture(handle, options, out);
	if (out)
		pcap_dump_close(out);
out:
	pcap_close(handle);
	return status;
}

static int option_take(struct options *options, int opt)
{
	switch (opt) {
	case 'i':
		options->iface = optarg;
		return 0;
	case 'r':
		options->read = optarg;
		return 0;
	case 'w':
		options->write = optarg;
		return 0;
	case 'd':
		options->seconds = atof(optarg);
		return options->seconds <= 0;
	case 'u':
		options->until = strtoul(optarg, NULL, 10);
		return !options->until;
	case 'Q':
		options->direction = strcmp(optarg, "in") ? PCAP_D_OUT : PCAP_D_IN;
		return strcmp(optarg, "in") && strcmp(optarg, "out");
	default:
		return -EINVAL;
	}
}

static void signals_take(void)
{
	/* No SA_RESTART: the poll has to come back. */
	struct sigaction action = {.sa_handler = end};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

int main(int argc, char **argv)
{
	struct options options = {.direction = PCAP_D_INOUT};
	int opt;

	/* The options begin with a dash, the filters do not: --until is spelt out for the reader.
	 */
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--until"))
			argv[i] = "-u";
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, "i:r:w:d:u:Q:")) != -1) {
		if (option_take(&options, opt))
			return usage();
	}
	if (!options.iface == !options.read)
		return usage();
	options.filters = argv + optind;
	signals_take();
	return run(&options);
}
