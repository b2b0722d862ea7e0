// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest_parts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/ethernet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define VID_MASK 0x0fff

enum step_kind { STEP_PROBE, STEP_USE, STEP_OWN, STEP_ANNOUNCE, STEP_END };

struct step {
	enum step_kind kind;
	int at_ms;
};

int64_t guest_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NSEC_PER_SEC + now.tv_nsec;
}

/* ---- frames ---- */

size_t put_be16(uint8_t *at, uint16_t value)
{
	value = htons(value);
	memcpy(at, &value, sizeof(value));
	return sizeof(value);
}

size_t frame_begin(const struct guest *guest, const uint8_t *dst, uint16_t type, uint8_t *frame)
{
	size_t len = 2 * GUEST_MAC_LEN;

	memcpy(frame, dst, GUEST_MAC_LEN);
	memcpy(frame + GUEST_MAC_LEN, guest->mac, GUEST_MAC_LEN);
	for (unsigned int i = 0; i < guest->tag_count; i++) {
		len += put_be16(frame + len, guest->tags[i].tpid);
		len += put_be16(frame + len, guest->tags[i].tci);
	}
	return len + put_be16(frame + len, type);
}

/* Prints a frame that the kernel refuses, and goes on: the test decides. */
void frame_send(const struct guest *guest, const uint8_t *frame, size_t len, const char *what,
		const union guest_addr *addr)
{
	int64_t now_ns = guest_now_ns();
	char text[INET6_ADDRSTRLEN];

	if (write(guest->fd, frame, len) != (ssize_t)len)
		fprintf(stderr, "guest: %s: %s\n", what, strerror(errno));
	inet_ntop(guest->protocol->family, addr, text, sizeof(text));
	printf("mono=%lld.%09lld ms=%.3f sent=%s target=%s\n", (long long)(now_ns / NSEC_PER_SEC),
	       (long long)(now_ns % NSEC_PER_SEC),
	       (double)(now_ns - guest->start_ns) / NSEC_PER_MSEC, what, text);
}

static uint16_t get_be16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* A tag of VLAN 0 only has a priority. */
static bool is_in_vlan(const struct guest *guest, const uint16_t *vids, unsigned int count)
{
	unsigned int at = 0;

	for (unsigned int i = 0; i < guest->tag_count; i++) {
		uint16_t vid = guest->tags[i].tci & VID_MASK;

		if (vid && (at == count || vids[at++] != vid))
			return false;
	}
	return at == count;
}

size_t frame_payload(const struct guest *guest, const uint8_t *frame, size_t len, uint16_t type)
{
	uint16_t vids[GUEST_MAX_TAGS], found;
	size_t at = 2 * GUEST_MAC_LEN;
	unsigned int count = 0;

	for (int tags = 0; tags <= GUEST_MAX_TAGS; tags++) {
		if (at + 2 * sizeof(found) > len)
			return 0;
		found = get_be16(frame + at);
		at += sizeof(found);
		if (found == type)
			return is_in_vlan(guest, vids, count) ? at : 0;
		if ((found != ETH_P_8021Q && found != ETH_P_8021AD) || tags == GUEST_MAX_TAGS)
			return 0;
		vids[count] = get_be16(frame + at) & VID_MASK;
		count += vids[count] != 0;
		at += sizeof(found);
	}
	return 0;
}

int guest_find(const struct guest *guest, const void *addr)
{
	size_t len = guest->protocol->family == AF_INET ? sizeof(struct in_addr)
							: sizeof(struct in6_addr);

	if (guest->owns_network)
		len = guest->protocol->family == AF_INET ? 3 : 8;
	for (unsigned int i = 0; i < guest->addr_count; i++) {
		if (!guest->lost[i] && !memcmp(&guest->addrs[i], addr, len))
			return (int)i;
	}
	return -1;
}

/* ---- the script ---- */

static bool has_lost_all(const struct guest *guest)
{
	for (unsigned int i = 0; i < guest->addr_count; i++) {
		if (!guest->lost[i])
			return false;
	}
	return guest->addr_count;
}

static void own(struct guest *guest)
{
	guest->detecting = false;
	if (guest->owning || guest->quiet || has_lost_all(guest))
		return;
	guest->owning = true;
	if (guest->on_own && guest->on_own(guest))
		fprintf(stderr, "guest: could not add its address\n");
	printf("ms=%.3f owns\n", (double)(guest_now_ns() - guest->start_ns) / NSEC_PER_MSEC);
}

