#include "cli/training/training.h"
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_DIM = 128, DEFAULT_ENCODER_DIM = 64 };

void cli_training_default(regatta_train_options *t, const cli_reading *reading,
                          const cli_side_tables *tables, uint32_t weights_given)
{
    if (tables->groups && t->hierarchy == REGATTA_HIERARCHY_NONE)
        t->hierarchy = REGATTA_HIERARCHY_GROUPS;
    if (reading->options.event_weights && !weights_given)
        t->weighting = REGATTA_WEIGHTING_RAW;
}

/* Returns 1 if the comma-separated list `names` has `name`. */
static int has_name(const char *names, const char *name)
{
    const size_t n = strlen(name);
    for (const char *at = names; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || !at[n])) return 1;
    }
    return 0;
}

/* Returns 1 if there are features of a side whose channel is used. */
static int has_features(const regatta_train_options *t, const cli_side_tables *tables)
{
    const int content = !t->channels || has_name(t->channels, "content");
    const int profile = !t->channels || has_name(t->channels, "profile");
    const cli_side_tables *s = tables;
    return (content && s->table[REGATTA_ITEMS].n + s->vectors[REGATTA_ITEMS].n > 0) ||
           (profile && s->table[REGATTA_USERS].n + s->vectors[REGATTA_USERS].n > 0);
}

void cli_training_rules(cli_idle rules[CLI_TRAINING_RULES],
                        const regatta_train_options *t, const cli_side_tables *tables)
{
    const int fast = t->preset == REGATTA_PRESET_FAST;
    const int vectors = t->channels ? has_name(t->channels, "vectors") : !fast;
    const int items = !t->channels || has_name(t->channels, "items");
    const int single = t->channels ? !strchr(t->channels, ',') : fast;
    const int validates = t->valid_share > 0;
    const int attends =
        t->attention != REGATTA_ATTENTION_NONE || t->hierarchy != REGATTA_HIERARCHY_NONE;
    const char *no_vectors = fast && !t->channels
                                 ? "with --preset fast, which has no vectors: --channels "
                                   "vectors,items adds them"
                                 : "without the vectors channel";
    const cli_idle all[CLI_TRAINING_RULES] = {
        {!vectors,
         "attention|share|dynamic|hierarchy|item-groups|feature-vectors|init|heads|"
         "layers|dim|"
         "combine|start|"
         "loss|"
         "steps|"
         "patience|eval-every|batch|softmax-items|no-refit|lr|temperature|l2|edge-"
         "dropout",
         no_vectors},
        {!validates, "patience|eval-every|no-refit|expect|target|valid-latest",
         "with --valid 0: nothing is validated"},
        {!validates, "source",
         "with --valid 0: validation chooses the weights of sources"},
        {!validates && (t->channels || !fast), "preset",
         "with --valid 0: there are no choices to make"},
        {single && !items, "expect|preset", "with this channel alone: nothing is chosen"},
        {!attends, "share", "without --attention, --dynamic or --hierarchy"},
        {!validates && t->attention == REGATTA_ATTENTION_AUTO, "attention",
         "with --valid 0: nothing is validated"},
        {t->attention == REGATTA_ATTENTION_AUTO, "dynamic",
         "with --attention auto, which chooses it"},
        {!validates && t->hierarchy == REGATTA_HIERARCHY_AUTO, "hierarchy",
         "with --valid 0: nothing is validated"},
        {!has_features(t, tables), "feature-vectors",
         "without --item-features or --user-features and their channels"},
        {!validates && t->feature_vectors == REGATTA_FEATURE_VECTORS_AUTO,
         "feature-vectors", "with --valid 0: nothing is validated"},
        {!attends && !(items && validates), "heads",
         "without --attention or the items channel: there is no attention"},
        {t->loss == REGATTA_LOSS_BPR, "softmax-items", "with --loss bpr"},
        {t->channels ? !has_name(t->channels, "target") : fast, "target",
         "without the target channel"},
        {t->sequence == REGATTA_SEQUENCE_NONE,
         "sequence-dim|sequence-blocks|sequence-heads|sequence-window|sequence-dropout",
         "without --sequence: there is no encoder"},
        {t->sequence != REGATTA_SEQUENCE_AUTO, "sequence-seconds",
         "without --sequence auto"},
        {!t->checkpoint && !t->resume, "every", "without --checkpoint or --resume"},
        {!cli_side_tables_given(tables), CLI_TABLE_READING_NAMES,
         "without a side table"}};
    memcpy(rules, all, sizeof all);
}

