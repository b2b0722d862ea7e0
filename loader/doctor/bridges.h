/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * bridges.h - bridges and their ports: what they are, and what they do to announcements. The facts
 * are those of the view.
 */
#ifndef GARPD_DOCTOR_BRIDGES_H
#define GARPD_DOCTOR_BRIDGES_H

#include "parts.h"
#include "view.h"

/* joint, stp, mld_snooping */
void bridges_judge(const struct view *view, struct findings *findings);

/* ports.c: role, forwarding, learning, isolated, hairpin, neigh_suppress */
void ports_judge(const struct view *view, enum evpn_mode evpn, struct findings *findings);

#endif
