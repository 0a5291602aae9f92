/* getopt_long over a table of options. */
#include "cli/option_table.h"
#include "cli/describe/option_values.h"
#include "cli/suggest.h"
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HELP = 1000, FIRST_LONG = 1001, NAME_BYTES = 512 };

/* The place of the option that is read from a file, "FILE:LINE: "; empty on the command
 * line. */
static char place[NAME_BYTES - 64];

int cli_number(const char *text, double *out)
{
    char *end = NULL;
    *out = strtod(text, &end);
    return end != text && *end == '\0' && isfinite(*out);
}

/* "-k" or "--dim", in a file "FILE:LINE: dim". */
static void option_name(const cli_option *o, char buffer[NAME_BYTES])
{
    const char *dashes = *place ? "" : o->name[1] ? "--" : "-";
    snprintf(buffer, NAME_BYTES, "%s%s%.40s", place, dashes, o->name);
}

static int bad_value(const cli_option *o, const char *text)
{
    char name[NAME_BYTES];
    option_name(o, name);
    if (o->kind == CLI_CHOICE)
        return cli_error(CLI_USAGE, "%s: must be one of %s, not '%s'", name, o->choices,
                         text);
    if (o->kind == CLI_WORDS)
        return cli_error(CLI_USAGE, "%s: must be some of %s, with commas, not '%s'", name,
                         o->choices, text);
    if (o->kind == CLI_U64)
        return cli_error(CLI_USAGE, "%s: must be a whole number from 0 to %llu, not '%s'",
                         name, (unsigned long long)UINT64_MAX, text);
    if (o->kind == CLI_BYTES)
        return cli_error(CLI_USAGE,
                         "%s: must be a number of bytes from 1 on, as 1000, 64K, 500M or "
                         "2G, not '%s'",
                         name, text);
    if (o->above_zero > 0)
        return cli_error(CLI_USAGE,
                         "%s: must be a whole number from %.10g to %.10g, or 0, not '%s'",
                         name, o->above_zero, o->max, text);
    const int whole = o->kind == CLI_U32 || o->kind == CLI_U32S;
    return cli_error(CLI_USAGE, "%s: must be a %s from %.10g to %.10g, not '%s'", name,
                     whole ? "whole number" : "number", o->min, o->max, text);
}

/* Returns the place of a word in `choices`; -1 if it is not one of them. */
static int place_in(const char *choices, const char *text, size_t length)
{
    int number = 0;
    for (const char *word = choices; word; number++) {
        const char *bar = strchr(word, '|');
        const size_t n = bar ? (size_t)(bar - word) : strlen(word);
        if (n == length && memcmp(word, text, n) == 0) return number;
        word = bar ? bar + 1 : NULL;
    }
    return -1;
}

static int set_choice(const cli_option *o, const char *text)
{
    const int number = place_in(o->choices, text, strlen(text));
    if (number < 0) return bad_value(o, text);
    *(uint32_t *)o->value = (uint32_t)number;
    return CLI_DONE;
}

static int set_words(const cli_option *o, const char *text)
{
    for (const char *word = text; word;) {
        const char *comma = strchr(word, ',');
        const size_t n = comma ? (size_t)(comma - word) : strlen(word);
        if (place_in(o->choices, word, n) < 0) return bad_value(o, text);
        word = comma ? comma + 1 : NULL;
    }
    *(const char **)o->value = text;
    return CLI_DONE;
}

static int whole_in_range(const cli_option *o, const char *text, uint32_t *out)
{
    double x = 0;
    if (text[0] < '0' || text[0] > '9' || text[strspn(text, "0123456789")] ||
        !cli_number(text, &x) || x < o->min || x > o->max || (x > 0 && x < o->above_zero))
        return 0;
    *out = (uint32_t)x;
    return 1;
}

static int set_list(const cli_option *o, const char *text)
{
    cli_u32s list = {{0}, 0};
    for (const char *word = text; word;) {
        const char *comma = strchr(word, ',');
        const size_t n = comma ? (size_t)(comma - word) : strlen(word);
        char number[16], name[NAME_BYTES];
        option_name(o, name);
        if (list.n == CLI_MAX_U32S)
            return cli_error(CLI_USAGE, "%s: at most %d numbers", name, CLI_MAX_U32S);
        if (n >= sizeof number) return bad_value(o, text);
        memcpy(number, word, n);
        number[n] = '\0';
        if (!whole_in_range(o, number, &list.value[list.n])) return bad_value(o, number);
        for (int k = 0; k < list.n; k++)
            if (list.value[k] == list.value[list.n])
                return cli_error(CLI_USAGE, "%s: %s is there twice", name, number);
        list.n++;
        word = comma ? comma + 1 : NULL;
    }
    *(cli_u32s *)o->value = list;
    return CLI_DONE;
}

