/* The record of the training, from the JSON in the model. A choice is an array of trials,
 * objects with a member "ndcg@20", anywhere below "validation". */
#include "report/measure/report_parts.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SETTING = 200 /* bytes of a trial's setting */ };

/* Members of a trial that are results, not settings. */
static int is_result(const char *name)
{
    static const char *const results[] = {"ndcg@20", "standard_error", "chosen", "steps",
                                          "seconds", "recall@20",      "users"};
    for (size_t k = 0; k < sizeof results / sizeof *results; k++)
        if (strcmp(name, results[k]) == 0) return 1;
    return 0;
}

static void add(char *setting, const char *text)
{
    const size_t n = strlen(setting);
    snprintf(setting + n, SETTING - n, "%s", text);
}

static void add_value(char *setting, const rg_json_node *value)
{
    char digits[32];
    if (value->kind == RG_JSON_STRING) add(setting, value->text);
    if (value->kind == RG_JSON_BOOL) add(setting, value->number > 0.0 ? "yes" : "no");
    if (value->kind != RG_JSON_NUMBER) return;
    snprintf(digits, sizeof digits, "%.4g", value->number);
    char *comma = strchr(digits, ','); /* some locales' decimal point */
    if (comma != NULL) *comma = '.';
    add(setting, digits);
}

/* Returns 1 if the trials do not all have this number, or if there is one trial. */
static int differs(const rg_json_node *list, const rg_json_node *member)
{
    if (list->n < 2 || member->kind != RG_JSON_NUMBER) return 1;
    for (const rg_json_node *trial = list->first; trial != NULL; trial = trial->next)
        if (rg_json_at(trial, member->name)->number != member->number) return 1;
    return 0;
}

/* The settings of a trial in which the trials differ: "lambda 2, theta 0.75". */
static void setting_of(char setting[SETTING], const rg_json_node *list,
                       const rg_json_node *trial)
{
    setting[0] = '\0';
    for (const rg_json_node *m = trial->first; m != NULL; m = m->next) {
        if (is_result(m->name) || m->kind == RG_JSON_NULL || m->kind == RG_JSON_OBJECT ||
            !differs(list, m))
            continue;
        if (setting[0] != '\0') add(setting, ", ");
        add(setting, m->name);
        for (const rg_json_node *v = m->first; v != NULL; v = v->next) {
            add(setting, " ");
            add_value(setting, v);
        }
        if (m->kind == RG_JSON_ARRAY) continue;
        add(setting, " ");
        add_value(setting, m);
    }
}

static int is_choice(const rg_json_node *list)
{
    return list->kind == RG_JSON_ARRAY && list->first != NULL &&
           strcmp(list->name, "curve") != 0 &&
           rg_json_at(list->first, "ndcg@20")->kind == RG_JSON_NUMBER;
}

/* A choice whose trials have members of a setting of the model, which is in a part of its
 * settings: the trial whose members are equal to these was chosen. */
typedef struct settled {
    const char *choice, *part, *setting, *member[4];
} settled;

#define RECENCY                                                                          \
    "recency",                                                                           \
    {                                                                                    \
        "decay", "floor", "age_power", "age_unit"                                        \
    }

static const settled SETTLED[] = {
    {"ridges", "item_attention", NULL, {"ridge", "lambda"}},
    {"attentions", "item_attention", NULL, {"attention", "beta"}},
    {"recency", "item_attention", RECENCY},
    {"vectors_recency", "training", RECENCY},
    {"order_recency", "order", RECENCY},
    {"bias_starts", "training", NULL, {"bias_start"}},
    {"temperatures", "options", NULL, {"temperature"}},
    {"item_graphs", "training", NULL, {"item_graph"}},
    {"layer_attentions", "options", NULL, {"attention", "dynamic", "heads"}},
    {"trend_windows", "trend", NULL, {"days"}},
};

/* Returns a number of a setting; a missing recency has decay 1 and zeros. */
static double number_of(const rg_json_node *value, const char *member)
{
    if (value->kind != RG_JSON_NULL) return value->number;
    return strcmp(member, "decay") == 0 ? 1.0 : 0.0;
}

