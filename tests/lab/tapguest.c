// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * tapguest: plays a guest behind a tap device, as a virtual machine is: what it writes enters the
 * bridge's port, what leaves the port it reads. It either plays the script of guest.h or replays a
 * capture; named with an address it has that from one second after the capture's end. It can write
 * every frame that reaches it to a pcap file, to show that a probing guest never receives its own
 * announcement.
 */
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <linux/sockios.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

struct options {
	const char *tap;
	const char *bridge;
	const char *record;
	const char *replay;
	const char *only;
	double speed;
	int idle_max_ms;
	bool waits;
};

static pcap_t *record_handle;
static pcap_dumper_t *record;

static int usage(void)
{
	fprintf(stderr,
		"usage: tapguest [-b BRIDGE] [-w OUT.pcap] [-W] " GUEST_USAGE "\n"
		"\tTAP MAC ADDR [ADDR...]\n"
		"   or: tapguest [-b BRIDGE] [-w OUT.pcap] [-W] -r IN.pcap [-s SRC_MAC|all]\n"
		"\t[-x FACTOR] [-m IDLE_MAX_MS] [-g GAP_MS] [-k HOLD_MS] TAP [MAC ADDR [ADDR...]]\n"
		"  -W  wait for a line on stdin (or its end) between `tap` and the first frame\n" GUEST_HELP
		"  -x  play gaps FACTOR times as fast   -m  shorten gaps longer than this\n");
	return 2;
}

static int fail(const char *object, const char *what)
{
	fprintf(stderr, "tapguest: %s: %s: %s\n", object, what, strerror(errno));
	return -1;
}

/* Sets it up, and adds it to the bridge if one is named. */
static int link_set(const struct options *options)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {};
	int err = -1;

	if (fd < 0)
		return fail(options->tap, "socket");
	if (options->bridge) {
		snprintf(request.ifr_name, IFNAMSIZ, "%s", options->bridge);
		request.ifr_ifindex = (int)if_nametoindex(options->tap);
		if (ioctl(fd, SIOCBRADDIF, &request)) {
			fail(options->bridge, "add port");
			goto out;
		}
	}
	memset(&request, 0, sizeof(request));
	snprintf(request.ifr_name, IFNAMSIZ, "%s", options->tap);
	if (ioctl(fd, SIOCGIFFLAGS, &request)) {
		fail(options->tap, "read flags");
		goto out;
	}
	request.ifr_flags |= IFF_UP;
	err = ioctl(fd, SIOCSIFFLAGS, &request) ? fail(options->tap, "up") : 0;
out:
	close(fd);
	return err;
}

static int tap_open(const struct options *options)
{
	struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return fail("/dev/net/tun", "open");
	snprintf(request.ifr_name, IFNAMSIZ, "%s", options->tap);
	if (ioctl(fd, TUNSETIFF, &request)) {
		fail(options->tap, "create");
		close(fd);
		return -1;
	}
	if (link_set(options)) {
		close(fd);
		return -1;
	}
	return fd;
}

static ssize_t tap_receive(const struct guest *guest, uint8_t *frame, size_t size)
{
	return read(guest->fd, frame, size);
}

static int record_open(const char *path)
{
	record_handle = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, GUEST_FRAME_MAX,
							     PCAP_TSTAMP_PRECISION_NANO);
	record = record_handle ? pcap_dump_open(record_handle, path) : NULL;
	if (record)
		return 0;
	fprintf(stderr, "tapguest: %s: %s\n", path,
		record_handle ? pcap_geterr(record_handle) : "no memory");
	return -1;
}

static void record_frame(struct guest *guest, const uint8_t *frame, size_t len)
{
	struct pcap_pkthdr head = {.caplen = (uint32_t)len, .len = (uint32_t)len};
	struct timespec now;

	(void)guest;
	if (!record)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	head.ts.tv_sec = now.tv_sec;
	head.ts.tv_usec = now.tv_nsec; /* the file has nanosecond precision */
	pcap_dump((u_char *)record, &head, frame);
	pcap_dump_flush(record);
}

static void record_close(void)
{
	if (record)
		pcap_dump_close(record);
	if (record_handle)
		pcap_close(record_handle);
}

static bool is_wanted(const struct pcap_pkthdr *head, const uint8_t *frame, const uint8_t *source)
{
	static const uint8_t any[GUEST_MAC_LEN];

	return head->caplen == head->len && head->len >= ETH_HLEN &&
	       (!memcmp(source, any, sizeof(any)) ||
		!memcmp(frame + GUEST_MAC_LEN, source, GUEST_MAC_LEN));
}

