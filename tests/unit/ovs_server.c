// SPDX-License-Identifier: GPL-2.0-or-later
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "ovs_server.h"

#define SCHEMA "/usr/share/openvswitch/vswitch.ovsschema"

static void run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void run(const char *format, ...)
{
	char command[4096];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	cr_assert_eq(system(command), 0, "%s (package openvswitch-switch)", command);
}

void ovs_server_make(struct ovs_server *server)
{
	strcpy(server->dir, "/tmp/garpd-ovs.XXXXXX");
	cr_assert(mkdtemp(server->dir));
	snprintf(server->socket, sizeof(server->socket), "unix:%s/db.sock", server->dir);
	run("ovsdb-tool create %s/db " SCHEMA, server->dir);
}

/*
 * --detach returns when the socket is there. The server is a child of this process then, which can
 * wait for its end whatever process 1 does.
 */
void ovs_server_start(struct ovs_server *server)
{
	cr_assert_eq(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	run("ovsdb-server --detach --no-chdir --pidfile=%s/pid --unixctl=%s/ctl -vANY:off "
	    "--remote=p%s --remote=db:Open_vSwitch,Open_vSwitch,manager_options %s/db </dev/null",
	    server->dir, server->dir, server->socket, server->dir);
}

static pid_t pid_of(const struct ovs_server *server)
{
	char path[128];
	int pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/pid", server->dir);
	file = fopen(path, "r");
	cr_assert(file && fscanf(file, "%d", &pid) == 1, "%s", path);
	fclose(file);
	return pid;
}

/* It removes its sockets and ends. */
void ovs_server_stop(struct ovs_server *server)
{
	pid_t pid = pid_of(server);

	cr_assert_eq(kill(pid, SIGTERM), 0);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
}

void ovs_server_freeze(struct ovs_server *server)
{
	int status;
	pid_t pid = pid_of(server);

	cr_assert_eq(kill(pid, SIGSTOP), 0);
	cr_assert_eq(waitpid(pid, &status, WUNTRACED), pid);
	cr_assert(WIFSTOPPED(status));
}

void ovs_server_thaw(struct ovs_server *server)
{
	cr_assert_eq(kill(pid_of(server), SIGCONT), 0);
}

void ovs_server_remove(struct ovs_server *server)
{
	char pid[128];

	snprintf(pid, sizeof(pid), "%s/pid", server->dir);
	if (access(pid, F_OK) == 0) {
		ovs_server_thaw(server);
		ovs_server_stop(server);
	}
	run("rm -rf -- %s", server->dir);
}

void ovs_vsctl(struct ovs_server *server, const char *format, ...)
{
	char words[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(words, sizeof(words), format, args);
	va_end(args);
	run("ovs-vsctl --no-wait --timeout=10 -vANY:off --db=%s %s", server->socket, words);
}
