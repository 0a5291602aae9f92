/* A line cut at its separators. */
#ifndef RG_GRAPH_READER_FIELDS_H
#define RG_GRAPH_READER_FIELDS_H
#include <regatta/graph.h>

enum { RG_MAX_FIELDS = 256 };

/* Fields point into the line and are not NUL-ended. */
typedef struct rg_fields {
    int n;
    const char *text[RG_MAX_FIELDS];
    int64_t length[RG_MAX_FIELDS];
} rg_fields;

/* Cuts a line of one of the column formats; NULL, or the reason why it cannot be cut.
 * Quotes (CSV and SEMICOLON) are as in RFC 4180, but for line breaks inside them, which
 * are refused; quoted fields are unquoted in place. */
const char *rg_fields_split(rg_fields *f, char *line, int64_t length,
                            regatta_format format);
/* The field without the blanks around it. */
void rg_field_trim(const char **text, int64_t *length);
/* The name of a format, as --format takes it. */
const char *rg_format_name(regatta_format format);
#endif
