# SPDX-License-Identifier: GPL-2.0-or-later
# Makes of a unit its template for a network namespace, the instance (garpd(8), NETWORK NAMESPACES).
1a# Made of the unit without "@" by dist/netns.sed.
s|^Description=.*|& (network namespace %i)|
s|@sbindir@/garpd run|& --netns %i|
s|@sbindir@/garpd show metrics|& --netns %i|
s|@sysconfdir@/garpd\.yaml|@sysconfdir@/garpd/%i.yaml|
s|/garpd\.prom|/garpd-%i.prom|
# setns(2); the daemon drops the capability when it has started.
s|^CapabilityBoundingSet=CAP_BPF CAP_NET_ADMIN CAP_PERFMON.*|& CAP_SYS_ADMIN|
s|^RestrictNamespaces=yes|RestrictNamespaces=net|
