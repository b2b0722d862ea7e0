/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "criterion.h" /* has all of it */
