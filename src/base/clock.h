/* Time for progress reports only: no result depends on it. */
#ifndef RG_BASE_CLOCK_H
#define RG_BASE_CLOCK_H
/* Seconds, monotonic. */
double rg_clock(void);
#endif