static int add_string(const cli_option *o, const char *text)
{
    cli_strings *list = o->value;
    const char **grown = cli_resize(list->value, list->n + 1, sizeof *grown);
    if (!grown) return cli_no_memory();
    list->value = grown;
    list->value[list->n++] = text;
    return CLI_DONE;
}

/* Stores the number of the digits at the begin of a text. Returns how many digits it has;
 * 0 if there is none, or if the number is above 2^64 - 1. */
static size_t digits(const char *text, uint64_t *out)
{
    const char *c = text;
    *out = 0;
    for (; *c >= '0' && *c <= '9'; c++) {
        const uint64_t digit = (uint64_t)(*c - '0');
        if (*out > (UINT64_MAX - digit) / 10) return 0;
        *out = *out * 10 + digit;
    }
    return (size_t)(c - text);
}

static int set_u64(const cli_option *o, const char *text)
{
    uint64_t x = 0;
    const size_t n = digits(text, &x);
    if (n == 0 || text[n]) return bad_value(o, text);
    *(uint64_t *)o->value = x;
    return CLI_DONE;
}

static int set_bytes(const cli_option *o, const char *text)
{
    static const char units[] = "KMGT";
    uint64_t x = 0;
    const size_t n = digits(text, &x);
    const char *unit = n > 0 && text[n] ? strchr(units, text[n]) : NULL;
    const int shift = unit ? 10 * (int)(unit - units + 1) : 0;
    if (x == 0 || (unit ? text[n + 1] : text[n]) || x > UINT64_MAX >> shift)
        return bad_value(o, text);
    *(uint64_t *)o->value = x << shift;
    return CLI_DONE;
}

/* Without a word, or with "-": standard output. */
static void set_report(cli_report *r, const char *text)
{
    if (text && strcmp(text, "-") != 0)
        r->file = text;
    else
        r->json = 1;
}

/* Returns 1 for an empty text where the option takes the name of a file or a folder. */
static int is_nameless(const cli_option *o, const char *text)
{
    const cli_value_kind kind = cli_value_of(o);
    const int is_name =
        kind == CLI_VALUE_FILE || kind == CLI_VALUE_FILES || o->kind == CLI_JSON;
    return is_name && text && !*text;
}

static int set_value(const cli_option *o, const char *text)
{
    double x = 0;
    if (is_nameless(o, text)) {
        char name[NAME_BYTES];
        option_name(o, name);
        return cli_error(CLI_USAGE, "%s: the name is empty", name);
    }
    if (o->given) *o->given = 1;
    switch (o->kind) {
    case CLI_FLAG: *(uint32_t *)o->value = 1; break;
    case CLI_UNFLAG: *(uint32_t *)o->value = 0; break;
    case CLI_STRING: *(const char **)o->value = text; break;
    case CLI_U32:
        if (!whole_in_range(o, text, o->value)) return bad_value(o, text);
        break;
    case CLI_U64: return set_u64(o, text);
    case CLI_BYTES: return set_bytes(o, text);
    case CLI_F32:
    case CLI_F64:
        if (!cli_number(text, &x) || x < o->min || x > o->max) return bad_value(o, text);
        if (o->kind == CLI_F32)
            *(float *)o->value = (float)x;
        else
            *(double *)o->value = x;
        break;
    case CLI_CHOICE: return set_choice(o, text);
    case CLI_WORDS: return set_words(o, text);
    case CLI_U32S: return set_list(o, text);
    case CLI_STRINGS: return add_string(o, text);
    case CLI_JSON:
    case CLI_REPORT: set_report(o->value, text); break;
    case CLI_SETTINGS: ((cli_settings *)o->value)->path = text; break;
    }
    return CLI_DONE;
}

/* As getopt_long has it. */
static int takes_argument(const cli_option *o)
{
    if (o->kind == CLI_FLAG || o->kind == CLI_UNFLAG) return no_argument;
    return o->kind == CLI_JSON ? optional_argument : required_argument;
}