/* Only handles frames for the given time; owns: the guest has its addresses then. */
static int wait_ms(struct guest *guest, double ms, bool owns)
{
	guest->probes = 0;
	guest->start_ns = guest_now_ns();
	guest->hold_ms = (int)ms;
	guest->quiet = !owns;
	return guest_run(guest);
}

static int frames_replay(pcap_t *in, struct guest *guest, const struct options *options,
			 const uint8_t *source)
{
	struct pcap_pkthdr *head;
	const uint8_t *frame;
	int64_t previous_ns = -1;
	unsigned int sent = 0;
	int more;

	while ((more = pcap_next_ex(in, &head, &frame)) == 1) {
		int64_t at_ns = head->ts.tv_sec * NSEC_PER_SEC + head->ts.tv_usec;
		double gap_ms = previous_ns < 0 ? 0 : (double)(at_ns - previous_ns) / 1e6;

		if (!is_wanted(head, frame, source))
			continue;
		previous_ns = at_ns;
		gap_ms /= options->speed;
		if (options->idle_max_ms && gap_ms > options->idle_max_ms)
			gap_ms = options->idle_max_ms;
		if (gap_ms >= 1 && wait_ms(guest, gap_ms, false))
			return -1;
		if (write(guest->fd, frame, head->caplen) != (ssize_t)head->caplen)
			return fail(options->tap, "write");
		sent++;
	}
	printf("replayed=%u\n", sent);
	return more == PCAP_ERROR_BREAK ? 0 : -1;
}

static int replay(struct guest *guest, const struct options *options)
{
	int hold_ms = guest->hold_ms, err;
	uint8_t source[GUEST_MAC_LEN] = {};
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *in;

	if (options->only && strcmp(options->only, "all") && guest_parse_mac(source, options->only))
		return usage();
	in = pcap_open_offline_with_tstamp_precision(options->replay, PCAP_TSTAMP_PRECISION_NANO,
						     why);
	if (!in) {
		fprintf(stderr, "tapguest: %s: %s\n", options->replay, why);
		return -1;
	}
	err = frames_replay(in, guest, options, source);
	pcap_close(in);
	if (!err && guest->addr_count)
		err = wait_ms(guest, guest->gap_ms, false);
	return err ? err : wait_ms(guest, hold_ms, guest->addr_count);
}

static void go_wait(const struct options *options)
{
	char line[16];

	printf("tap %s\n", options->tap);
	if (options->waits && !fgets(line, sizeof(line), stdin))
		clearerr(stdin);
}

static int play(struct guest *guest, const struct options *options)
{
	int err;

	if (options->record && record_open(options->record))
		return 1;
	guest->on_frame = record_frame;
	guest->receive = tap_receive;
	guest->fd = tap_open(options);
	if (guest->fd < 0) {
		record_close();
		return 1;
	}
	go_wait(options);
	err = options->replay ? replay(guest, options) : guest_run(guest);
	if (err < 0)
		fprintf(stderr, "tapguest: %s: ended early: %s\n", options->tap, strerror(-err));
	close(guest->fd);
	record_close();
	return err ? 1 : 0;
}

static int option_take(struct options *options, struct guest *guest, int opt)
{
	switch (opt) {
	case 'b':
		options->bridge = optarg;
		return 0;
	case 'w':
		options->record = optarg;
		return 0;
	case 'W':
		options->waits = true;
		return 0;
	case 'r':
		options->replay = optarg;
		return 0;
	case 's':
		options->only = optarg;
		return 0;
	case 'm':
		options->idle_max_ms = atoi(optarg);
		return options->idle_max_ms < 1;
	case 'x':
		options->speed = atof(optarg);
		return options->speed <= 0;
	default:
		return guest_option(guest, opt, optarg);
	}
}

int main(int argc, char **argv)
{
	struct options options = {.speed = 1};
	static struct guest guest;
	int opt;

	guest_init(&guest);
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((opt = getopt(argc, argv, GUEST_OPTIONS "b:w:Wr:s:m:x:")) != -1) {
		if (option_take(&options, &guest, opt))
			return usage();
	}
	if (optind >= argc)
		return usage();
	options.tap = argv[optind++];
	if ((!options.replay || optind < argc) &&
	    guest_identity(&guest, argc - optind, argv + optind))
		return usage();
	return play(&guest, &options);
}
