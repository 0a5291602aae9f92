/* The decimal signs of a column of numbers. Decimal commas (2,5) and points (1.234) in
 * one column contradict each other: the points may separate thousands. */
#ifndef RG_GRAPH_DECIMAL_SIGNS_H
#define RG_GRAPH_DECIMAL_SIGNS_H
#include "base/files/file.h"
#include <regatta/graph.h>

enum { RG_SIGN_SHOWN = 40 };

/* The first number with a sign. */
typedef struct rg_sign_seen {
    int64_t line; /* 0: none */
    char text[RG_SIGN_SHOWN];
} rg_sign_seen;

typedef struct rg_decimal_signs {
    rg_sign_seen comma, point;
} rg_decimal_signs;

/* Takes the text of a number that rg_field_number has read. */
void rg_signs_take(rg_decimal_signs *signs, const char *text, int64_t length,
                   int64_t line);
/* Adds the numbers of later rows, whose lines count from `line`. */
void rg_signs_merge(rg_decimal_signs *to, const rg_decimal_signs *from, int64_t line);
/* Returns REGATTA_OK, or REGATTA_EFORMAT for a column with both signs. The message calls
 * a number `noun` and the column `column`, as rg_reader_fail prints it. */
regatta_status rg_signs_check(regatta_ctx *ctx, const rg_input *in,
                              const rg_decimal_signs *signs, const char *noun,
                              const char *column);
#endif
