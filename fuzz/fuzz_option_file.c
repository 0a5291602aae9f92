/* Any bytes as a file of options, and as one of a search space. Options that are read are
 * written as a file again, and read as the same; what is read of a space is in the ranges
 * of the options and leaves their values as they were. */
#include "asked.h"
#include "cli/training/config_file.h"
#include "cli/training/space_file.h"
#include "files.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { N_OPTIONS = 9, MOST_BYTES = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct values {
    regatta_train_options train;
    const char *text;
    double real;
    cli_strings strings;
    cli_settings config, space;
    cli_option table[N_OPTIONS];
    uint8_t given[CLI_MAX_OPTIONS];
    cli_usage usage;
} values;

static void begin(values *v)
{
    const regatta_train_options init = REGATTA_TRAIN_OPTIONS_INIT;
    *v = (values){.train = init};
    const cli_option table[N_OPTIONS] = {
        CLI_CONFIG(v->config),
        {.name = "dim", .kind = CLI_U32, .value = &v->train.dim, .max = 1024},
        {.name = "lr", .kind = CLI_F32, .value = &v->train.learning_rate, .max = 100},
        {.name = "attention",
         .kind = CLI_CHOICE,
         .value = &v->train.attention,
         .choices = "none|cosine|gat"},
        {.name = "no-refit", .kind = CLI_UNFLAG, .value = &v->train.refit},
        {.name = "seed", .kind = CLI_U64, .value = &v->train.seed},
        {.name = "query", .kind = CLI_STRING, .value = &v->text},
        {.name = "min-rating",
         .kind = CLI_F64,
         .value = &v->real,
         .min = -1e300,
         .max = 1e300},
        {.name = "source", .kind = CLI_STRINGS, .value = &v->strings}};
    memcpy(v->table, table, sizeof table);
    v->usage = (cli_usage){.command = "fuzz",
                           .arguments = "",
                           .about = "",
                           .options = v->table,
                           .n_options = N_OPTIONS,
                           .given = v->given};
}

static void end(values *v)
{
    free(v->strings.value);
    cli_settings_free(&v->config);
    cli_settings_free(&v->space);
}

static int read_options(values *v, char *path)
{
    char command[] = "fuzz", option[] = "--config";
    char *argv[] = {command, option, path, NULL};
    int first = 0;
    begin(v);
    const int code = cli_parse(&v->usage, 3, argv, &first);
    fuzz_require(code == CLI_DONE || code == CLI_INPUT, "a code that no bytes give");
    fuzz_require(code == CLI_DONE || cli_last_words()[0] != '\0', "no words");
    fuzz_require(code != CLI_DONE || v->train.dim <= 1024, "a number out of range");
    fuzz_require(code != CLI_DONE || v->train.attention < 3, "a choice of none");
    return code;
}

static void write_options(const values *v, const char *path)
{
    cli_output *out = NULL;
    fuzz_require(cli_output_open(&out, path) == CLI_DONE, "no output");
    for (int i = 1; i < N_OPTIONS; i++)
        if (v->given[i]) cli_config_line(out, &v->table[i]);
    fuzz_require(cli_output_commit(&out) == CLI_DONE, "no output");
}

/* A file of less than MOST_BYTES as a string. */
static void read_text(char text[MOST_BYTES], const char *path)
{
    FILE *f = fopen(path, "rb");
    fuzz_require(f != NULL, "no file");
    text[fread(text, 1, MOST_BYTES - 1, f)] = '\0';
    fclose(f);
}

static void check_options(char *path)
{
    static char first[MOST_BYTES], second[MOST_BYTES];
    char copy[FUZZ_PATH];
    values v, again;
    fuzz_path(copy, "copy");
    if (read_options(&v, path) == CLI_DONE) {
        write_options(&v, copy);
        read_text(first, copy);
        fuzz_require(read_options(&again, copy) == CLI_DONE, cli_last_words());
        write_options(&again, copy);
        read_text(second, copy);
        fuzz_require(strcmp(first, second) == 0, "options that are read as others");
        end(&again);
        unlink(copy);
    }
    end(&v);
}

static void check_space(const char *path)
{
    static cli_space space;
    values v;
    begin(&v);
    memset(&space, 0, sizeof space);
    const regatta_train_options before = v.train;
    v.space.path = path;
    const int code = cli_space_read(&space, &v.usage, &v.space, &v.train);
    fuzz_require(code == CLI_DONE || code == CLI_INPUT, "a code that no bytes give");
    fuzz_require(memcmp(&before, &v.train, sizeof before) == 0, "other defaults");
    for (uint32_t k = 0; code == CLI_DONE && k < space.n; k++) {
        const regatta_axis *a = &space.axis[k];
        fuzz_require(a->field < sizeof v.train && a->n_values <= CLI_MAX_VALUES,
                     "an axis");
        fuzz_require(a->low <= a->high && a->high <= 1024.0, "a range");
        for (uint32_t n = 0; n < a->n_values; n++)
            fuzz_require(a->values[n] >= 0.0 && a->values[n] <= 1024.0, "a value");
    }
    end(&v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[FUZZ_PATH];
    if (size >= MOST_BYTES / 4) return 0;
    fuzz_silence();
    fuzz_path(path, "data");
    fuzz_write(path, data, size);
    check_options(path);
    check_space(path);
    unlink(path);
    return 0;
}
