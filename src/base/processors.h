/* How many threads this process may use. */
#ifndef RG_BASE_PROCESSORS_H
#define RG_BASE_PROCESSORS_H

/* Processors of the affinity mask. */
int rg_processors(void);

/* Threads of a context that asks for no number: OMP_NUM_THREADS, or what the host set
 * with omp_set_num_threads; otherwise the processors, or less where the control group has
 * a quota of processor time. OMP_THREAD_LIMIT bounds it. */
int rg_default_threads(void);

/* Threads for the text of a control group's cpu.max: "150000 100000" is 2, one and a half
 * processors rounded up; "max 100000", or what cannot be read, is `threads`. From 1 to
 * `threads`. */
int rg_quota_threads(const char *text, int threads);
#endif
