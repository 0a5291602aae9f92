#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include <stdio.h>
#include <string.h>

void reads_with(const char *text, const regatta_read_options *opts, regatta_format format,
                const char *edges)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report report = {.struct_size = sizeof report};
    char dump[TEXT_DUMP_BYTES] = "";
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const regatta_status status = text_read(ctx, &g, text, opts, &report);
    if (status == REGATTA_OK) text_dump(dump, g);
    const int good = strcmp(dump, edges) == 0 && report.format == (uint32_t)format;
    if (!good)
        printf("\n%s\n-> %s format %u, not %s format %u (%s)\n", text, dump,
               report.format, edges, (unsigned)format, regatta_last_error(ctx));
    CU_ASSERT(good);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

void reads(const char *text, regatta_format format, const char *edges)
{
    reads_with(text, NULL, format, edges);
}

void refuses_bytes(const void *bytes, size_t n, const regatta_read_options *opts,
                   const char *words)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = (regatta_graph *)&ctx;
    char expected[640];
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const char *path = text_file(bytes, n);
    const regatta_status status = regatta_graph_read(ctx, &g, path, opts, NULL);
    snprintf(expected, sizeof expected, "%s%s", path, words);
    const int good = status == REGATTA_EFORMAT && g == NULL &&
                     strcmp(regatta_last_error(ctx), expected) == 0;
    if (!good)
        printf("\n%.*s\n-> %s, not %s\n", (int)n, (const char *)bytes,
               regatta_last_error(ctx), expected);
    CU_ASSERT(good);
    if (status == REGATTA_OK) regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

void refuses(const char *text, const char *words)
{
    refuses_bytes(text, strlen(text), NULL, words);
}

void reads_bytes(const void *bytes, size_t n, const regatta_read_options *opts,
                 const char *edges)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    char dump[TEXT_DUMP_BYTES] = "";
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    if (regatta_graph_read(ctx, &g, text_file(bytes, n), opts, NULL) == REGATTA_OK)
        text_dump(dump, g);
    const int good = strcmp(dump, edges) == 0;
    if (!good)
        printf("\n%.60s\n-> %s, not %s (%s)\n", (const char *)bytes, dump, edges,
               regatta_last_error(ctx));
    CU_ASSERT(good);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}

void columns_are(const char *text, const regatta_read_options *opts, const char *words)
{
    regatta_ctx *ctx = NULL;
    regatta_graph *g = NULL;
    regatta_read_report report = {.struct_size = sizeof report};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    const regatta_status status = text_read(ctx, &g, text, opts, &report);
    const char *error = regatta_last_error(ctx);
    const int good =
        words != NULL
            ? status == REGATTA_OK && !strcmp(report.columns, words)
            : status == REGATTA_EFORMAT && strstr(error, "are ambiguous") != NULL;
    if (!good)
        printf("\n%s\n-> %s%s, not %s\n", text, report.columns, error,
               words != NULL ? words : "a refusal");
    CU_ASSERT(good);
    regatta_graph_free(g);
    regatta_ctx_free(ctx);
}
