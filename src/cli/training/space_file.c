#include "cli/training/space_file.h"
#include "cli/training/training.h"
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD_BYTES = 64 };

/* Where a setting is read. */
typedef struct reader {
    const cli_settings *file;
    const cli_setting *setting;
    const cli_option *option;
} reader;

int cli_is_tunable(const cli_option *o, const regatta_train_options *t)
{
    const char *at = o->value, *begin = (const char *)t;
    const int number = o->kind == CLI_U32 || o->kind == CLI_F32 || o->kind == CLI_CHOICE;
    return number && at >= begin && at < begin + sizeof *t;
}

static double value_of(const cli_option *o)
{
    return o->kind == CLI_F32 ? (double)*(const float *)o->value
                              : (double)*(const uint32_t *)o->value;
}

void cli_tunable_text(const cli_option *o, char text[CLI_VALUE_BYTES])
{
    if (o->kind == CLI_U32) {
        snprintf(text, CLI_VALUE_BYTES, "%u", *(const uint32_t *)o->value);
    } else if (o->kind == CLI_F32) { /* the shortest text that gives the same float */
        const float x = *(const float *)o->value;
        for (int digits = 1; digits <= 9; digits++) {
            snprintf(text, CLI_VALUE_BYTES, "%.*g", digits, (double)x);
            if ((float)strtod(text, NULL) == x) break;
        }
    } else {
        const char *word = o->choices;
        for (uint32_t k = *(const uint32_t *)o->value; k > 0; k--)
            word = strchr(word, '|') + 1;
        snprintf(text, CLI_VALUE_BYTES, "%.*s", (int)strcspn(word, "|"), word);
    }
}

static int wrong(const reader *r, const char *reason)
{
    return cli_error(CLI_INPUT, "%s:%lld: %s: %s", r->file->path,
                     (long long)r->setting->line, r->option->name, reason);
}

/* Reads text[n], without blanks around it, as a value of the option. */
static int read_value(const reader *r, double *out, const char *text, size_t n)
{
    char word[WORD_BYTES];
    while (n > 0 && strchr(" \t", *text)) {
        text++;
        n--;
    }
    while (n > 0 && strchr(" \t", text[n - 1])) n--;
    if (n == 0 || n >= sizeof word) return wrong(r, "a value is missing or too long");
    memcpy(word, text, n);
    word[n] = '\0';
    const int code = cli_setting_set(r->option, r->file, r->setting, word);
    *out = value_of(r->option);
    return code;
}

static int read_choices(const reader *r, regatta_axis *axis, double *value)
{
    int code = CLI_DONE;
    axis->scale = REGATTA_SCALE_CHOICE;
    axis->values = value;
    for (const char *at = r->setting->value; at;) {
        const char *bar = strchr(at, '|');
        if (axis->n_values == CLI_MAX_VALUES) return wrong(r, "at most 32 values");
        CLI_TRY(read_value(r, &value[axis->n_values++], at,
                           bar ? (size_t)(bar - at) : strlen(at)));
        at = bar ? bar + 1 : NULL;
    }
done:
    return code;
}

/* Takes the word of a scale off the text. */
static const char *skip_word(const char *text, const char *word)
{
    const size_t n = strlen(word);
    return strncmp(text, word, n) == 0 && strchr(" \t", text[n]) ? text + n : NULL;
}

static int read_range(const reader *r, regatta_axis *axis)
{
    int code = CLI_DONE;
    const char *text = r->setting->value, *dots = NULL;
    const char *log = skip_word(text, "log"), *linear = skip_word(text, "linear"),
               *integer = skip_word(text, "integer");
    axis->scale = log ? REGATTA_SCALE_LOG : REGATTA_SCALE_LINEAR;
    text = log ? log : linear ? linear : integer ? integer : text;
    if (r->option->kind == CLI_CHOICE)
        return wrong(r, "has words as values: write them as one | two");
    if (integer && r->option->kind != CLI_U32)
        return wrong(r, "is not a whole number: write linear or log");
    dots = strstr(text, "..");
    if (!dots) return wrong(r, "a range is LOW..HIGH");
    CLI_TRY(read_value(r, &axis->low, text, (size_t)(dots - text)));
    CLI_TRY(read_value(r, &axis->high, dots + 2, strlen(dots + 2)));
    if (axis->low > axis->high) return wrong(r, "the low end is above the high end");
    if (log && !(axis->low > 0)) return wrong(r, "a log range begins above 0");
done:
    return code;
}

static int read_axis(cli_space *out, const reader *r, const regatta_train_options *t)
{
    regatta_axis *axis = &out->axis[out->n];
    const char *text = r->setting->value;
    const regatta_axis init = REGATTA_AXIS_INIT;
    if (!cli_is_tunable(r->option, t)) return wrong(r, "cannot be tuned");
    *axis = init;
    axis->field = (uint32_t)((const char *)r->option->value - (const char *)t);
    for (uint32_t k = 0; k < out->n; k++)
        if (out->axis[k].field == axis->field) return wrong(r, "is given twice");
    double *value = out->value[out->n++];
    if (!text) return CLI_DONE; /* the default range */
    return strstr(text, "..") ? read_range(r, axis) : read_choices(r, axis, value);
}

