// SPDX-License-Identifier: GPL-2.0-or-later
/* capture.c - captures, by libpcap: pcap and pcapng, of either byte order, in us and ns. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

/* linux/bpf.h, which abi.h needs, and libpcap's own header of BPF have structs of the same names.
 */
#define PCAP_DONT_INCLUDE_PCAP_BPF_H
typedef unsigned int bpf_u_int32;
typedef int bpf_int32;
struct bpf_program;
#include <pcap/dlt.h>
#include <pcap/pcap.h>

#include "capture.h"
#include "cooked.h"

#define BUFFER_BYTES   (1024 * 1024) /* standard input has a page otherwise */
#define PROGRESS_EVERY 65536	     /* frames */
#define SNAPLEN	       262144

/* In 2255: beyond that nanoseconds since 1970 do not fit. */
#define SECONDS_MAX 9000000000LL

struct reader {
	FILE *file;
	pcap_t *pcap;
	char *buffer;
	off_t size; /* 0: not known */
	int link;
	bool is_stdin;
};

/* ---- opening ---- */

/* Which links have frames that are Ethernet, or can be made so. 0, or -EOPNOTSUPP with `why`. */
static int reader_check_link(struct reader *reader, const char *file, struct err *why)
{
	const char *name;

	reader->link = pcap_datalink(reader->pcap);
	if (reader->link == DLT_EN10MB || reader->link == DLT_LINUX_SLL ||
	    reader->link == DLT_LINUX_SLL2)
		return 0;
	if (reader->link == DLT_IEEE802_11 || reader->link == DLT_IEEE802_11_RADIO ||
	    reader->link == DLT_PRISM_HEADER || reader->link == DLT_IEEE802_11_RADIO_AVS ||
	    reader->link == DLT_PPI)
		return err_set(why, -EOPNOTSUPP,
			       "%s: captured on the air (802.11), where most hosts are not heard; "
			       "capture on the wired side, or on the host itself",
			       file);
	name = pcap_datalink_val_to_name(reader->link);
	return err_set(
		why, -EOPNOTSUPP,
		"%s: link type %s has no Ethernet addresses; capture on an Ethernet interface, "
		"or with -i any",
		file, name ? name : "unknown");
}

