// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * frames: prints every ARP frame, and every Neighbor Solicitation and Advertisement, of an
 * interface or of a pcap file as one line of key=value pairs, with the kernel's time in
 * nanoseconds. The tests assert on these lines, so a key never changes its meaning. libpcap puts a
 * VLAN tag that the kernel has removed back into the frame.
 */
#include "frames.h"

#include <errno.h>
#include <net/ethernet.h>
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
#define TIME_LEN   32
#define BUFFER_LEN (4 * 1024 * 1024) /* the capture also has UDP at 1 kHz */

struct options {
	const char *iface;
	const char *read;
	const char *write;
	double seconds;
	unsigned long until;
	pcap_direction_t direction;
	const char *expression; /* pcap-filter(7), applied by the kernel; NULL: everything */
	char **filters;
};

static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static int usage(void)
{
	fprintf(stderr, "usage: frames -i IFACE [-Q in|out] [-f FILTER] [-w OUT.pcap] [-d SECONDS] "
			"[-u COUNT] [KEY=VALUE...]\n"
			"   or: frames -r IN.pcap [-w OUT.pcap] [-u COUNT] [KEY=VALUE...]\n"
			"  -u, --until  end after COUNT lines; exit 1 where -d ends it before\n"
			"  KEY=VALUE    print only lines that have every one of these words\n");
	return 2;
}

const char *frames_mac_text(const uint8_t *mac, char text[FRAMES_MAC_LEN])
{
	snprintf(text, FRAMES_MAC_LEN, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2],
		 mac[3], mac[4], mac[5]);
	return text;
}

/* [TPID:]VID:PCP, outer first, without a TPID of 802.1Q; "-" if untagged. */
static bool tags_parse(struct frame *frame)
{
	size_t used = 0;
	uint16_t tci;

	frame->at = 2 * ETH_ALEN;
	snprintf(frame->vlan, sizeof(frame->vlan), "-");
	for (int tags = 0; tags <= TAGS_MAX; tags++) {
		if (frame->at + 2 * sizeof(tci) > frame->len)
			return false;
		frame->type = (uint16_t)(frame->bytes[frame->at] << 8 |
					 frame->bytes[frame->at + 1]);
		frame->at += sizeof(frame->type);
		if (frame->type != ETH_P_8021Q && frame->type != ETH_P_8021AD)
			return true;
		tci = (uint16_t)(frame->bytes[frame->at] << 8 | frame->bytes[frame->at + 1]);
		frame->at += sizeof(tci);
		used += (size_t)snprintf(frame->vlan + used, sizeof(frame->vlan) - used,
					 "%s%s%u:%u", used ? "," : "",
					 frame->type == ETH_P_8021AD ? "ad:" : "", tci & 0xfffu,
					 (unsigned int)tci >> 13);
	}
	return false;
}

static bool frame_write(const struct pcap_pkthdr *head, const uint8_t *bytes, char *line)
{
	struct frame frame = {.bytes = bytes, .len = head->caplen, .wire_len = head->len};
	int len = snprintf(line, TIME_LEN, "t=%lld.%09lld ", (long long)head->ts.tv_sec,
			   (long long)head->ts.tv_usec);

	return tags_parse(&frame) &&
	       (frames_arp(&frame, line + len) || frames_nd(&frame, line + len));
}

/* Whole words only: tpa=192.0.2.1 does not match tpa=192.0.2.10. */
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
	char line[TIME_LEN + FRAMES_LINE_LEN];

	if (!frame_write(head, frame, line))
		return false;
	for (; *filters; filters++) {
		if (!line_has(line, *filters))
			return false;
	}
	puts(line);
	return true;
}

static int live_filter(pcap_t *handle, const char *expression)
{
	struct bpf_program program;
	int err;

	if (!expression)
		return 0;
	err = pcap_compile(handle, &program, expression, 1, PCAP_NETMASK_UNKNOWN);
	if (err)
		return err;
	err = pcap_setfilter(handle, &program);
	pcap_freecode(&program);
	return err;
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
	if (err >= 0 && !live_filter(handle, options->expression) &&
	    !pcap_setnonblock(handle, 1, why) &&
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

/* False when the time is over. */
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
	case 'f':
		options->expression = optarg;
		return 0;
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
	/* No SA_RESTART: poll has to return. */
	struct sigaction action = {.sa_handler = end};

	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
}

int main(int argc, char **argv)
{
	struct options options = {.direction = PCAP_D_INOUT};
	int opt;

	/* Options begin with a dash, filters do not. */
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--until"))
			argv[i] = "-u";
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, "i:r:w:d:u:Q:f:")) != -1) {
		if (option_take(&options, opt))
			return usage();
	}
	if (!options.iface == !options.read)
		return usage();
	options.filters = argv + optind;
	signals_take();
	return run(&options);
}
