#include "base/text/json_tree.h"
#include "base/text/json_find.h"
#include <math.h>
#include <string.h>

typedef struct parser {
    rg_json json;
    rg_json_node *node;
    int64_t n_nodes;
    char *text;
    int64_t n_text, capacity;
} parser;

static const rg_json_node nothing = {.text = "", .number = (double)NAN};

static char peek(rg_json *j)
{
    while (j->at < j->end && strchr(" \t\r\n", *j->at) != NULL) j->at++;
    return j->at < j->end ? *j->at : '\0';
}

/* Reads a string, or the name of a member, into the tree; NULL for another value. */
static const char *take_text(parser *p, int is_name)
{
    char *out = p->text + p->n_text;
    const int64_t room = p->capacity - p->n_text;
    const int64_t n =
        is_name ? rg_json_name(&p->json, out, room) : rg_json_string(&p->json, out, room);
    if (n < 0) return NULL;
    p->n_text += n + 1;
    return out;
}

static void take_scalar(parser *p, rg_json_node *node, char c)
{
    if (c == '"') {
        const char *text = take_text(p, 0);
        node->kind = RG_JSON_STRING;
        node->text = text != NULL ? text : "";
        return;
    }
    if (c == 't' || c == 'f') {
        node->kind = RG_JSON_BOOL;
        node->number = c == 't' ? 1.0 : 0.0;
    }
    if (c != 't' && c != 'f' && c != 'n') {
        node->kind = RG_JSON_NUMBER;
        if (!rg_json_real(&p->json, &node->number)) p->json.wrong = 1;
        return;
    }
    rg_json_skip(&p->json);
}

/* NOLINTNEXTLINE(misc-no-recursion): at most RG_JSON_DEPTH deep */
static rg_json_node *take_value(parser *p, int depth)
{
    rg_json_node *node = &p->node[p->n_nodes++], *last = NULL;
    const char c = peek(&p->json);
    int members = 0;
    *node = nothing;
    if (c != '{' && c != '[') {
        take_scalar(p, node, c);
        return node;
    }
    node->kind = c == '{' ? RG_JSON_OBJECT : RG_JSON_ARRAY;
    if (depth == RG_JSON_DEPTH || !rg_json_enter(&p->json, c)) {
        p->json.wrong = 1;
        return node;
    }
    while (rg_json_next(&p->json, c, &members)) {
        const char *name = c == '{' ? take_text(p, 1) : NULL;
        rg_json_node *child = take_value(p, depth + 1);
        child->name = name;
        if (p->json.wrong) break;
        if (last == NULL)
            node->first = child;
        else
            last->next = child;
        last = child;
        node->n++;
    }
    return node;
}

regatta_status rg_json_tree_parse(regatta_ctx *ctx, rg_json_tree *out, const char *text,
                                  int64_t n)
{
    regatta_status status = REGATTA_OK;
    int64_t most = 1; /* a value is the root or follows one of these */
    *out = (rg_json_tree){.node = NULL};
    for (int64_t k = 0; k < n; k++)
        most += text[k] == ',' || text[k] == '[' || text[k] == '{';
    if (!rg_json_is_value(text, n, 0))
        return rg_fail(ctx, REGATTA_EFORMAT, "the text is not JSON");
    RG_NEW(ctx->mem, out->node, most);
    RG_NEW(ctx->mem, out->text, n + 1);
    parser p = {.json = rg_json_begin(text, n),
                .node = out->node,
                .text = out->text,
                .capacity = n + 1};
    take_value(&p, 0);
    if (p.json.wrong) status = rg_fail(ctx, REGATTA_EFORMAT, "the text is not JSON");
done:
    return status;
}

void rg_json_tree_free(regatta_ctx *ctx, rg_json_tree *tree)
{
    rg_free(ctx->mem, tree->node);
    rg_free(ctx->mem, tree->text);
    *tree = (rg_json_tree){.node = NULL};
}

const rg_json_node *rg_json_at(const rg_json_node *node, const char *path)
{
    for (;;) {
        const size_t n = strcspn(path, ".");
        const rg_json_node *member = node->kind == RG_JSON_OBJECT ? node->first : NULL;
        while (member != NULL &&
               (strncmp(member->name, path, n) != 0 || member->name[n] != '\0'))
            member = member->next;
        if (member == NULL) return &nothing;
        if (path[n] == '\0') return member;
        node = member;
        path += n + 1;
    }
}
