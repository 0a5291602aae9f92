/* Any bytes through the reader of JSON: it takes what jansson takes (up to its depth,
 * and without NUL), and what it takes alone has a number that jansson finds too large. A
 * string decodes, is quoted and decodes again to the same. The tree takes no other
 * text, and its lists have as many elements as they say. */
#include "base/text/json_read.h"
#include "base/text/json_tree.h"
#include "base/text/text.h"
#include "files.h"
#include <jansson.h>
#include <string.h>

enum { MOST = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int is_jansson(const char *text, size_t n, enum json_error_code *code)
{
    json_error_t error;
    json_t *parsed = json_loadb(text, n, JSON_DECODE_ANY, &error);
    *code = parsed != NULL ? json_error_unknown : json_error_code(&error);
    json_decref(parsed);
    return parsed != NULL;
}

/* Nesting at most, strings taken for what they look like: never less than it is. */
static int depth_of(const char *text, size_t n)
{
    int depth = 0, most = 0;
    for (size_t k = 0; k < n; k++) {
        depth += text[k] == '[' || text[k] == '{';
        most = depth > most ? depth : most;
    }
    return most;
}

static void check_string(const char *text, int64_t n)
{
    static char once[MOST], twice[MOST];
    rg_json j = rg_json_begin(text, n);
    rg_text quoted;
    const int64_t length = rg_json_string(&j, once, sizeof once);
    if (length < 0 || length >= MOST) return;
    fuzz_require((int64_t)strlen(once) == length, "a NUL inside of a string");
    rg_text_begin(&quoted, rg_mem_default());
    rg_text_quoted(&quoted, once);
    fuzz_require(quoted.status == REGATTA_OK, "out of memory");
    j = rg_json_begin(quoted.bytes, quoted.n);
    fuzz_require(rg_json_string(&j, twice, sizeof twice) == length, "another length");
    fuzz_require(strcmp(once, twice) == 0, "another string");
    rg_free(rg_mem_default(), quoted.bytes);
}

/* NOLINTNEXTLINE(misc-no-recursion): at most RG_JSON_DEPTH deep */
static void check_node(const rg_json_node *node)
{
    int64_t n = 0;
    for (const rg_json_node *v = node->first; v != NULL; v = v->next, n++) check_node(v);
    fuzz_require(n == node->n, "another number of elements");
}

static void check_tree(const char *text, size_t n, int is_json)
{
    static regatta_ctx *ctx;
    rg_json_tree tree;
    if (ctx == NULL)
        fuzz_require(regatta_ctx_create(&ctx, NULL) == REGATTA_OK, "context");
    const regatta_status status = rg_json_tree_parse(ctx, &tree, text, (int64_t)n);
    /* The readers skip strings with a NUL, which the tree cannot hold. */
    if (!is_json) fuzz_require(status == REGATTA_EFORMAT, "the tree takes it alone");
    if (status == REGATTA_OK) check_node(tree.node);
    rg_json_tree_free(ctx, &tree);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    enum json_error_code code;
    const int ours = rg_json_is_value(text, (int64_t)size, 0);
    const int theirs = is_jansson(text, size, &code);
    /* A NUL behind a number ends the text for jansson. */
    if (theirs && depth_of(text, size) <= RG_JSON_DEPTH && memchr(text, 0, size) == NULL)
        fuzz_require(ours, "jansson takes it alone");
    if (ours && !theirs)
        fuzz_require(code == json_error_numeric_overflow, "jansson does not take it");
    check_string(text, (int64_t)size);
    check_tree(text, size, ours);
    return 0;
}
