/* Options of a command as one table: parsing, ranges, defaults and --help come from it.
 */
#ifndef RG_CLI_OPTION_TABLE_H
#define RG_CLI_OPTION_TABLE_H
#include "cli/cli.h"

/* What an option's value is, and so what cli_option.value points to. */
typedef enum cli_kind {
    CLI_FLAG,    /* uint32_t, becomes 1; takes no argument */
    CLI_UNFLAG,  /* uint32_t, becomes 0; takes no argument */
    CLI_STRING,  /* const char * */
    CLI_U32,     /* uint32_t */
    CLI_U64,     /* uint64_t, any */
    CLI_F32,     /* float */
    CLI_F64,     /* double */
    CLI_CHOICE,  /* uint32_t, the place of the word in `choices` */
    CLI_WORDS,   /* const char *: words of `choices` separated by commas */
    CLI_U32S,    /* cli_u32s: 10,20,50 */
    CLI_STRINGS, /* cli_strings: the option may be repeated */
    CLI_JSON,    /* cli_report: --json */
    CLI_REPORT   /* cli_report: --report FILE */
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
    const char *choices;  /* "one|two|three" */
    const char *argument; /* what --help calls the value */
    const char *help;
    const char *shown; /* the default in words, where the number does not say it */
    int required;
    uint32_t *given; /* becomes 1 when the option is there; may be NULL */
} cli_option;

typedef struct cli_usage {
    const char *command;
    const char *arguments; /* "DATA -o MODEL" */
    const char *about;     /* what it does; lines end in \n */
    int min_arguments, max_arguments;
    const cli_option *options;
    int n_options;
    uint64_t *given; /* gets a bit for each option that is there; may be NULL */
} cli_usage;

/* Options that have no effect beside others. */
typedef struct cli_idle {
    int idle;            /* 1: so it is here */
    const char *options; /* their names: "patience|eval-every" */
    const char *why;     /* ends the sentence "--patience has no effect .." */
} cli_idle;

#define CLI_COUNT(table) ((int)(sizeof(table) / sizeof *(table)))

/* Rows that several commands share. */
#define CLI_THREADS(threads)                                                             \
    {                                                                                    \
        .name = "threads", .letter = 't', .kind = CLI_U32, .value = &(threads),          \
        .max = 1024, .argument = "N", .help = "Use N threads",                           \
        .shown = "OMP_NUM_THREADS or all processors"                                     \
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

/* --json prints the report, --report writes it to a file. `--json FILE` is the former
 * spelling of --report FILE and stays: a word too many behind --json is its file. */
#define CLI_REPORT_ROWS(report_)                                                         \
    {.name = "json",                                                                     \
     .kind = CLI_JSON,                                                                   \
     .value = &(report_),                                                                \
     .help = "Print the report as one JSON object instead of a table"},                  \
    {                                                                                    \
        .name = "report", .kind = CLI_REPORT, .value = &(report_), .argument = "FILE",   \
        .help = "Also write the JSON report to a file", .shown = "none"                  \
    }

/* Parses argv behind the command's name. CLI_DONE: go on, the arguments that are no
 * options are argv[*first .. argc). Anything else, or *first = -1 (--help was printed):
 * leave with the code returned. */
int cli_parse(const cli_usage *usage, int argc, char **argv, int *first);
void cli_help(const cli_usage *usage);
/* CLI_USAGE, and the reason, when an option of usage->given is idle by one of the rules.
 */
int cli_refuse_idle(const cli_usage *usage, const cli_idle *rules, int n);

/* One number of an option's argument, in [min, max], the whole text; 0 if it is not. */
int cli_number(const char *text, double *out);
#endif
