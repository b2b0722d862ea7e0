// SPDX-License-Identifier: GPL-2.0-or-later
#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/pkt_cls.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "rig.h"
#include "wire.h"

#define WIRE_MARK     7u
#define WIRE_PRIORITY 5u

int wire_open(int ifindex)
{
	struct sockaddr_ll where = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = ifindex,
	};
	int on = 1, fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	cr_assert_geq(fd, 0, "a raw socket: %s", strerror(errno));
	cr_assert_eq(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on, sizeof(on)), 0);
	cr_assert_eq(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)), 0);
	cr_assert_eq(bind(fd, (struct sockaddr *)&where, sizeof(where)), 0);
	return fd;
}

/* ---- through BPF_PROG_RUN ---- */

static int rig_run(int program, __u32 ifindex, const struct bytes *frame, __u32 mark)
{
	struct __sk_buff in = {
		.ifindex = ifindex,
		.ingress_ifindex = ifindex,
		.mark = mark,
		.priority = WIRE_PRIORITY,
	};
	struct __sk_buff out = {};
	__u8 back[MAX_BYTES];
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .ctx_out = &out, .ctx_size_out = sizeof(out), .data_in = frame->at,
		    .data_size_in = frame->len, .data_out = back, .data_size_out = sizeof(back));
	int err = bpf_prog_test_run_opts(program, &run);

	cr_assert_eq(err, 0, "BPF_PROG_RUN: %s", strerror(-err));
	cr_assert_eq((int)run.retval, TC_ACT_UNSPEC, "the frame is always passed on");
	cr_assert_eq(run.data_size_out, frame->len, "the frame has another length now");
	cr_assert_eq(memcmp(back, frame->at, frame->len), 0, "the frame was changed");
	cr_assert_eq(out.priority, WIRE_PRIORITY);
	return out.mark;
}

int rig_hear_marked(enum rig_port at, const struct bytes *frame, __u32 mark)
{
	return rig_run(rig.garpd_tc, rig.ifindex[at], frame, mark);
}

void rig_host_out(const struct bytes *frame, __u32 mark)
{
	cr_assert_eq((__u32)rig_run(rig_program_of(&rig.garpd_host_out, "garpd_host_out"),
				    rig.bridge, frame, mark),
		     mark);
}

void rig_host_in(const struct bytes *frame, __u32 mark)
{
	cr_assert_eq((__u32)rig_run(rig_program_of(&rig.garpd_host_in, "garpd_host_in"), rig.bridge,
				    frame, mark),
		     mark);
}

int rig_hear_xdp(enum rig_port at, const struct bytes *frame)
{
	struct xdp_md in = {.data_end = frame->len, .ingress_ifindex = rig.ifindex[at]};
	__u8 back[MAX_BYTES];
	LIBBPF_OPTS(bpf_test_run_opts, run, .ctx_in = &in, .ctx_size_in = sizeof(in),
		    .data_in = frame->at, .data_size_in = frame->len, .data_out = back,
		    .data_size_out = sizeof(back));
	int err = bpf_prog_test_run_opts(rig_program_of(&rig.garpd_xdp, "garpd_xdp"), &run);

	cr_assert_eq(err, 0, "BPF_PROG_RUN: %s", strerror(-err));
	cr_assert_eq(run.data_size_out, frame->len, "the frame has another length now");
	cr_assert_eq(memcmp(back, frame->at, frame->len), 0, "the frame was changed");
	return run.retval;
}

void rig_hear(enum rig_port at, const struct bytes *frame)
{
	cr_assert_eq(rig_hear_marked(at, frame, WIRE_MARK), WIRE_MARK, "the mark was changed");
}

static struct speak_call speak_frame_run(struct speak_frame *frame)
{
	struct speak_frame out = {};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = sizeof(*frame),
		    .data_out = &out, .data_size_out = sizeof(out));
	int err = bpf_prog_test_run_opts(rig.garpd_speak, &run);

	cr_assert_eq(err, 0, "BPF_PROG_RUN: %s", strerror(-err));
	cr_assert_eq(run.retval, 0);
	cr_assert_eq(run.data_size_out, sizeof(out));
	if (frame->call.op != SPEAK_MOVE_SEGMENT && frame->call.op != SPEAK_CLAIM)
		cr_assert_eq(memcmp(&out.call.key, &frame->call.key, sizeof(out.call.key)), 0);
	return out.call;
}

