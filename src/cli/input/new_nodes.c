#include "cli/input/new_nodes.h"
#include <stdio.h>
#include <stdlib.h>

/* Reads the tables of one side; *out stays NULL without any. */
static int read_side(regatta_ctx *ctx, regatta_features **out, const regatta_model *model,
                     cli_new_nodes *t, regatta_side side, int quiet)
{
    int code = CLI_DONE;
    static const cli_strings none = {.n = 0};
    const cli_strings *vectors = side == REGATTA_ITEMS ? &t->vectors : &none;
    regatta_features *like = NULL;
    *out = NULL;
    if (t->table[side].n + vectors->n == 0) return CLI_DONE;
    CLI_CALL(regatta_model_features(ctx, &like, model, side));
    code = cli_features_read(ctx, out, &t->table[side], vectors, side, &t->reading, like,
                             NULL, quiet);
done:
    regatta_features_free(like);
    return code;
}

int cli_new_nodes_read(regatta_ctx *ctx, regatta_features **side,
                       const regatta_model *model, cli_new_nodes *t, int quiet)
{
    int code = CLI_DONE;
    side[REGATTA_USERS] = side[REGATTA_ITEMS] = NULL;
    CLI_TRY(read_side(ctx, &side[REGATTA_USERS], model, t, REGATTA_USERS, quiet));
    CLI_TRY(read_side(ctx, &side[REGATTA_ITEMS], model, t, REGATTA_ITEMS, quiet));
    if (side[REGATTA_USERS] || side[REGATTA_ITEMS])
        CLI_TRY(cli_features_check(&t->reading));
done:
    return code;
}

static void say_bare(uint32_t n, const char *what)
{
    if (n > 0)
        fprintf(stderr, "  %lu new %s%s no feature that the model knows\n",
                (unsigned long)n, what, n == 1 ? " has" : "s have");
}

static void describe(const regatta_extension *r)
{
    fprintf(stderr, "added %lu new item%s and %lu new user%s\n",
            (unsigned long)r->n_items, CLI_S(r->n_items), (unsigned long)r->n_users,
            CLI_S(r->n_users));
    if (r->n_known_items + r->n_known_users > 0)
        fprintf(stderr,
                "  left %lu item%s and %lu user%s as they are, because the model has "
                "them\n",
                (unsigned long)r->n_known_items, CLI_S(r->n_known_items),
                (unsigned long)r->n_known_users, CLI_S(r->n_known_users));
    say_bare(r->n_bare_items, "item");
    say_bare(r->n_bare_users, "user");
}

int cli_new_nodes_add(regatta_ctx *ctx, regatta_model **model, cli_new_nodes *t,
                      int quiet)
{
    int code = CLI_DONE;
    regatta_features *side[2] = {NULL, NULL};
    regatta_model *extended = NULL;
    regatta_extension report = REGATTA_EXTENSION_INIT;
    CLI_TRY(cli_new_nodes_read(ctx, side, *model, t, quiet));
    if (!side[REGATTA_USERS] && !side[REGATTA_ITEMS]) return CLI_DONE;
    const regatta_status status = regatta_model_extend(
        ctx, &extended, *model, side[REGATTA_ITEMS], side[REGATTA_USERS], &report);
    if (status == REGATTA_EINVAL)
        CLI_TRY(cli_error(CLI_INPUT, "%s", regatta_last_error(ctx)));
    CLI_CALL(status);
    if (!quiet) describe(&report);
    regatta_model_free(*model);
    *model = extended;
done:
    regatta_features_free(side[REGATTA_USERS]);
    regatta_features_free(side[REGATTA_ITEMS]);
    return code;
}

void cli_new_nodes_free(cli_new_nodes *t)
{
    free(t->table[REGATTA_USERS].value);
    free(t->table[REGATTA_ITEMS].value);
    free(t->vectors.value);
}
