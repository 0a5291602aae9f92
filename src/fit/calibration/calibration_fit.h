/* Fits a calibration to labelled pairs. */
#ifndef RG_FIT_CALIBRATION_FIT_H
#define RG_FIT_CALIBRATION_FIT_H
#include "base/ctx.h"
#include "model/calibration.h"

/* Fits knots[RG_CALIBRATION_FLOATS] and the report of a calibration to checked pairs with
 * both labels. The sigmoid and the isotonic regression are fitted on half of the users
 * (user % 2 == 0 of the users in order), the other half chooses by log loss, and the
 * chosen form is fitted on all. If a half lacks a label, the form is the sigmoid. O(n log
 * n). REGATTA_ENOMEM. */
regatta_status rg_calibration_fit(regatta_ctx *ctx, float *knots,
                                  regatta_calibration *report,
                                  const regatta_pairs *pairs);
#endif
