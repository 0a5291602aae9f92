/* regatta embed: write the vectors of users and items in the format the next tool reads.
 */
#include "cli/option_table.h"
#include "cli/vectors_out.h"
#include <limits.h>
#include <stdio.h>
#include <string.h>

typedef struct options {
    uint32_t side, format;
    const char *output;
} options;

enum { USERS = 0, ITEMS = 1, BOTH = 2 };
enum { MAX_FILES = 4 };

/* The files of one run: all are written and synced before the first is renamed. */
typedef struct files {
    cli_output *out[MAX_FILES];
    int n;
} files;

static const char about[] =
    "Writes the vectors, rows in the order of the ids: the cosine of a user's and an\n"
    "item's row orders items by the vector part of the score.\n"
    "  npy          float32 array [rows][dim]                 ids in OUT.ids.txt\n"
    "  fvecs        per row int32 dim, then float32 numbers    ids in OUT.ids.txt\n"
    "  safetensors  tensors `users` and `items`               ids in OUT.ids.txt\n"
    "  w2v          text: `rows dim`, then `id number ...`    (no blanks in ids)\n"
    "  tsv          text: id, then the numbers\n"
    "With --side both there is a file for each side: NAME.users.EXT and NAME.items.EXT;\n"
    "safetensors has both in OUT, and ids in OUT.users.ids.txt and OUT.items.ids.txt.\n"
    "OUT may be - (standard output: one side or safetensors, no ids file).\n";

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_STRING,
         .value = &o->output,
         .argument = "OUT",
         .help = "the file to write",
         .required = 1},
        {.name = "side",
         .letter = 's',
         .kind = CLI_CHOICE,
         .value = &o->side,
         .choices = "users|items|both",
         .argument = "SIDE",
         .help = "whose vectors"},
        {.name = "format",
         .letter = 'f',
         .kind = CLI_CHOICE,
         .value = &o->format,
         .choices = CLI_VECTOR_FORMATS,
         .argument = "FORMAT",
         .help = "form of the output"},
    };
    const cli_usage usage = {"embed", "MODEL -o OUT", about,           1,
                             1,       table,          CLI_COUNT(table)};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    if (o->side == BOTH && o->format != CLI_SAFETENSORS && strcmp(o->output, "-") == 0)
        return cli_error(CLI_USAGE, "--side both makes two files: - can take only one");
    return CLI_DONE;
}

/* NAME.EXT with ".users" or ".items" before the extension, or at the end. */
static int side_path(char out[PATH_MAX], const char *path, int side)
{
    const char *word = side == USERS ? ".users" : ".items";
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    const char *base = slash ? slash + 1 : path;
    if (!dot || dot <= base) dot = path + strlen(path);
    const int n = snprintf(out, PATH_MAX, "%.*s%s%s", (int)(dot - path), path, word, dot);
    return n < PATH_MAX ? CLI_DONE : cli_error(CLI_FAILED, "%s: name too long", path);
}

static int open_next(files *f, const char *path, const char *tail)
{
    char name[PATH_MAX];
    const int n = snprintf(name, sizeof name, "%s%s", path, tail);
    if (n >= PATH_MAX) return cli_error(CLI_FAILED, "%s: name too long", path);
    const int code = cli_output_open(&f->out[f->n], name);
    if (code == CLI_DONE) f->n++;
    return code;
}

static int write_ids(files *f, const regatta_model *model, const options *o, int side,
                     const char *path, const char *tail)
{
    const int has_ids = o->format == CLI_W2V || o->format == CLI_VECTORS_TSV;
    if (has_ids || strcmp(o->output, "-") == 0) return CLI_DONE;
    const int code = open_next(f, path, tail);
    if (code == CLI_DONE) cli_vectors_ids(f->out[f->n - 1], model, (regatta_side)side);
    return code;
}

static int write_side(files *f, const regatta_model *model, const options *o, int side)
{
    int code = CLI_DONE;
    char path[PATH_MAX];
    if (o->side == BOTH)
        CLI_TRY(side_path(path, o->output, side));
    else if (snprintf(path, PATH_MAX, "%s", o->output) >= PATH_MAX)
        CLI_TRY(cli_error(CLI_FAILED, "%s: name too long", o->output));
    CLI_TRY(open_next(f, path, ""));
    CLI_TRY(cli_vectors_write(f->out[f->n - 1], model, (regatta_side)side, o->format));
    CLI_TRY(write_ids(f, model, o, side, path, ".ids.txt"));
done:
    return code;
}

static int write_safetensors(files *f, const regatta_model *model, const options *o)
{
    int code = CLI_DONE;
    CLI_TRY(open_next(f, o->output, ""));
    cli_vectors_safetensors(f->out[0], model, o->side != ITEMS, o->side != USERS);
    if (o->side != BOTH)
        CLI_TRY(write_ids(f, model, o, (int)o->side, o->output, ".ids.txt"));
    else {
        CLI_TRY(write_ids(f, model, o, USERS, o->output, ".users.ids.txt"));
        CLI_TRY(write_ids(f, model, o, ITEMS, o->output, ".items.ids.txt"));
    }
done:
    return code;
}

static int embed(const regatta_model *model, const options *o)
{
    int code = CLI_DONE;
    files f = {{NULL}, 0};
    if (o->format == CLI_SAFETENSORS)
        CLI_TRY(write_safetensors(&f, model, o));
    else {
        if (o->side != ITEMS) CLI_TRY(write_side(&f, model, o, USERS));
        if (o->side != USERS) CLI_TRY(write_side(&f, model, o, ITEMS));
    }
    for (int i = 0; i < f.n; i++) CLI_TRY(cli_output_sync(f.out[i]));
    for (int i = 0; i < f.n; i++) CLI_TRY(cli_output_commit(&f.out[i]));
done:
    for (int i = 0; i < f.n; i++) cli_output_abandon(&f.out[i]);
    return code;
}

int cmd_embed(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.side = ITEMS};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) return code;
    CLI_TRY(cli_not_same(argv[first], o.output));
    CLI_TRY(cli_context(&ctx, 0));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_need_vectors(model, argv[first]));
    if (!regatta_model_vectors(model, REGATTA_ITEMS)) { /* not held as floats */
        regatta_convert_options floats = REGATTA_CONVERT_OPTIONS_INIT;
        regatta_model *compact = model;
        floats.type = REGATTA_TYPE_F32;
        const regatta_status status =
            regatta_model_convert(ctx, &model, compact, &floats);
        regatta_model_free(compact);
        CLI_CALL(status);
    }
    CLI_TRY(embed(model, &o));
done:
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
