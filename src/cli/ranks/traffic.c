#include "cli/ranks/traffic.h"

static regatta_traffic traffic_of(regatta_ctx *ctx)
{
    regatta_traffic t = REGATTA_TRAFFIC_INIT;
    regatta_ctx_traffic(ctx, &t);
    return t;
}

void cli_traffic_print(FILE *to, regatta_ctx *ctx)
{
    const regatta_traffic t = traffic_of(ctx);
    if (t.n_ranks < 2) return;
    fprintf(to,
            "  %lu ranks; this one received %.1f MB in %lld gathers and %.1f MB from "
            "another\n"
            "  rank, sent %.1f MB to another, and waited %.1f s%s\n",
            (unsigned long)t.n_ranks, (double)t.gathered * 1e-6, (long long)t.n_gathers,
            (double)t.received * 1e-6, (double)t.sent * 1e-6, t.waited,
            t.item_tables == REGATTA_ITEM_TABLES_PANELS ? "; item tables in panels" : "");
}

json_t *cli_traffic_json(regatta_ctx *ctx)
{
    const regatta_traffic t = traffic_of(ctx);
    if (t.n_ranks < 2) return NULL;
    static const char *const TABLES[] = {NULL, "whole", "panels"};
    return json_pack("{s:I,s:I,s:I,s:I,s:I,s:I,s:I,s:f,s:s*}", "n_ranks",
                     (json_int_t)t.n_ranks, "gathered_bytes", (json_int_t)t.gathered,
                     "sent_bytes", (json_int_t)t.sent, "received_bytes",
                     (json_int_t)t.received, "gathers", (json_int_t)t.n_gathers, "sends",
                     (json_int_t)t.n_sends, "receives", (json_int_t)t.n_receives,
                     "seconds_waited", t.waited, "item_tables", TABLES[t.item_tables]);
}
