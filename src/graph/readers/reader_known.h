/* Recognition of files that do not hold interactions. */
#ifndef RG_GRAPH_READER_KNOWN_H
#define RG_GRAPH_READER_KNOWN_H
#include "graph/readers/reader_common.h"

/* REGATTA_EFORMAT "is ...: what to do" for binary formats by the bytes they begin with.
 */
regatta_status rg_refuse_binary(regatta_ctx *ctx, const rg_input *in, const char *bytes,
                                int64_t n);
/* The same for texts of other kinds by their first line: markup, JSON, Git LFS. */
regatta_status rg_refuse_text(regatta_ctx *ctx, const rg_input *in,
                              const rg_sample *sample);
/* Returns 1 for a first line that begins an object of JSON or of Python. */
int rg_known_is_object(const rg_sample *sample);
/* The message for Python dictionaries, which old dumps of Amazon's reviews hold. */
extern const char rg_json_is_python[];
/* Refuses blank-separated rows of which some word is no id: prose, a log, a matrix,
 * LIBSVM pairs, rows that begin with their length. The first word of a row may end with
 * ':'. */
regatta_status rg_refuse_words(regatta_ctx *ctx, const rg_input *in, rg_sample *sample);
/* Refuses a single row whose items have no digit: "Not Found", "Access denied". */
regatta_status rg_refuse_line(regatta_ctx *ctx, const rg_input *in, rg_sample *sample);
#endif
