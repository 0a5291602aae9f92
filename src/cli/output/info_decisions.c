/* The decisions of training, read from the settings in the model. */
#include "cli/output/info.h"
#include <math.h>
#include <string.h>

static double number_at(json_t *object, const char *outer, const char *inner)
{
    json_t *value = json_object_get(json_object_get(object, outer), inner);
    return json_is_number(value) ? json_number_value(value) : 0.0;
}

static int holds(json_t *list, const char *word)
{
    size_t i = 0;
    json_t *value = NULL;
    json_array_foreach(list, i, value)
    {
        if (strcmp(json_string_value(value), word) == 0) return 1;
    }
    return 0;
}

/* A channel is part of the score if it is in the model and its weight is not 0;
 * vectors may be kept only for embed and similar. The weights are those of the training:
 * without a channel that pruning dropped they are others. */
static int scores(json_t *made_by, const char *channel)
{
    json_t *base = json_object_get(
        json_object_get(json_object_get(made_by, "blend"), "base"), channel);
    return holds(json_object_get(made_by, "channels"), channel) &&
           !holds(json_object_get(made_by, "dropped"), channel) &&
           (!base || json_number_value(base) != 0.0);
}

static void say_channels(FILE *to, json_t *made_by)
{
    json_t *blend = json_object_get(made_by, "blend"), *value = NULL;
    json_t *list = json_object_get(made_by, "channels");
    const char *channel = NULL, *between = "  channels ";
    size_t i = 0;
    json_array_foreach(list, i, value)
    {
        channel = json_string_value(value);
        if (!scores(made_by, channel)) continue;
        fprintf(to, "%s%s", between, channel);
        if (blend && !json_object_get(made_by, "dropped"))
            fprintf(to, " %.3g", number_at(blend, "base", channel));
        between = ", ";
    }
    between = "; left out: ";
    json_object_foreach(json_object_get(blend, "alone"), channel, value)
    {
        if (json_is_null(value) || scores(made_by, channel)) continue;
        fprintf(to, "%s%s", between, channel);
        between = ", ";
    }
    fputc('\n', to);
}

/* Prints the reweighting of the ridge weights and its strength. */
static void say_attention(FILE *to, json_t *items)
{
    json_t *beta = json_object_get(items, "beta"), *one = NULL;
    const char *kind = json_string_value(json_object_get(items, "attention"));
    size_t h = 0;
    if (kind == NULL || strcmp(kind, "none") == 0) return;
    fprintf(to, ", reweighted by the %s", beta ? "vectors (beta" : "layers' attention");
    json_array_foreach(beta, h, one) fprintf(to, " %.3g", json_number_value(one));
    if (beta) fputc(')', to);
}

static void say_way(FILE *to, json_t *plan, const char *way, const char *seconds,
                    const char *bytes)
{
    json_t *value = json_object_get(plan, seconds);
    if (json_is_number(value))
        fprintf(to, "; %s %.2g s, %.0f MB", way, json_number_value(value),
                1e-6 * json_number_value(json_object_get(plan, bytes)));
}

/* Prints the estimated cost of the exact ridge, and whether it is used. */
static void say_estimate(FILE *to, json_t *items)
{
    json_t *plan = json_object_get(items, "exact_estimate");
    const char *offered = json_string_value(json_object_get(plan, "offered"));
    const char *ridge = json_string_value(json_object_get(items, "ridge"));
    const double n = json_number_value(json_object_get(plan, "items"));
    if (!offered || !ridge) return;
    fprintf(to, "  exact ridge over %.0f item%s (estimates): %s", n, CLI_S(n),
            strcmp(offered, "none") == 0  ? "too expensive"
            : strcmp(ridge, "exact") == 0 ? "taken"
                                          : "not better than the local ridge");
    say_way(to, plan, "dense", "dense_seconds", "dense_bytes");
    say_way(to, plan, "CHOLMOD", "sparse_seconds", "sparse_bytes");
    fputc('\n', to);
}

