// SPDX-License-Identifier: GPL-2.0-or-later
#include <ucontext.h>

#include "turns.h"

#define STACK_BYTES (256 * 1024)
#define TO_THE_END  (~0u)
#define SPARE_TURNS 4 /* in another schedule a program may take a few more */

/* Each CPU has these for itself. */
static const char *const scratch_names[] = {"outcomes", "new_claim"};
#define SCRATCH 2
static struct native_map second_scratch[SCRATCH], *first_scratch[SCRATCH];

static ucontext_t scheduler, program[2];
static __u8 stack[2][STACK_BYTES];
static struct step *played[2];
static int is_done[2], running;
static unsigned int left, took[2];
static __u64 clock_ns[2], ticks;

void turns_open(void)
{
	for (int i = 0; i < SCRATCH; i++) {
		first_scratch[i] = native_map_find(scratch_names[i]);
		must(first_scratch[i] && !native_map_like(&second_scratch[i], first_scratch[i]),
		     "no scratch map");
	}
}

/* Each turn is later than the one before: so the clocks of both are in the order of the turns. */
static void take_turn(const struct native_map *map)
{
	if (map && !halves_is_changing(map))
		return;
	if (!left)
		must(!swapcontext(&program[running], &scheduler), "cannot switch");
	left--;
	took[running]++;
	native.now_ns = clock_ns[running] + ++ticks;
}

static void run_program(void)
{
	halves_run_native(played[running]);
	is_done[running] = 1;
}

static void use_cpu(int cpu)
{
	struct native_map *map;

	for (int i = 0; i < SCRATCH; i++) {
		map = cpu ? &second_scratch[i] : first_scratch[i];
		memcpy(first_scratch[i]->variable, &map, sizeof(map));
	}
	native_packet(cpu);
}

static void resume(int which, unsigned int turns)
{
	if (is_done[which])
		return;
	running = which;
	left = turns;
	use_cpu(which);
	must(!swapcontext(&scheduler, &program[which]), "cannot switch");
}

static void begin_program(int which)
{
	ucontext_t *context = &program[which];

	is_done[which] = 0;
	took[which] = 0;
	must(!getcontext(context), "no context");
	context->uc_stack.ss_sp = stack[which];
	context->uc_stack.ss_size = STACK_BYTES;
	context->uc_link = &scheduler;
	makecontext(context, run_program, 0);
}

void turns_play(struct step *steps, const struct schedule *schedule, const __u64 *now_ns,
		unsigned int *taken)
{
	unsigned int i;
	int which;

	halves_rewind();
	native_begin(now_ns[0]);
	native.turn = take_turn;
	ticks = 0;
	for (which = 0; which < 2; which++) {
		played[which] = &steps[which];
		clock_ns[which] = now_ns[which];
		begin_program(which);
	}
	for (i = 0, which = schedule->first; i < schedule->switches; i++, which = !which)
		resume(which, schedule->turns[i]);
	resume(which, TO_THE_END);
	resume(!which, TO_THE_END);
	native.turn = NULL;
	use_cpu(0);
	memcpy(taken, took, sizeof(took));
}

static int each_from(struct schedule *schedule, unsigned int at, const unsigned int *taken,
		     int (*visit)(const struct schedule *schedule))
{
	unsigned int which = schedule->first ^ (at & 1);

	if (at == schedule->switches)
		return visit(schedule);
	for (unsigned int turns = 1; turns < taken[which] + SPARE_TURNS; turns++) {
		schedule->turns[at] = turns;
		if (each_from(schedule, at + 1, taken, visit))
			return 1;
	}
	return 0;
}

int turns_each(unsigned int switches, const unsigned int *taken,
	       int (*visit)(const struct schedule *schedule))
{
	struct schedule schedule = {.switches = switches};

	for (schedule.first = 0; schedule.first < 2; schedule.first++)
		if (each_from(&schedule, 0, taken, visit))
			return 1;
	return 0;
}

/* Of its own: the pairs do not depend on what is searched. */
static unsigned int below(unsigned int bound)
{
	static unsigned int state = 1;

	return (unsigned int)rand_r(&state) % bound;
}

/* A few turns each time, more often one than many. */
int turns_random(unsigned int tries, int (*visit)(const struct schedule *schedule))
{
	struct schedule schedule;

	while (tries--) {
		schedule = (struct schedule){.first = below(2)};
		schedule.switches = 1 + below(SWITCHES_MAX);
		for (unsigned int i = 0; i < schedule.switches; i++)
			schedule.turns[i] = 1 + below(1 + below(8));
		if (visit(&schedule))
			return 1;
	}
	return 0;
}
