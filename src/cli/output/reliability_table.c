#include "cli/output/reliability_table.h"

const char *const cli_form_name[3] = {"none", "sigmoid", "isotonic"};

json_t *cli_reliability_json(const double *pairs, const double *predicted,
                             const double *observed)
{
    json_t *list = json_array();
    for (int b = 0; list && b < REGATTA_BINS; b++)
        if (pairs[b] > 0.0)
            json_array_append_new(list,
                                  json_pack("{s:f,s:f,s:f}", "predicted", predicted[b],
                                            "observed", observed[b], "n", pairs[b]));
    return list;
}

void cli_reliability_rows(cli_output *out, const double *pairs, const double *predicted,
                          const double *observed)
{
    cli_text(out, "predicted\tobserved\tn\n");
    for (int b = 0; b < REGATTA_BINS; b++)
        if (pairs[b] > 0.0)
            cli_print(out, "%.4g\t%.4g\t%.0f\n", predicted[b], observed[b], pairs[b]);
}

regatta_calibration cli_calibration(const regatta_model *model)
{
    regatta_calibration c = REGATTA_CALIBRATION_INIT;
    regatta_model_calibration(NULL, &c, model);
    return c;
}

json_t *cli_calibration_report(const regatta_calibration *c)
{
    if (c->form == REGATTA_FORM_NONE) return json_null();
    return json_pack(
        "{s:s,s:b,s:f,s:f,s:f,s:f,s:f,s:o}", "form", cli_form_name[c->form], "held_out",
        (int)c->held_out, "users", c->n_users, "positives", c->n_positives, "pairs",
        c->n_pairs, "log_loss", c->log_loss, "constant_log_loss", c->constant,
        "reliability",
        cli_reliability_json(c->bin_pairs, c->bin_predicted, c->bin_observed));
}

json_t *cli_calibration_json(const regatta_model *model)
{
    const regatta_calibration c = cli_calibration(model);
    return cli_calibration_report(&c);
}
