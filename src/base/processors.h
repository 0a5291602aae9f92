/* How many threads this process may use. */
#ifndef RG_BASE_PROCESSORS_H
#define RG_BASE_PROCESSORS_H

/* Processors of the affinity mask. */
int rg_processors(void);

/* Returns the default number of threads: OMP_NUM_THREADS, or the number that the host
 * set with omp_set_num_threads; otherwise the processors, or fewer if the control
 * group has a quota of processor time. OMP_THREAD_LIMIT bounds it. */
int rg_default_threads(void);

/* Returns the threads for the text of a control group's cpu.max, from 1 to `threads`:
 * "150000 100000" is 2, one and a half processors rounded up; "max 100000", or an
 * unreadable text, is `threads`. */
int rg_quota_threads(const char *text, int threads);
#endif
