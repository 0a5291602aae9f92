/* The folder of a test program, for the files of all its cases. */
#ifndef TESTS_SUPPORT_FOLDER_H
#define TESTS_SUPPORT_FOLDER_H
#include "support/suite.h"

/* As TEST_MAIN, with a folder while the cases run; they leave it empty. */
#define TEST_MAIN_IN_FOLDER(suite, cases)                                                \
    folder_run((suite), (cases), (int)(sizeof(cases) / sizeof((cases)[0])))
int folder_run(const char *suite, const test_case *cases, int n_cases);

const char *folder_path(void);
/* folder/name, until the fourth call after it. */
const char *in_folder(const char *name);
/* Writes the file; returns its path. */
const char *folder_put(const char *name, const void *bytes, size_t n);
/* A file of less than 4096 bytes as a string, until the next call. */
const char *folder_get(const char *path);
/* Its entries, hidden ones too. */
int folder_count(void);
#endif
