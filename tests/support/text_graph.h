/* Graphs from text, and graphs as text for comparisons. */
#ifndef TESTS_SUPPORT_TEXT_GRAPH_H
#define TESTS_SUPPORT_TEXT_GRAPH_H
#include <regatta/graph.h>

/* Writes n bytes to a new file in /tmp; the path is valid until the fourth call after
 * this one. text_remove removes all files. */
const char *text_file(const void *bytes, size_t n);
void text_remove(void);

/* regatta_graph_read of a string, with options (NULL = INIT). */
regatta_status text_read(regatta_ctx *ctx, regatta_graph **out, const char *text,
                         const regatta_read_options *opts, regatta_read_report *report);

enum { TEXT_DUMP_BYTES = 4096 };
/* "user,item[,weight][,time];..." by rows. */
void text_dump(char dump[TEXT_DUMP_BYTES], const regatta_graph *graph);
#endif