/* Prints the shape of the ridge, and the measured gain over the default shape. */
static void say_shape(FILE *to, json_t *items, json_t *validation)
{
    json_t *shapes = json_object_get(validation, "shapes"), *trial = NULL, *chosen = NULL;
    double was = 0.0;
    size_t i = 0;
    fprintf(to, "; lambda %.3g, theta %.3g, candidates weighted by degree^-%.3g",
            json_number_value(json_object_get(items, "lambda")),
            json_number_value(json_object_get(items, "theta")),
            json_number_value(json_object_get(items, "candidate_power")));
    json_array_foreach(shapes, i, trial)
    {
        if (json_is_true(json_object_get(trial, "chosen"))) chosen = trial;
        if (!json_object_get(trial, "standard_error"))
            was = json_number_value(json_object_get(trial, "ndcg@20"));
    }
    if (!chosen) return;
    if (json_object_get(chosen, "standard_error"))
        fprintf(to, " (ndcg@20 %.4f, of the default shape %.4f, standard error %.4f)",
                json_number_value(json_object_get(chosen, "ndcg@20")), was,
                json_number_value(json_object_get(chosen, "standard_error")));
    else
        fputs(" (the default shape: no other is clearly better)", to);
}

/* Prints which items validation holds out, and what that says of popularity. `latest` is
 * the most of a user, 0 without a limit. */
static void say_held_out(FILE *to, json_t *validation, long long latest)
{
    const char *kind = json_string_value(json_object_get(validation, "held_out"));
    if (!kind) return;
    fputs("  validation holds out ", to);
    if (strcmp(kind, "latest") != 0)
        fputs("items at random", to);
    else if (latest > 0)
        fprintf(to, "each user's latest items, at most %lld", latest);
    else
        fputs("each user's latest items", to);
    fprintf(to, ", whose items are %.2f-fold as popular",
            exp2(json_number_value(json_object_get(validation, "popularity_shift"))));
    fprintf(to, "; the popularity-tilted scenario counts %.2g\n",
            json_number_value(json_object_get(validation, "tilted_weight")));
}

/* Prints the kind of blend, and the ndcg of each candidate on users on whom it was not
 * fitted, with the standard error of its difference from the one before. "ungated" is the
 * blend that the gate was compared with; if no channel was left out, it is one of the
 * first two. */
static void say_blend(FILE *to, json_t *blend)
{
    static const char *const KIND[] = {"start", "linear", "ungated", "gated"};
    const char *kind = json_string_value(json_object_get(blend, "kind"));
    const char *between = " (ndcg@20, cross-validated: ";
    double ndcg[4];
    if (!kind) return;
    fprintf(to, "  blend: %s", kind);
    for (int k = 0; k < 4; k++) {
        json_t *value = json_object_get(blend, KIND[k]);
        ndcg[k] = json_number_value(value);
        if (!json_is_number(value)) continue;
        if (k == 2 && (ndcg[2] == ndcg[0] || ndcg[2] == ndcg[1])) continue;
        fprintf(to, "%s%s %.4f", between, KIND[k], ndcg[k]);
        value = json_object_get(json_object_get(blend, "kind_errors"), KIND[k]);
        if (json_is_number(value)) fprintf(to, " +- %.4f", json_number_value(value));
        between = ", ";
    }
    fputs(between[0] == ',' ? ")\n" : "\n", to);
}

/* Prints the scaling of weights whose products would not fit a float. */
static void say_weights(FILE *to, json_t *made_by)
{
    const double raised = number_at(made_by, "weights", "raised");
    if (!json_object_get(made_by, "weights")) return;
    fprintf(to, "  weights: multiplied by 2^%.0f",
            number_at(made_by, "weights", "exponent"));
    if (raised > 0.0)
        fprintf(to, "; %.0f that %s then below 2^-60 count%s 2^-60", raised,
                raised > 1.0 ? "are" : "is", raised > 1.0 ? "" : "s");
    fputc('\n', to);
}

static void say_hubs(FILE *to, json_t *made_by)
{
    const double users = number_at(made_by, "hubs", "users");
    if (!(users > 0.0)) return;
    fprintf(to,
            "  %.0f user%s with more than %.0f items: trained on a sample of %.0f items "
            "of each",
            users, CLI_S(users), number_at(made_by, "hubs", "above"),
            number_at(made_by, "hubs", "sampled"));
    const double left_out = number_at(made_by, "hubs", "items_left_out");
    fprintf(to, "; %.0f item%s that no other user has rank%s last\n", left_out,
            CLI_S(left_out), left_out == 1 ? "s" : "");
}

/* Prints the nodes that start with the vectors of another model. */
static void say_init(FILE *to, json_t *made_by)
{
    json_t *init = json_object_get(json_object_get(made_by, "training"), "init");
    if (!init) return;
    fprintf(to,
            "  vectors start: %.0f of %.0f users and %.0f of %.0f items with those of "
            "the given model%s\n",
            json_number_value(json_object_get(init, "users")),
            number_at(made_by, "data", "users"),
            json_number_value(json_object_get(init, "items")),
            number_at(made_by, "data", "items"),
            json_is_true(json_object_get(init, "on_slice"))
                ? ""
                : "; not for the choices: it has seen what validation holds out");
}

