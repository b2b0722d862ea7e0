// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * idle: does nothing. Linked with garpd's libraries, all of them, it tells how much of garpd's
 * memory they are.
 */
#include <stdio.h>
#include <unistd.h>

int main(void)
{
	puts("idle");
	fflush(stdout);
	pause();
	return 0;
}