static void use(const struct guest *guest, const union guest_addr *addr)
{
	const struct guest_protocol *protocol = guest->protocol;
	union guest_addr target = {};

	inet_pton(protocol->family, guest->use_target ? guest->use_target : protocol->use_target,
		  &target);
	protocol->use(guest, addr, &target);
}

static void step_take(struct guest *guest, enum step_kind kind)
{
	if (kind == STEP_OWN || kind == STEP_USE)
		own(guest);
	if (kind == STEP_PROBE)
		guest->detecting = !guest->owning && !guest->takes_anyway && !guest->quiet;
	for (unsigned int i = 0; i < guest->addr_count; i++) {
		const union guest_addr *addr = &guest->addrs[i];

		if (guest->lost[i])
			continue;
		switch (kind) {
		case STEP_PROBE:
			guest->protocol->probe(guest, addr);
			break;
		case STEP_USE:
			use(guest, addr);
			break;
		case STEP_ANNOUNCE:
			guest->protocol->announce(guest, addr);
			break;
		case STEP_OWN:
		case STEP_END:
			break;
		}
	}
}

/* It gives the address up for good, as Windows does (RFC 5227 2.1.1, RFC 4862 5.4.5). */
static void duplicate_find(struct guest *guest, const uint8_t *frame, size_t len)
{
	int found = guest->protocol->duplicate(guest, frame, len);
	char text[INET6_ADDRSTRLEN];

	if (found < 0)
		return;
	guest->lost[found] = true;
	inet_ntop(guest->protocol->family, &guest->addrs[found], text, sizeof(text));
	printf("ms=%.3f duplicate=%s\n", (double)(guest_now_ns() - guest->start_ns) / NSEC_PER_MSEC,
	       text);
}

/* Whether the guest's interface would take it: a packet socket also has frames to other hosts. */
static bool is_for_guest(const struct guest *guest, const uint8_t *frame)
{
	return frame[0] & 1 || !memcmp(frame, guest->mac, GUEST_MAC_LEN);
}

/* 1 if there was a frame, 0 if not, or -errno. */
static int frame_receive(struct guest *guest)
{
	uint8_t frame[GUEST_FRAME_MAX];
	ssize_t len = guest->receive(guest, frame, sizeof(frame));

	/* ENETDOWN: the interface went down under the guest; ENOBUFS, EAGAIN: nothing to read. */
	if (len < 0)
		return errno == EAGAIN || errno == ENETDOWN || errno == ENOBUFS ? 0 : -errno;
	if (guest->on_frame)
		guest->on_frame(guest, frame, (size_t)len);
	if (len < ETH_HLEN || !is_for_guest(guest, frame))
		return 1;
	if (guest->detecting)
		duplicate_find(guest, frame, (size_t)len);
	else if (guest->owning && !guest->kernel_replies)
		guest->protocol->answer(guest, frame, (size_t)len);
	return 1;
}

/*
 * Handles incoming frames until the given absolute time. 0 or -errno.
 * Uses a timerfd, since the kernel rounds the time-out of poll() up by a thousandth of it.
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
		if (err < 0)
			return err;
	}
}

static int step_compare(const void *left, const void *right)
{
	const struct step *a = left, *b = right;

	/* Steps of the same time keep this order: first owned, then announced. */
	return a->at_ms != b->at_ms ? a->at_ms - b->at_ms : (int)a->kind - (int)b->kind;
}

static size_t script_write(const struct guest *guest, struct step *steps)
{
	int window_ms = guest->probes * guest->gap_ms, end_ms = window_ms;
	size_t count = 0;

	for (int i = 0; i < guest->probes; i++)
		steps[count++] = (struct step){STEP_PROBE, i * guest->gap_ms};
	if (guest->dies)
		return count;
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

/* What was queued for the guest before its first step is not an objection to it. */
static int backlog_read(struct guest *guest)
{
	int more;

	do {
		more = frame_receive(guest);
	} while (more > 0);
	return more;
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
	/* A guest that uses its address at once has it before its first frame. */
	if (guest->owns_at_once)
		own(guest);
	if (!guest->start_ns)
		guest->start_ns = guest_now_ns();
	err = backlog_read(guest);
	if (!err)
		err = script_play(guest, timer_fd);
	close(timer_fd);
	return err;
}
