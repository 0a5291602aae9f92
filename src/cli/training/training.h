/* The options of training, which train and tune share. */
#ifndef RG_CLI_TRAINING_H
#define RG_CLI_TRAINING_H
#include "cli/input/domains/sources.h"
#include "cli/input/reading.h"
#include "cli/input/side_tables.h"

/* Rows that read into the regatta_train_options `t`. */
#define CLI_CHANNEL_ROWS(t, names)                                                       \
    {.name = "preset",                                                                   \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).preset,                                                               \
     .choices = "default|fast|best",                                                     \
     .argument = "NAME",                                                                 \
     .help = "Trade time for quality. fast: only item attention, and order for data "    \
             "with times, in closed form; best: fit the blend on eight slices, for "     \
             "data of any size, and make choices on "                                    \
             "more users"},                                                              \
        {.name = "expect",                                                               \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).expect,                                                           \
         .choices = "both|past|popular",                                                 \
         .argument = "SCENARIO",                                                         \
         .help = "Select the scenario that validation optimises. past: uniform, data "   \
                 "as in the past; popular: popularity-tilted, for popular items that "   \
                 "keep growing; both: the mean of the two, or past if the data has "     \
                 "times, because the latest interactions are then held out"},            \
    {                                                                                    \
        .name = "channels", .kind = CLI_WORDS, .value = &(t).channels,                   \
        .choices = (names), .argument = "NAME[,NAME..]",                                 \
        .help = "Use only these channels in the score; validation leaves out channels "  \
                "that do not help",                                                      \
        .shown = "all, order and target only for data with times; items,order with "     \
                 "--preset fast"                                                         \
    }

#define CLI_MODEL_ROWS(t, weights_given)                                                 \
    {.name = "attention",                                                                \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).attention,                                                            \
     .choices = "none|cosine|dot|scaled-dot|gat|gatv2|auto",                             \
     .argument = "KIND",                                                                 \
     .help = "Select the attention kind of the layers; auto: dot, or dynamic cosine, "   \
             "with 4 heads, if validation gains from it"},                               \
        {.name = "share",                                                                \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).share,                                                            \
         .choices = "none|heads|layers|all",                                             \
         .argument = "WHAT",                                                             \
         .help = "Share the parameters of attention between heads, layers or both"},     \
        {.name = "dynamic",                                                              \
         .kind = CLI_FLAG,                                                               \
         .value = &(t).dynamic,                                                          \
         .help = "Learn the temperature of attention by side and degree, and terms for " \
                 "the neighbour's degree, the item graph and the age of interactions"},  \
        {.name = "hierarchy",                                                            \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).hierarchy,                                                        \
         .choices = "none|communities|groups|auto",                                      \
         .argument = "KIND",                                                             \
         .help = "Weigh the items of a history, the communities or --item-groups that "  \
                 "they lie in, and the whole history; auto: communities, if validation " \
                 "gains from them",                                                      \
         .shown = "none; groups with --item-groups"},                                    \
        {.name = "feature-vectors",                                                      \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).feature_vectors,                                                  \
         .choices = "none|auto|always",                                                  \
         .argument = "WHEN",                                                             \
         .help = "Learn a vector of each feature of items and users, so that a new one " \
                 "has a vector; auto: if validation gains from it"},                     \
        {.name = "heads",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(t).heads,                                                            \
         .min = 1,                                                                       \
         .max = 16,                                                                      \
         .argument = "N",                                                                \
         .help = "Use N attention heads, 1 to 16; N divides the dimension"},             \
        {.name = "layers",                                                               \
         .kind = CLI_U32,                                                                \
         .value = &(t).layers,                                                           \
         .min = 1,                                                                       \
         .max = 4,                                                                       \
         .argument = "N",                                                                \
         .help = "Use N layers, 1 to 4"},                                                \
        {.name = "dim",                                                                  \
         .letter = 'd',                                                                  \
         .kind = CLI_U32,                                                                \
         .value = &(t).dim,                                                              \
         .max = 1024,                                                                    \
         .above_zero = 4,                                                                \
         .argument = "N",                                                                \
         .help = "Set the dimension of the vectors, 4 to 1024, a multiple of the heads", \
         .shown = "0, which means 128, or 64 above 400000 nodes"},                       \
        {.name = "combine",                                                              \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).combine,                                                          \
         .choices = "mean|all|last",                                                     \
         .argument = "HOW",                                                              \
         .help = "Combine the layers to a vector in this way; all: mean including the "  \
                 "input"},                                                               \
        {.name = "start",                                                                \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).start,                                                            \
         .choices = "svd|random",                                                        \
         .argument = "HOW",                                                              \
         .help = "Initialise the vectors in this way"},                                  \
        {.name = "target",                                                               \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).target,                                                           \
         .choices = "auto|none|gate|softmax",                                            \
         .argument = "KIND",                                                             \
         .help = "Learn this kind of factors of target attention; auto: the better one " \
                 "by validation, for data with times"},                                  \
        {.name = "denoise",                                                              \
         .kind = CLI_CHOICE,                                                             \
         .value = &(t).denoise,                                                          \
         .choices = "none|auto|always",                                                  \
         .argument = "WHEN",                                                             \
         .help = "Weigh interactions down that those of other users do not support, "    \
                 "copies of accounts and sprees; auto: if validation shows that it "     \
                 "helps"},                                                               \
    {                                                                                    \
        .name = "weights", .kind = CLI_CHOICE, .value = &(t).weighting,                  \
        .choices = "binary|log|raw", .argument = "HOW",                                  \
        .help = "Transform the weights of interactions in this way",                     \
        .shown = "binary; raw with --event-weights", .given = &(weights_given)           \
    }

