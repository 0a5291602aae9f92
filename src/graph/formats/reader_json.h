/* Interactions from JSON lines: an object a line. */
#ifndef RG_GRAPH_READER_JSON_H
#define RG_GRAPH_READER_JSON_H
#include "graph/edges.h"
#include "graph/readers/reader_common.h"

/* The keys of the first objects are the columns, in order of first appearance. They get
 * their roles by name alone; REGATTA_EFORMAT if two keys suit a role equally well. Values
 * of a role are texts and numbers, which are taken literally; true and false are texts;
 * null and a missing key are empty cells; an array or an object is a bad row. Of a key
 * that an object repeats the last value counts. */
regatta_status rg_read_json(regatta_ctx *ctx, rg_edges **out, rg_input *in,
                            const regatta_read_options *opts,
                            regatta_read_report *report);
#endif
