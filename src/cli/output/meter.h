/* Progress of a long command on stderr: --progress, and the counter of one stage. */
#ifndef RG_CLI_METER_H
#define RG_CLI_METER_H
#include "cli/option_table.h"

/* The choice of --progress, in the order of its words. */
enum { CLI_PROGRESS_AUTO, CLI_PROGRESS_BAR, CLI_PROGRESS_JSON, CLI_PROGRESS_NONE };
extern uint32_t cli_progress_choice;

/* The row of every command that may work for longer than a moment. */
#define CLI_PROGRESS                                                                     \
    {                                                                                    \
        .name = "progress", .kind = CLI_CHOICE, .value = &cli_progress_choice,           \
        .choices = "auto|bar|json|none", .argument = "HOW",                              \
        .help = "Show progress on stderr: a bar on a terminal, elsewhere lines (auto: "  \
                "only of training); JSON objects {\"stage\":..,\"done\":..,\"total\":.." \
                ",\"seconds\":..}, one on each line; or not at all"                      \
    }

/* The form that progress takes. */
typedef enum cli_shown {
    CLI_SHOWN_NOT,
    CLI_SHOWN_BAR, /* stderr is a terminal */
    CLI_SHOWN_LINES,
    CLI_SHOWN_JSON
} cli_shown;
/* Returns the form by --progress and the terminal. `quiet` hides all but JSON;
 * `auto_lines` is 1 if auto has lines where stderr is no terminal. */
cli_shown cli_progress_shown(int quiet, int auto_lines);

/* Writes the first fields of a JSON object, without the closing brace. `total` 0: unknown
 * (null). `stage` has no characters that JSON escapes. */
enum { CLI_PROGRESS_JSON_BYTES = 400 };
int cli_progress_json(char text[CLI_PROGRESS_JSON_BYTES], const char *stage, int64_t done,
                      int64_t total, double seconds);

typedef struct cli_meter {
    cli_shown shown;
    const char *stage, *what;
    int64_t total; /* 0: unknown */
    double begin, last;
} cli_meter;

/* Begins a stage. `what` names the counted things ("users"); NULL: the stage has no
 * steps, and ends with `done` 1. Both must outlive the meter. */
void cli_meter_begin(cli_meter *m, const char *stage, const char *what, int64_t total,
                     int quiet);
/* `done` of them are ready. Draws ten times a second at most on a terminal; else prints a
 * JSON object twice a second or a line every five seconds. */
void cli_meter_step(cli_meter *m, int64_t done);
/* Clears the bar, or prints the last line or object. A zeroed meter prints nothing. */
void cli_meter_end(cli_meter *m, int64_t done);
/* Erases the bar, if one is drawn, before other text goes to the terminal. */
void cli_meter_hide(void);
#endif
