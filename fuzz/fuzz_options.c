/* Any bytes, cut at line ends, as the words behind a command, for a table with an option
 * of each kind. What is parsed is in the ranges of the table, and the values, printed as
 * options, are parsed to the same values and words. */
#include "asked.h"
#include "cli/option_table.h"
#include "files.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_WORDS = 64, MOST_BYTES = 1 << 14, LONGEST = 64, MOST_ARGUMENTS = 8 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct values {
    uint32_t flag, unflag, number, choice;
    uint64_t seed, bytes;
    float f32;
    double f64;
    const char *text, *words;
    cli_u32s list;
    cli_strings strings;
    cli_report report;
    uint8_t given[CLI_MAX_OPTIONS];
} values;

enum { FLAG, UNFLAG, TEXT, NUMBER, SEED, BYTES, F32, F64, CHOICE, WORDS, LIST, STRINGS };

static const values START = {.unflag = 1, .number = 5, .choice = 1, .f32 = 0.5f};

static void fill_table(cli_option options[STRINGS + 3], values *v)
{
    const cli_option table[] = {
        [FLAG] = {.name = "flag", .kind = CLI_FLAG, .value = &v->flag},
        [UNFLAG] = {.name = "no-flag",
                    .letter = 'n',
                    .kind = CLI_UNFLAG,
                    .value = &v->unflag},
        [TEXT] = {.name = "text", .letter = 'o', .kind = CLI_STRING, .value = &v->text},
        [NUMBER] = {.name = "k",
                    .letter = 'k',
                    .kind = CLI_U32,
                    .value = &v->number,
                    .min = 1,
                    .max = UINT32_MAX},
        [SEED] = {.name = "seed", .kind = CLI_U64, .value = &v->seed},
        [BYTES] = {.name = "limit-bytes", .kind = CLI_BYTES, .value = &v->bytes},
        [F32] =
            {.name = "lr", .kind = CLI_F32, .value = &v->f32, .min = 1e-6, .max = 1.0},
        [F64] = {.name = "min-rating",
                 .kind = CLI_F64,
                 .value = &v->f64,
                 .min = -1e300,
                 .max = 1e300},
        [CHOICE] = {.name = "choice",
                    .kind = CLI_CHOICE,
                    .value = &v->choice,
                    .choices = "auto|one|two"},
        [WORDS] = {.name = "words",
                   .kind = CLI_WORDS,
                   .value = &v->words,
                   .choices = "items|users"},
        [LIST] = {.name = "list",
                  .kind = CLI_U32S,
                  .value = &v->list,
                  .min = 1,
                  .max = 1000000},
        [STRINGS] = {.name = "user",
                     .letter = 'u',
                     .kind = CLI_STRINGS,
                     .value = &v->strings},
    };
    const cli_option reports[] = {CLI_REPORT_ROWS(v->report)};
    memcpy(options, table, sizeof table);
    memcpy(options + STRINGS + 1, reports, sizeof reports);
}

/* Parses; the code of the command. *first is -1 after --help. */
static int parse(values *v, int argc, char **argv, int *first)
{
    cli_option options[STRINGS + 3];
    *v = START;
    fill_table(options, v);
    const cli_usage usage = {.command = "fuzz",
                             .arguments = "[FILE]...",
                             .about = "",
                             .max_arguments = MOST_ARGUMENTS,
                             .options = options,
                             .n_options = CLI_COUNT(options),
                             .given = v->given};
    *first = 0;
    return cli_parse(&usage, argc, argv, first);
}

static void require_ranges(const values *v)
{
    fuzz_require(v->flag <= 1 && v->unflag <= 1 && v->number >= 1, "a flag, a number");
    fuzz_require(v->choice < 3, "a choice of none");
    fuzz_require(v->f32 >= 1e-6f && v->f32 <= 1.0f, "a float out of range");
    fuzz_require(v->f64 >= -1e300 && v->f64 <= 1e300, "a double out of range");
    fuzz_require(!v->given[BYTES] || v->bytes >= 1, "no bytes");
    fuzz_require(v->list.n >= 0 && v->list.n <= CLI_MAX_U32S, "a list without end");
    for (int k = 0; k < v->list.n; k++)
        fuzz_require(v->list.value[k] >= 1 && v->list.value[k] <= 1000000,
                     "a number of a list out of range");
}

/* Words that are built, one after another. */
typedef struct words {
    char *word[MOST_WORDS * 2 + 32];
    int n;
} words;

__attribute__((format(printf, 2, 3))) static void add(words *w, const char *format, ...);
static void add(words *w, const char *format, ...)
{
    va_list list;
    char *word = malloc(MOST_BYTES + LONGEST);
    fuzz_require(word != NULL, "no memory");
    va_start(list, format);
    vsnprintf(word, MOST_BYTES + LONGEST, format, list);
    va_end(list);
    w->word[w->n++] = word;
}

static void print_list(words *w, const cli_u32s *list)
{
    char text[CLI_MAX_U32S * 8] = "";
    for (int k = 0; k < list->n; k++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%u", k ? "," : "",
                 list->value[k]);
    add(w, "--list=%s", text);
}

