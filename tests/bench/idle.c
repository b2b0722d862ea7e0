// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * idle: does nothing. Linked with all of garpd's libraries it shows how much of garpd's memory they
 * take.
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