#define CLI_LEARNING_ROWS(t)                                                             \
    {.name = "loss",                                                                     \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).loss,                                                                 \
     .choices = "softmax|bpr",                                                           \
     .argument = "KIND",                                                                 \
     .help = "Minimise this loss"},                                                      \
        {.name = "steps",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(t).max_steps,                                                        \
         .max = 1000000,                                                                 \
         .argument = "N",                                                                \
         .help = "Take at most N optimizer steps",                                       \
         .shown = "0, which means 200"},                                                 \
        {.name = "patience",                                                             \
         .kind = CLI_U32,                                                                \
         .value = &(t).patience,                                                         \
         .min = 1,                                                                       \
         .max = 1000,                                                                    \
         .argument = "N",                                                                \
         .help = "Stop after N validations without a gain of 0.5 % in ndcg"},            \
        {.name = "eval-every",                                                           \
         .kind = CLI_U32,                                                                \
         .value = &(t).eval_every,                                                       \
         .min = 1,                                                                       \
         .max = 100000,                                                                  \
         .argument = "N",                                                                \
         .help = "Validate every N steps"},                                              \
        {.name = "batch",                                                                \
         .kind = CLI_U32,                                                                \
         .value = &(t).batch_users,                                                      \
         .max = 65536,                                                                   \
         .argument = "N",                                                                \
         .help = "Train on N users per step",                                            \
         .shown = "0, which means users / 64, 1024 to 4096"},                            \
        {.name = "softmax-items",                                                        \
         .kind = CLI_U32,                                                                \
         .value = &(t).softmax_items,                                                    \
         .max = UINT32_MAX - 1,                                                          \
         .argument = "N",                                                                \
         .help = "Use N items in a softmax",                                             \
         .shown = "0, which means all up to 250000 items, else a sample of 65536"},      \
        {.name = "valid",                                                                \
         .kind = CLI_F32,                                                                \
         .value = &(t).valid_share,                                                      \
         .max = 0.5,                                                                     \
         .argument = "SHARE",                                                            \
         .help = "Hold out this share of each user's items for validation; 0: none, "    \
                 "and all steps are taken"},                                             \
        {.name = "valid-latest",                                                         \
         .kind = CLI_U32,                                                                \
         .value = &(t).valid_latest,                                                     \
         .max = UINT32_MAX - 1,                                                          \
         .argument = "N",                                                                \
         .help = "Where interactions have times, hold out at most the latest N of "      \
                 "each user: few for what comes next, 0 (no limit) for all that comes "  \
                 "within a long time"},                                                  \
        {.name = "no-refit",                                                             \
         .kind = CLI_UNFLAG,                                                             \
         .value = &(t).refit,                                                            \
         .help = "Keep the model of the validation run; do not train again on all "      \
                 "interactions"},                                                        \
        {.name = "lr",                                                                   \
         .kind = CLI_F32,                                                                \
         .value = &(t).learning_rate,                                                    \
         .max = 100,                                                                     \
         .argument = "X",                                                                \
         .help = "Set the learning rate of Adam",                                        \
         .shown = "0, which means 0.06, or 0.02 below 500000 "                           \
                  "interactions"},                                                       \
        {.name = "temperature",                                                          \
         .kind = CLI_F32,                                                                \
         .value = &(t).temperature,                                                      \
         .max = 100,                                                                     \
         .argument = "X",                                                                \
         .help = "Set the temperature of the softmax",                                   \
         .shown = "0, which means chosen by validation"},                                \
        {.name = "l2",                                                                   \
         .kind = CLI_F32,                                                                \
         .value = &(t).l2,                                                               \
         .max = 1000,                                                                    \
         .argument = "X",                                                                \
         .help = "Set the L2 regularisation of the parameters"},                         \
        {.name = "edge-dropout",                                                         \
         .kind = CLI_F32,                                                                \
         .value = &(t).edge_dropout,                                                     \
         .max = 0.9,                                                                     \
         .argument = "SHARE",                                                            \
         .help = "Drop this share of the edges in each step, 0 to 0.9"},                 \
    {                                                                                    \
        .name = "seed", .kind = CLI_U64, .value = &(t).seed, .argument = "N",            \
        .help = "Set the random seed"                                                    \
    }

