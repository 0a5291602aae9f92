/* Calibrations and measures of pairs, as text and as JSON. */
#ifndef RG_CLI_RELIABILITY_TABLE_H
#define RG_CLI_RELIABILITY_TABLE_H
#include "cli/output/document.h"

/* "none", "sigmoid", "isotonic", by regatta_form. */
extern const char *const cli_form_name[3];

/* [{"predicted": .., "observed": .., "n": ..}, ..] of the bins that are not empty. */
json_t *cli_reliability_json(const double *pairs, const double *predicted,
                             const double *observed);
/* Prints them as rows `predicted observed n` below a header. */
void cli_reliability_rows(cli_output *out, const double *pairs, const double *predicted,
                          const double *observed);
/* The calibration of a model; null if it has none. */
json_t *cli_calibration_json(const regatta_model *model);
/* The same of a filled struct. */
json_t *cli_calibration_report(const regatta_calibration *c);
regatta_calibration cli_calibration(const regatta_model *model);
#endif
