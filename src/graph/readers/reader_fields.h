/* Splits lines at separators. */
#ifndef RG_GRAPH_READER_FIELDS_H
#define RG_GRAPH_READER_FIELDS_H
#include <regatta/graph.h>

enum { RG_MAX_FIELDS = 256 };

/* Fields point into the line and are not NUL-ended. */
typedef struct rg_fields {
    char
        quote; /* set by the caller: 0 for the usual quotes of the format, or the quote */
    int n;
    const char *text[RG_MAX_FIELDS];
    int64_t length[RG_MAX_FIELDS];
} rg_fields;

/* Cuts a line of one of the column formats; NULL, or the reason why it cannot be cut.
 * Quotes (of CSV and SEMICOLON, else where fields->quote says so) are as in RFC 4180,
 * with blanks around them passed over; quoted fields are unquoted in place.
 * rg_fields_open is the reason if a quoted field does not end on the line; the line is
 * then unchanged. */
extern const char rg_fields_open[];
const char *rg_fields_split(rg_fields *f, char *line, int64_t length,
                            regatta_format format);
/* Returns 1 if the fields from number n on are empty: a separator at the end of a line.
 */
int rg_fields_empty_from(const rg_fields *f, int n);
/* Puts an empty field in front of the others. */
void rg_fields_shift(rg_fields *f);
/* The field without the blanks around it: spaces, tabs, no-break spaces (UTF-8). */
void rg_field_trim(const char **text, int64_t *length);
/* As rg_parse_number, also with a decimal comma ("3,5") that cannot be one of thousands
 * ("1,234"). */
int rg_field_number(const char *text, int64_t length, double *out);
/* True if a cell is a list of ids: two or more parts without blanks inside, between ','
 * or ';', or, each with a digit, between '|' or blanks; or in brackets. */
int rg_field_is_list(const char *text, int64_t length);
/* The type in a header of RecBole: NAME:token, NAME:float, and lists of them. */
typedef enum rg_recbole {
    RG_RECBOLE_NONE,
    RG_RECBOLE_TOKEN,
    RG_RECBOLE_FLOAT,
    RG_RECBOLE_LIST
} rg_recbole;
rg_recbole rg_recbole_type(const char *name, int64_t length);
/* The name of a format, as --format takes it. */
const char *rg_format_name(regatta_format format);
#endif
