/* A temporary folder for the files of all cases of a test program. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H
#include "support/suite.h"

/* As TEST_MAIN, with a folder during the cases, which must leave it empty. */
#define TEST_MAIN_IN_FOLDER(suite, cases)                                                \
    folder_run((suite), (cases), (int)(sizeof(cases) / sizeof((cases)[0])))
int folder_run(const char *suite, const test_case *cases, int n_cases);

const char *folder_path(void);
/* Returns folder/name, valid until the fourth call after this one. */
const char *in_folder(const char *name);
/* Writes the file; returns its path. */
const char *folder_put(const char *name, const void *bytes, size_t n);
/* Returns a file of less than 4096 bytes as a string, valid until the next call. */
const char *folder_get(const char *path);
/* Returns the number of entries, including hidden ones. */
int folder_count(void);
#endif
