/* The shape of the ridge of item attention, chosen on the slice. */
#include "channel/fit/items_fit.h"
#include "channel/fit/ridge_search.h"

static void write_power(rg_text *t, const rg_item_attention_options *ridge)
{
    rg_text_real(t, "a", ridge->user_power);
}

regatta_status rg_items_choose_shape(rg_selection *s, rg_item_attention_options *ridge)
{
    enum { N_A = 3, N_LAMBDA = 7, N_THETA = 4, N_C = 4 };
    static const double USER_POWERS[N_A] = {0.0, 0.25, 0.5};
    static const double LAMBDAS[N_LAMBDA] = {0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0};
    static const double THETAS[N_THETA] = {0.0, 0.25, 0.5, 0.75};
    static const double POWERS[N_C] = {0.0, 0.1, 0.2, 0.3};
    rg_item_attention_options ridges[N_A];
    for (int a = 0; a < N_A; a++) {
        ridges[a] = *ridge;
        ridges[a].user_power = USER_POWERS[a];
    }
    const rg_ridge_space space = {.name = "shapes",
                                  .stage = rg_items_fit.stage,
                                  .rows = &s->fitted->rows,
                                  .history = &s->fitted->rows,
                                  .n_ridges = N_A,
                                  .ridge = ridges,
                                  .n_lambda = N_LAMBDA,
                                  .n_theta = N_THETA,
                                  .lambda = LAMBDAS,
                                  .theta = THETAS,
                                  .n_power = N_C,
                                  .power = POWERS,
                                  .write = write_power};
    return rg_ridge_search(s, ridge, &space);
}
