#include "cli/output/work_table.h"

void cli_work_add(void *state, const regatta_work *work)
{
    json_t **list = state;
    json_t *row =
        json_pack("{s:s,s:s?,s:s,s:f,s:f}", "part", work->part, "channel", work->channel,
                  "name", work->name, "seconds", work->seconds, "flops", work->flops);
    if (json_array_append_new(*list, row) == 0) return;
    json_decref(*list);
    *list = NULL;
}

static const char *word(json_t *row, const char *name)
{
    json_t *value = json_object_get(row, name);
    return json_is_string(value) ? json_string_value(value) : "-";
}

void cli_work_table(FILE *to, json_t *list)
{
    size_t i = 0;
    json_t *row = NULL;
    if (json_array_size(list) == 0) return;
    fprintf(to, "  %-6s %-10s %-14s %9s %11s %9s\n", "part", "channel", "work", "seconds",
            "GFLOP", "GFLOP/s");
    json_array_foreach(list, i, row)
    {
        const double seconds = json_number_value(json_object_get(row, "seconds"));
        const double billions = json_number_value(json_object_get(row, "flops")) * 1e-9;
        fprintf(to, "  %-6s %-10s %-14s %9.3f %11.3f %9.2f\n", word(row, "part"),
                word(row, "channel"), word(row, "name"), seconds, billions,
                seconds > 0.0 ? billions / seconds : 0.0);
    }
}
