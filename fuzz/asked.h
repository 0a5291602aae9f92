/* What the fuzzers of the command's input share: a model to ask, and silence. */
#ifndef FUZZ_ASKED_H
#define FUZZ_ASKED_H
#include <jansson.h>
#include <regatta/regatta.h>

/* A small model with times, made at the first call and kept; the ids of users and items
 * hold separators, quotes, a letter outside of ASCII, and numbers. */
regatta_ctx *fuzz_ctx(void);
const regatta_model *fuzz_model(void);
/* The command's messages and help go nowhere; fuzz_require still speaks. */
void fuzz_silence(void);
/* Appends an object as a line to *text[*n], both of which grow; 0: it has a text that is
 * not UTF-8. Takes `object`. */
int fuzz_print_json(char **text, size_t *n, json_t *object);
#endif