static void print_values(words *w, const values *v)
{
    static const char *const choices[] = {"auto", "one", "two"};
    char f32[REGATTA_NUMBER_BYTES], f64[REGATTA_NUMBER_BYTES];
    add(w, "fuzz");
    if (v->given[FLAG]) add(w, "--flag");
    if (v->given[UNFLAG]) add(w, "-n");
    if (v->given[TEXT]) add(w, "--text=%s", v->text);
    if (v->given[NUMBER]) add(w, "-k%u", v->number);
    if (v->given[SEED]) add(w, "--seed=%llu", (unsigned long long)v->seed);
    if (v->given[BYTES]) add(w, "--limit-bytes=%llu", (unsigned long long)v->bytes);
    regatta_float_text(f32, v->f32);
    regatta_double_text(f64, v->f64);
    if (v->given[F32]) add(w, "--lr=%s", f32);
    if (v->given[F64]) add(w, "--min-rating=%s", f64);
    if (v->given[CHOICE]) add(w, "--choice=%s", choices[v->choice]);
    if (v->given[WORDS]) add(w, "--words=%s", v->words);
    if (v->given[LIST]) print_list(w, &v->list);
    for (int64_t k = 0; k < v->strings.n; k++) add(w, "--user=%s", v->strings.value[k]);
    if (v->report.json) add(w, "--json");
    if (v->report.file != NULL) add(w, "--report=%s", v->report.file);
    add(w, "--");
}

static void require_text(const char *a, const char *b)
{
    fuzz_require((a == NULL) == (b == NULL), "a text is lost");
    fuzz_require(a == NULL || strcmp(a, b) == 0, "another text");
}

static void require_same(const values *a, const values *b)
{
    fuzz_require(a->flag == b->flag && a->unflag == b->unflag, "another flag");
    fuzz_require(a->number == b->number && a->seed == b->seed, "another number");
    fuzz_require(a->bytes == b->bytes && a->choice == b->choice, "another choice");
    fuzz_require(memcmp(&a->f32, &b->f32, sizeof a->f32) == 0, "another float");
    fuzz_require(memcmp(&a->f64, &b->f64, sizeof a->f64) == 0, "another double");
    fuzz_require(memcmp(&a->list, &b->list, sizeof a->list) == 0, "another list");
    fuzz_require(a->strings.n == b->strings.n, "another number of texts");
    for (int64_t k = 0; k < a->strings.n; k++)
        require_text(a->strings.value[k], b->strings.value[k]);
    require_text(a->text, b->text);
    require_text(a->words, b->words);
    require_text(a->report.file, b->report.file);
    fuzz_require(a->report.json == b->report.json, "another report");
}

/* Prints the values and words of a parsing, and parses them. */
static void print_and_parse(const values *v, char **rest, int n_rest)
{
    words w = {.n = 0};
    values again;
    int first = 0;
    print_values(&w, v);
    const int before = w.n;
    for (int k = 0; k < n_rest; k++) add(&w, "%s", rest[k]);
    w.word[w.n] = NULL;
    fuzz_require(parse(&again, w.n, w.word, &first) == CLI_DONE, cli_last_words());
    require_same(v, &again);
    fuzz_require(first == before, "another number of words");
    for (int k = 0; k < n_rest; k++) require_text(rest[k], w.word[first + k]);
    free(again.strings.value);
    for (int k = 0; k < w.n; k++) free(w.word[k]);
}

/* A refusal leaves nothing behind: the next words are parsed from their begin. */
static void require_fresh(void)
{
    char command[] = "fuzz", word[] = "data", *argv[] = {command, word, NULL};
    values v;
    int first = 0;
    fuzz_require(parse(&v, 2, argv, &first) == CLI_DONE && first == 1, cli_last_words());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[MOST_BYTES], *argv[MOST_WORDS + 2] = {(char[]){"fuzz"}};
    int argc = 1, first = 0;
    values v;
    if (size == 0 || size >= MOST_BYTES || memchr(data, '\0', size) != NULL) return 0;
    fuzz_silence();
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *word = text; word != NULL && argc <= MOST_WORDS;) {
        argv[argc++] = word;
        word = strchr(word, '\n');
        if (word != NULL) *word++ = '\0';
    }
    argv[argc] = NULL;
    const int code = parse(&v, argc, argv, &first);
    fuzz_require(code == CLI_DONE || code == CLI_USAGE,
                 "a code that no words should give");
    if (code == CLI_DONE && first >= 0) {
        fuzz_require(first >= 1 && first <= argc, "words out of range");
        /* A word more was the file of --json. */
        const int n_rest = argc - first < MOST_ARGUMENTS ? argc - first : MOST_ARGUMENTS;
        require_ranges(&v);
        print_and_parse(&v, argv + first, n_rest);
    } else if (code == CLI_USAGE) {
        fuzz_require(cli_last_words()[0] != '\0', "a refusal without words");
        require_fresh();
    }
    free(v.strings.value);
    return 0;
}