int cli_space_read(cli_space *out, const cli_usage *usage, cli_settings *file,
                   regatta_train_options *t)
{
    int code = CLI_DONE;
    const regatta_train_options before = *t;
    reader r = {.file = file};
    CLI_TRY(cli_settings_read(file));
    for (int64_t k = 0; k < file->n; k++) {
        r.setting = &file->list[k];
        r.option = cli_setting_option(usage, file, r.setting);
        if (!r.option) code = CLI_INPUT;
        if (code != CLI_DONE) goto done;
        if (out->n == CLI_MAX_AXES)
            CLI_TRY(wrong(&r, "the space has 32 options already"));
        uint32_t *given = r.option->given, was = given ? *given : 0;
        code = read_axis(out, &r, t);
        if (given) *given = was;
        if (code != CLI_DONE) goto done;
    }
    if (file->n == 0)
        code = cli_error(CLI_INPUT, "%s: the space has no option", file->path);
done:
    *t = before;
    return code;
}

/* The values that an axis may give to its option. */
typedef struct value_set {
    double value[CLI_MAX_VALUES];
    uint32_t n;
} value_set;

static uint32_t n_words(const char *choices)
{
    uint32_t n = 1;
    for (const char *c = choices; *c; c++) n += *c == '|';
    return n;
}

/* Stores all values of a list, the ends of a range, and of a default range all words or
 * the largest number. */
static void values_of(value_set *out, const regatta_axis *axis, const cli_option *o)
{
    out->n = 0;
    if (axis->scale == REGATTA_SCALE_CHOICE) {
        out->n = axis->n_values;
        memcpy(out->value, axis->values, out->n * sizeof *out->value);
    } else if (axis->scale != REGATTA_SCALE_DEFAULT) {
        out->value[out->n++] = axis->low;
        out->value[out->n++] = axis->high;
    } else if (o->kind != CLI_CHOICE) {
        out->value[out->n++] = o->max;
    } else {
        for (; out->n < n_words(o->choices); out->n++) out->value[out->n] = out->n;
    }
}

static void set_number(const cli_option *o, double x)
{
    if (o->kind == CLI_F32)
        *(float *)o->value = (float)x;
    else
        *(uint32_t *)o->value = (uint32_t)x;
}

/* Returns how many rules make the option idle with the options `t`, and stores the reason
 * of the first. */
static int idle_rules(const cli_option *o, const regatta_train_options *t,
                      const cli_side_tables *tables, const char **why)
{
    cli_idle rules[CLI_TRAINING_RULES];
    int n = 0;
    cli_training_rules(rules, t, tables);
    for (int r = CLI_TRAINING_RULES - 1; r >= 0; r--)
        if (cli_is_idle(o, &rules[r], 1)) {
            *why = rules[r].why;
            n++;
        }
    return n;
}

/* Gives the option `by` the value of its axis with which the fewest rules make `o` idle.
 * Returns their number; `n`: that with the present value. */
static int relieve(const cli_option *o, const cli_option *by, const regatta_axis *axis,
                   int n, const regatta_train_options *t, const cli_side_tables *tables)
{
    const char *why = NULL;
    double best = value_of(by);
    value_set set;
    values_of(&set, axis, by);
    for (uint32_t v = 0; v < set.n; v++) {
        set_number(by, set.value[v]);
        const int left = idle_rules(o, t, tables, &why);
        if (left >= n) continue;
        n = left;
        best = set.value[v];
    }
    set_number(by, best);
    return n;
}

int cli_space_check(const cli_space *space, const cli_usage *usage,
                    const cli_settings *file, regatta_train_options *t,
                    const cli_side_tables *tables)
{
    int code = CLI_DONE;
    const regatta_train_options before = *t;
    const cli_option *option[CLI_MAX_AXES];
    for (uint32_t k = 0; k < space->n; k++)
        option[k] = cli_setting_option(usage, file, &file->list[k]);
    for (uint32_t k = 0; k < space->n && code == CLI_DONE; k++) {
        const char *why = NULL;
        int n = idle_rules(option[k], t, tables, &why);
        for (uint32_t j = 0; j < space->n && n > 0; j++)
            n = relieve(option[k], option[j], &space->axis[j], n, t, tables);
        if (n > 0) {
            idle_rules(option[k], t, tables, &why);
            code = cli_error(CLI_INPUT, "%s:%lld: %s has no effect %s", file->path,
                             (long long)file->list[k].line, option[k]->name, why);
        }
        *t = before;
    }
    return code;
}

/* Returns the end of the field's name at the begin of the text, if it is the option's:
 * softmax_items and softmax-items; NULL: it is of another. */
static const char *skip_name(const char *text, const char *option)
{
    for (; *option; option++, text++)
        if (*text != (*option == '-' ? '_' : *option)) return NULL;
    return *text == ' ' ? text : NULL;
}

int cli_space_refused(const cli_settings *file, const char *message)
{
    static const char lead[] = "the space: ";
    if (!file->path || strncmp(message, lead, sizeof lead - 1) != 0) return CLI_DONE;
    message += sizeof lead - 1;
    for (int64_t k = 0; k < file->n; k++) {
        const char *rest = skip_name(message, file->list[k].name);
        if (rest)
            return cli_error(CLI_INPUT, "%s:%lld: %s%s", file->path,
                             (long long)file->list[k].line, file->list[k].name, rest);
    }
    return cli_error(CLI_INPUT, "%s: %s", file->path, message);
}
