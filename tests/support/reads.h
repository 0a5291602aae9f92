/* Assertions on the result of regatta_graph_read for a text. */
#ifndef TESTS_SUPPORT_READS_H
#define TESTS_SUPPORT_READS_H
#include <regatta/graph.h>

/* Asserts that the text is read as these edges ("user,item[,weight][,time];...",
 * text_dump) and in this format. */
void reads_with(const char *text, const regatta_read_options *opts, regatta_format format,
                const char *edges);
void reads(const char *text, regatta_format format, const char *edges);
/* The same from bytes, in any format. */
void reads_bytes(const void *bytes, size_t n, const regatta_read_options *opts,
                 const char *edges);
/* Asserts that the bytes are rejected with "PATH" + words. */
void refuses_bytes(const void *bytes, size_t n, const regatta_read_options *opts,
                   const char *words);
void refuses(const char *text, const char *words);
/* Asserts the text of the column roles; NULL: the roles are not evident. */
void columns_are(const char *text, const regatta_read_options *opts, const char *words);
#endif
