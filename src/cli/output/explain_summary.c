/* See explain_summary.h. A share is |points| over the sum of |points| of all rows that
 * are specific to the user, so it is between 0 and 100 % for any signs. */
#include "cli/output/explain_summary.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { N_BESIDE = 8 }; /* rows beside those of single items */

const cli_column cli_summary_columns[CLI_SUMMARY_COLUMNS] = {
    {"part", CLI_COLUMN_TEXT},
    {"name", CLI_COLUMN_TEXT},
    {"title", CLI_COLUMN_TEXT},
    {"share", CLI_COLUMN_DOUBLE},
    {"points", CLI_COLUMN_DOUBLE}};

typedef enum subject {
    ITEM,
    USERS,
    ENCODER,
    PROFILE,
    TREND,
    OWN,
    EXPOSURE,
    OTHERS,
    N_SUBJECTS
} subject;

typedef struct part {
    subject of;
    uint32_t item;   /* of ITEM */
    int64_t n_items; /* of OTHERS */
    double points;
    int64_t tenths; /* the share in tenths of a percent */
} part;

/* The part of a share that rounding down removed. */
typedef struct rounded_off {
    double remainder;
    int64_t place; /* of the part */
} rounded_off;

static const char *const part_name[2][N_SUBJECTS] = {
    {"because of item", "because of users", "because of order", "because of features",
     "because of trend", "because of user", "because of exposure", "because of items"},
    {"in spite of item", "in spite of users", "in spite of order", "in spite of features",
     "in spite of trend", "in spite of user", "in spite of exposure",
     "in spite of items"}};

static const char *const whole_name[N_SUBJECTS] = {[USERS] = "similar users",
                                                   [ENCODER] = "sequence encoder",
                                                   [PROFILE] = "features of the user",
                                                   [TREND] = "recent popularity",
                                                   [OWN] = "own vector",
                                                   [EXPOSURE] = "shown, not taken"};

/* Orders positive parts first, then by size in descending order, with the other items
 * last. */
static int by_place(const void *left, const void *right)
{
    const part *a = left, *b = right;
    const double x = fabs(a->points), y = fabs(b->points);
    if ((a->points < 0) != (b->points < 0)) return a->points < 0 ? 1 : -1;
    if ((a->of == OTHERS) != (b->of == OTHERS)) return a->of == OTHERS ? 1 : -1;
    if (x != y) return x > y ? -1 : 1;
    return a->item < b->item ? -1 : a->item > b->item;
}

static int by_remainder(const void *left, const void *right)
{
    const rounded_off *a = left, *b = right;
    if (a->remainder != b->remainder) return a->remainder > b->remainder ? -1 : 1;
    return a->place < b->place ? -1 : a->place > b->place;
}

double cli_channel_sum(const double *by_channel)
{
    double sum = 0;
    for (int k = 0; k < REGATTA_MAX_CHANNELS; k++) sum += by_channel[k];
    return sum;
}

/* Returns the residual if it is larger than rounding: it is then the user's own
 * vector. */
static double own_vector(const regatta_explanation *t)
{
    const double size = fabs(t->score) + fabs(cli_channel_sum(t->history)) +
                        fabs(cli_channel_sum(t->bias)) +
                        fabs(cli_channel_sum(t->direct)) + fabs(t->popularity) +
                        fabs(t->centre) + fabs(t->exposure);
    return fabs(t->residual) > 1e-5 * size ? t->residual : 0;
}

/* Returns the direct part of a channel. */
static double direct_part(const regatta_explanation *t, const char *channel)
{
    for (uint32_t k = 0; regatta_channel_name(k); k++)
        if (strcmp(regatta_channel_name(k), channel) == 0) return t->direct[k];
    return 0;
}

/* The parts that are specific to the user, sorted; returns how many. */
static int64_t find_parts(part *all, const cli_explained *x, int64_t shown)
{
    int64_t n = 0;
    part more = {.of = OTHERS}, less = {.of = OTHERS};
    const part encoder = {.of = ENCODER, .points = direct_part(x->terms, "sequence")};
    const part profile = {.of = PROFILE, .points = direct_part(x->terms, "profile")};
    const part trend = {.of = TREND, .points = direct_part(x->terms, "trend")};
    const part users = {.of = USERS,
                        .points = cli_channel_sum(x->terms->direct) - encoder.points -
                                  profile.points - trend.points};
    const part own = {.of = OWN, .points = own_vector(x->terms)};
    const part exposure = {.of = EXPOSURE, .points = x->terms->exposure};
    for (int64_t e = 0; e < x->n; e++) {
        const double points = x->because[e].contribution;
        part *others = points < 0 ? &less : &more;
        if (e < shown && points != 0) {
            all[n++] = (part){.item = x->because[e].item, .points = points};
            continue;
        }
        others->points += points;
        others->n_items++;
    }
    const part beside[N_BESIDE] = {users, encoder,  profile, trend,
                                   own,   exposure, more,    less};
    for (int i = 0; i < N_BESIDE; i++)
        if (beside[i].points != 0) all[n++] = beside[i];
    qsort(all, (size_t)n, sizeof *all, by_place);
    return n;
}

/* Shares that add up to 1000 tenths of a percent: rounded down, then the largest
 * remainders up. `off` is scratch. */
