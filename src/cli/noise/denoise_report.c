#include "cli/noise/denoise_report.h"
#include <inttypes.h>
#include <regatta/denoise.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXAMPLES = 3 };

static uint32_t degree_of(const regatta_csr *rows, uint32_t user)
{
    return (uint32_t)(rows->offset[user + 1] - rows->offset[user]);
}

/* Prints the first users of a kind. */
static void say_users(const regatta_graph *graph, const regatta_denoise_options *r,
                      uint32_t n, regatta_suspect kind, const char *what)
{
    const regatta_csr rows = cli_graph_rows(graph);
    int shown = 0;
    if (!n) return;
    fprintf(stderr, "  %" PRIu32 " user%s %s", n, CLI_S(n), what);
    for (uint32_t u = 0; u < rows.n_users && shown < EXAMPLES; u++) {
        if (!(r->suspect[u] & kind)) continue;
        fprintf(stderr, "%s'%s' (%" PRIu32 " item%s", shown++ ? ", " : ": ",
                regatta_graph_name(graph, REGATTA_USERS, u), degree_of(&rows, u),
                CLI_S(degree_of(&rows, u)));
        if (kind == REGATTA_SUSPECT_COPY)
            fprintf(stderr, ", as '%s'",
                    regatta_graph_name(graph, REGATTA_USERS, r->same_as[u]));
        fputc(')', stderr);
    }
    fprintf(stderr, "%s\n", n > (uint32_t)shown ? ", ..." : "");
}

/* Prints the interactions with the highest probabilities, the first of equal ones. */
static void say_edges(const regatta_graph *graph, const regatta_denoise_options *r,
                      double n_noise)
{
    const regatta_csr rows = cli_graph_rows(graph);
    float below = 2.0f;
    int64_t last = -1;
    fprintf(stderr, "  about %.0f of %" PRId64 " interactions are noise", n_noise,
            rows.offset[rows.n_users]);
    for (int shown = 0; shown < EXAMPLES; shown++) {
        int64_t best = -1;
        uint32_t user = 0;
        for (uint32_t u = 0; u < rows.n_users; u++)
            for (int64_t e = rows.offset[u]; e < rows.offset[u + 1]; e++) {
                const float p = r->noise[e];
                if (p <= 0 || p > below || (p == below && e <= last)) continue;
                if (best >= 0 && p <= r->noise[best]) continue;
                best = e;
                user = u;
            }
        if (best < 0) break;
        fprintf(stderr, "%s'%s' with '%s' (%.2f)", shown ? ", " : ": ",
                regatta_graph_name(graph, REGATTA_USERS, user),
                regatta_graph_name(graph, REGATTA_ITEMS, rows.item[best]),
                (double)r->noise[best]);
        below = r->noise[best];
        last = best;
    }
    fputc('\n', stderr);
}

static void say(const regatta_graph *graph, const regatta_denoise_options *o,
                const regatta_denoise_report *r)
{
    char sprees[96];
    snprintf(sprees, sizeof sprees,
             "with a spree of more than %" PRIu32 " interaction%s within 60 s",
             r->spree_above, CLI_S(r->spree_above));
    say_edges(graph, o, r->n_noise);
    say_users(graph, o, r->n_copies, REGATTA_SUSPECT_COPY,
              "with nearly the history of an earlier user");
    say_users(graph, o, r->n_sprees, REGATTA_SUSPECT_SPREE, sprees);
    say_users(graph, o, r->n_bots, REGATTA_SUSPECT_BOT,
              "whose history no other supports");
    fputs("  weights are written: train with --weights raw\n", stderr);
}

int cli_denoise(regatta_ctx *ctx, regatta_graph **graph, int quiet)
{
    int code = CLI_DONE;
    const regatta_csr rows = cli_graph_rows(*graph);
    const size_t n_edges = (size_t)rows.offset[rows.n_users];
    regatta_graph *weighed = NULL;
    regatta_denoise_options o = REGATTA_DENOISE_OPTIONS_INIT;
    regatta_denoise_report r = REGATTA_DENOISE_REPORT_INIT;
    o.noise = calloc(n_edges + 1, sizeof *o.noise);
    o.suspect = calloc((size_t)rows.n_users + 1, sizeof *o.suspect);
    o.same_as = calloc((size_t)rows.n_users + 1, sizeof *o.same_as);
    if (!o.noise || !o.suspect || !o.same_as) {
        code = cli_no_memory();
        goto done;
    }
    CLI_CALL(regatta_graph_denoise(ctx, &weighed, *graph, &o, &r));
    if (!quiet) say(*graph, &o, &r);
    regatta_graph_free(*graph);
    *graph = weighed;
done:
    free(o.noise);
    free(o.suspect);
    free(o.same_as);
    return code;
}