static int equals(const rg_json_node *a, const rg_json_node *b, const char *member)
{
    if (a->n != b->n || strcmp(a->text, b->text) != 0) return 0;
    if (a->n > 0 || *a->text != '\0') {
        const rg_json_node *x = a->first, *y = b->first;
        for (; x != NULL; x = x->next, y = y->next)
            if (x->number != y->number) return 0;
        return 1;
    }
    const double p = number_of(a, member), q = number_of(b, member);
    return fabs(p - q) <= 1e-6 * fabs(p);
}

static int has_members(const settled *s, const rg_json_node *setting,
                       const rg_json_node *trial)
{
    for (int m = 0; m < 4 && s->member[m] != NULL; m++)
        if (!equals(rg_json_at(trial, s->member[m]), rg_json_at(setting, s->member[m]),
                    s->member[m]))
            return 0;
    return 1;
}

/* Writes if a trial was chosen; null if the record does not say it. */
static void write_chosen(rg_text *t, const rg_json_node *made_by,
                         const rg_json_node *list, const rg_json_node *trial)
{
    int is_known = 0, chosen = rg_json_at(trial, "chosen")->number > 0.0;
    for (const rg_json_node *one = list->first; one != NULL; one = one->next)
        is_known |= rg_json_at(one, "chosen")->kind == RG_JSON_BOOL;
    for (size_t k = 0; k < sizeof SETTLED / sizeof *SETTLED && !is_known; k++) {
        const settled *s = &SETTLED[k];
        const rg_json_node *part = rg_json_at(made_by, s->part);
        if (strcmp(s->choice, list->name) != 0 || part->kind != RG_JSON_OBJECT) continue;
        is_known = 1;
        chosen = has_members(s, s->setting ? rg_json_at(part, s->setting) : part, trial);
    }
    if (is_known)
        rg_text_bool(t, "chosen", chosen);
    else
        rg_text_null(t, "chosen");
}