struct speak_call rig_speak_for(enum speak_op op, const struct claim_key *key, __u32 ifindex,
				const __u8 *mac)
{
	struct speak_frame frame;

	memset(&frame, 0xa5, sizeof(frame));
	frame.call.key = *key;
	frame.call.op = op;
	frame.call.port = ifindex;
	memcpy(frame.mac, mac, MAC_LEN);
	return speak_frame_run(&frame);
}

struct speak_call rig_speak_fabric(const struct claim_key *key, __u32 ifindex, const __u8 *mac)
{
	return rig_speak_for(SPEAK_FABRIC, key, ifindex, mac);
}

struct speak_call rig_speak_key(enum speak_op op, const struct claim_key *key)
{
	struct speak_frame in;

	/* What the daemon leaves in the rest of the frame must not reach the wire. */
	memset(&in, 0xa5, sizeof(in));
	in.call.key = *key;
	in.call.op = op;
	return speak_frame_run(&in);
}

struct speak_call rig_speak(enum speak_op op, const char *text)
{
	struct claim_key key = rig_key(text, 0, 0);

	return rig_speak_key(op, &key);
}

/* ---- through the kernel's own path ---- */

void rig_attach(enum rig_port at)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = rig.ifindex[at], .attach_point = BPF_TC_INGRESS);
	LIBBPF_OPTS(bpf_tc_opts, filter, .prog_fd = rig.garpd_tc);

	cr_assert_eq(bpf_tc_hook_create(&hook), 0);
	cr_assert_eq(bpf_tc_attach(&hook, &filter), 0);
}

void rig_send(enum rig_port at, const struct bytes *frame)
{
	ssize_t sent = send(rig.wire[at], frame->at, frame->len, 0);

	cr_assert(sent == (ssize_t)frame->len || (sent < 0 && errno == ENETDOWN), "send: %s",
		  strerror(errno));
}

/* The kernel has taken the outer tag out: back it goes. */
static void wire_insert_tag(struct bytes *frame, const struct tpacket_auxdata *aux)
{
	__u8 tag[] = {aux->tp_vlan_tpid >> 8, aux->tp_vlan_tpid & 0xff, aux->tp_vlan_tci >> 8,
		      aux->tp_vlan_tci & 0xff};

	if (!(aux->tp_status & TP_STATUS_VLAN_VALID))
		return;
	memmove(frame->at + 2 * MAC_LEN + sizeof(tag), frame->at + 2 * MAC_LEN,
		frame->len - 2 * MAC_LEN);
	memcpy(frame->at + 2 * MAC_LEN, tag, sizeof(tag));
	frame->len += sizeof(tag);
}

int rig_receive(enum rig_port at, struct bytes *frame, int ms)
{
	struct iovec part = {.iov_base = frame->at, .iov_len = MAX_BYTES - 4};
	__attribute__((aligned(8))) char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct msghdr message = {.msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct pollfd ready = {.fd = rig.wire[at], .events = POLLIN};
	struct cmsghdr *extra;
	ssize_t len;

	if (poll(&ready, 1, ms) != 1)
		return 0;
	len = recvmsg(rig.wire[at], &message, MSG_DONTWAIT);
	if (len < 0)
		return 0;
	frame->len = len;
	extra = CMSG_FIRSTHDR(&message);
	if (extra && extra->cmsg_level == SOL_PACKET && extra->cmsg_type == PACKET_AUXDATA)
		wire_insert_tag(frame, (const struct tpacket_auxdata *)CMSG_DATA(extra));
	return 1;
}

static const char *wire_hex(const struct bytes *frame)
{
	static char text[2 * 128 + 1];
	unsigned int i;

	for (i = 0; i < frame->len && i < 128; i++)
		sprintf(text + 2 * i, "%02x", frame->at[i]);
	return text;
}

void rig_expect(enum rig_port at, const struct bytes *frame, const char *what)
{
	struct bytes got;
	int same;

	cr_assert(rig_receive(at, &got, 1000), "%s: nothing came at port %d", what, at);
	same = got.len == frame->len && !memcmp(got.at, frame->at, got.len);
	cr_assert(same, "%s: another frame came at port %d: %s", what, at, wire_hex(&got));
}

/* BPF_PROG_RUN has delivered all that it would before it returned, so a moment is enough. */
void rig_expect_silence(enum rig_port at)
{
	struct bytes got;

	cr_assert_not(rig_receive(at, &got, 20), "a frame came at port %d: %s", at, wire_hex(&got));
}
