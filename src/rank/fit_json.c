/* What made a model, as JSON: equal runs give equal bytes, so no times and no machine. */
#include "rank/fit_run.h"
#include "rank/text.h"
#include <inttypes.h>
#include <regatta/version.h>
#include <stdio.h>

static const char *const ATTENTION[] = {"none",       "cosine", "dot",
                                        "scaled-dot", "gat",    "gatv2"};
static const char *const COMBINE[] = {"mean", "all", "last"};
static const char *const START[] = {"spectral", "random"};
static const char *const LOSS[] = {"softmax", "bpr"};
static const char *const WEIGHTING[] = {"binary", "log", "raw"};

static void write_options(rg_text *t, const regatta_train_options *o)
{
    rg_text_open(t, "options", '{');
    rg_text_string(t, "attention", ATTENTION[o->attention]);
    rg_text_int(t, "heads", o->heads);
    rg_text_int(t, "layers", o->layers);
    rg_text_int(t, "dim", o->dim);
    rg_text_string(t, "combine", COMBINE[o->combine]);
    rg_text_string(t, "start", START[o->start]);
    rg_text_string(t, "loss", LOSS[o->loss]);
    rg_text_string(t, "weighting", WEIGHTING[o->weighting]);
    rg_text_int(t, "max_steps", o->max_steps);
    rg_text_int(t, "patience", o->patience);
    rg_text_int(t, "eval_every", o->eval_every);
    rg_text_int(t, "batch_users", o->batch_users);
    rg_text_int(t, "softmax_items", o->softmax_items);
    rg_text_bool(t, "refit", o->refit != 0);
    rg_text_float(t, "valid_share", o->valid_share);
    rg_text_float(t, "learning_rate", o->learning_rate);
    rg_text_float(t, "temperature", o->temperature);
    rg_text_float(t, "l2", o->l2);
    rg_text_float(t, "edge_dropout", o->edge_dropout);
    rg_text_close(t, '}');
}

/* A string where JSON readers would round the number. */
static void write_seed(rg_text *t, uint64_t seed)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, seed);
    if (seed < (UINT64_C(1) << 53))
        rg_text_int(t, "seed", (int64_t)seed);
    else
        rg_text_string(t, "seed", digits);
}

static void write_data(rg_text *t, const rg_fit_run *run)
{
    char hash[24];
    snprintf(hash, sizeof hash, "%016" PRIx64, run->graph->hash);
    rg_text_open(t, "data", '{');
    rg_text_int(t, "users", run->shape.n_users);
    rg_text_int(t, "items", run->shape.n_items);
    rg_text_int(t, "interactions", run->graph->by_user->n_edges);
    rg_text_string(t, "hash", hash);
    rg_text_close(t, '}');
}

static void write_temperatures(rg_text *t, const rg_fit_run *run)
{
    rg_text_open(t, "temperatures", '[');
    for (int k = 0; k < run->n_trials; k++) {
        rg_text_open(t, NULL, '{');
        rg_text_float(t, "temperature", run->trial[k].temperature);
        rg_text_real(t, "ndcg@20", run->trial[k].ndcg);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_validation(rg_text *t, const rg_fit_run *run)
{
    if (run->validation == NULL) return;
    rg_text_open(t, "validation", '{');
    rg_text_int(t, "interactions", run->validation->n_held);
    rg_text_int(t, "users", run->validation->n_users);
    rg_text_real(t, "ndcg@20", run->valid_ndcg);
    rg_text_real(t, "recall@20", run->valid_recall);
    write_temperatures(t, run);
    rg_text_open(t, "curve", '[');
    for (int64_t k = 0; k < run->chosen->n_curve; k++) {
        rg_text_open(t, NULL, '{');
        rg_text_int(t, "step", run->chosen->curve[k].step);
        rg_text_real(t, "loss", run->chosen->curve[k].loss);
        rg_text_real(t, "ndcg@20", run->chosen->curve[k].ndcg);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

static void write_training(rg_text *t, const rg_fit_run *run)
{
    const int64_t sampled = rg_sampled_items(&run->options, run->shape.n_items);
    const rg_vectors *steps = run->final->n_steps > 0 ? run->final : run->chosen;
    rg_text_open(t, "training", '{');
    rg_text_int(t, "steps", steps->best_step);
    rg_text_bool(t, "refit", run->chosen != NULL && run->final->n_steps > 0);
    rg_text_bool(t, "finished_early", run->finished || steps->finished_early);
    if (run->options.loss == REGATTA_LOSS_SOFTMAX) {
        rg_text_string(t, "softmax", sampled > 0 ? "sampled" : "exact");
        rg_text_int(t, "softmax_items", sampled > 0 ? sampled : run->shape.n_items);
    }
    rg_text_close(t, '}');
}

regatta_status rg_fit_json(rg_fit_run *run, char **out)
{
    rg_text t;
    *out = NULL;
    rg_text_begin(&t, run->ctx->mem);
    rg_text_append(&t, "{");
    rg_text_string(&t, "regatta", REGATTA_VERSION);
    write_seed(&t, run->options.seed);
    write_options(&t, &run->options);
    write_data(&t, run);
    write_training(&t, run);
    write_validation(&t, run);
    rg_text_append(&t, "}");
    if (t.status != REGATTA_OK) {
        rg_free(run->ctx->mem, t.bytes);
        return t.status;
    }
    *out = t.bytes;
    return REGATTA_OK;
}
