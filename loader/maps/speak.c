// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <time.h>

#include <bpf/bpf.h>

#include "pins_netns.h"
#include "speak.h"
#include "loader/base/log.h"
#include "loader/base/text.h"

#define SPEAK_NAPS	   50
#define SPEAK_NAPS_PATIENT 20000
#define SPEAK_NAP_NS	   100000l
#define SPEAK_BUSY_NS	   (100 * NSEC_PER_MSEC)

static const __u8 no_mac[MAC_LEN];
static __u64 busy_ns;	/* when a call last gave up; 0: never */
static bool is_failing; /* the last failure was logged, and no call has succeeded since */

/*
 * One call at a time, among all processes. A turn of calls takes a millisecond or two, but its
 * process may have been stopped inside it: 0, or -EBUSY after 5 ms, so that the daemon never hangs
 * here: also not with a thousand calls, of which those that follow do not wait. A command waits for
 * two seconds: a busy daemon has one turn after another.
 */
static int speak_begin(const struct pins *pins)
{
	const struct timespec nap = {.tv_nsec = SPEAK_NAP_NS};
	int naps = pins->is_patient ? SPEAK_NAPS_PATIENT : SPEAK_NAPS;

	if (!pins->is_patient && busy_ns && time_now_ns() < busy_ns + SPEAK_BUSY_NS)
		naps = 0;
	for (int i = 0; i <= naps; i++) {
		if (!flock(pins->speak_lock, LOCK_EX | LOCK_NB))
			return 0;
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (i < naps)
			nanosleep(&nap, NULL);
	}
	if (naps)
		busy_ns = time_now_ns();
	return -EBUSY;
}

static void speak_end(const struct pins *pins)
{
	flock(pins->speak_lock, LOCK_UN);
}

/* Runs the program, and takes its answer. `family` is that of the call: AF_INET or AF_INET6. */
static int speak_call(const struct pins *pins, struct speak_frame *frame, int family)
{
	/* The kernel takes skb->protocol from here, as a capture shows it. */
	__be16 proto = htons(family == AF_INET ? ETH_P_ARP : ETH_P_IPV6);
	struct speak_frame answer = {};
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = frame,
			    .data_size_in = sizeof(*frame), .data_out = &answer,
			    .data_size_out = sizeof(answer));
	int err;

	memcpy(frame->ethernet + SPEAK_CALL_OFFSET - sizeof(proto), &proto, sizeof(proto));
	err = bpf_prog_test_run_opts(pins->speak, &opts);
	if (err)
		return err;
	if (opts.retval)
		return -EIO;
	*frame = answer;
	is_failing = false;
	return 0;
}

static int speak_family(const struct speak_call *call)
{
	return addr_is_ipv4(&call->key.addr) ? AF_INET : AF_INET6;
}

int speak_run(const struct pins *pins, struct speak_call *call)
{
	return speak_run_for(pins, call, no_mac);
}

int speak_run_for(const struct pins *pins, struct speak_call *call, const __u8 mac[MAC_LEN])
{
	struct speak_frame frame = {.call = *call};
	int err = speak_begin(pins);

	if (err)
		return err;
	memcpy(frame.mac, mac, MAC_LEN);
	err = speak_call(pins, &frame, speak_family(call));
	speak_end(pins);
	if (!err)
		*call = frame.call;
	return err;
}

int speak_run_op(const struct pins *pins, const struct claim_key *key, enum speak_op op)
{
	struct speak_call call = {.key = *key, .op = op};

	return speak_run(pins, &call);
}

/* ---- many calls ---- */

#define SPEAK_LIST_BYTES (SPEAK_LIST_MAX * sizeof(struct speak_call))

struct speak_call *speak_list_open(int map)
{
	void *list = mmap(NULL, SPEAK_LIST_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);

	return list == MAP_FAILED ? NULL : list;
}

void speak_list_close(struct speak_call *list)
{
	if (list)
		munmap(list, SPEAK_LIST_BYTES);
}

/* Those of the family that were not run yet. */
static size_t speak_list_left(const struct speak_call *list, size_t count, int family)
{
	size_t left = 0;

	for (size_t i = 0; i < count; i++)
		left += list[i].op != SPEAK_DONE && speak_family(&list[i]) == family;
	return left;
}

/* Runs those of one family, as many at a time as the program makes; to the end, if it makes any. */
static int speak_run_family(const struct pins *pins, const struct speak_call *list, size_t count,
			    int family)
{
	size_t left = speak_list_left(list, count, family), before = left + 1;
	int err = 0;

	while (left && left < before) {
		struct speak_frame frame = {.call = {.op = SPEAK_LISTED, .port = count}};

		err = speak_call(pins, &frame, family);
		before = left;
		left = speak_list_left(list, count, family);
	}
	return left ? err ?: -EIO : 0;
}

int speak_run_list(const struct pins *pins, struct speak_call *list, size_t count)
{
	int err = speak_begin(pins), err6;

	if (err)
		return err;
	err = speak_run_family(pins, list, count, AF_INET);
	err6 = speak_run_family(pins, list, count, AF_INET6);
	speak_end(pins);
	return err ?: err6;
}

void speak_log_failed(const struct claim_key *key, const char *interface, int err)
{
	char address[ADDR_TEXT_LEN], segment[SEGMENT_TEXT_LEN];

	if (!is_failing)
		log_error("%s: %s: cannot run garpd_speak: %s; retried each second; if that does "
			  "not help: systemctl restart %s",
			  segment_text(key, interface, segment), addr_text(&key->addr, address),
			  strerror(-err), pins_unit());
	is_failing = true;
}
