// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static const uint8_t broadcast_mac[GUEST_MAC_LEN] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
static const uint8_t zero_mac[GUEST_MAC_LEN];

enum step_kind { STEP_PROBE, STEP_USE, STEP_OWN, STEP_ANNOUNCE, STEP_END };

struct step {
	enum step_kind kind;
	int at_ms;
};

struct arp_words {
	uint16_t op;
	const uint8_t *dst;
	struct in_addr spa;
	const uint8_t *tha;
	struct in_addr tpa;
};

int64_t guest_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

static size_t put_be16(uint8_t *at, uint16_t value)
{
	value = htons(value);
	memcpy(at, &value, sizeof(value));
	return sizeof(value);
}

static size_t frame_build(const struct guest *guest, const struct arp_words *words, uint8_t *frame)
{
	struct ether_arp arp = {};
	size_t len = 2 * GUEST_MAC_LEN;

	memcpy(frame, words->dst, GUEST_MAC_LEN);
	memcpy(frame + GUEST_MAC_LEN, guest->mac, GUEST_MAC_LEN);
	for (unsigned int i = 0; i < guest->tag_count; i++) {
		len += put_be16(frame + len, guest->tags[i].tpid);
		len += put_be16(frame + len, guest->tags[i].tci);
	}
	len += put_be16(frame + len, ETHERTYPE_ARP);
	arp.arp_hrd = htons(ARPHRD_ETHER);
	arp.arp_pro = htons(ETHERTYPE_IP);
	arp.arp_hln = GUEST_MAC_LEN;
	arp.arp_pln = sizeof(struct in_addr);
	arp.arp_op = htons(words->op);
	memcpy(arp.arp_sha, guest->mac, GUEST_MAC_LEN);
	memcpy(arp.arp_spa, &words->spa, sizeof(words->spa));
	memcpy(arp.arp_tha, words->tha, GUEST_MAC_LEN);
	memcpy(arp.arp_tpa, &words->tpa, sizeof(words->tpa));
	memcpy(frame + len, &arp, sizeof(arp));
	return len + sizeof(arp);
}

/* A frame that the kernel refuses is the test's affair: it is said, and the script goes on. */
static void frame_send(const struct guest *guest, const struct arp_words *words, const char *what)
{
	uint8_t frame[GUEST_FRAME_MAX];
	size_t len = frame_build(guest, words, frame);
	int64_t now_ns = guest_now_ns();

	if (write(guest->fd, frame, len) != (ssize_t)len)
		fprintf(stderr, "guest: %s: %s\n", what, strerror(errno));
	printf("mono=%lld.%09lld ms=%.3f sent=%s tpa=%s\n", (long long)(now_ns / NSEC_PER_SEC),
	       (long long)(now_ns % NSEC_PER_SEC),
	       (double)(now_ns - guest->start_ns) / NSEC_PER_MSEC, what, inet_ntoa(words->tpa));
}

static void probe_send(const struct guest *guest, struct in_addr addr)
{
	uint8_t tha[GUEST_MAC_LEN];
	struct arp_words words = {
		.op = ARPOP_REQUEST, .dst = broadcast_mac, .tha = tha, .tpa = addr};

	memset(tha, guest->probe_tha, sizeof(tha));
	frame_send(guest, &words, "probe");
}

static void request_send(const struct guest *guest, struct in_addr addr, struct in_addr target,
			 const char *what)
{
	struct arp_words words = {.op = ARPOP_REQUEST,
				  .dst = broadcast_mac,
				  .spa = addr,
				  .tha = zero_mac,
				  .tpa = target};

	frame_send(guest, &words, what);
}

static void own(struct guest *guest)
{
	if (guest->owning)
		return;
	guest->owning = true;
	if (guest->on_own && guest->on_own(guest))
		fprintf(stderr, "guest: could not add its address\n");
	printf("ms=%.3f owns\n", (double)(guest_now_ns() - guest->start_ns) / NSEC_PER_MSEC);
}

static void step_take(struct guest *guest, enum step_kind kind)
{
	if (kind == STEP_OWN) {
		own(guest);
		return;
	}
	for (unsigned int i = 0; i < guest->addr_count; i++) {
		struct in_addr addr = guest->addrs[i];

		switch (kind) {
		case STEP_PROBE:
			probe_send(guest, addr);
			break;
		case STEP_USE:
			request_send(guest, addr, guest->use_target, "use");
			break;
		case STEP_ANNOUNCE:
			request_send(guest, addr, addr, "announcement");
			break;
		case STEP_OWN:
		case STEP_END:
			break;
		}
	}
}

/* Where in the payload the ARP begins, whatever tags stand before it; 0 where it is not ARP. */
static size_t arp_offset(const uint8_t *frame, size_t len)
{
	size_t at = 2 * GUEST_MAC_LEN;

	for (int tags = 0; tags <= GUEST_MAX_TAGS; tags++) {
		uint16_t type;

		if (at + sizeof(type) > len)
			return 0;
		type = (uint16_t)(frame[at] << 8 | frame[at + 1]);
		at += sizeof(type);
		if (type == ETHERTYPE_ARP)
			return at + sizeof(struct ether_arp) <= len ? at : 0;
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			return 0;
		at += sizeof(type);
	}
	return 0;
}

