/* The stage of training that calibrates the score. */
#ifndef RG_FIT_CALIBRATE_H
#define RG_FIT_CALIBRATE_H
#include "fit/fit_run.h"

/* Fits run->calibration to the users that training measures, by the channels fitted on
 * the slice and the chosen blend. The form stays NONE if these users have no unseen item
 * besides the held-out ones. Notes the quality of a blend in run->valid_ndcg and so on:
 * that of the scores with which users are asked, dislikes and impressions included. */
regatta_status rg_fit_calibrate(rg_fit_run *run);
/* Stores a calibration in the model: nothing if its form is NONE. REGATTA_ENOMEM. */
regatta_status rg_calibration_store(regatta_model *model, const float *knots,
                                    const regatta_calibration *report);
/* As regatta_calibrate; the pairs are checked but for their labels. */
regatta_status rg_calibrated(regatta_ctx *ctx, regatta_model **out,
                             const regatta_model *model, const regatta_pairs *pairs);
#endif
