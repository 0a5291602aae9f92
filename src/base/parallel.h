/* How many threads a piece of work gets, and fixed blocks of work, which make sums the
 * same bits at any thread count. */
#ifndef RG_BASE_PARALLEL_H
#define RG_BASE_PARALLEL_H
#include <stdint.h>

/* Elements per block of rg_sum_blocks and of every other blocked reduction. */
enum { RG_BLOCK = 4096 };

/* Multiply-adds of a vector kernel that a team is woken for: 0.1 to 0.2 ms of one thread.
 * A woken thread saves at most half of that; on a machine that is busy with something
 * else it costs 2 ms and more, until the scheduler has a processor for it. */
enum { RG_TEAM_WORK = 1 << 20 };

/* What a step of scalar code, or one that waits for memory, counts for as work. */
enum { RG_SCALAR = 8 };

enum { RG_MOST_THREADS = 1024 }; /* of a context */

/* The threads of a parallel region: every region says num_threads(team) with
 * team = rg_threads_for(work, threads). Either 1, when the work is below RG_TEAM_WORK, or
 * rg_team_of(threads): nothing between, because libgomp ends the threads that a smaller
 * team leaves over and starts them anew for the next. */
int rg_threads_for(int64_t work, int threads);

/* `threads`, or as many as the system starts: libgomp ends the process when a thread
 * cannot be created, so they are created and ended once by ourselves, all at a time,
 * before the calling thread has its first team of that size. The answer is remembered for
 * the calling thread, as libgomp keeps the team. At least 1. */
int rg_team_of(int threads);

/* ceil(n / size) */
int64_t rg_block_count(int64_t n, int64_t size);
/* Of a counting sort by `team` threads, each with a part of the input: turns count[team,
 * n_rows], the elements of each row in each part, into the places where the parts write
 * them, and fills offset[n_rows + 1], whose first is 0. */
void rg_place_parts(int64_t *offset, int64_t *count, int64_t n_rows, int team);
/* Adds in order. */
double rg_sum(const double *x, int64_t n);
#endif
