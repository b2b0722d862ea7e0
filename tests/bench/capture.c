// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * capture.c - writes a capture of so many bytes to standard output, as fast as it can: what a trunk
 * carries, and in it guests that get addresses.
 *
 * usage: capture BYTES [ARP]   so many of 1000 frames are ARP; 20 by default
 *
 * A block of frames is a second. Of those that are not ARP half have a VLAN tag; they are of
 * several sizes, 450 bytes on average. Of ARP one in four is a probe, the others look up a gateway.
 * A host probes in three seconds, one time in each; then others do, HOSTS in all, and so on from
 * the first.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAMES 16384 /* of a block, which is written again and again with other times and hosts */
#define HOSTS  10000
#define PROBES 3
#define BEGIN  1767225600u
#define PIPE   (1024 * 1024)

struct record {
	uint32_t seconds, microseconds, captured, length;
};

static uint8_t block[FRAMES * (sizeof(struct record) + 1514)];
static size_t block_len, at[FRAMES];
static unsigned int probe_at[FRAMES], probe_count;

static const uint32_t header[] = {0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1};
static const uint16_t sizes[] = {60, 60, 90, 200, 1514, 150, 66, 1500};

static void put_host(uint8_t *mac, unsigned int host)
{
	memcpy(mac, "\x52\x54\x00\x00", 4);
	mac[4] = (uint8_t)(host >> 8);
	mac[5] = (uint8_t)host;
}

static void put_probe(uint8_t *frame, unsigned int host)
{
	uint8_t ip[] = {10, 0, (uint8_t)(host >> 8), (uint8_t)host};

	put_host(frame + 6, host);
	put_host(frame + 22, host);
	memcpy(frame + 38, ip, sizeof(ip));
}

/* A request for a gateway, or what a probe has beside its host. */
static size_t put_arp(uint8_t *frame, bool is_probe)
{
	static const uint8_t arp[] = {8, 6, 0, 1, 8, 0, 6, 4, 0, 1};

	memset(frame, 0, 60);
	memset(frame, 0xff, 6);
	memcpy(frame + 12, arp, sizeof(arp));
	if (is_probe)
		return 60;
	put_host(frame + 6, HOSTS);
	put_host(frame + 22, HOSTS);
	memcpy(frame + 28, "\x0a\x01\x00\x01", 4);
	memcpy(frame + 38, "\x0a\x01\x00\xfe", 4);
	return 60;
}

static size_t put_data(uint8_t *frame, unsigned int number)
{
	size_t len = sizes[number % (sizeof(sizes) / sizeof(sizes[0]))];

	memset(frame, 0, len);
	put_host(frame, number % 7);
	put_host(frame + 6, number % HOSTS);
	memcpy(frame + 12, number % 2 ? "\x81\x00\x00\x07\x08\x00\x45" : "\x08\x00\x45",
	       number % 2 ? 7 : 3);
	return len;
}

static void block_make(unsigned int of_thousand)
{
	unsigned int arps = 0;

	for (unsigned int i = 0; i < FRAMES; i++) {
		struct record record = {};
		uint8_t *frame = block + block_len + sizeof(record);

		at[i] = block_len;
		if (i * of_thousand / 1000 != (i + 1) * of_thousand / 1000) {
			record.length = (uint32_t)put_arp(frame, arps % 4 == 0);
			if (arps++ % 4 == 0)
				probe_at[probe_count++] = i;
		} else {
			record.length = (uint32_t)put_data(frame, i);
		}
		record.captured = record.length;
		memcpy(block + block_len, &record, sizeof(record));
		block_len += sizeof(record) + record.length;
	}
}

/* The block becomes that of this second. */
static void block_date(unsigned int second)
{
	for (unsigned int i = 0; i < FRAMES; i++) {
		uint32_t when[] = {BEGIN + second, (uint32_t)(i * 1000000ull / FRAMES)};

		memcpy(block + at[i], when, sizeof(when));
	}
	for (unsigned int i = 0; i < probe_count; i++)
		put_probe(block + at[probe_at[i]] + sizeof(struct record),
			  (second / PROBES * probe_count + i) % HOSTS);
}

static int write_all(const void *bytes, size_t len)
{
	ssize_t written;

	for (const uint8_t *from = bytes; len; from += written, len -= (size_t)written) {
		written = write(STDOUT_FILENO, from, len);
		if (written <= 0)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	double bytes = argc > 1 ? strtod(argv[1], NULL) : 0, written = 0;
	unsigned int seconds = 0;

	if (argc < 2 || bytes <= 0) {
		fprintf(stderr, "usage: capture BYTES [ARP]\n");
		return 2;
	}
	block_make(argc > 2 ? (unsigned int)atoi(argv[2]) : 20);
	fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE);
	if (write_all(header, sizeof(header)))
		return 1;
	for (; written < bytes; written += (double)block_len) {
		block_date(seconds++);
		if (write_all(block, block_len))
			return 1;
	}
	fprintf(stderr, "frames=%u\n", seconds * FRAMES);
	return 0;
}
