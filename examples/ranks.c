/* Several processes train one model and rank for its users, as one process would.
 *
 *     mpirun -n 2 ranks DATA MODEL [STEPS]
 *
 * MODEL may be an index, NAME.safetensors.index.json: then each rank writes its shards.
 * Each rank calls the same functions on the same data, and has the whole result.
 */
#include "example.h"
#include <regatta/mpi.h>
#include <string.h>

enum { K = 3 };

/* A failed call ends all processes; the rank that failed says why. */
static void check_rank(const regatta_ctx *ctx, regatta_ranks *ranks,
                       regatta_status status)
{
    if (status == REGATTA_OK) return;
    if (regatta_mpi_failed(ranks) == (int)ranks->rank)
        fprintf(stderr, "rank %u: %s\n", ranks->rank, regatta_last_error(ctx));
    regatta_mpi_abort(ranks, EXIT_FAILURE);
}

static regatta_ranks *join(int *argc, char ***argv)
{
    regatta_ranks *ranks = NULL;
    int level;
    MPI_Init_thread(argc, argv, MPI_THREAD_FUNNELED, &level);
    if (regatta_mpi_create(&ranks, MPI_COMM_WORLD) != REGATTA_OK) {
        fputs("the ranks cannot be connected\n", stderr);
        MPI_Abort(MPI_COMM_WORLD, EXIT_FAILURE);
    }
    return ranks;
}

/* Prints the items of the first user, and what moved between the ranks. */
static void show(regatta_ctx *ctx, const regatta_model *model, const uint32_t *items)
{
    regatta_traffic traffic = REGATTA_TRAFFIC_INIT;
    check(ctx, regatta_ctx_traffic(ctx, &traffic));
    printf("%s:", regatta_model_name(model, REGATTA_USERS, 0));
    for (int r = 0; r < K && items[r] != REGATTA_NONE; r++)
        printf(" %s", regatta_model_name(model, REGATTA_ITEMS, items[r]));
    printf("\n%u ranks, rank 0 received %lld bytes\n", traffic.n_ranks,
           (long long)(traffic.gathered + traffic.received));
}

int main(int argc, char **argv)
{
    regatta_ranks *ranks = join(&argc, &argv);
    regatta_ctx *ctx = NULL;
    regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
    options.ranks = ranks;
    if (argc < 3 || regatta_ctx_create(&ctx, &options) != REGATTA_OK) {
        if (ranks->rank == 0)
            fprintf(stderr, "usage: mpirun -n RANKS %s DATA MODEL [STEPS]\n", argv[0]);
        MPI_Abort(MPI_COMM_WORLD, 2);
    }

    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    regatta_train_options train = REGATTA_TRAIN_OPTIONS_INIT;
    if (argc > 3) train.max_steps = (uint32_t)strtoul(argv[3], NULL, 10);
    check_rank(ctx, ranks, regatta_graph_read(ctx, &graph, argv[1], NULL, NULL));
    check_rank(ctx, ranks, regatta_model_train(ctx, &model, graph, &train));
    if (strstr(argv[2], ".index.json") != NULL)
        check_rank(ctx, ranks, regatta_model_save_shards(ctx, model, argv[2], 0));
    else
        check_rank(ctx, ranks, regatta_model_save(ctx, model, argv[2]));

    /* Each rank computes the lists of its users and receives those of the others. */
    regatta_model_info info = {.struct_size = sizeof info};
    check(ctx, regatta_model_get_info(ctx, &info, model));
    uint32_t *users = allocate(info.n_users, sizeof *users);
    uint32_t *items = allocate((size_t)info.n_users * K, sizeof *items);
    float *scores = allocate((size_t)info.n_users * K, sizeof *scores);
    for (uint32_t u = 0; u < info.n_users; u++) users[u] = u;
    regatta_query query = {.struct_size = sizeof query, .n = info.n_users, .user = users};
    regatta_recommend_options recommend = REGATTA_RECOMMEND_OPTIONS_INIT;
    recommend.k = K;
    check_rank(ctx, ranks,
               regatta_recommend(ctx, model, &query, &recommend, items, scores));
    if (ranks->rank == 0) show(ctx, model, items);

    free(users);
    free(items);
    free(scores);
    regatta_model_free(model);
    regatta_graph_free(graph);
    regatta_ctx_free(ctx);
    regatta_mpi_free(ranks);
    MPI_Finalize();
    return EXIT_SUCCESS;
}
