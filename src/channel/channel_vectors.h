/* The vector part of a score: scale * cos(query, item) + bias of the item. A channel
 * is a preparation per query, a function for rows of scores, and an explanation. */
#ifndef RG_CHANNEL_CHANNEL_VECTORS_H
#define RG_CHANNEL_CHANNEL_VECTORS_H
#include "model/history.h"

/* Floats of workspace for a history of n items. */
int64_t rg_vectors_floats(const regatta_model *model, int64_t n);

/* unit[dim]: a user's own row, or the history's fold-in brought to length 1; zeros for
 * an empty history. */
void rg_vectors_unit(float *unit, const regatta_model *model, const rg_history *history,
                     float *workspace);

/* Scores of m queries with the items of panels [first, last): out[r] begins at item
 * first * RG_PANEL, has stride ld and room for whole panels. scaled[m][dim] are unit
 * rows times model->scale. The bits of a score depend on its row and item alone, not
 * on m, first or last. */
void rg_vectors_rows(float *out, int64_t ld, const regatta_model *model,
                     const float *scaled, int64_t m, int64_t first, int64_t last);

/* contribution[n], size[n] (the same with every product's size in its place: the scale of
 * rounding) and attention[n] (summing to 1) of the history's items to the cosine
 * part of the score with `item`:
 *   contribution_e = scale / |y| sum_l c_{l+1} sum_h coef[l][h][e] <x_e^l[h], v[h]>
 *   attention_e    proportional to sum_l c_{l+1} sum_h coef[l][h][e]
 * with y, coef as rg_fold_in gives them, x^l the items' states, v the item's unit row.
 * For a user of the model the fold-in is done with the user's own query; where the model
 * is compact, what rounding his row adds to the cosine is shared out by attention. */
void rg_vectors_explain(double *contribution, double *size, double *attention,
                        const regatta_model *model, const rg_history *history,
                        uint32_t item, float *workspace);
#endif