static bool is_ours(const struct guest *guest, struct in_addr addr)
{
	for (unsigned int i = 0; i < guest->addr_count; i++) {
		if (guest->addrs[i].s_addr == addr.s_addr)
			return true;
	}
	return false;
}

static void frame_answer(const struct guest *guest, const uint8_t *frame, size_t len)
{
	size_t at = arp_offset(frame, len);
	struct arp_words words = {.op = ARPOP_REPLY};
	struct ether_arp arp;

	if (!at || !guest->owning || guest->quiet)
		return;
	memcpy(&arp, frame + at, sizeof(arp));
	memcpy(&words.spa, arp.arp_tpa, sizeof(words.spa));
	memcpy(&words.tpa, arp.arp_spa, sizeof(words.tpa));
	if (arp.arp_op != htons(ARPOP_REQUEST) || !is_ours(guest, words.spa) ||
	    words.spa.s_addr == words.tpa.s_addr || !memcmp(arp.arp_sha, guest->mac, GUEST_MAC_LEN))
		return;
	if (guest->gratuitous && !words.tpa.s_addr) {
		request_send(guest, words.spa, words.spa, "gratuitous-defence");
		return;
	}
	words.dst = arp.arp_sha;
	words.tha = arp.arp_sha;
	frame_send(guest, &words, "reply");
}

static int frame_receive(struct guest *guest)
{
	uint8_t frame[GUEST_FRAME_MAX];
	ssize_t len = read(guest->fd, frame, sizeof(frame));

	/* ENETDOWN: the interface went down under the guest; ENOBUFS, EAGAIN: nothing to read. */
	if (len < 0)
		return errno == EAGAIN || errno == ENETDOWN || errno == ENOBUFS ? 0 : -errno;
	if (guest->on_frame)
		guest->on_frame(guest, frame, (size_t)len);
	frame_answer(guest, frame, (size_t)len);
	return 0;
}

/*
 * Serves what comes in until the absolute time given. 0 or -errno.
 * A timerfd keeps the time: the kernel rounds a time-out of poll() up by a thousandth of itself.
 */
static int serve_until(struct guest *guest, int timer_fd, int64_t until_ns)
{
	const struct itimerspec when = {
		.it_value = {until_ns / NSEC_PER_SEC, until_ns % NSEC_PER_SEC}};
	struct pollfd polls[] = {{.fd = guest->fd, .events = POLLIN},
				 {.fd = timer_fd, .events = POLLIN}};

	if (timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &when, NULL))
		return -errno;
	for (;;) {
		int err;

		if (poll(polls, 2, -1) < 0 && errno != EINTR)
			return -errno;
		if (polls[1].revents)
			return 0;
		err = polls[0].revents ? frame_receive(guest) : 0;
		if (err)
			return err;
	}
}

static int step_compare(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	/* At one time the kinds keep their order: it owns the address, then it announces it. */
	return a->at_ms != b->at_ms ? a->at_ms - b->at_ms : (int)a->kind - (int)b->kind;
}

static size_t script_write(const struct guest *guest, struct step *steps)
{
	int window_ms = (int)guest->probes * guest->gap_ms, end_ms = window_ms;
	size_t count = 0;

	for (unsigned int i = 0; i < guest->probes; i++)
		steps[count++] = (struct step){STEP_PROBE, (int)i * guest->gap_ms};
	if (guest->use_ms >= 0) {
		steps[count++] = (struct step){STEP_USE, guest->use_ms};
		end_ms = end_ms > guest->use_ms ? end_ms : guest->use_ms;
	}
	steps[count++] = (struct step){STEP_OWN, guest->owns_at_once ? 0 : window_ms};
	if (guest->announces)
		steps[count++] = (struct step){STEP_ANNOUNCE, window_ms};
	steps[count++] = (struct step){STEP_END, end_ms + guest->hold_ms};
	qsort(steps, count, sizeof(*steps), step_compare);
	return count;
}

static int script_play(struct guest *guest, int timer_fd)
{
	struct step steps[guest->probes + 4];
	size_t count = script_write(guest, steps);

	for (size_t i = 0; i < count; i++) {
		int err = serve_until(guest, timer_fd,
				      guest->start_ns + steps[i].at_ms * NSEC_PER_MSEC);

		if (err)
			return err;
		step_take(guest, steps[i].kind);
	}
	return 0;
}

int guest_run(struct guest *guest)
{
	int timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	int err;

	if (timer_fd < 0)
		return -errno;
	/* A guest that uses its address at once has it before it says a word. */
	if (guest->owns_at_once)
		own(guest);
	if (!guest->start_ns)
		guest->start_ns = guest_now_ns();
	err = script_play(guest, timer_fd);
	close(timer_fd);
	return err;
}
