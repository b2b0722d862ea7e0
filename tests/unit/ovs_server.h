/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * ovs_server.h - a database server of Open vSwitch in a directory of its own: the real one, without
 * a switch.
 */
#ifndef GARPD_TEST_OVS_SERVER_H
#define GARPD_TEST_OVS_SERVER_H

struct ovs_server {
	char dir[64];
	char socket[128]; /* "unix:..." */
};

/* Makes an empty database; the server is started by another call. */
void ovs_server_make(struct ovs_server *server);

/* Returns when it accepts connections, or when it has ended. */
void ovs_server_start(struct ovs_server *server);
void ovs_server_stop(struct ovs_server *server);

/* It takes connections, and answers nothing; then it goes on. */
void ovs_server_freeze(struct ovs_server *server);
void ovs_server_thaw(struct ovs_server *server);

/* Ends it if it runs, and removes its directory. */
void ovs_server_remove(struct ovs_server *server);

/* ovs-vsctl --no-wait WORDS: commands separated by "--". */
void ovs_vsctl(struct ovs_server *server, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