static int reader_open_file(struct reader *reader, const char *file, struct err *why)
{
	struct stat st;

	reader->is_stdin = !strcmp(file, "-");
	reader->file = reader->is_stdin ? stdin : fopen(file, "rbe");
	if (!reader->file)
		return err_set(why, -errno, "%s: %s", file, strerror(errno));
	reader->buffer = malloc(BUFFER_BYTES);
	if (!reader->buffer)
		return err_set(why, -ENOMEM, "%s: out of memory", file);
	if (fstat(fileno(reader->file), &st))
		return err_set(why, -errno, "%s: %s", file, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return err_set(why, -EISDIR, "%s: is a directory", file);
	reader->size = S_ISREG(st.st_mode) ? st.st_size : 0;
	setvbuf(reader->file, reader->buffer, _IOFBF, BUFFER_BYTES);
	return 0;
}

static int reader_open(struct reader *reader, const char *file, struct err *why)
{
	char text[PCAP_ERRBUF_SIZE];
	int err = reader_open_file(reader, file, why);

	if (err)
		return err;
	reader->pcap = pcap_fopen_offline_with_tstamp_precision(reader->file,
								PCAP_TSTAMP_PRECISION_NANO, text);
	if (!reader->pcap)
		return err_set(why, -EINVAL, "%s: no capture that libpcap can read: %s", file,
			       text);
	return reader_check_link(reader, file, why);
}

/* libpcap closes the file, but for standard input; the buffer has to live until then. */
static void reader_close(struct reader *reader)
{
	if (reader->pcap)
		pcap_close(reader->pcap);
	else if (reader->file && !reader->is_stdin)
		fclose(reader->file);
	if (reader->is_stdin)
		setvbuf(stdin, NULL, _IONBF, 0);
	free(reader->buffer);
}

/* ---- reading ---- */

static void reader_tell(const struct reader *reader, const struct capture_options *options,
			__u64 frames, __u64 bytes)
{
	struct capture_progress progress = {.frames = frames, .bytes = bytes, .share = -1};

	if (reader->size > 0)
		progress.share = (double)ftello(reader->file) / (double)reader->size;
	options->progress(options->ctx, &progress);
}

/* Opened as it was, its fractions are nanoseconds. */
static long long reader_time(const struct pcap_pkthdr *header)
{
	long long seconds = header->ts.tv_sec;

	/* From 2038 on libpcap takes the 32 bits of a pcap file for a negative number. */
	if (seconds < 0)
		seconds = (__u32)seconds;
	if (seconds > SECONDS_MAX)
		seconds = SECONDS_MAX;
	return seconds * (long long)NSEC_PER_SEC + header->ts.tv_usec;
}

static void reader_take(const struct reader *reader, const struct pcap_pkthdr *header,
			const __u8 *bytes, struct replay *replay)
{
	static __u8 made[COOKED_MAX];
	struct replay_frame frame = {
		.wall_ns = reader_time(header),
		.at = bytes,
		.len = header->caplen,
		/* Some files say less than they have: tcpdump(8) would call a copy malformed. */
		.wire_len = header->len > header->caplen ? header->len : header->caplen,
	};

	if (reader->link != DLT_EN10MB &&
	    !cooked_make(reader->link == DLT_LINUX_SLL2, &frame, made))
		frame.len = 0;
	if (replay_is_wanted(frame.at, frame.len))
		replay_frame(replay, &frame);
	else
		replay_pass(replay, frame.wall_ns);
}

/* What libpcap says of a file that ends within a frame. */
static bool is_truncated(const char *text)
{
	return strstr(text, "truncated");
}

int capture_read(const char *file, const struct capture_options *options, struct replay *replay,
		 struct err *warning, struct err *why)
{
	struct reader reader = {};
	struct pcap_pkthdr *header;
	const __u8 *bytes;
	__u64 frames = 0, size = 0;
	int err = reader_open(&reader, file, why), got = 0;

	warning->text[0] = '\0';
	if (!err && options->opened)
		err = options->opened(options->ctx, why);
	while (!err && (got = pcap_next_ex(reader.pcap, &header, &bytes)) == 1) {
		reader_take(&reader, header, bytes, replay);
		size += header->caplen;
		if (++frames % PROGRESS_EVERY == 0 && options->progress)
			reader_tell(&reader, options, frames, size);
	}
	if (!err && got == PCAP_ERROR && is_truncated(pcap_geterr(reader.pcap)))
		err_set(warning, 0,
			"%s: ends within a frame; read up to the one before, %llu in all", file,
			(unsigned long long)frames);
	else if (!err && got == PCAP_ERROR)
		err = err_set(why, -EINVAL, "%s: after %llu frames: %s", file,
			      (unsigned long long)frames, pcap_geterr(reader.pcap));
	replay_end(replay);
	reader_close(&reader);
	return err;
}

/* ---- writing ---- */

struct capture_writer {
	pcap_t *pcap;
	pcap_dumper_t *dumper;
	char *file;
};

/* Standard input, too, may be the file that would be written. */
static bool is_same_file(const char *file, const char *read)
{
	struct stat x, y;
	int err = strcmp(read, "-") ? stat(read, &y) : fstat(STDIN_FILENO, &y);

	return !err && !stat(file, &x) && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static int writer_open(struct capture_writer *writer, const char *file, struct err *why)
{
	writer->file = strdup(file);
	writer->pcap = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, SNAPLEN,
							    PCAP_TSTAMP_PRECISION_NANO);
	if (!writer->file || !writer->pcap)
		return err_set(why, -ENOMEM, "%s: out of memory", file);
	writer->dumper = pcap_dump_open(writer->pcap, file);
	if (!writer->dumper)
		return err_set(why, -EIO, "%s", pcap_geterr(writer->pcap));
	return 0;
}

static void writer_free(struct capture_writer *writer)
{
	if (writer->dumper)
		pcap_dump_close(writer->dumper);
	if (writer->pcap)
		pcap_close(writer->pcap);
	free(writer->file);
	free(writer);
}

struct capture_writer *capture_create(const char *file, const char *read, struct err *why)
{
	struct capture_writer *writer;

	if (is_same_file(file, read)) {
		err_set(why, -EINVAL, "%s: is the file that is read", file);
		return NULL;
	}
	writer = calloc(1, sizeof(*writer));
	if (!writer) {
		err_set(why, -ENOMEM, "%s: out of memory", file);
		return NULL;
	}
	if (!writer_open(writer, file, why))
		return writer;
	writer_free(writer);
	return NULL;
}

void capture_write(struct capture_writer *writer, const struct replay_frame *frame)
{
	struct pcap_pkthdr header = {
		.ts.tv_sec = (time_t)(frame->wall_ns / (long long)NSEC_PER_SEC),
		.ts.tv_usec = (suseconds_t)(frame->wall_ns % (long long)NSEC_PER_SEC),
		.caplen = frame->len,
		.len = frame->wire_len,
	};

	pcap_dump((u_char *)writer->dumper, &header, frame->at);
}

int capture_close(struct capture_writer *writer, struct err *why)
{
	int err = 0;

	if (pcap_dump_flush(writer->dumper) || ferror(pcap_dump_file(writer->dumper)))
		err = err_set(why, -EIO, "%s: cannot be written whole: %s", writer->file,
			      strerror(errno));
	writer_free(writer);
	return err;
}
