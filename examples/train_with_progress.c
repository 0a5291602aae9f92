/* Trains on a file, says how far it is, and keeps the best state when interrupted.
 *
 *     train_with_progress DATA MODEL [STEPS]
 *
 * Ctrl-C ends the training early; the model is written all the same.
 */
#include "example.h"
#include <math.h>
#include <signal.h>

static volatile sig_atomic_t interrupted = 0;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* Called every now and then from the thread that trains. Its answer decides how it goes
 * on: REGATTA_GO_ON, REGATTA_FINISH (keep the best so far) or REGATTA_CANCEL. */
static int show(void *state, const regatta_progress *p)
{
    long *calls = state;
    ++*calls;
    if (p->done % 10 != 0) return interrupted ? REGATTA_FINISH : REGATTA_GO_ON;
    fprintf(stderr, "%-12s %5lld of %lld", p->stage, (long long)p->done,
            (long long)p->total);
    if (!isnan(p->loss)) fprintf(stderr, "  loss %.4f", p->loss);
    if (!isnan(p->best_ndcg)) fprintf(stderr, "  best ndcg@20 %.4f", p->best_ndcg);
    if (!isnan(p->seconds_left)) fprintf(stderr, "  %.0f s left", p->seconds_left);
    fputc('\n', stderr);
    return interrupted ? REGATTA_FINISH : REGATTA_GO_ON;
}

/* Called at the end for each kind of work. */
static void add(void *state, const regatta_work *work)
{
    *(double *)state += work->flops;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s DATA MODEL [STEPS]\n", argv[0]);
        return 2;
    }
    regatta_ctx *ctx = open_context();
    signal(SIGINT, on_interrupt);

    regatta_graph *graph = NULL;
    regatta_read_report report = {.struct_size = sizeof report};
    check(ctx, regatta_graph_read(ctx, &graph, argv[1], NULL, &report));
    printf("%lld interactions, %lld of them repeated\n", (long long)report.n_rows,
           (long long)report.n_duplicates);

    long calls = 0;
    double flops = 0.0;
    regatta_train_options opts = REGATTA_TRAIN_OPTIONS_INIT;
    opts.progress = show;
    opts.progress_state = &calls;
    opts.work = add;
    opts.work_state = &flops;
    if (argc > 3) opts.max_steps = (uint32_t)strtoul(argv[3], NULL, 10);
    regatta_model *model = NULL;
    check(ctx, regatta_model_train(ctx, &model, graph, &opts));
    check(ctx, regatta_model_save(ctx, model, argv[2]));

    regatta_model_info info = {.struct_size = sizeof info};
    check(ctx, regatta_model_get_info(ctx, &info, model));
    printf("%u users, %u items, vectors of %u\n", info.n_users, info.n_items, info.dim);
    printf("validation recall@20 %.4f ndcg@20 %.4f, reported %ld times, %.1f GFLOP\n",
           info.valid_recall, info.valid_ndcg, calls, flops * 1e-9);

    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    return EXIT_SUCCESS;
}
