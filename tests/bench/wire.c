// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wire: captures on an interface until SIGTERM, then prints for each probed address how long after
 * its probe it was announced (by ARP, or by Neighbor Discovery for IPv6), by the kernel's times of
 * both frames in one capture. Frames stay in the kernel's ring without a wake-up for each, so that
 * measuring disturbs little (the lab's `frames` prints each line at once, for tests that wait).
 */
#include "range.h"
#include "samples.h"
#include "wire_kinds.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ADDRESSES_MAX 16384
#define TIMES_MAX     16
#define SNAPLEN	      96
#define RING_BYTES    (64 * 1024 * 1024)
#define RETIRE_MS     50 /* when a block of the ring is handed over that is not full */

struct times {
	int64_t ns[TIMES_MAX];
	unsigned int count; /* including those without room */
};

struct address {
	struct times times[KINDS];
};

struct options {
	const char *iface;
	const char *mac; /* whose frames count; NULL: all */
	const struct wire_protocol *protocol;
	struct range range;
	unsigned int addresses;
	unsigned int times;  /* how often each form of the announcement is due */
	unsigned int probe;  /* the clock starts with this one of an address, from 1; 0: none */
	bool requests_alone; /* are announcements */
	int64_t due_ns;	     /* after it */
	int64_t span_ns;     /* announcements count for this long after it */
};

struct span {
	int64_t first_ns;
	int64_t last_ns;
};

struct findings {
	struct samples late; /* of each probed address */
	unsigned int probed;
	unsigned int announced;
	unsigned int lost;  /* lacking a form of the announcement */
	unsigned int few;   /* having a form less often than it is due */
	unsigned int twice; /* having a form more often */
	unsigned int confirmed;
	struct span probes;
	struct span announcements; /* the first one of each address */
	struct span confirmations; /* the same */
};

static struct address addresses[ADDRESSES_MAX];
static int64_t late_ns[ADDRESSES_MAX];
static volatile sig_atomic_t ended;

static void end(int signal_number)
{
	(void)signal_number;
	ended = 1;
}

static int usage(void)
{
	fprintf(stderr,
		"usage: wire [-p PROBE] [-d DUE_MS] [-s SPAN_MS] [-n TIMES] [-R] [-m MAC] IFACE FIRST "
		"ADDRESSES\n"
		"  -p  measure from this probe (1); 0: there are no probes\n"
		"  -d  due so long after it (0)   -s  look no further than so long after it (500)\n"
		"  -n  announcements that are due in this time (1)   -R  of ARP requests alone\n"
		"  -m  look at frames from this MAC only\n");
	return 2;
}

static void times_add(struct times *times, int64_t ns)
{
	if (times->count < TIMES_MAX)
		times->ns[times->count] = ns;
	times->count++;
}

static void frame_take(u_char *user, const struct pcap_pkthdr *head, const u_char *frame)
{
	const struct options *options = (const struct options *)user;
	/* pcap's name for it; nanoseconds, as was configured */
	int64_t ns = head->ts.tv_sec * (int64_t)NSEC_PER_SEC + head->ts.tv_usec;
	uint8_t addr[sizeof(struct in6_addr)];
	enum kind kind = options->protocol->classify(frame, head->caplen, addr);
	uint32_t index;

	if (kind == KIND_OTHER)
		return;
	index = range_index(&options->range, addr);
	if (index < options->addresses)
		times_add(&addresses[index].times[kind], ns);
}

/* How many from `from` to `to`, and the first of them. */
static unsigned int times_within(const struct times *times, int64_t from_ns, int64_t to_ns,
				 int64_t *first_ns)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < times->count && i < TIMES_MAX; i++) {
		if (times->ns[i] < from_ns || times->ns[i] >= to_ns)
			continue;
		if (!count++ && times->ns[i] < *first_ns)
			*first_ns = times->ns[i];
	}
	return count;
}

static void span_take(struct span *span, int64_t ns)
{
	if (!span->first_ns || ns < span->first_ns)
		span->first_ns = ns;
	if (ns > span->last_ns)
		span->last_ns = ns;
}

static double span_us(const struct span *span)
{
	return (double)(span->last_ns - span->first_ns) / NSEC_PER_USEC;
}

static int64_t span_end_ns(const struct options *options, int64_t probe_ns)
{
	return options->probe ? probe_ns + options->span_ns : INT64_MAX;
}

static void confirmation_take(const struct times *confirmations, struct findings *findings)
{
	if (!confirmations->count)
		return;
	findings->confirmed++;
	span_take(&findings->confirmations, confirmations->ns[0]);
}

static void address_judge(const struct options *options, const struct address *address,
			  struct findings *findings)
{
	const struct times *times = address->times, *probes = &times[KIND_PROBE];
	int64_t probe_ns, first_ns = INT64_MAX;
	enum kind last = options->requests_alone ? KIND_ANNOUNCEMENT : options->protocol->last;
	bool lost = false, few = false, twice = false;

	if (probes->count < options->probe)
		return;
	findings->probed++;
	probe_ns = options->probe ? probes->ns[options->probe - 1] : 0;
	span_take(&findings->probes, probe_ns);
	for (unsigned int kind = KIND_ANNOUNCEMENT; kind <= last; kind++) {
		unsigned int count = times_within(&times[kind], probe_ns,
						  span_end_ns(options, probe_ns), &first_ns);

		lost |= !count;
		few |= count < options->times;
		twice |= count > options->times;
	}
	findings->lost += lost;
	findings->few += few;
	findings->twice += twice;
	if (first_ns == INT64_MAX) {
		findings->late.ns[findings->late.count++] = SAMPLE_NONE;
		return;
	}
	findings->announced++;
	confirmation_take(&times[KIND_CONFIRMATION], findings);
	findings->late.ns[findings->late.count++] = first_ns - probe_ns - options->due_ns;
	span_take(&findings->announcements, first_ns);
}