static void write_choice(rg_text *t, const rg_json_node *made_by, const char *within,
                         const rg_json_node *list)
{
    char setting[SETTING];
    rg_text_open(t, NULL, '{');
    rg_text_escaped(t, "choice", list->name);
    rg_text_escaped(t, "within", within);
    rg_text_open(t, "trials", '[');
    for (const rg_json_node *trial = list->first; trial != NULL; trial = trial->next) {
        setting_of(setting, list, trial);
        rg_text_open(t, NULL, '{');
        rg_text_escaped(t, "setting", setting);
        rg_text_real(t, "ndcg@20", rg_json_at(trial, "ndcg@20")->number);
        rg_text_real(t, "standard_error", rg_json_at(trial, "standard_error")->number);
        write_chosen(t, made_by, list, trial);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    rg_text_close(t, '}');
}

/* NOLINTNEXTLINE(misc-no-recursion): as deep as the JSON, at most RG_JSON_DEPTH */
static void write_choices(rg_text *t, const rg_json_node *made_by,
                          const rg_json_node *object)
{
    for (const rg_json_node *m = object->first; m != NULL; m = m->next) {
        if (m->kind == RG_JSON_OBJECT) write_choices(t, made_by, m);
        if (m->name != NULL && is_choice(m))
            write_choice(t, made_by, object->name != NULL ? object->name : "", m);
    }
}

/* Returns the ndcg of the blend from which a channel was dropped whose absence has
 * `rest`: channels are dropped one by one, each for a gain, so that of one is the largest
 * smaller `without` of the others that were dropped, or the ndcg of the kind. NaN if the
 * record does not say it. */
static double with_dropped(const rg_json_node *blend, double rest)
{
    const rg_json_node *without = rg_json_at(blend, "without");
    const char *kind = rg_json_at(blend, "kind")->text;
    const double linear = rg_json_at(blend, "linear")->number;
    double with = -INFINITY;
    for (const rg_json_node *c = rg_json_at(blend, "base")->first; c != NULL;
         c = c->next) {
        const double other = rg_json_at(without, c->name)->number;
        if (c->number == 0.0 && other < rest) with = fmax(with, other);
    }
    if (isfinite(with)) return with;
    /* With a gate the record does not say which kind was without it. */
    if (strcmp(kind, "gated") == 0 && isfinite(linear)) return (double)NAN;
    return rg_json_at(blend, kind)->number;
}

static void write_channels(rg_text *t, const rg_json_node *blend)
{
    const double all = rg_json_at(blend, "ungated")->number;
    const rg_json_node *alone = rg_json_at(blend, "alone");
    const rg_json_node *without = rg_json_at(blend, "without");
    const rg_json_node *base = rg_json_at(blend, "base");
    const rg_json_node *errors = rg_json_at(blend, "without_errors");
    rg_text_open(t, "channels", '[');
    for (const rg_json_node *c = base->first; c != NULL; c = c->next) {
        const double one = rg_json_at(alone, c->name)->number;
        const double rest = rg_json_at(without, c->name)->number;
        if (!isfinite(one) && !(c->number != 0.0)) continue;
        rg_text_open(t, NULL, '{');
        rg_text_escaped(t, "channel", c->name);
        rg_text_real(t, "weight", c->number);
        rg_text_real(t, "alone_ndcg@20", one);
        rg_text_real(t, "without_ndcg@20", rest);
        const double with = c->number != 0.0 ? all : with_dropped(blend, rest);
        const double error = rg_json_at(errors, c->name)->number;
        rg_text_real(t, "adds_ndcg@20", with - rest);
        rg_text_real(t, "adds_error", isfinite(with) ? error : (double)NAN);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_blend(rg_text *t, const rg_json_node *blend)
{
    static const char *const kinds[] = {"start", "linear", "ungated", "gated"};
    const rg_json_node *kind = rg_json_at(blend, "kind");
    const rg_json_node *errors = rg_json_at(blend, "kind_errors");
    if (kind->kind != RG_JSON_STRING) {
        rg_text_null(t, "blend");
        return;
    }
    rg_text_open(t, "blend", '{');
    rg_text_escaped(t, "kind", kind->text);
    rg_text_real(t, "ndcg@20", rg_json_at(blend, "ndcg@20")->number);
    rg_text_open(t, "kinds", '[');
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        const double ndcg = rg_json_at(blend, kinds[k])->number;
        if (!isfinite(ndcg)) continue;
        rg_text_open(t, NULL, '{');
        rg_text_string(t, "kind", kinds[k]);
        rg_text_real(t, "ndcg@20", ndcg);
        rg_text_real(t, "standard_error", rg_json_at(errors, kinds[k])->number);
        rg_text_bool(t, "chosen", strcmp(kinds[k], kind->text) == 0);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
    write_channels(t, blend);
    rg_text_close(t, '}');
}

static void write_curve(rg_text *t, const rg_json_node *curve)
{
    rg_text_open(t, "curve", '[');
    for (const rg_json_node *p = curve->first; p != NULL; p = p->next) {
        rg_text_open(t, NULL, '{');
        rg_text_real(t, "step", rg_json_at(p, "step")->number);
        rg_text_real(t, "loss", rg_json_at(p, "loss")->number);
        rg_text_real(t, "ndcg@20", rg_json_at(p, "ndcg@20")->number);
        rg_text_close(t, '}');
    }
    rg_text_close(t, ']');
}

static void write_validation(rg_text *t, const rg_json_node *v)
{
    if (v->kind != RG_JSON_OBJECT) {
        rg_text_null(t, "validation");
        return;
    }
    rg_text_open(t, "validation", '{');
    rg_text_real(t, "interactions", rg_json_at(v, "interactions")->number);
    rg_text_real(t, "users", rg_json_at(v, "users")->number);
    rg_text_escaped(t, "held_out", rg_json_at(v, "held_out")->text);
    rg_text_real(t, "ndcg@20", rg_json_at(v, "ndcg@20")->number);
    rg_text_real(t, "recall@20", rg_json_at(v, "recall@20")->number);
    rg_text_close(t, '}');
}

void rg_report_decisions(rg_text *t, const rg_report_world *w)
{
    const rg_json_node *made_by = w->made_by.node;
    const rg_json_node *validation = rg_json_at(made_by, "validation");
    write_validation(t, validation);
    rg_text_open(t, "decisions", '[');
    write_choices(t, made_by, validation);
    rg_text_close(t, ']');
    write_blend(t, rg_json_at(made_by, "blend"));
    write_curve(t, rg_json_at(validation, "curve"));
}
