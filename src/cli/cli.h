/* Definitions of all commands: exit codes, messages on stderr, memory, the commands. */
#ifndef RG_CLI_CLI_H
#define RG_CLI_CLI_H
#include <regatta/regatta.h>

/* Exit codes of the command, a part of its interface. */
enum {
    CLI_DONE = 0,
    CLI_FAILED = 1,  /* missing file, full disk, no memory */
    CLI_USAGE = 2,   /* unknown option, a value out of its range */
    CLI_INPUT = 3,   /* invalid input */
    CLI_NUMERIC = 4, /* training diverged */
    CLI_CANCELLED = 130,
    CLI_CLOSED = 141 /* the reader of an output closed it: main ends by SIGPIPE */
};

/* Runs a call that returns an exit code; the function needs `code` and `done:`. */
#define CLI_TRY(call)                                                                    \
    do {                                                                                 \
        code = (call);                                                                   \
        if (code != CLI_DONE) goto done;                                                 \
    } while (0)
/* The same for a call of the library; needs `ctx` too. */
#define CLI_CALL(call) CLI_TRY(cli_status(ctx, (call)))

/* Prints "regatta: MESSAGE" on stderr as one line and returns `code`. Control characters
 * are written as \xNN; a message of more than 6000 bytes is cut. Passwords of URLs are
 * left out. */
__attribute__((format(printf, 2, 3))) int cli_error(int code, const char *format, ...);
/* Prints a message that is not an error in the same form. */
__attribute__((format(printf, 1, 2))) void cli_say(const char *format, ...);
/* Returns the message of the last cli_error, cut at 500 bytes. */
const char *cli_last_words(void);
/* Prints "regatta: out of memory" and returns CLI_FAILED. */
int cli_no_memory(void);
/* The end of a noun behind a number. */
#define CLI_S(n) ((n) == 1 ? "" : "s")
/* Returns the exit code of a library status and prints the context's message unless it
 * is OK. Prints nothing for EPIPE (CLI_CLOSED) and for a cancelled training. */
int cli_status(const regatta_ctx *ctx, regatta_status status);
/* The same; a message about wrong data, which the library does not know by name, begins
 * with `path`. */
int cli_status_of(const regatta_ctx *ctx, regatta_status status, const char *path);
/* What a command may use; 0: the default. */
typedef struct cli_machine {
    uint32_t threads;
    uint64_t memory_limit; /* bytes */
    uint64_t limit_bytes;  /* to which a compressed file may unpack */
    uint32_t item_tables;  /* regatta_item_tables */
} cli_machine;
int cli_context(regatta_ctx **out, const cli_machine *machine);
/* The same without ranks: each process answers for itself. */
int cli_context_alone(regatta_ctx **out, const cli_machine *machine);
/* Prints a message and returns CLI_INPUT if the model, read from `path`, has no
 * vectors. */
int cli_need_vectors(const regatta_model *model, const char *path);
/* Of a model or graph that is there: these calls cannot fail. */
regatta_model_info cli_model_info(const regatta_model *model);
regatta_csr cli_graph_rows(const regatta_graph *graph);
/* Writes the names of the library's channels k with bit k of mask, with `between` between
 * them. */
enum { CLI_CHANNEL_NAMES = 512 };
void cli_channel_names(char names[CLI_CHANNEL_NAMES], uint32_t mask, const char *between);

/* Seconds, monotonic. */
double cli_clock(void);

/* Returns a zeroed block of n * size bytes, or `block` resized to that; NULL if there
 * is no memory or the product overflows. Released with free(). */
void *cli_new(int64_t n, size_t size);
void *cli_resize(void *block, int64_t n, size_t size);

enum { CLI_MORE_FORMS = 2 };
typedef struct cli_command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
    /* options that select other tables of options; NULL: none */
    const char *form[CLI_MORE_FORMS];
} cli_command;

int cmd_prepare(int argc, char **argv);
int cmd_convert(int argc, char **argv);
int cmd_inspect(int argc, char **argv);
int cmd_train(int argc, char **argv);
int cmd_tune(int argc, char **argv);
int cmd_update(int argc, char **argv);
int cmd_evaluate(int argc, char **argv);
int cmd_score(int argc, char **argv);
int cmd_calibrate(int argc, char **argv);
int cmd_recommend(int argc, char **argv);
int cmd_candidates(int argc, char **argv);
int cmd_similar(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_embed(int argc, char **argv);
int cmd_quantize(int argc, char **argv);
int cmd_prune(int argc, char **argv);
int cmd_index(int argc, char **argv);
int cmd_info(int argc, char **argv);
int cmd_report(int argc, char **argv);
int cmd_help(int argc, char **argv);
int cmd_completion(int argc, char **argv);
int cmd_man(int argc, char **argv);
#endif
