#include "support/planted_model.h"
#include "support/suite.h"

regatta_model *planted_model(regatta_ctx *ctx, const planted *p,
                             const regatta_train_options *o)
{
    regatta_graph *graph = NULL;
    regatta_model *model = NULL;
    CU_ASSERT_EQUAL_FATAL(planted_graph(ctx, &graph, p), REGATTA_OK);
    CU_ASSERT_EQUAL_FATAL(regatta_model_train(ctx, &model, graph, o), REGATTA_OK);
    regatta_graph_free(graph);
    return model;
}
