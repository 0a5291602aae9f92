#include "graph/readers/column_content.h"
#include "graph/times/reader_time.h"
#include <math.h>
#include <string.h>

enum { SURE_PERCENT = 90, FEW_ROWS = 4, FINE_DIGITS = 3, RATING_MAX = 10 };

/* Statistics of the cells of one column that are not empty. */
typedef struct tally {
    int n, n_numbers, n_dates, n_epochs, n_ones, n_fine, n_fractions;
    int n_steps, n_starts; /* numbers one above the last, and 0 or 1 */
    int n_within,
        n_falls; /* numbers after one of the same user; those that are smaller */
    int n_zeros; /* users whose first number is 0 */
    double least, most, last;
} tally;

static void count_number(tally *t, const char *text, int64_t length, double x,
                         int is_same_user)
{
    const char *point = memchr(text, '.', (size_t)length);
    t->n_within += is_same_user;
    t->n_falls += is_same_user && x < t->last;
    t->n_zeros += !is_same_user && x == 0.0;
    if (t->n_numbers++ == 0) t->least = t->most = x;
    t->least = fmin(t->least, x);
    t->most = fmax(t->most, x);
    t->n_fractions += floor(x) != x;
    t->n_epochs += rg_time_epoch_unit(x) >= 0;
    t->n_ones += x == 1.0;
    t->n_steps += t->n_numbers > 1 && x == t->last + 1.0;
    t->n_starts += x == 0.0 || x == 1.0;
    t->last = x;
    t->n_fine += point != NULL && text + length - point > FINE_DIGITS;
}

static void count_cell(tally *t, const char *text, int64_t length, int is_same_user)
{
    double number = 0.0;
    int64_t time = 0;
    rg_field_trim(&text, &length);
    const int is_number = rg_field_number(text, length, &number);
    if (length == 0 || (is_number && !isfinite(number))) return;
    t->n++;
    if (is_number)
        count_number(t, text, length, number, is_same_user);
    else
        t->n_dates += rg_time_parse(text, length, &time) == RG_TIME_DATE;
}

static int is_most(int some, int all)
{
    return some * 100 >= all * SURE_PERCENT;
}

enum { LEAST_PLACES = 6, LEAST_LAST = 1000 };

/* Nearly all numbers count the rows of each user: 1, 2, 3, 1, 2, 1, 2, 3, 4. */
static int is_place(const tally *t)
{
    return t->n >= LEAST_PLACES && t->n_steps * 2 > t->n &&
           is_most(t->n_steps + t->n_starts, t->n);
}

/* True if every user begins at 0, numbers do not fall within a user, and some are too
 * large for ratings. */
static int is_since_first(const tally *t)
{
    return t->n_within >= LEAST_PLACES && t->n_falls == 0 && t->most > LEAST_LAST &&
           t->n_zeros == t->n - t->n_within;
}

static rg_content_kind number_kind(const tally *t)
{
    if (is_most(t->n_epochs, t->n)) return RG_CONTENT_EPOCHS;
    if (t->n_fractions > 0) {
        const int fine = t->n_fine * 2 > t->n && t->most > RATING_MAX;
        return t->least < 0.0 || fine ? RG_CONTENT_DECIMALS : RG_CONTENT_WEIGHTS;
    }
    if (is_place(t) && t->n_within >= LEAST_PLACES && t->n_falls == 0)
        return RG_CONTENT_PLACES;
    if (is_place(t)) return RG_CONTENT_WHOLE;
    if (is_since_first(t)) return RG_CONTENT_PLACES;
    if (t->least >= -RATING_MAX && t->most > 0.0 && t->most <= RATING_MAX)
        return RG_CONTENT_WEIGHTS;
    if (t->n >= FEW_ROWS && t->least >= 1.0 && t->n_ones * 4 >= t->n)
        return RG_CONTENT_WEIGHTS;
    return RG_CONTENT_WHOLE;
}

static rg_content content_of(const tally *t)
{
    rg_content_kind kind = RG_CONTENT_TEXT;
    if (t->n == 0)
        kind = RG_CONTENT_EMPTY;
    else if (is_most(t->n_dates, t->n))
        kind = RG_CONTENT_DATES;
    else if (is_most(t->n_numbers, t->n))
        kind = number_kind(t);
    return (rg_content){kind, kind != RG_CONTENT_TEXT && t->n_fractions > 0};
}

void rg_content_look(rg_content *out, int n_columns, rg_sample *sample, int first,
                     regatta_format format)
{
    enum { KEPT = 64 };
    tally all[RG_MAX_FIELDS] = {{0}};
    char user[KEPT]; /* begin of the first column of the previous row */
    int64_t length = -1;
    rg_fields f;
    for (int k = first; k < sample->n; k++) {
        if (rg_sample_split(sample, k, format, &f) != NULL) continue;
        const size_t kept = (size_t)(f.length[0] < KEPT ? f.length[0] : KEPT);
        const int is_same = f.length[0] == length && memcmp(user, f.text[0], kept) == 0;
        for (int column = 0; column < f.n && column < n_columns; column++)
            count_cell(&all[column], f.text[column], f.length[column], is_same);
        memcpy(user, f.text[0], kept);
        length = f.length[0];
    }
    for (int column = 0; column < n_columns; column++)
        out[column] = content_of(&all[column]);
}

int rg_content_is_id(rg_content content)
{
    return !content.fraction && content.kind != RG_CONTENT_DATES &&
           content.kind != RG_CONTENT_DECIMALS && content.kind != RG_CONTENT_EMPTY;
}
