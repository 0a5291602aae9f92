/* Any bytes as the pairs of score, calibrate and evaluate --pairs: a table or JSON lines.
 * What is read has ids of the model, and written as JSON lines it is read as the same. */
#include "asked.h"
#include "cli/pairs/pairs.h"
#include "files.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *item_name(const cli_pairs *p, uint32_t item)
{
    const char *id = regatta_model_name(p->model, REGATTA_ITEMS, item);
    fuzz_require(id != NULL, "an item that the model does not have");
    return id;
}

/* Adds the history of a query and its times. */
static void add_history(json_t *line, const cli_pairs *p, const cli_pair_query *q)
{
    json_t *const history = json_array(), *const times = json_array();
    fuzz_require(q->first >= 0 && q->n >= 0 && q->first + q->n <= p->history.n,
                 "a history out of range");
    for (int64_t k = q->first; k < q->first + q->n; k++) {
        json_array_append_new(history, json_string(item_name(p, p->history.node[k])));
        if (q->timed) json_array_append_new(times, json_integer(p->time[k]));
    }
    json_object_set_new(line, "history", history);
    if (q->timed)
        json_object_set_new(line, "times", times);
    else
        json_decref(times);
}

/* The pairs [begin, end) of a query as a JSON line that the command reads. */
static json_t *line_of(const cli_pairs *p, int64_t begin, int64_t end)
{
    const cli_pair_query *const q = &p->queries[p->query[begin]];
    json_t *const line = json_object(), *const items = json_array();
    json_t *const labels = json_array();
    if (q->user == REGATTA_NONE) add_history(line, p, q);
    if (*cli_pairs_user(p, begin) || q->name)
        json_object_set_new(line, "user", json_string(cli_pairs_user(p, begin)));
    if (q->has_at) json_object_set_new(line, "at", json_integer(q->at));
    for (int64_t k = begin; k < end; k++) {
        json_array_append_new(items, json_string(item_name(p, p->item[k])));
        json_array_append_new(labels, json_integer(p->label[k]));
    }
    json_object_set_new(line, "items", items);
    json_object_set_new(line, "labels", labels);
    return line;
}

static int read_all(const char *path, const cli_pair_rules *rules, int64_t least,
                    char **text, size_t *n)
{
    cli_pairs p = CLI_PAIRS_INIT;
    int code = cli_pairs_open(&p, fuzz_ctx(), fuzz_model(), path, rules);
    fuzz_require(code == CLI_DONE, "pairs that do not open");
    for (;;) {
        code = cli_pairs_next(&p, least);
        if (code != CLI_DONE || p.n == 0) break;
        for (int64_t k = 0, end = 0; k < p.n; k = end) {
            fuzz_require(p.query[k] >= 0 && p.query[k] < p.n_queries,
                         "no query of a pair");
            while (end < p.n && p.query[end] == p.query[k]) end++;
            fuzz_require(fuzz_print_json(text, n, line_of(&p, k, end)), "not UTF-8");
        }
    }
    cli_pairs_free(&p);
    fuzz_require(code == CLI_DONE || code == CLI_INPUT,
                 "a code that no bytes should give");
    fuzz_require(code == CLI_DONE || cli_last_words()[0] != '\0',
                 "a failure without words");
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH], copied[FUZZ_PATH];
    fuzz_silence();
    fuzz_path(path, "data");
    fuzz_path(copied, "copy");
    fuzz_write(path, data, size);
    for (uint32_t labelled = 0; labelled < 2; labelled++) {
        char *first = NULL, *second = NULL;
        size_t n = 0, n_second = 0;
        cli_pair_rules rules = {.labelled = labelled, .quiet = 1};
        rules.has_positive = size % 4 == 0;
        rules.positive = 3.0;
        rules.strict = size % 4 == 1;
        if (read_all(path, &rules, 2, &first, &n) == CLI_DONE && n > 0) {
            fuzz_write(copied, (const uint8_t *)first, n);
            rules.has_positive = 0;
            fuzz_require(read_all(copied, &rules, 1000, &second, &n_second) == CLI_DONE,
                         cli_last_words());
            fuzz_require(n == n_second && memcmp(first, second, n) == 0,
                         "pairs that are read as others");
        }
        free(first);
        free(second);
    }
    unlink(path);
    unlink(copied);
    return 0;
}
