#include "cli/converting/convert_features.h"
#include "cli/output/meter.h"
#include "cli/output/output.h"
#include "cli/signals.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Returns 1 if a name ends so, before .gz and .zst. */
static int ends_with(const char *path, const char *tail)
{
    static const char *const packs[] = {".gz", ".zst"};
    size_t n = strlen(path);
    const size_t length = strlen(tail);
    for (int k = 0; k < 2; k++) {
        const size_t pack = strlen(packs[k]);
        if (n > pack && strcasecmp(path + n - pack, packs[k]) == 0) n -= pack;
    }
    return n > length && strncasecmp(path + n - length, tail, length) == 0;
}

int cli_names_features(const char *path)
{
    return ends_with(path, ".item") || ends_with(path, ".user");
}

static void say(const cli_feature_job *job, const regatta_features_report *r)
{
    const int is_users = ends_with(job->from, ".user") || ends_with(job->to, ".user");
    fprintf(stderr, "%s: %s, %lld line%s, %lld %s%s\n  %s\n%s\n",
            strcmp(job->from, "-") ? job->from : "<stdin>",
            r->layout == REGATTA_FEATURES_LONG ? "a feature a row"
                                               : "a row for each node",
            (long long)r->n_lines, CLI_S(r->n_lines), (long long)r->n_nodes,
            is_users ? "user" : "item", CLI_S(r->n_nodes), r->columns,
            strcmp(job->to, "-") ? job->to : "<stdout>");
}

/* The library makes its own temporary file, so signals are held meanwhile, but not for a
 * pipe or a device, which may block for ever. */
int cli_convert_features(regatta_ctx *ctx, const cli_feature_job *job)
{
    cli_meter meter;
    regatta_features_options read = REGATTA_FEATURES_OPTIONS_INIT;
    regatta_features_report report = REGATTA_FEATURES_REPORT_INIT;
    const int holds = !cli_is_straight(job->to);
    read.side = ends_with(job->from, ".user") || ends_with(job->to, ".user")
                    ? REGATTA_USERS
                    : REGATTA_ITEMS;
    read.columns = job->reading->columns;
    read.format = job->reading->format ? job->reading->format + 1 : 0; /* CSV is 2 */
    read.header = job->reading->header;
    read.max_features = job->reading->max_features;
    read.keep_null_words = job->keep_null_words;
    if (holds) cli_signals_hold();
    cli_meter_begin(&meter, "convert", NULL, 0, job->quiet);
    const int code =
        cli_status(ctx, regatta_features_convert(ctx, job->from, &read, job->to,
                                                 &job->output, &report));
    cli_meter_end(&meter, code == CLI_DONE);
    if (holds) cli_signals_release();
    if (code == CLI_DONE && !job->quiet) say(job, &report);
    return code;
}
