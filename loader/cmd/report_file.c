// SPDX-License-Identifier: GPL-2.0-or-later
#define _GNU_SOURCE /* asprintf, mkostemp */
#include <errno.h>
#include <fcntl.h>
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

/* As open(2) would make it, and not only for its owner. */
static mode_t file_mode(void)
{
	mode_t mask = umask(0);

	umask(mask);
	return 0666 & ~mask;
}

static int file_open(struct report_file *file, struct err *why)
{
	int fd = mkostemp(file->made, O_CLOEXEC), err = 0;

	if (fd < 0)
		return file_fail(file, -errno, why);
	if (fchmod(fd, file_mode()) || dup2(fd, STDOUT_FILENO) < 0) {
		err = file_fail(file, -errno, why);
		unlink(file->made);
	}
	close(fd);
	return err;
}

int report_file_begin(struct report_file *file, const char *name, struct err *why)
{
	int err;

	*file = (struct report_file){.name = name, .stdout_fd = -1};
	if (!name)
		return 0;
	if (asprintf(&file->made, "%s.XXXXXX", name) < 0)
		return err_set(why, -ENOMEM, "report: out of memory");
	fflush(stdout);
	file->stdout_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	err = file->stdout_fd < 0 ? file_fail(file, -errno, why) : file_open(file, why);
	if (err) {
		close(file->stdout_fd);
		free(file->made);
	}
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
	close(file->stdout_fd);
	if (!err && rename(file->made, file->name))
		err = file_fail(file, -errno, why);
	if (err)
		unlink(file->made);
	free(file->made);
	return err;
}
