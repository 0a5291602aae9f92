/* What regatta_graph_read makes of a text. */
#ifndef TESTS_SUPPORT_READS_H
#define TESTS_SUPPORT_READS_H
#include <regatta/graph.h>

/* The text is read as these edges ("user,item[,weight][,time];...", text_dump), in this
 * format. */
void reads_with(const char *text, const regatta_read_options *opts, regatta_format format,
                const char *edges);
void reads(const char *text, regatta_format format, const char *edges);
/* The same from bytes, whatever the format. */
void reads_bytes(const void *bytes, size_t n, const regatta_read_options *opts,
                 const char *edges);
/* The bytes are refused with "PATH" + words. */
void refuses_bytes(const void *bytes, size_t n, const regatta_read_options *opts,
                   const char *words);
void refuses(const char *text, const char *words);
/* The columns are put in these words; NULL: their roles are not evident. */
void columns_are(const char *text, const regatta_read_options *opts, const char *words);
#endif