/* Prints the features in the input layer of the vectors. */
static void say_features(FILE *to, json_t *training)
{
    json_t *features = json_object_get(training, "feature_vectors");
    if (!features) return;
    fprintf(to, "  vectors of features: %.0f of users, %.0f of items\n",
            json_number_value(json_object_get(features, "users")),
            json_number_value(json_object_get(features, "items")));
}

static void say_parts(FILE *to, json_t *made_by)
{
    json_t *items = json_object_get(made_by, "item_attention");
    json_t *training = json_object_get(made_by, "training");
    json_t *ridge = json_object_get(items, "ridge");
    if (ridge) {
        fprintf(to, "  item attention: %s ridge, users weighted by degree^-%.3g",
                json_string_value(ridge),
                json_number_value(json_object_get(items, "user_power")));
        say_shape(to, items, json_object_get(made_by, "validation"));
        say_attention(to, items);
        fputc('\n', to);
        say_estimate(to, items);
    }
    const double n_steps = number_at(made_by, "training", "steps");
    if (training)
        fprintf(to, "  vectors: dimension %.0f, temperature %.3g, %.0f step%s%s\n",
                number_at(made_by, "options", "dim"),
                number_at(made_by, "options", "temperature"), n_steps, CLI_S(n_steps),
                json_is_true(json_object_get(training, "item_graph"))
                    ? ", with the item graph"
                    : "");
    say_init(to, made_by);
    say_features(to, training);
    say_blend(to, json_object_get(made_by, "blend"));
}

/* Prints whether there is an encoder of sequences, and why not. */
static void say_sequence(FILE *to, json_t *made_by)
{
    json_t *sequence = json_object_get(made_by, "sequence");
    const char *kind = json_string_value(json_object_get(sequence, "kind"));
    const char *why = json_string_value(json_object_get(sequence, "why"));
    json_t *ndcg = json_object_get(sequence, "ndcg@20");
    if (!kind) return;
    fprintf(to, "  sequence: %s", kind);
    if (why) fprintf(to, ": %s", why);
    if (why && strcmp(why, "too slow") == 0)
        fprintf(to, ": an epoch takes about %.3g s on two cores (--sequence-seconds)",
                number_at(made_by, "sequence", "epoch_seconds"));
    const double n_blocks = number_at(made_by, "sequence", "blocks");
    const double n_epochs = number_at(made_by, "sequence", "epochs");
    if (!why)
        fprintf(to, " of dimension %.0f, %.0f block%s, window %.0f, %.0f epoch%s",
                number_at(made_by, "sequence", "dim"), n_blocks, CLI_S(n_blocks),
                number_at(made_by, "sequence", "window"), n_epochs, CLI_S(n_epochs));
    if (json_is_number(ndcg))
        fprintf(to, "; alone ndcg@20 %.4f", json_number_value(ndcg));
    if (json_is_false(json_object_get(sequence, "in_score")))
        fputs("; left out of the score by validation", to);
    fputc('\n', to);
}

/* Prints the factors of target attention. */
static void say_target(FILE *to, json_t *made_by)
{
    json_t *target = json_object_get(made_by, "target_attention");
    const char *kind = json_string_value(json_object_get(target, "kind"));
    if (!kind) return;
    fprintf(to, "  target attention: %s%s%s%s\n", kind,
            json_integer_value(json_object_get(target, "width")) > 0 ? ", vectors" : "",
            json_is_true(json_object_get(target, "place")) ? ", place" : "",
            json_is_true(json_object_get(target, "age")) ? ", age" : "");
}

/* Prints the weight of one source and what its trials are worth. */
static void say_source(FILE *to, size_t number, json_t *source)
{
    json_t *trial = NULL;
    const double weight = json_number_value(json_object_get(source, "weight"));
    size_t i = 0;
    const double n_users = json_number_value(json_object_get(source, "shared_users"));
    const double n_items = json_number_value(json_object_get(source, "shared_items"));
    fprintf(to, "  source %zu: shares %.0f user%s and %.0f item%s; ", number, n_users,
            CLI_S(n_users), n_items, CLI_S(n_items));
    if (weight > 0)
        fprintf(to, "weight %.3g", weight);
    else
        fputs("left out: it does not help", to);
    json_array_foreach(json_object_get(source, "trials"), i, trial)
    {
        fprintf(to, "%s%.3g: ndcg@20 %.4f, %+.4f +- %.4f", i > 0 ? "; " : " (weight ",
                json_number_value(json_object_get(trial, "weight")),
                json_number_value(json_object_get(trial, "ndcg@20")),
                json_number_value(json_object_get(trial, "gain")),
                json_number_value(json_object_get(trial, "standard_error")));
    }
    fprintf(to, "%s\n", i > 0 ? " against the weights before)" : "");
}

