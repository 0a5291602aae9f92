/* Any bytes through regatta_graph_read. What can be read is written and read again: the
 * same edges, weights and times, by name; and once more: the same numbers, too. */
#include "files.h"
#include <regatta/regatta.h>
#include <string.h>
#include <unistd.h>

enum { N_FORMATS = 13 };

static float weight_at(const regatta_csr *rows, int64_t e)
{
    return rows->weight != NULL ? rows->weight[e] : 1.0f;
}

static int64_t time_at(const regatta_csr *rows, int64_t e)
{
    return rows->time != NULL ? rows->time[e] : 0;
}

static int64_t find_edge(const regatta_csr *rows, uint32_t user, uint32_t item)
{
    if (user == REGATTA_NONE || item == REGATTA_NONE) return -1;
    for (int64_t e = rows->offset[user]; e < rows->offset[user + 1]; e++)
        if (rows->item[e] == item) return e;
    return -1;
}

static void require_same(const regatta_graph *a, const regatta_graph *b)
{
    regatta_csr x = {.struct_size = sizeof x}, y = {.struct_size = sizeof y};
    regatta_graph_rows(NULL, &x, a);
    regatta_graph_rows(NULL, &y, b);
    fuzz_require(x.offset[x.n_users] == y.offset[y.n_users], "another number of edges");
    fuzz_require((x.time == NULL) == (y.time == NULL), "times came or went");
    for (uint32_t u = 0; u < x.n_users; u++) {
        const uint32_t v =
            regatta_graph_find(b, REGATTA_USERS, regatta_graph_name(a, REGATTA_USERS, u));
        for (int64_t e = x.offset[u]; e < x.offset[u + 1]; e++) {
            const char *name = regatta_graph_name(a, REGATTA_ITEMS, x.item[e]);
            const int64_t at =
                find_edge(&y, v, regatta_graph_find(b, REGATTA_ITEMS, name));
            fuzz_require(at >= 0, "an edge is lost");
            fuzz_require(weight_at(&x, e) == weight_at(&y, at), "another weight");
            fuzz_require(time_at(&x, e) == time_at(&y, at), "another time");
        }
    }
}

static void require_same_numbers(const regatta_graph *a, const regatta_graph *b)
{
    regatta_csr x = {.struct_size = sizeof x}, y = {.struct_size = sizeof y};
    regatta_graph_rows(NULL, &x, a);
    regatta_graph_rows(NULL, &y, b);
    fuzz_require(x.n_users == y.n_users && x.n_items == y.n_items,
                 "another number of nodes");
    const size_t n = (size_t)x.offset[x.n_users];
    fuzz_require(memcmp(x.item, y.item, n * sizeof *x.item) == 0, "items numbered anew");
}

/* What was read keeping null words is read back so; all else of `o` is the default. */
static regatta_graph *copy(regatta_ctx *ctx, const regatta_graph *g, const char *path,
                           const regatta_read_options *o)
{
    regatta_graph *again = NULL;
    regatta_read_options back = REGATTA_READ_OPTIONS_INIT;
    back.keep_null_words = o->keep_null_words;
    fuzz_require(regatta_graph_write(ctx, g, path) == REGATTA_OK,
                 regatta_last_error(ctx));
    fuzz_require(regatta_graph_read(ctx, &again, path, &back, NULL) == REGATTA_OK,
                 regatta_last_error(ctx));
    return again;
}

static void require_sound(const regatta_read_report *r, const regatta_read_options *o)
{
    for (int k = 0; k < REGATTA_N_BAD_ROWS; k++) {
        fuzz_require(r->n_bad[k] == 0 || o->skip_bad, "a row was dropped unasked");
        fuzz_require((r->n_bad[k] > 0) == (r->first_bad_line[k] > 0),
                     "a reason without line");
        fuzz_require(r->first_bad_line[k] <= r->n_lines, "a line that is not there");
    }
}

static void try_options(regatta_ctx *ctx, const char *path, const char *copied,
                        const regatta_read_options *o)
{
    regatta_graph *g = NULL;
    regatta_read_report report = {.struct_size = sizeof report};
    const regatta_status status = regatta_graph_read(ctx, &g, path, o, &report);
    fuzz_require((status == REGATTA_OK) == (g != NULL), "status and graph disagree");
    if (status != REGATTA_OK) {
        fuzz_require(status == REGATTA_EFORMAT || o->time_format != NULL,
                     "a status that no bytes should give");
        fuzz_require(regatta_last_error(ctx)[0] != '\0', "a failure without words");
        return;
    }
    require_sound(&report, o);
    regatta_graph *second = copy(ctx, g, copied, o);
    require_same(g, second);
    regatta_graph *third = copy(ctx, second, copied, o);
    require_same(second, third);
    require_same_numbers(second, third);
    regatta_graph_free(third);
    regatta_graph_free(second);
    regatta_graph_free(g);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const times[] = {"dmy", "ymd", "milliseconds", "iso",
                                        "%d.%m.%y %H:%M"};
    char path[FUZZ_PATH], copied[FUZZ_PATH];
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.threads = 1;
    options.limit_bytes = FUZZ_UNPACKED;
    fuzz_path(path, "data");
    fuzz_path(copied, "copy");
    fuzz_write(path, data, size);
    fuzz_require(regatta_ctx_create(&ctx, &options) == REGATTA_OK, "no context");
    regatta_read_options o = REGATTA_READ_OPTIONS_INIT;
    try_options(ctx, path, copied, &o);
    o.format = (uint32_t)(size % (N_FORMATS - 1)) + 1;
    o.skip_bad = 1;
    o.keep_null_words = (uint32_t)(size / 2 % 2);
    o.time_format = size / 4 % 4 == 0 ? times[size / 16 % 5] : NULL;
    try_options(ctx, path, copied, &o);
    regatta_ctx_free(ctx);
    unlink(path);
    unlink(copied);
    return 0;
}
