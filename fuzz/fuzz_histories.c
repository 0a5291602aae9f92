/* Any bytes as the histories of recommend, candidates, similar, explain and embed: lines
 * of text, JSON lines or a table. What is read has ids of the model, and written as JSON
 * lines it is read as the same. In a stream a bad line does not end the reading. */
#include "asked.h"
#include "cli/input/histories.h"
#include "files.h"
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A history as a JSON line that the command reads. */
static json_t *line_of(const cli_histories *h, int64_t k)
{
    const regatta_side members = cli_histories_members(h);
    const int is_user = h->rules.side == REGATTA_USERS;
    json_t *const line = json_object(), *const ids = json_array();
    json_t *const times = json_array();
    for (int64_t e = h->offset[k]; e < h->offset[k + 1]; e++) {
        const char *id = regatta_model_name(h->model, members, h->items.node[e]);
        fuzz_require(id != NULL, "an id that the model does not have");
        json_array_append_new(ids, json_string(id));
        if (h->timed == 1) json_array_append_new(times, json_integer(h->time[e]));
    }
    if (h->name[k][0] != '\0' && json_object_set_new(line, is_user ? "user" : "item",
                                                     json_string(h->name[k])) != 0)
        json_object_set_new(line, "not UTF-8", NULL);
    json_object_set_new(line, is_user ? "items" : "users", ids);
    const int timed = h->timed == 1 && h->offset[k] < h->offset[k + 1];
    if (is_user && timed) json_object_set_new(line, "at", json_integer(h->at[k]));
    if (timed)
        json_object_set_new(line, "times", times);
    else
        json_decref(times);
    return line;
}

/* Reads all histories at `path` and writes them to *text[*n]; *whole is 0 if one has a
 * name that is not UTF-8. */
static int read_all(const char *path, const cli_history_rules *rules, int64_t block,
                    char **text, size_t *n, int *whole)
{
    cli_histories h = CLI_HISTORIES_INIT;
    cli_history_rules own = *rules;
    own.path = path;
    *whole = 1;
    int code = cli_histories_open(&h, fuzz_ctx(), fuzz_model(), &own, block);
    while (code == CLI_DONE) {
        code = cli_histories_next(&h);
        if (code != CLI_DONE || h.n == 0) break;
        fuzz_require(h.n <= block && h.offset[0] == 0 && h.offset[h.n] == h.items.n,
                     "a block that is not sound");
        for (int64_t k = 0; k < h.n; k++)
            *whole &= fuzz_print_json(text, n, line_of(&h, k));
    }
    cli_histories_free(&h);
    fuzz_require(code == CLI_DONE || code == CLI_INPUT || code == CLI_USAGE,
                 "a code that no bytes should give");
    fuzz_require(code == CLI_DONE || cli_last_words()[0] != '\0',
                 "a failure without words");
    return code;
}

static void try_rules(const char *path, const char *copied,
                      const cli_history_rules *rules)
{
    char *first = NULL, *second = NULL;
    size_t n = 0, n_second = 0;
    int whole = 0, again = 0;
    cli_history_rules lines = *rules;
    lines.form = CLI_HISTORY_LINES;
    if (read_all(path, rules, 3, &first, &n, &whole) == CLI_DONE && whole && n > 0) {
        fuzz_write(copied, (const uint8_t *)first, n);
        fuzz_require(read_all(copied, &lines, 1000, &second, &n_second, &again) ==
                         CLI_DONE,
                     cli_last_words());
        fuzz_require(n == n_second && memcmp(first, second, n) == 0,
                     "histories that are read as others");
    }
    free(first);
    free(second);
}

/* As many answers as lines, at most. */
static void try_stream(const char *path, const cli_history_rules *rules, int64_t n_lines)
{
    cli_histories h = CLI_HISTORIES_INIT;
    cli_history_rules own = *rules;
    own.stream = 1;
    own.path = path;
    int code = cli_histories_open(&h, fuzz_ctx(), fuzz_model(), &own, 1);
    fuzz_require(code == CLI_DONE, "a stream that does not open");
    for (int64_t left = n_lines + 1; left >= 0; left--) {
        code = cli_histories_next(&h);
        fuzz_require(code == CLI_DONE || code == CLI_INPUT, "a code of no line");
        if (code == CLI_DONE && h.n == 0) break;
        fuzz_require(left > 0, "more histories than lines");
    }
    cli_histories_free(&h);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH], copied[FUZZ_PATH];
    cli_at at = {.text = "2020-09-13", .time = 1599955200};
    int64_t n_lines = 1;
    fuzz_silence();
    fuzz_path(path, "data");
    fuzz_path(copied, "copy");
    fuzz_write(path, data, size);
    for (size_t k = 0; k < size; k++) n_lines += data[k] == '\n';
    for (uint32_t form = CLI_HISTORY_AUTO; form <= CLI_HISTORY_TABLE; form++) {
        cli_history_rules rules = {
            .path = path, .form = form, .quiet = (uint32_t)size & 1};
        rules.side = size / 2 % 4 == 0 ? REGATTA_ITEMS : REGATTA_USERS;
        rules.skip_unknown = form != CLI_HISTORY_LINES;
        rules.strict = form == CLI_HISTORY_TABLE && size % 3 == 0;
        if (size % 8 == 7 && rules.side == REGATTA_USERS) rules.at = &at;
        if (form == CLI_HISTORY_LINES) try_stream(path, &rules, n_lines);
        try_rules(path, copied, &rules);
    }
    unlink(path);
    unlink(copied);
    return 0;
}
