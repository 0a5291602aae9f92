/* A JSON text as a tree of values. */
#ifndef RG_BASE_JSON_TREE_H
#define RG_BASE_JSON_TREE_H
#include "base/ctx.h"

typedef enum rg_json_kind {
    RG_JSON_NULL,
    RG_JSON_BOOL,
    RG_JSON_NUMBER,
    RG_JSON_STRING,
    RG_JSON_ARRAY,
    RG_JSON_OBJECT
} rg_json_kind;

typedef struct rg_json_node {
    rg_json_kind kind;
    const char *name; /* of a member of an object; NULL in an array */
    const char *text; /* of a string, decoded; else "" */
    double number;    /* of a number; 0 or 1 of a bool; else NaN */
    int64_t n;        /* elements of an array or object, else 0 */
    const struct rg_json_node *first, *next; /* first element; next one beside it */
} rg_json_node;

typedef struct rg_json_tree {
    rg_json_node *node; /* [0] is the root */
    char *text;
} rg_json_tree;

/* Parses text[n], strictly (json_read.h). Free *out also after a failure.
 *   REGATTA_EFORMAT (it is not JSON, or is nested too deeply), REGATTA_ENOMEM */
regatta_status rg_json_tree_parse(regatta_ctx *ctx, rg_json_tree *out, const char *text,
                                  int64_t n);
void rg_json_tree_free(regatta_ctx *ctx, rg_json_tree *tree);

/* Returns the member of an object, names separated by dots ("blend.kind"). A member that
 * is missing, and of a node that is no object, is a node of kind NULL: never a null
 * pointer. */
const rg_json_node *rg_json_at(const rg_json_node *node, const char *path);
#endif
