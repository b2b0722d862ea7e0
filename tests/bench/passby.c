// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * passby: what garpd_tc costs a frame that is neither ARP nor ND, against an empty program, by
 * BPF_PROG_RUN. The difference is a tenth of the harness's own time and drifts with the machine. So
 * the programs alternate in slices of a few milliseconds, and each slice is compared with the one
 * of the empty program before it. The kernel gives the time of a run in whole nanoseconds, half of
 * the bar, so the thread's CPU time is used. The programs are loaded again many times a round,
 * since the address of their code makes a difference of a nanosecond.
 */
#include "object.h"
#include "samples.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define FRAME_LEN	64
#define IPV6_HEADER_LEN 40
#define REPEATS		2000000 /* of each program, a round */
#define LOADS		10
#define SLICES		10 /* a load */
#define SLICE		(REPEATS / LOADS / SLICES)

/* Each is compared with the empty program of its hook. */
static const struct {
	const char *name;
	const char *label;
	unsigned int floor;
} programs[] = {
	{"bench_empty", "empty tc", 0},
	{"garpd_tc", "garpd tc", 0},
	{"bench_empty_again", "another empty tc", 0},
	{"bench_empty_xdp", "empty XDP", 3},
	{"garpd_xdp", "garpd XDP", 3},
};

#define PROGRAMS (sizeof(programs) / sizeof(programs[0]))

static const struct {
	const char *name;
	uint16_t type;
	uint8_t payload[24];
	uint8_t behind; /* the first byte after an IPv6 header: the type of ICMPv6 */
} frames[] = {
	/* UDP, 192.0.2.1 to 192.0.2.2 */
	{"IPv4",
	 ETHERTYPE_IP,
	 {0x45, 0, 0, 50, 0, 0, 0x40, 0, 64, IPPROTO_UDP, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2},
	 0},
	{"IPv6 UDP",
	 ETHERTYPE_IPV6,
	 {0x60, 0, 0, 0, 0, 10, IPPROTO_UDP, 64, 0x20, 0x01, 0x0d, 0xb8},
	 0},
	{"IPv6 TCP",
	 ETHERTYPE_IPV6,
	 {0x60, 0, 0, 0, 0, 10, IPPROTO_TCP, 64, 0x20, 0x01, 0x0d, 0xb8},
	 0},
	{"ICMPv6 echo",
	 ETHERTYPE_IPV6,
	 {0x60, 0, 0, 0, 0, 10, IPPROTO_ICMPV6, 64, 0x20, 0x01, 0x0d, 0xb8},
	 128},
};

#define FRAMES (sizeof(frames) / sizeof(frames[0]))

static void frame_fill(unsigned int which, uint8_t frame[FRAME_LEN])
{
	uint16_t type = htons(frames[which].type);

	memset(frame, 0, FRAME_LEN);
	frame[0] = 0x02; /* locally administered addresses */
	frame[ETH_ALEN] = 0x02;
	frame[ETH_ALEN + 1] = 1;
	memcpy(frame + 2 * ETH_ALEN, &type, sizeof(type));
	memcpy(frame + ETHER_HDR_LEN, frames[which].payload, sizeof(frames[which].payload));
	if (frames[which].behind)
		frame[ETHER_HDR_LEN + IPV6_HEADER_LEN] = frames[which].behind;
}

static int64_t thread_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return now.tv_sec * (int64_t)NSEC_PER_SEC + now.tv_nsec;
}

/* One slice of one program: picoseconds a run, or -errno. */
static int64_t measure(int program, const uint8_t *frame)
{
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame, .data_size_in = FRAME_LEN,
			    .repeat = SLICE);
	int64_t start_ns = thread_ns();
	int err = bpf_prog_test_run_opts(program, &opts);

	return err ? err : (thread_ns() - start_ns) * 1000 / SLICE;
}

/* What is compared, the empty program's time of the last slice. */
static int64_t empty_ps[PROGRAMS];

/* A line for each slice and program: the empty program's time, and what the others add. */
static int frame_run(const int *fds, unsigned int which)
{
	uint8_t frame[FRAME_LEN];

	frame_fill(which, frame);
	for (unsigned int slice = 0; slice < SLICES; slice++) {
		for (unsigned int i = 0; i < PROGRAMS; i++) {
			int64_t ps = measure(fds[i], frame);

			if (ps < 0)
				return (int)ps;
			if (i == programs[i].floor)
				empty_ps[i] = ps;
			else
				ps -= empty_ps[programs[i].floor];
			printf("%s\t%s\t%.2f\n", frames[which].name, programs[i].label,
			       (double)ps / 1000);
		}
	}
	return 0;
}

static int load_run(const struct bpf_object *object)
{
	int fds[PROGRAMS], err = 0;

	for (unsigned int i = 0; i < PROGRAMS; i++) {
		const struct bpf_program *program = bpf_object__find_program_by_name(
			object, programs[i].name);

		if (!program)
			return -ENOENT;
		fds[i] = bpf_program__fd(program);
	}
	for (unsigned int which = 0; which < FRAMES && !err; which++)
		err = frame_run(fds, which);
	return err;
}

static int round_run(const char *path)
{
	for (unsigned int i = 0; i < LOADS; i++) {
		struct bpf_object *object = object_load(path);
		int err = object ? load_run(object) : -errno;

		bpf_object__close(object);
		if (err) {
			fprintf(stderr, "passby: %s: %s\n", path, strerror(-err));
			return err;
		}
	}
	return 0;
}

int main(int argc, char **argv)
{
	unsigned long rounds = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;

	if (!rounds) {
		fprintf(stderr, "usage: passby OBJECT ROUNDS\n");
		return 2;
	}
	while (rounds--) {
		if (round_run(argv[1]))
			return 1;
	}
	return 0;
}