static void share_out(part *all, rounded_off *off, int64_t n)
{
    double total = 0;
    int64_t left = 1000;
    for (int64_t i = 0; i < n; i++) total += fabs(all[i].points);
    for (int64_t i = 0; i < n; i++) {
        const double exact = 1000 * (fabs(all[i].points) / total);
        all[i].tenths = (int64_t)floor(exact);
        off[i] = (rounded_off){exact - floor(exact), i};
        left -= all[i].tenths;
    }
    qsort(off, (size_t)n, sizeof *off, by_remainder);
    for (int64_t i = 0; i < n && i < left; i++) all[off[i].place].tenths++;
}

/* Decimals by which `x` has three digits. */
static int decimals_of(double x)
{
    if (!(x > 0) || !isfinite(x)) return 2;
    const int digits = 2 - (int)floor(log10(x));
    return digits < 0 ? 0 : digits > 40 ? 40 : digits;
}

/* Returns the decimals that show three digits of the largest number and two digits of
 * the user's largest part, the latter with at most two more decimals. */
static int choose_decimals(const part *all, int64_t n, const regatta_explanation *t)
{
    double most = 0;
    for (int64_t i = 0; i < n; i++) most = fmax(most, fabs(all[i].points));
    const double largest =
        fmax(fmax(fmax(fabs(cli_channel_sum(t->bias)), fabs(t->popularity)), most),
             fmax(fabs(t->centre), fabs(t->score)));
    const int least = decimals_of(largest), wanted = decimals_of(most) - 1;
    if (!(most > 0) || wanted < least) return least;
    return wanted < least + 2 ? wanted : least + 2;
}

static void write_points(cli_records *r, double points, int decimals)
{
    char text[400];
    if (r->format == CLI_TABLE) {
        cli_field_double(r, points);
        return;
    }
    snprintf(text, sizeof text, "%.*f", decimals, points);
    const int is_zero = !text[strspn(text, "-0.")];
    cli_field_text(r, is_zero && *text == '-' ? text + 1 : text);
}

static void write_share(cli_records *r, int64_t tenths)
{
    char text[64];
    if (r->format == CLI_TABLE) {
        cli_field_double(r, (double)tenths / 1000);
        return;
    }
    snprintf(text, sizeof text, "%lld.%lld%%", (long long)(tenths / 10),
             (long long)(tenths % 10));
    cli_field_text(r, text);
}

/* The title of an item, or an empty field. */
static void write_title(cli_records *r, const cli_titles *titles, const uint32_t *item)
{
    if (item)
        cli_field_title(r, titles, *item);
    else if (cli_has_titles(titles))
        cli_field_none(r);
}

static void write_part(cli_records *r, const cli_titles *titles,
                       const regatta_model *model, const part *p, int decimals)
{
    char text[64];
    const char *name = whole_name[p->of];
    cli_field_text(r, part_name[p->points < 0][p->of]);
    if (p->of == ITEM) name = regatta_model_name(model, REGATTA_ITEMS, p->item);
    if (p->of == OTHERS) {
        snprintf(text, sizeof text, "%lld other%s", (long long)p->n_items,
                 p->n_items == 1 ? "" : "s");
        name = text;
    }
    cli_field_text(r, name);
    write_title(r, titles, p->of == ITEM ? &p->item : NULL);
    write_share(r, p->tenths);
    write_points(r, p->points, decimals);
}

/* `item` NULL: the term is not of an item. */
static void write_term(cli_records *r, const cli_titles *titles, const char *kind,
                       const char *name, const uint32_t *item, double points,
                       int decimals)
{
    cli_field_text(r, kind);
    cli_field_text(r, name);
    write_title(r, titles, item);
    cli_field_none(r);
    write_points(r, points, decimals);
}

/* Popularity, bias and centre, the largest first. */
static void write_common(cli_records *r, const cli_titles *titles,
                         const regatta_explanation *t, int decimals)
{
    const char *name[] = {"popularity", "bias", "centre"};
    double points[] = {t->popularity, cli_channel_sum(t->bias), t->centre};
    for (int i = 0; i < 3; i++) {
        int best = i;
        for (int k = i + 1; k < 3; k++)
            if (fabs(points[k]) > fabs(points[best])) best = k;
        write_term(r, titles, "everybody gets", name[best], NULL, points[best], decimals);
        name[best] = name[i];
        points[best] = points[i];
    }
}

int cli_explain_summary(cli_records *r, const cli_titles *titles,
                        const regatta_model *model, const cli_explained *x, int64_t shown)
{
    int code = CLI_DONE;
    const regatta_explanation *t = x->terms;
    const int64_t room = (shown < x->n ? shown : x->n) + N_BESIDE;
    part *all = cli_new(room, sizeof *all);
    rounded_off *off = cli_new(room, sizeof *off);
    if (!all || !off) {
        code = cli_no_memory();
        goto done;
    }
    const int64_t n = find_parts(all, x, shown);
    const int decimals = choose_decimals(all, n, t);
    share_out(all, off, n);
    for (int64_t i = 0; i < n; i++) write_part(r, titles, model, &all[i], decimals);
    write_common(r, titles, t, decimals);
    write_term(r, titles, "score", regatta_model_name(model, REGATTA_ITEMS, t->item),
               &t->item, t->score, decimals);
done:
    free(all);
    free(off);
    return code;
}