/* Returns the option whose help names option --NAME of another command; NULL: none. */
static const char *named_by_help(const cli_usage *u, const char *name)
{
    for (int i = 0; i < u->n_options; i++) {
        const char *at = u->options[i].help;
        while (at && (at = strstr(at, "--")) != NULL) {
            at += 2;
            const size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789-");
            if (n == strlen(name) && strncmp(at, name, n) == 0) return u->options[i].name;
        }
    }
    return NULL;
}

/* Returns the letter of the option that a name of other tools means, -k or -n, if the
 * command has one; 0: none. */
static int letter_of_top(const cli_usage *u, const char *typed)
{
    static const char *const names[] = {"top", "topk", "top-k", "topn", "top-n"};
    int is_name = 0;
    for (int i = 0; i < CLI_COUNT(names); i++) is_name |= strcmp(typed, names[i]) == 0;
    for (int i = 0; is_name && i < u->n_options; i++)
        if (u->options[i].letter == 'k' || u->options[i].letter == 'n')
            return u->options[i].letter;
    return 0;
}

/* Names the options that begin with the word. */
static int refuse_ambiguous(const cli_usage *u, const char *typed)
{
    char names[300] = "";
    size_t at = 0;
    for (int i = 0; i < u->n_options && at < sizeof names; i++)
        if (strncmp(u->options[i].name, typed, strlen(typed)) == 0)
            at += (size_t)snprintf(names + at, sizeof names - at, "%s--%s",
                                   at ? ", " : "", u->options[i].name);
    return cli_error(CLI_USAGE, "--%s: could be %s", typed, names);
}

/* Refuses a long option that is none, with the name that it may stand for. */
static int unknown_long(const cli_usage *u, const char *word)
{
    char typed[64];
    snprintf(typed, sizeof typed, "%.*s", (int)strcspn(word, "="), word);
    const char *nearest = NULL;
    int best = cli_slip(typed) + 1, n_begin = 0;
    for (int i = 0; i < u->n_options; i++) {
        const char *name = u->options[i].name;
        n_begin += strncmp(name, typed, strlen(typed)) == 0;
        if (strcmp(name, typed) == 0 && !takes_argument(&u->options[i]))
            return cli_error(CLI_USAGE, "--%s takes no value", name);
        const int distance = cli_distance(typed, name, best);
        if (distance >= best) continue;
        best = distance;
        nearest = name;
    }
    if (n_begin > 1) return refuse_ambiguous(u, typed);
    const int letter = letter_of_top(u, typed);
    if (letter)
        return cli_error(CLI_USAGE, "unknown option --%s; did you mean -%c?", typed,
                         letter);
    if (!nearest) nearest = named_by_help(u, typed);
    if (nearest)
        return cli_error(CLI_USAGE, "unknown option --%s; did you mean --%s?", typed,
                         nearest);
    return cli_error(CLI_USAGE, "unknown option --%s; see regatta %s --help", typed,
                     u->command);
}

static int refuse(const cli_usage *u, int what, char **argv)
{
    const char *word = argv[optind - 1];
    if (what == ':')
        return cli_error(CLI_USAGE, "%s needs a value; see regatta %s --help", word,
                         u->command);
    if (optopt && optopt < HELP)
        return cli_error(CLI_USAGE, "unknown option -%c; see regatta %s --help", optopt,
                         u->command);
    return unknown_long(u, strncmp(word, "--", 2) == 0 ? word + 2 : word);
}

/* The tables of getopt_long: letters, and long names whose value is FIRST_LONG + i. */
static void getopt_tables(const cli_usage *u, char *letters, struct option *names)
{
    *letters++ = ':';
    *letters++ = 'h';
    for (int i = 0; i < u->n_options; i++) {
        const cli_option *o = &u->options[i];
        names[i] = (struct option){o->name, takes_argument(o), NULL, FIRST_LONG + i};
        if (!o->letter) continue;
        *letters++ = (char)o->letter;
        if (takes_argument(o)) *letters++ = ':';
    }
    names[u->n_options] = (struct option){"help", no_argument, NULL, HELP};
    names[u->n_options + 1] = (struct option){NULL, 0, NULL, 0};
    *letters = '\0';
}

static int by_code(const cli_usage *u, int code)
{
    if (code >= FIRST_LONG) return code - FIRST_LONG;
    for (int i = 0; i < u->n_options; i++)
        if (u->options[i].letter == code) return i;
    return -1;
}