/* Prints the weight of a source that shares no ids. */
static void say_apart(FILE *to, size_t number, json_t *weight)
{
    fprintf(to, "  source %zu: shares no ids, content learns from its features; ",
            number);
    if (json_number_value(weight) > 0)
        fprintf(to, "weight %.3g\n", json_number_value(weight));
    else
        fputs("left out: it does not help\n", to);
}

/* Prints the choice of other domains. */
static void say_domains(FILE *to, json_t *made_by)
{
    json_t *domains = json_object_get(made_by, "domains"), *source = NULL;
    json_t *weights = json_object_get(json_object_get(made_by, "content"), "sources");
    size_t i = 0, n_apart = 0;
    if (!domains) return;
    fprintf(to, "  domains: answers are the %.0f items of the target",
            number_at(made_by, "domains", "own_items"));
    const double n_users = number_at(made_by, "domains", "users_of_choices");
    if (n_users > 0)
        fprintf(to, "; item attention of the target alone: ndcg@20 %.4f (%.0f user%s)",
                number_at(made_by, "domains", "alone_ndcg@20"), n_users, CLI_S(n_users));
    fputc('\n', to);
    json_array_foreach(json_object_get(domains, "sources"), i, source)
    {
        if (json_object_get(source, "by"))
            say_apart(to, i + 1, json_array_get(weights, n_apart++));
        else
            say_source(to, i + 1, source);
    }
}

/* Prints the choice of the weights against noise. */
static void say_denoise(FILE *to, json_t *made_by)
{
    static const char *const KIND[] = {"noise", "sprees", "copies"};
    json_t *denoise = json_object_get(made_by, "denoise");
    if (!denoise) return;
    fprintf(to,
            "  denoise: %.0f noisy interactions expected; users: %.0f copies, %.0f with "
            "sprees, %.0f bots\n",
            number_at(made_by, "denoise", "noisy_interactions"),
            number_at(made_by, "denoise", "copies"),
            number_at(made_by, "denoise", "sprees"),
            number_at(made_by, "denoise", "bots"));
    for (int k = 0; k < 3; k++) {
        char name[32];
        snprintf(name, sizeof name, "weights_of_%s", KIND[k]);
        json_t *trial = json_object_get(denoise, name);
        json_t *gain = json_object_get(trial, "gain");
        fprintf(to, "    weights of %s: %s", KIND[k],
                json_is_true(json_object_get(trial, "used")) ? "used" : "not used");
        if (json_is_number(gain))
            fprintf(to, " (ndcg@20 %.4f, %+.4f +- %.4f)",
                    json_number_value(json_object_get(trial, "ndcg@20")),
                    json_number_value(gain),
                    json_number_value(json_object_get(trial, "standard_error")));
        fputc('\n', to);
    }
}

void cli_info_decisions(FILE *to, json_t *info)
{
    json_t *made_by = json_object_get(info, "made_by");
    json_t *validation = json_object_get(made_by, "validation");
    if (json_object_get(made_by, "channels")) say_channels(to, made_by);
    say_domains(to, made_by);
    say_denoise(to, made_by);
    say_weights(to, made_by);
    say_hubs(to, made_by);
    say_parts(to, made_by);
    say_sequence(to, made_by);
    say_target(to, made_by);
    json_t *options = json_object_get(made_by, "options");
    const double n_users = json_number_value(json_object_get(validation, "users"));
    say_held_out(to, validation,
                 (long long)json_integer_value(json_object_get(options, "valid_latest")));
    if (json_is_number(json_object_get(json_object_get(info, "validation"), "ndcg@20")))
        fprintf(to, "  validation recall@20 %.4f, ndcg@20 %.4f (%.0f user%s)\n",
                number_at(info, "validation", "recall@20"),
                number_at(info, "validation", "ndcg@20"), n_users, CLI_S(n_users));
    else
        fputs("  no validation slice\n", to);
}