int cli_training_check(const regatta_train_options *t, const cli_side_tables *tables,
                       const cli_usage *usage)
{
    cli_idle rules[CLI_TRAINING_RULES];
    if (t->hierarchy == REGATTA_HIERARCHY_GROUPS && !tables->groups)
        return cli_error(CLI_USAGE, "--hierarchy groups: give them with --item-groups");
    if (t->hierarchy != REGATTA_HIERARCHY_GROUPS && tables->groups)
        return cli_error(CLI_USAGE,
                         "--item-groups: has no effect with this --hierarchy: leave it "
                         "out, or write groups");
    const uint32_t dim = t->dim ? t->dim : DEFAULT_DIM;
    if (dim % t->heads)
        return cli_error(
            CLI_USAGE,
            "--heads %u: does not divide the %sdimension %u: choose --dim, a "
            "multiple of the heads",
            t->heads, t->dim ? "" : "default ", dim);
    const uint32_t encoder = t->sequence_dim ? t->sequence_dim : DEFAULT_ENCODER_DIM;
    if (t->sequence != REGATTA_SEQUENCE_NONE && encoder % t->sequence_heads)
        return cli_error(CLI_USAGE,
                         "--sequence-heads %u: does not divide the %sdimension %u of the "
                         "encoder: choose --sequence-dim, a multiple of the heads",
                         t->sequence_heads, t->sequence_dim ? "" : "default ", encoder);
    cli_training_rules(rules, t, tables);
    return cli_refuse_idle(usage, rules, CLI_TRAINING_RULES);
}

/* Returns what the library's message says of the data, in the words of the command; NULL:
 * it is not of the data. */
static const char *said_of_data(const char *message)
{
    static const struct {
        const char *begin, *instead; /* NULL: the message itself */
    } known[] = {{"sequence: the interactions have neither",
                  "--sequence needs an order, and the interactions have neither times "
                  "nor an order: "
                  "name a column of times with --time-column, or leave --sequence out"},
                 {"channels: the channel trend needs times",
                  "--channels trend needs times, and the interactions have none"},
                 {"folds by windows of time need",
                  "--cross time needs times, and the interactions have none"},
                 {"weight ", NULL},
                 {"all weights are 0", NULL}};
    for (int k = 0; k < CLI_COUNT(known); k++)
        if (strncmp(message, known[k].begin, strlen(known[k].begin)) == 0)
            return known[k].instead ? known[k].instead : message;
    return NULL;
}

/* Prints "source 2 has no interaction" with the file instead of the number. Returns 0 if
 * the message is not of a source. */
static int say_of_source(const char *message, const cli_sources *sources)
{
    static const char begin[] = "source ";
    char *end = NULL;
    if (strncmp(message, begin, sizeof begin - 1) != 0) return 0;
    const unsigned long number = strtoul(message + sizeof begin - 1, &end, 10);
    if (number < 1 || number > sources->n || *end != ' ') return 0;
    cli_error(CLI_INPUT, "%s: %s", sources->path[number - 1], end + 1);
    return 1;
}

int cli_training_status(const regatta_ctx *ctx, regatta_status status, const char *data,
                        const cli_sources *sources, const regatta_train_options *t)
{
    const char *message = regatta_last_error(ctx), *said = said_of_data(message);
    if (status == REGATTA_EINVAL && say_of_source(message, sources)) return CLI_INPUT;
    if ((status == REGATTA_EINVAL || status == REGATTA_ENUMERIC) && said)
        return cli_error(status == REGATTA_EINVAL ? CLI_INPUT : CLI_NUMERIC, "%s: %s",
                         strcmp(data, "-") ? cli_shown_place(data) : "<stdin>", said);
    return t->resume ? cli_status(ctx, status) : cli_status_of(ctx, status, data);
}
