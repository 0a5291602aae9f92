/* Blocks of histories from text or JSON lines; see ids.h. */
#include "cli/ids.h"
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

int cli_histories_create(cli_histories *h, int64_t capacity, int skip_unknown)
{
    *h = (cli_histories){.capacity = capacity, .skip_unknown = skip_unknown};
    h->offset = cli_new(capacity + 1, sizeof *h->offset);
    h->name = cli_new(capacity, sizeof *h->name);
    h->items.capacity = 64; /* never NULL: a history may be empty */
    h->items.node = cli_new(h->items.capacity, sizeof *h->items.node);
    return h->offset && h->name && h->items.node ? CLI_DONE : cli_no_memory();
}

static int add_item(cli_histories *h, const regatta_model *model, const char *id,
                    const char *where)
{
    const regatta_side other = h->side == REGATTA_USERS ? REGATTA_ITEMS : REGATTA_USERS;
    uint32_t item = regatta_model_find(model, other, id);
    if (item == REGATTA_NONE && h->skip_unknown) {
        h->n_unknown++;
        return CLI_DONE;
    }
    if (item == REGATTA_NONE) return cli_find(model, other, id, where, &item);
    return cli_nodes_add(&h->items, item);
}

static int set_name(cli_histories *h, const char *name)
{
    h->name[h->n] = strdup(name);
    return h->name[h->n] ? CLI_DONE : cli_no_memory();
}

static int from_text(cli_histories *h, const regatta_model *model, char *line,
                     const char *where)
{
    int code = CLI_DONE;
    char *rest = NULL;
    const char *blank = strchr(line, '\t') ? "\t" : " ";
    const char *word = strtok_r(line, blank, &rest);
    if (!word) return cli_error(CLI_INPUT, "%sno name in it", where);
    CLI_TRY(set_name(h, word));
    while ((word = strtok_r(NULL, blank, &rest)))
        CLI_TRY(add_item(h, model, word, where));
done:
    return code;
}

/* The text of an id that is a JSON string or a whole number; NULL for anything else. */
static const char *json_id(const json_t *value, char buffer[32])
{
    if (json_is_string(value)) return json_string_value(value);
    if (!json_is_integer(value)) return NULL;
    snprintf(buffer, 32, "%lld", (long long)json_integer_value(value));
    return buffer;
}

static int from_json(cli_histories *h, const regatta_model *model, const char *line,
                     const char *where)
{
    int code = CLI_DONE;
    char number[32];
    json_error_t error;
    json_t *object = json_loads(line, 0, &error);
    if (!object) return cli_error(CLI_INPUT, "%s%s", where, error.text);
    const char *one = h->side == REGATTA_USERS ? "user" : "item";
    const char *many = h->side == REGATTA_USERS ? "items" : "users";
    const json_t *user = json_object_get(object, one);
    const json_t *items = json_object_get(object, many);
    const char *name = user ? json_id(user, number) : "";
    if (!name || !json_is_array(items)) {
        code = cli_error(CLI_INPUT, "%sis not {\"%s\": id, \"%s\": [id, ...]}", where,
                         one, many);
        goto done;
    }
    CLI_TRY(set_name(h, name));
    for (size_t i = 0; i < json_array_size(items); i++) {
        const char *id = json_id(json_array_get(items, i), number);
        if (!id) {
            code = cli_error(CLI_INPUT, "%s%.4s %zu is neither text nor a whole number",
                             where, many, i + 1);
            goto done;
        }
        CLI_TRY(add_item(h, model, id, where));
    }
done:
    json_decref(object);
    return code;
}

static void clear(cli_histories *h)
{
    for (int64_t i = 0; h->name && i < h->capacity; i++) {
        free(h->name[i]);
        h->name[i] = NULL;
    }
    h->n = h->items.n = 0;
}

int cli_histories_next(cli_histories *h, cli_lines *in, const regatta_model *model)
{
    int code = CLI_DONE;
    clear(h);
    while (h->n < h->capacity) {
        char *line = NULL, where[512];
        CLI_TRY(cli_lines_next(in, &line));
        if (!line) break;
        if (!*line) continue;
        snprintf(where, sizeof where, "%s:%lld: ", in->name, (long long)in->number);
        if (*line == '{')
            CLI_TRY(from_json(h, model, line, where));
        else
            CLI_TRY(from_text(h, model, line, where));
        h->offset[++h->n] = h->items.n;
    }
done:
    return code;
}

regatta_query cli_histories_query(const cli_histories *h)
{
    return (regatta_query){.struct_size = sizeof(regatta_query),
                           .n = h->n,
                           .offset = h->offset,
                           .item = h->items.node,
                           .side = (uint32_t)h->side};
}

void cli_histories_say_unknown(const cli_histories *h)
{
    if (h->n_unknown)
        fprintf(stderr, "  left out %lld unknown %s\n", (long long)h->n_unknown,
                h->side == REGATTA_ITEMS ? "users" : "items");
}

void cli_histories_free(cli_histories *h)
{
    clear(h);
    free(h->name);
    free(h->offset);
    free(h->items.node);
    *h = (cli_histories){0};
}