/* word[0 .. n): the arguments that are not options, names of files or of commands. */
static int check_arguments(const cli_usage *u, const uint32_t *there, char **word, int n)
{
    for (int i = 0; i < u->n_options; i++)
        if (u->options[i].required && !there[i])
            return cli_error(CLI_USAGE, "-%c %s is missing; see regatta %s --help",
                             u->options[i].letter, u->options[i].argument, u->command);
    if (n < u->min_arguments)
        return cli_error(CLI_USAGE, "usage: regatta %s %s", u->command, u->arguments);
    if (n > u->max_arguments)
        return cli_error(CLI_USAGE, "too many arguments; usage: regatta %s %s",
                         u->command, u->arguments);
    for (int i = 0; i < n; i++)
        if (!*word[i])
            return cli_error(CLI_USAGE, "an argument is empty; usage: regatta %s %s",
                             u->command, u->arguments);
    return CLI_DONE;
}

/* `--json FILE`, the former spelling: takes an extra word after --json out of argv. */
static void take_json_file(const cli_usage *u, char *file, int *argc, char **argv)
{
    int at = optind;
    if (!file || !*file || *argc - optind <= u->max_arguments) return;
    while (at < *argc && argv[at] != file) at++;
    if (at == *argc) return;
    for (int i = 0; i < u->n_options; i++)
        if (u->options[i].kind == CLI_JSON) {
            cli_report *r = u->options[i].value;
            r->json = 0;
            set_report(r, file);
        }
    for (--*argc; at < *argc; at++) argv[at] = argv[at + 1];
}

const cli_option *cli_setting_option(const cli_usage *usage, const cli_settings *s,
                                     const cli_setting *setting)
{
    const char *nearest = NULL;
    int best = cli_slip(setting->name) + 1;
    for (int i = 0; i < usage->n_options; i++) {
        const cli_option *o = &usage->options[i];
        const int distance = cli_distance(setting->name, o->name, best);
        if (strcmp(setting->name, o->name) == 0) {
            if (o->kind != CLI_SETTINGS && o->kind != CLI_JSON) return o;
            cli_error(CLI_INPUT,
                      "%s:%lld: %s: only the command line can have this option", s->path,
                      (long long)setting->line, o->name);
            return NULL;
        }
        if (distance >= best) continue;
        best = distance;
        nearest = o->name;
    }
    cli_error(CLI_INPUT,
              nearest ? "%s:%lld: unknown option %s; did you mean %s?"
                      : "%s:%lld: unknown option %s; see regatta %s --help",
              s->path, (long long)setting->line, setting->name,
              nearest ? nearest : usage->command);
    return NULL;
}

int cli_setting_set(const cli_option *o, const cli_settings *s,
                    const cli_setting *setting, const char *text)
{
    snprintf(place, sizeof place, "%.400s:%lld: ", s->path, (long long)setting->line);
    const int code = set_value(o, text);
    place[0] = '\0';
    return code == CLI_USAGE ? CLI_INPUT : code;
}

/* Sets an option from a file unless the command line has it. */
static int apply_setting(const cli_usage *usage, const cli_settings *s, int64_t k,
                         uint32_t *there)
{
    const cli_setting *setting = &s->list[k];
    const cli_option *o = cli_setting_option(usage, s, setting);
    if (!o) return CLI_INPUT;
    for (int64_t j = 0; j < k; j++)
        if (o->kind != CLI_STRINGS && strcmp(s->list[j].name, o->name) == 0)
            return cli_error(CLI_INPUT, "%s:%lld: %s is in line %lld already", s->path,
                             (long long)setting->line, o->name,
                             (long long)s->list[j].line);
    if (cli_takes_value(o) != (setting->value != NULL))
        return cli_error(CLI_INPUT,
                         setting->value ? "%s:%lld: %s takes no value"
                                        : "%s:%lld: %s needs a value: write %s = VALUE",
                         s->path, (long long)setting->line, o->name, o->name);
    const int i = (int)(o - usage->options);
    if (there[i] == 1) return CLI_DONE;
    there[i] = 2; /* by the file */
    if (usage->given) usage->given[i] = 2;
    return cli_setting_set(o, s, setting, setting->value);
}