static double latest_us(const struct samples *late)
{
	int64_t latest_ns = 0;

	for (size_t i = 0; i < late->count; i++)
		latest_ns = late->ns[i] > latest_ns ? late->ns[i] : latest_ns;
	return (double)latest_ns / NSEC_PER_USEC;
}

static void report(const struct options *options)
{
	struct findings findings = {.late.ns = late_ns};

	for (unsigned int i = 0; i < options->addresses; i++)
		address_judge(options, &addresses[i], &findings);
	samples_print(&findings.late);
	findings.confirmations.first_ns = findings.announcements.first_ns;
	printf("probed=%u announced=%u lost=%u few=%u twice=%u max_us=%.1f probes_us=%.1f "
	       "announcements_us=%.1f confirmed=%u confirmed_us=%.1f\n",
	       findings.probed, findings.announced, findings.lost, findings.few, findings.twice,
	       latest_us(&findings.late), span_us(&findings.probes),
	       span_us(&findings.announcements), findings.confirmed,
	       findings.confirmed ? span_us(&findings.confirmations) : 0.0);
}

static pcap_t *wire_open(const char *iface, const char *protocol, const char *mac)
{
	char why[PCAP_ERRBUF_SIZE] = "", filter[64];
	struct bpf_program only;
	pcap_t *handle = pcap_create(iface, why);
	bool up;

	snprintf(filter, sizeof(filter), "%s%s%.20s", protocol, mac ? " and ether src " : "",
		 mac ? mac : "");
	if (!handle) {
		fprintf(stderr, "wire: %s: %s\n", iface, why);
		return NULL;
	}
	pcap_set_snaplen(handle, SNAPLEN);
	pcap_set_promisc(handle, 1);
	pcap_set_timeout(handle, RETIRE_MS);
	pcap_set_buffer_size(handle, RING_BYTES);
	pcap_set_tstamp_precision(handle, PCAP_TSTAMP_PRECISION_NANO);
	up = pcap_activate(handle) >= 0 &&
	     !pcap_compile(handle, &only, filter, 1, PCAP_NETMASK_UNKNOWN);
	if (up) {
		up = !pcap_setfilter(handle, &only) && !pcap_setnonblock(handle, 1, why);
		pcap_freecode(&only);
	}
	if (up)
		return handle;
	fprintf(stderr, "wire: %s: %s\n", iface, why[0] ? why : pcap_geterr(handle));
	pcap_close(handle);
	return NULL;
}

static int listen_until_ended(pcap_t *handle, struct options *options)
{
	bool last = false;
	int got;

	puts("listening");
	/* The last frames are in a block that is not handed over yet. */
	while (!last) {
		last = ended;
		usleep(2 * RETIRE_MS * 1000);
		do {
			got = pcap_dispatch(handle, -1, frame_take, (u_char *)options);
		} while (got > 0);
		if (got < 0) {
			fprintf(stderr, "wire: %s: %s\n", options->iface, pcap_geterr(handle));
			return -EIO;
		}
	}
	return 0;
}

static int run(struct options *options)
{
	pcap_t *handle = wire_open(options->iface, options->protocol->filter, options->mac);
	struct pcap_stat stat = {};
	int err;

	if (!handle)
		return 1;
	err = listen_until_ended(handle, options);
	if (!err && (pcap_stats(handle, &stat) || stat.ps_drop)) {
		fprintf(stderr, "wire: %s: the capture lost %u frames; no result\n", options->iface,
			stat.ps_drop);
		err = -EIO;
	}
	pcap_close(handle);
	if (!err)
		report(options);
	return err ? 1 : 0;
}

static int option_take(struct options *options, int opt)
{
	switch (opt) {
	case 'p':
		options->probe = (unsigned int)strtoul(optarg, NULL, 10);
		return options->probe > TIMES_MAX;
	case 'd':
		options->due_ns = strtol(optarg, NULL, 10) * NSEC_PER_MSEC;
		return 0;
	case 's':
		options->span_ns = strtol(optarg, NULL, 10) * NSEC_PER_MSEC;
		return 0;
	case 'n':
		options->times = (unsigned int)strtoul(optarg, NULL, 10);
		return 0;
	case 'R':
		options->requests_alone = true;
		return 0;
	case 'm':
		options->mac = optarg;
		return 0;
	default:
		return -EINVAL;
	}
}

int main(int argc, char **argv)
{
	struct options options = {.probe = 1, .times = 1, .span_ns = 500 * (int64_t)NSEC_PER_MSEC};
	struct sigaction action = {.sa_handler = end};
	int opt;

	while ((opt = getopt(argc, argv, "p:d:s:n:Rm:")) != -1) {
		if (option_take(&options, opt))
			return usage();
	}
	if (argc - optind != 3 || range_parse(&options.range, argv[optind + 1]))
		return usage();
	options.iface = argv[optind];
	options.protocol = options.range.is_ipv6 ? &wire_nd : &wire_arp;
	options.addresses = (unsigned int)strtoul(argv[optind + 2], NULL, 10);
	if (!options.addresses || options.addresses > ADDRESSES_MAX)
		return usage();
	setvbuf(stdout, NULL, _IOLBF, 0);
	sigaction(SIGTERM, &action, NULL);
	return run(&options);
}
