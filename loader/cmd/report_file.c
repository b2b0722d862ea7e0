// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* asprintf, mkostemp */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "report_file.h"

static int file_fail(const struct report_file *file, int err, struct err *why)
{
	return err_set(why, err, "%.200s: cannot be written: %s", file->name, strerror(-err));
}

/* That of the file that is there, or as open(2) would make it, and not only for its owner. */
static mode_t file_mode(const char *name)
{
	mode_t mask = umask(0);
	struct stat st;

	umask(mask);
	return stat(name, &st) ? 0666 & ~mask : st.st_mode & 0777;
}

static int file_open(const struct report_file *file, struct err *why)
{
	int fd = file->made ? mkostemp(file->made, O_CLOEXEC)
			    : open(file->name, O_WRONLY | O_NOCTTY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return file_fail(file, -errno, why);
	if ((file->made && fchmod(fd, file_mode(file->real))) || dup2(fd, STDOUT_FILENO) < 0) {
		err = file_fail(file, -errno, why);
		if (file->made)
			unlink(file->made);
	}
	close(fd);
	return err;
}

/* Where the new one goes. */
static int file_name(struct report_file *file, struct err *why)
{
	struct stat st;
	bool is_there = !stat(file->name, &st);

	if (is_there && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	file->real = is_there ? realpath(file->name, NULL) : strdup(file->name);
	if (!file->real)
		return file_fail(file, -errno, why);
	if (asprintf(&file->made, "%s.XXXXXX", file->real) < 0) {
		file->made = NULL;
		return err_set(why, -ENOMEM, "report: out of memory");
	}
	return 0;
}

static void file_free(struct report_file *file)
{
	if (file->stdout_fd >= 0)
		close(file->stdout_fd);
	free(file->real);
	free(file->made);
}

int report_file_begin(struct report_file *file, const char *name, struct err *why)
{
	int err;

	*file = (struct report_file){.name = name, .stdout_fd = -1};
	if (!name)
		return 0;
	err = file_name(file, why);
	if (!err) {
		fflush(stdout);
		file->stdout_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
		err = file->stdout_fd < 0 ? file_fail(file, -errno, why) : file_open(file, why);
	}
	if (err)
		file_free(file);
	return err;
}

int report_file_end(struct report_file *file, int err, struct err *why)
{
	if (!file->name)
		return err;
	if (!err && (fflush(stdout) || ferror(stdout)))
		err = file_fail(file, errno ? -errno : -EIO, why);
	clearerr(stdout);
	dup2(file->stdout_fd, STDOUT_FILENO);
	if (!err && file->made && rename(file->made, file->real))
		err = file_fail(file, -errno, why);
	if (err && file->made)
		unlink(file->made);
	file_free(file);
	return err;
}