/* Reads the options of the table's file, if it is given. */
static int apply_settings(const cli_usage *usage, uint32_t *there)
{
    int code = CLI_DONE;
    for (int i = 0; i < usage->n_options; i++) {
        cli_settings *s = usage->options[i].value;
        if (usage->options[i].kind != CLI_SETTINGS || !s->path) continue;
        CLI_TRY(cli_settings_read(s));
        for (int64_t k = 0; k < s->n; k++) CLI_TRY(apply_setting(usage, s, k, there));
    }
done:
    return code;
}

int cli_takes_value(const cli_option *o)
{
    return takes_argument(o) != no_argument;
}

int cli_is_idle(const cli_option *o, const cli_idle *rules, int n)
{
    for (int r = 0; r < n; r++)
        if (rules[r].idle && place_in(rules[r].options, o->name, strlen(o->name)) >= 0)
            return 1;
    return 0;
}

/* Refuses an option that has no effect: on the command line, or in a line of a file. */
static int refuse_idle(const cli_usage *usage, int i, const char *why)
{
    const char *name = usage->options[i].name;
    for (int f = 0; usage->given[i] == 2 && f < usage->n_options; f++) {
        const cli_settings *s = usage->options[f].value;
        if (usage->options[f].kind != CLI_SETTINGS || !s->path) continue;
        for (int64_t k = 0; k < s->n; k++)
            if (strcmp(s->list[k].name, name) == 0)
                return cli_error(CLI_INPUT, "%s:%lld: %s has no effect %s", s->path,
                                 (long long)s->list[k].line, name, why);
    }
    return cli_error(CLI_USAGE, "%s%s has no effect %s", name[1] ? "--" : "-", name, why);
}

int cli_refuse_idle(const cli_usage *usage, const cli_idle *rules, int n)
{
    for (int r = 0; r < n; r++)
        for (int i = 0; rules[r].idle && i < usage->n_options; i++) {
            const char *name = usage->options[i].name;
            if (usage->given[i] && place_in(rules[r].options, name, strlen(name)) >= 0)
                return refuse_idle(usage, i, rules[r].why);
        }
    return CLI_DONE;
}

int cli_has_option(int argc, char **argv, const char *name)
{
    const size_t n = strlen(name);
    for (int k = 1; k < argc; k++)
        if (strncmp(argv[k], name, n) == 0 && (!argv[k][n] || argv[k][n] == '='))
            return 1;
    return 0;
}

/* While set, cli_parse calls it instead of parsing. */
static cli_usage_fn visitor;
static void *visitor_state;

void cli_visit_usage(const cli_command *command, cli_usage_fn visit, void *state)
{
    char name[32], form[32];
    char *argv[] = {name, form, NULL};
    visitor = visit;
    visitor_state = state;
    for (int f = -1; f < CLI_MORE_FORMS; f++) {
        if (f >= 0 && !command->form[f]) continue;
        snprintf(name, sizeof name, "%s", command->name);
        snprintf(form, sizeof form, "%s", f >= 0 ? command->form[f] : "");
        command->run(f >= 0 ? 2 : 1, argv);
    }
    visitor = NULL;
}

int cli_parse(const cli_usage *usage, int argc, char **argv, int *first)
{
    if (visitor) {
        visitor(visitor_state, usage);
        *first = -1;
        return CLI_DONE;
    }
    char *json_file = NULL;
    char letters[2 * CLI_MAX_OPTIONS + 3];
    struct option names[CLI_MAX_OPTIONS + 2];
    uint32_t there[CLI_MAX_OPTIONS] = {0};
    if (usage->n_options > CLI_MAX_OPTIONS)
        return cli_error(CLI_FAILED, "too many options");
    getopt_tables(usage, letters, names);
    optind = 0; /* unlike 1 it also forgets the rest of a word that was refused */
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, letters, names, NULL)) != -1;) {
        if (c == 'h' || c == HELP) {
            cli_help(usage);
            *first = -1;
            return CLI_DONE;
        }
        const int i = c == '?' || c == ':' ? -1 : by_code(usage, c);
        if (i < 0) return refuse(usage, c, argv);
        there[i] = 1;
        if (usage->given) usage->given[i] = 1;
        if (usage->options[i].kind == CLI_JSON && !optarg && optind < argc)
            json_file = argv[optind];
        const int code = set_value(&usage->options[i], optarg);
        if (code != CLI_DONE) return code;
    }
    take_json_file(usage, json_file, &argc, argv);
    *first = optind;
    const int code = apply_settings(usage, there);
    if (code != CLI_DONE) return code;
    return check_arguments(usage, there, argv + optind, argc - optind);
}
