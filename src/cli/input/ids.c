/* See ids.h. */
#include "cli/input/ids.h"
#include "cli/suggest.h"
#include <stdio.h>
#include <string.h>

enum { MAX_ID = 65535 };

const char *cli_side_word(regatta_side side)
{
    return side == REGATTA_USERS ? "user" : "item";
}

const char *cli_nearest(const regatta_model *model, regatta_side side, const char *id)
{
    const char *found = NULL;
    int best = cli_slip(id) + 1;
    for (uint32_t i = 0; best > 1; i++) {
        const char *name = regatta_model_name(model, side, i);
        if (!name) break;
        const int distance = cli_distance(id, name, best - 1);
        if (distance >= best) continue;
        best = distance;
        found = name;
    }
    return found;
}

int cli_find(const regatta_model *model, regatta_side side, const char *id,
             const char *where, const char *advice, uint32_t *out)
{
    *out = regatta_model_find(model, side, id);
    if (*out != REGATTA_NONE) return CLI_DONE;
    const char *kind = cli_side_word(side), *near = cli_nearest(model, side, id);
    if (!near)
        return cli_error(CLI_INPUT, "%sunknown %s '%.200s'%s", where, kind, id, advice);
    return cli_error(CLI_INPUT, "%sunknown %s '%.200s'; did you mean '%s'?%s", where,
                     kind, id, near, advice);
}

int cli_find_answer(const regatta_model *model, const char *id, const char *where,
                    uint32_t *out)
{
    int code = CLI_DONE;
    CLI_TRY(cli_find(model, REGATTA_ITEMS, id, where, "", out));
    if (*out >= cli_model_info(model).n_own_items)
        code = cli_error(CLI_INPUT,
                         "%sitem '%.200s' is of another domain, and never an answer",
                         where, id);
done:
    return code;
}

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Removes the quotes around text[0..n) where RFC 4180 would; the new length. */
static size_t unquote(char *text, size_t n)
{
    size_t out = 0;
    if (n < 2 || text[0] != '"' || text[n - 1] != '"') return n;
    for (size_t i = 1; i + 1 < n; i++) /* a quote inside is written twice */
        if (text[i] == '"' && (++i + 1 >= n || text[i] != '"')) return n;
    for (size_t i = 1; i + 1 < n; i++) {
        if (text[i] == '"') i++;
        text[out++] = text[i];
    }
    return out;
}

void cli_clean(char *text)
{
    const char *from = text;
    while (is_blank(*from)) from++;
    size_t n = strlen(from);
    while (n > 0 && is_blank(from[n - 1])) n--;
    memmove(text, from, n);
    n = unquote(text, n);
    text[n] = '\0';
}

uint32_t cli_lookup(const regatta_model *model, regatta_side side, char *text)
{
    const uint32_t node = regatta_model_find(model, side, text);
    if (node != REGATTA_NONE) return node;
    cli_clean(text);
    return regatta_model_find(model, side, text);
}

const char *cli_id_wrong(const char *text)
{
    for (const char *s = text; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f) return "holds a control character";
    return strlen(text) > MAX_ID ? "has more than 65535 bytes" : NULL;
}

const char *cli_json_id(const json_t *value, char room[CLI_JSON_ID])
{
    if (json_is_string(value)) return json_string_value(value);
    if (!json_is_integer(value)) return NULL;
    snprintf(room, CLI_JSON_ID, "%lld", (long long)json_integer_value(value));
    return room;
}

const char *cli_json_reason(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input: return "the JSON ends in the middle";
    case json_error_null_character:
    case json_error_null_byte_in_key: return "a text has \\u0000, which no id may have";
    case json_error_stack_overflow: return "the JSON is nested too deeply";
    default: return error->text;
    }
}
