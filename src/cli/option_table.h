/* Options of a command as one table: parsing, ranges, defaults and --help come from it.
 */
#ifndef RG_CLI_OPTION_TABLE_H
#define RG_CLI_OPTION_TABLE_H
#include "cli/cli.h"
#include "cli/training/option_file.h"

/* The type of an option's value, to which cli_option.value points. */
typedef enum cli_kind {
    CLI_FLAG,    /* uint32_t, becomes 1; takes no argument */
    CLI_UNFLAG,  /* uint32_t, becomes 0; takes no argument */
    CLI_STRING,  /* const char * */
    CLI_U32,     /* uint32_t */
    CLI_U64,     /* uint64_t, any */
    CLI_BYTES,   /* uint64_t, at least 1: 1000, 64K, 2G (powers of 1024) */
    CLI_F32,     /* float */
    CLI_F64,     /* double */
    CLI_CHOICE,  /* uint32_t, the place of the word in `choices` */
    CLI_WORDS,   /* const char *: words of `choices` separated by commas */
    CLI_U32S,    /* cli_u32s: 10,20,50 */
    CLI_STRINGS, /* cli_strings: the option may be repeated */
    CLI_JSON,    /* cli_report: --json */
    CLI_REPORT,  /* cli_report: --report FILE */
    CLI_SETTINGS /* cli_settings: a file of options of this table */
} cli_kind;

#define CLI_MAX_U32S 16
typedef struct cli_u32s {
    uint32_t value[CLI_MAX_U32S];
    int n;
} cli_u32s;

typedef struct cli_strings {
    const char **value; /* to be freed; the strings are argv's */
    int64_t n;
} cli_strings;

/* Where the report of a command goes as JSON. */
typedef struct cli_report {
    uint32_t json;    /* 1: to standard output, instead of the table */
    const char *file; /* NULL: to no file */
} cli_report;

typedef struct cli_option {
    const char *name; /* without the dashes */
    int letter;       /* 0: none */
    cli_kind kind;
    void *value;          /* holds the default when parsing begins */
    double min, max;      /* of a number, both allowed */
    double above_zero;    /* the least whole number that is not 0; 0: there is no gap */
    const char *choices;  /* "one|two|three" */
    const char *argument; /* the name of the value in --help */
    const char *help;
    const char *shown; /* the text of the default, if the number does not show it */
    int required;
    uint32_t *given; /* set to 1 if the option is given; may be NULL */
} cli_option;

enum { CLI_MAX_OPTIONS = 96 }; /* of a command */

typedef struct cli_usage {
    const char *command;
    const char *arguments; /* "DATA -o MODEL" */
    const char *about;     /* what it does; lines end in \n */
    int min_arguments, max_arguments;
    const cli_option *options;
    int n_options;
    uint8_t *given; /* [CLI_MAX_OPTIONS] receives 1 for each option on the command line, 2
                       for one of a file of settings; may be NULL */
} cli_usage;

/* Options that have no effect together with others. */
typedef struct cli_idle {
    int idle;            /* 1: they have no effect */
    const char *options; /* their names: "patience|eval-every" */
    const char *why;     /* the end of the message "--patience has no effect .." */
} cli_idle;

#define CLI_COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

/* Rows that several commands share. */
/* Of a command that makes a context; machine is a cli_machine. */
#define CLI_MACHINE(machine)                                                             \
    {.name = "threads",                                                                  \
     .letter = 't',                                                                      \
     .kind = CLI_U32,                                                                    \
     .value = &(machine).threads,                                                        \
     .max = 1024,                                                                        \
     .argument = "N",                                                                    \
     .help = "Use N threads; 0: the default",                                            \
     .shown = "OMP_NUM_THREADS or all processors"},                                      \
    {                                                                                    \
        .name = "memory-limit", .kind = CLI_BYTES, .value = &(machine).memory_limit,     \
        .argument = "SIZE",                                                              \
        .help = "Fail before taking more than SIZE bytes of memory, and before a "       \
                "training whose estimate is above them; K, M, G, T are powers of 1024",  \
        .shown = "none; of a training what the machine and its control groups have left" \
    }

/* Of a command that trains. It has no effect without ranks (CLI_NO_RANKS). */
#define CLI_NO_RANKS "without ranks: it is an option of regatta-mpi"
#define CLI_ITEM_TABLES(machine)                                                         \
    {                                                                                    \
        .name = "item-tables", .kind = CLI_CHOICE, .value = &(machine).item_tables,      \
        .choices = "auto|whole|panels", .argument = "HOW",                               \
        .help = "Of the ranks of regatta-mpi, while they train vectors: whole: each "    \
                "has all rows of items; panels: of gradient, moments and best state "    \
                "the rows of its panel, with the same model; auto: panels if the "       \
                "estimate of a rank with whole tables exceeds its memory"                \
    }

