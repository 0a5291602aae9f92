/* Cases that every database passes. */
#ifndef TESTS_SUPPORT_STORE_CASES_H
#define TESTS_SUPPORT_STORE_CASES_H
#include "store/store.h"

/* Each takes the place of a database in which the table `recs` is free for it. */
void store_case_round_trip(const char *place);
void store_case_readers_see_whole_tables(const char *place);
void store_case_refusals(const char *place);
void store_case_faults(const char *place);

/* Runs a query and writes its rows as "cell|cell\n", NULL as "-" and times as "@";
 * valid until the next call. Asserts that it succeeds. */
const char *store_rows(const char *place, const char *sql);
#endif
