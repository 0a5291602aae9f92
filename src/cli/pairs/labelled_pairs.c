#include "cli/pairs/labelled_pairs.h"
#include "cli/output/meter.h"
#include "cli/output/reliability_table.h"
#include <stdlib.h>

enum { BLOCK = 1 << 16 /* pairs scored together */ };

static int reserve(cli_labelled *l, int64_t n)
{
    if (n <= l->capacity) return CLI_DONE;
    const int64_t capacity = n > 2 * l->capacity ? n : 2 * l->capacity;
    uint32_t *user = cli_resize(l->user, capacity, sizeof *user);
    if (user) l->user = user;
    uint8_t *label = cli_resize(l->label, capacity, sizeof *label);
    if (label) l->label = label;
    float *score = cli_resize(l->score, capacity, sizeof *score);
    if (score) l->score = score;
    double *probability = cli_resize(l->probability, capacity, sizeof *probability);
    if (probability) l->probability = probability;
    if (!user || !label || !score || !probability) return cli_no_memory();
    l->capacity = capacity;
    return CLI_DONE;
}

static int append(cli_labelled *l, const cli_pairs *p)
{
    int code = CLI_DONE;
    CLI_TRY(reserve(l, l->n + p->n));
    for (int64_t k = 0; k < p->n; k++, l->n++) {
        l->user[l->n] = p->queries[p->query[k]].group;
        l->label[l->n] = p->label[k];
        l->score[l->n] = p->score[k];
        l->probability[l->n] = p->probability[k];
    }
done:
    return code;
}

int cli_labelled_read(cli_labelled *l, regatta_ctx *ctx, const regatta_model *model,
                      const char *path, const cli_pair_rules *rules)
{
    int code = CLI_DONE;
    cli_pairs p = CLI_PAIRS_INIT;
    cli_meter meter;
    cli_meter_begin(&meter, "score", "pairs", 0, (int)rules->quiet);
    l->has_probability = cli_calibration(model).form != REGATTA_FORM_NONE;
    CLI_TRY(cli_pairs_open(&p, ctx, model, path, rules));
    do {
        CLI_TRY(cli_pairs_next(&p, BLOCK));
        CLI_TRY(cli_pairs_score(&p, ctx, l->has_probability));
        CLI_TRY(append(l, &p));
        cli_meter_step(&meter, l->n);
    } while (p.n > 0);
    cli_meter_end(&meter, l->n);
    cli_pairs_say(&p);
    l->n_unknown = p.n_unknown;
    if (l->n == 0)
        code = cli_error(CLI_INPUT, "%s: %s", p.in.name,
                         p.n_all > 0 ? "has no pair that the model knows"
                                     : cli_pairs_missing(&p));
done:
    cli_meter_end(&meter, l->n);
    cli_pairs_free(&p);
    return code;
}

regatta_pairs cli_labelled_pairs(const cli_labelled *l)
{
    regatta_pairs pairs = REGATTA_PAIRS_INIT;
    pairs.n = l->n;
    pairs.user = l->user;
    pairs.label = l->label;
    pairs.score = l->score;
    pairs.probability = l->has_probability ? l->probability : NULL;
    return pairs;
}

void cli_labelled_free(cli_labelled *l)
{
    free(l->user);
    free(l->label);
    free(l->score);
    free(l->probability);
}