/* Of a command that reads data. */
#define CLI_LIMIT_BYTES(machine)                                                         \
    {                                                                                    \
        .name = "limit-bytes", .kind = CLI_BYTES, .value = &(machine).limit_bytes,       \
        .argument = "SIZE",                                                              \
        .help = "Refuse a compressed file that unpacks to more than SIZE bytes; K, M, "  \
                "G, T are powers of 1024",                                               \
        .shown = "256M, or 100 times the compressed size if that is more"                \
    }

#define CLI_QUIET(quiet)                                                                 \
    {                                                                                    \
        .name = "quiet", .letter = 'q', .kind = CLI_FLAG, .value = &(quiet),             \
        .help = "Suppress progress messages; errors are still printed"                   \
    }

/* The file that a command makes. */
#define CLI_OUTPUT_FILE(output, argument_, help_)                                        \
    {                                                                                    \
        .name = "output", .letter = 'o', .kind = CLI_STRING, .value = &(output),         \
        .argument = (argument_), .help = (help_), .required = 1                          \
    }

/* The number of files of a model; the output is checked by cli_shards_check. */
#define CLI_SHARDS(shards)                                                               \
    {                                                                                    \
        .name = "shards", .kind = CLI_U32, .value = &(shards), .min = 1, .max = 256,     \
        .argument = "N",                                                                 \
        .help = "Write the model as N files of like size; the output is their index, "   \
                "NAME.safetensors.index.json",                                           \
        .shown = "1, or one for each rank, for such a name"                              \
    }

/* --json prints the report, --report writes it to a file. `--json FILE`, the former
 * spelling of --report FILE, still works: an extra word after --json is its file. */
#define CLI_REPORT_ROWS(report_)                                                         \
    {.name = "json",                                                                     \
     .kind = CLI_JSON,                                                                   \
     .value = &(report_),                                                                \
     .help = "Print the report as one JSON object instead of a table"},                  \
    {                                                                                    \
        .name = "report", .kind = CLI_REPORT, .value = &(report_), .argument = "FILE",   \
        .help = "Also write the JSON report to a file", .shown = "none"                  \
    }

/* Options from a file. Those of the command line have precedence. */
#define CLI_CONFIG(settings)                                                             \
    {                                                                                    \
        .name = "config", .kind = CLI_SETTINGS, .value = &(settings),                    \
        .argument = "FILE",                                                              \
        .help = "Read options from this file, `name = value` or `name` on each line, "   \
                "as tune writes it; options of the command line have precedence",        \
        .shown = "none"                                                                  \
    }

/* Parses argv after the command's name. On CLI_DONE argv[*first .. argc) are the
 * arguments that are not options. If *first is -1 (--help was printed), or on any
 * other code, the command ends with the code. */
int cli_parse(const cli_usage *usage, int argc, char **argv, int *first);
void cli_help(const cli_usage *usage);
/* Writes "Help text (one|two; default: one)." */
enum { CLI_OPTION_TEXT = 512 };
void cli_option_text(const cli_option *o, char text[CLI_OPTION_TEXT]);
/* Returns 1 if the option takes a value; that of --json may be missing. */
int cli_takes_value(const cli_option *o);

/* Returns 1 if `--name` or `--name=VALUE` is among the arguments. */
int cli_has_option(int argc, char **argv, const char *name);

/* Calls `visit` with the table of options of each form of a command, which does not run.
 * The usage is valid during the call. */
typedef void (*cli_usage_fn)(void *state, const cli_usage *usage);
void cli_visit_usage(const cli_command *command, cli_usage_fn visit, void *state);
/* Returns CLI_USAGE with the reason if an option of usage->given has no effect by one
 * of the rules; CLI_INPUT with its line for an option of a file. */
int cli_refuse_idle(const cli_usage *usage, const cli_idle *rules, int n);

/* Returns 1 if the option has no effect by one of the rules. */
int cli_is_idle(const cli_option *o, const cli_idle *rules, int n);

/* Returns the option of the table with the name of a setting. NULL: there is none, or a
 * file may not have it; prints a message with the file and the line. */
const cli_option *cli_setting_option(const cli_usage *usage, const cli_settings *s,
                                     const cli_setting *setting);

/* Sets the option to `text`, from this setting of the file; messages have its line. */
int cli_setting_set(const cli_option *o, const cli_settings *s,
                    const cli_setting *setting, const char *text);

/* Returns 1 and stores the number if the whole text is a number. */
int cli_number(const char *text, double *out);
#endif