#define CLI_SEQUENCE_ROWS(t)                                                             \
    {.name = "sequence",                                                                 \
     .kind = CLI_CHOICE,                                                                 \
     .value = &(t).sequence,                                                             \
     .choices = "none|transformer|gru|auto",                                             \
     .argument = "KIND",                                                                 \
     .help = "Train an encoder of histories in order. auto: a transformer if the data "  \
             "has times and the estimated time is at most --sequence-seconds. "          \
             "Validation leaves it out if it does not help"},                            \
        {.name = "sequence-seconds",                                                     \
         .kind = CLI_F32,                                                                \
         .value = &(t).sequence_seconds,                                                 \
         .max = 1e9,                                                                     \
         .argument = "S",                                                                \
         .help = "With --sequence auto, train at most for this estimated time on two "   \
                 "cores"},                                                               \
        {.name = "sequence-dim",                                                         \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_dim,                                                     \
         .max = 512,                                                                     \
         .above_zero = 4,                                                                \
         .argument = "N",                                                                \
         .help = "Set the dimension of the encoder, 4 to 512, a multiple of its heads",  \
         .shown = "0, which means 64"},                                                  \
        {.name = "sequence-blocks",                                                      \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_blocks,                                                  \
         .max = 4,                                                                       \
         .argument = "N",                                                                \
         .help = "Use N blocks, 1 to 4",                                                 \
         .shown = "0, which means 1, or 2 for a transformer with more than 30 "          \
                  "interactions a user"},                                                \
        {.name = "sequence-heads",                                                       \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_heads,                                                   \
         .min = 1,                                                                       \
         .max = 16,                                                                      \
         .argument = "N",                                                                \
         .help = "Use N attention heads in the encoder, 1 to 16"},                       \
        {.name = "sequence-window",                                                      \
         .kind = CLI_U32,                                                                \
         .value = &(t).sequence_window,                                                  \
         .max = 1024,                                                                    \
         .argument = "N",                                                                \
         .help = "Read the latest N interactions of a history, 1 to 1024",               \
         .shown = "0, which means 50, or 200 with more than 30 interactions a user"},    \
    {                                                                                    \
        .name = "sequence-dropout", .kind = CLI_F32, .value = &(t).sequence_dropout,     \
        .max = 0.9, .argument = "SHARE",                                                 \
        .help = "Drop this share of the units of the encoder in each step, 0 to 0.9",    \
        .shown = "0.5, or 0.2 with more than 30 interactions a user"                     \
    }

/* t: the options of the library. */
#define CLI_CHECKPOINT_ROWS(t)                                                           \
    {.name = "checkpoint",                                                               \
     .kind = CLI_STRING,                                                                 \
     .value = &(t).checkpoint,                                                           \
     .argument = "DIR",                                                                  \
     .help = "Write a checkpoint to this folder, so that --resume can continue a "       \
             "command that was killed"},                                                 \
        {.name = "every",                                                                \
         .kind = CLI_F32,                                                                \
         .value = &(t).checkpoint_seconds,                                               \
         .max = 1e9,                                                                     \
         .argument = "SECONDS",                                                          \
         .help = "Write the checkpoint at most once in this time"},                      \
    {                                                                                    \
        .name = "resume", .kind = CLI_STRING, .value = &(t).resume, .argument = "DIR",   \
        .help = "Continue the checkpoint in this folder; it must be of the same data "   \
                "and options. With --checkpoint DIR too: begin one if there is none"     \
    }

/* Sets defaults that depend on other options. */
void cli_training_default(regatta_train_options *t, const cli_reading *reading,
                          const cli_side_tables *tables, uint32_t weights_given);

/* Options that have no effect together with the others. */
enum { CLI_TRAINING_RULES = 18 };
void cli_training_rules(cli_idle rules[CLI_TRAINING_RULES],
                        const regatta_train_options *t, const cli_side_tables *tables);

/* Returns CLI_USAGE with the reason if options contradict each other, or one that is
 * given has no effect. */
int cli_training_check(const regatta_train_options *t, const cli_side_tables *tables,
                       const cli_usage *usage);

/* Returns the exit code of a training or tuning, and prints the context's message unless
 * it is OK or cancelled. A message about the data, which the library does not know by
 * name, begins with `data` or the file of its source; the code is then CLI_INPUT unless
 * the library's status is ENUMERIC. */
int cli_training_status(const regatta_ctx *ctx, regatta_status status, const char *data,
                        const cli_sources *sources, const regatta_train_options *t);
#endif
