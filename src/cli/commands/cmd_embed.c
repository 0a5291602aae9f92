/* regatta embed: write the vectors of users and items in the format the next tool reads.
 */
#include "cli/input/histories.h"
#include "cli/input/new_nodes.h"
#include "cli/option_table.h"
#include "cli/output/meter.h"
#include "cli/output/records.h"
#include "cli/output/vectors_out.h"
#include "cli/ranks/rank_parts.h"
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct options {
    cli_machine machine;
    uint32_t side, side_given, cosine, skip_unknown, history_form, quiet;
    const char *model, *history, *item_history;
    cli_destination where;
    cli_new_nodes fresh;
} options;

enum { USERS = 0, ITEMS = 1, BOTH = 2 };
enum { MAX_FILES = 4, BLOCK = 1024 };

/* The vectors of users and items to write. */
typedef struct sides {
    cli_vectors of[2]; /* by regatta_side */
} sides;

/* Rows of histories that were folded in. */
typedef struct folded {
    float *row;
    char **name;
    int64_t n, capacity;
} folded;

/* The files of one run: either all appear or none. */
typedef struct files {
    cli_output *out[MAX_FILES];
    int n;
} files;

static const char about[] =
    "Writes the vectors of a model, one row for each id, in the order of the ids. The\n"
    "inner product of a user's and an item's row is the score by which `candidates\n"
    "--source vectors` ranks. A user's row is the vector times the model's scale,\n"
    "then 1; an item's row is the vector, of length 1, then the item's bias.\n"
    "--no-bias writes only unit vectors, for tools that compare by cosine; their\n"
    "order omits the biases.\n"
    "  npy          float32 array [rows][numbers]              ids in OUT.ids.txt\n"
    "  fvecs        per row int32 count, then float32 numbers  ids in OUT.ids.txt\n"
    "  safetensors  tensors `users` and `items`; the metric    ids in OUT.ids.txt\n"
    "               in the metadata\n"
    "  faiss        an IndexFlatIP for faiss.read_index        ids in OUT.ids.txt\n"
    "  w2v          text: `rows numbers`, then `id number ...` (no blanks in ids)\n"
    "  tsv          text: id, then the numbers\n"
    "  pgvector     text for COPY into columns id and vector: id, then [number,..]\n"
    "The extension of OUT (.npy .fvecs .safetensors .faiss .w2v .vec .tsv .pgvector)\n"
    "selects the format. --to writes the columns id and vector to a table instead: of\n"
    "the type vector where the database has pgvector, else text of its form; in SQLite\n"
    "a blob of float32. With --side both users and items have their own files, "
    "NAME.users.EXT\n"
    "and NAME.items.EXT; safetensors holds both in OUT, with the ids in\n"
    "OUT.users.ids.txt and OUT.items.ids.txt. OUT may be - for standard output: one\n"
    "side or safetensors, and no ids file. --history writes the vectors of unseen\n"
    "users, folded in from their items; each line is a history as in `regatta\n"
    "recommend --history`. --item-history writes the vectors of new items, folded in\n"
    "from their users: `name user user ...` or {\"item\": name, \"users\": [..]}. The\n"
    "bias of a new item is the mean of all items. With a slash at its end OUT is a\n"
    "new folder with a part for each rank of regatta-mpi, part-00000-of-00001.tsv; in\n"
    "order they have the bytes of one file (tsv, pgvector, fvecs).\n";

/* Checks the options together; chooses the format. */
static int check(options *o)
{
    int code = cli_to_check(&o->where);
    if (code != CLI_DONE) return code;
    if (!o->where.path && !o->where.to)
        return cli_error(CLI_USAGE,
                         "-o OUT or --to is missing; see regatta embed --help");
    if (!o->where.to)
        code = cli_format_by_name(&o->where.format, o->where.path, &cli_vector_formats);
    if (code != CLI_DONE) return code;
    if (cli_rank_parts_asked(o->where.path) &&
        (o->side == BOTH ||
         (o->where.format != CLI_VECTORS_TSV && o->where.format != CLI_PGVECTOR &&
          o->where.format != CLI_FVECS)))
        return cli_error(CLI_USAGE,
                         "-o %s: parts are of one side, in a format whose files can be "
                         "joined: -f tsv, pgvector or fvecs",
                         o->where.path);
    if (!!o->history + !!o->item_history + !!o->side_given > 1)
        return cli_error(CLI_USAGE,
                         "--side, --history and --item-history exclude each other");
    if (o->history) o->side = USERS;
    if (o->side == BOTH && o->where.to)
        return cli_error(CLI_USAGE,
                         "--side both needs two tables: run the command twice");
    if (o->side == BOTH && o->where.format != CLI_SAFETENSORS &&
        strcmp(o->where.path, "-") == 0)
        return cli_error(CLI_USAGE,
                         "--side both writes two files: standard output takes only one");
    return cli_histories_check(o->history_form, o->skip_unknown,
                               o->history || o->item_history);
}

static int parse(options *o, int argc, char **argv, int *first)
{
    const cli_option table[] = {
        {.name = "output",
         .letter = 'o',
         .kind = CLI_STRING,
         .value = &o->where.path,
         .argument = "OUT",
         .help = "Write this file",
         .shown = "none: --to is needed"},
        CLI_TO_ROWS(o->where),
        {.name = "side",
         .letter = 's',
         .kind = CLI_CHOICE,
         .value = &o->side,
         .choices = "users|items|both",
         .argument = "SIDE",
         .help = "Write the vectors of these",
         .given = &o->side_given},
        {.name = "history",
         .kind = CLI_STRING,
         .value = &o->history,
         .argument = "FILE",
         .help = "Write the vectors of unseen users, folded in from their histories",
         .shown = "none"},
        {.name = "item-history",
         .kind = CLI_STRING,
         .value = &o->item_history,
         .argument = "FILE",
         .help = "Write the vectors of new items, folded in from their users",
         .shown = "none"},
        CLI_HISTORY_ROWS(o->history_form, o->skip_unknown, "ids"),
        {.name = "format",
         .letter = 'f',
         .kind = CLI_CHOICE,
         .value = &o->where.format,
         .choices = CLI_VECTOR_FORMATS,
         .argument = "FORMAT",
         .help = "Set the output format",
         .shown = "auto: by the extension of OUT; npy without one"},
        {.name = "no-bias",
         .kind = CLI_FLAG,
         .value = &o->cosine,
         .help = "Write unit vectors without scale and bias, for the cosine"},
        CLI_NEW_NODES_ROWS(o->fresh),
        CLI_MACHINE(o->machine),
        CLI_LIMIT_BYTES(o->machine),
        CLI_PROGRESS,
        CLI_QUIET(o->quiet),
    };
    const cli_usage usage = {"embed", "MODEL -o OUT",   about, 1, 1,
                             table,   CLI_COUNT(table), NULL};
    const int code = cli_parse(&usage, argc, argv, first);
    if (code != CLI_DONE || *first < 0) return code;
    return check(o);
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

static int open_next(files *f, const options *o, const char *path, const char *tail)
{
    char name[PATH_MAX];
    const int n = snprintf(name, sizeof name, "%s%s", path, tail);
    if (n >= PATH_MAX) return cli_error(CLI_FAILED, "%s: name too long", path);
    const char *const inputs[] = {o->model, o->history, o->item_history};
    const char *const output = name;
    int code = cli_apart(inputs, CLI_COUNT(inputs), &output, 1);
    if (code == CLI_DONE)
        code = o->where.is_part ? cli_output_open_each(&f->out[f->n], name)
                                : cli_output_open(&f->out[f->n], name);
    if (code == CLI_DONE) f->n++;
    return code;
}

static int write_ids(files *f, const sides *v, const options *o, int side,
                     const char *path, const char *tail)
{
    if (cli_vectors_named(o->where.format) || strcmp(o->where.path, "-") == 0)
        return CLI_DONE;
    const int code = open_next(f, o, path, tail);
    if (code == CLI_DONE) cli_vectors_ids(f->out[f->n - 1], &v->of[side]);
    return code;
}

static int write_side(files *f, const sides *v, const options *o, int side)
{
    int code = CLI_DONE;
    char path[PATH_MAX];
    if (o->side == BOTH)
        CLI_TRY(side_path(path, o->where.path, side));
    else if (snprintf(path, PATH_MAX, "%s", o->where.path) >= PATH_MAX)
        CLI_TRY(cli_error(CLI_FAILED, "%s: name too long", o->where.path));
    CLI_TRY(open_next(f, o, path, ""));
    CLI_TRY(cli_vectors_write(f->out[f->n - 1], &v->of[side], o->where.format));
    CLI_TRY(write_ids(f, v, o, side, path, ".ids.txt"));
done:
    return code;
}

static int write_safetensors(files *f, const sides *v, const options *o)
{
    int code = CLI_DONE;
    CLI_TRY(open_next(f, o, o->where.path, ""));
    CLI_TRY(cli_vectors_safetensors(f->out[0], o->side != ITEMS ? &v->of[USERS] : NULL,
                                    o->side != USERS ? &v->of[ITEMS] : NULL));
    if (o->side != BOTH)
        CLI_TRY(write_ids(f, v, o, (int)o->side, o->where.path, ".ids.txt"));
    else {
        CLI_TRY(write_ids(f, v, o, USERS, o->where.path, ".users.ids.txt"));
        CLI_TRY(write_ids(f, v, o, ITEMS, o->where.path, ".items.ids.txt"));
    }
done:
    return code;
}

/* Prints the layout of a side's file. */
static void say_side(const cli_vectors *v)
{
    fprintf(stderr, "%s: %" PRId64 " row%s of %" PRId64 " number%s: %s\n",
            v->side == REGATTA_USERS ? "users" : "items", v->n, CLI_S(v->n),
            cli_vectors_width(v), CLI_S(cli_vectors_width(v)), cli_vectors_layout(v));
}

static void say(const sides *v, const options *o)
{
    int n = 0;
    char place[RG_SHOWN_PLACE];
    if (o->quiet) return;
    if (o->where.to) {
        rg_store_show(place, o->where.to);
        fprintf(stderr, "%s: table %s\n", place, o->where.table);
    } else {
        const char *format = cli_format_text(&cli_vector_formats, o->where.format, &n);
        fprintf(stderr, "%s: %.*s\n",
                strcmp(o->where.path, "-") ? o->where.path : "<stdout>", n, format);
    }
    if (o->side != ITEMS) say_side(&v->of[USERS]);
    if (o->side != USERS) say_side(&v->of[ITEMS]);
    fputs(o->cosine ? "metric: cosine; its order omits the biases of the items\n"
                    : "metric: inner product of a user's and an item's row, equal to the "
                      "score of `candidates --source vectors`\n",
          stderr);
}

static int embed(regatta_ctx *ctx, const sides *v, const options *o)
{
    int code = CLI_DONE;
    files f = {{NULL}, 0};
    cli_meter meter;
    cli_meter_begin(&meter, "write", NULL, 0, (int)o->quiet);
    if (o->where.to)
        CLI_TRY(cli_vectors_table(ctx, &v->of[o->side], o->where.to, o->where.table));
    else if (o->where.format == CLI_SAFETENSORS)
        CLI_TRY(write_safetensors(&f, v, o));
    else {
        if (o->side != ITEMS) CLI_TRY(write_side(&f, v, o, USERS));
        if (o->side != USERS) CLI_TRY(write_side(&f, v, o, ITEMS));
    }
    if (o->where.is_part) /* their folder makes them appear together */
        for (int i = 0; i < f.n; i++) CLI_TRY(cli_output_commit(&f.out[i]));
    else
        code = cli_output_commit_all(f.out, f.n);
    cli_meter_end(&meter, code == CLI_DONE);
done:
    cli_meter_end(&meter, 0);
    for (int i = 0; i < f.n; i++) cli_output_abandon(&f.out[i]);
    return code;
}

/* Room for n more rows. */
static int grow(folded *all, int64_t n, int64_t dim)
{
    if (all->n + n <= all->capacity) return CLI_DONE;
    const int64_t capacity = 2 * all->capacity + n;
    float *row = cli_resize(all->row, capacity * dim, sizeof *row);
    if (row) all->row = row;
    char **name = cli_resize(all->name, capacity, sizeof *name);
    if (name) all->name = name;
    if (row && name) {
        all->capacity = capacity;
        return CLI_DONE;
    }
    cli_no_memory();
    return CLI_FAILED;
}

/* Folds the next block of histories in; moves their names to the rows. */
static int fold_block(regatta_ctx *ctx, const regatta_model *model, folded *all,
                      cli_histories *h, int64_t dim)
{
    int code = CLI_DONE;
    const regatta_query query = cli_histories_query(h);
    CLI_TRY(grow(all, h->n, dim));
    CLI_CALL(regatta_fold_in(ctx, model, &query, all->row + all->n * dim));
    for (int64_t q = 0; q < h->n; q++) {
        all->name[all->n++] = h->name[q];
        h->name[q] = NULL;
    }
done:
    return code;
}

static int fold_in(regatta_ctx *ctx, const regatta_model *model, folded *all,
                   const options *o, int64_t dim)
{
    int code = CLI_DONE;
    const cli_history_rules rules = {.path = o->history ? o->history : o->item_history,
                                     .side = o->history ? REGATTA_USERS : REGATTA_ITEMS,
                                     .form = o->history_form,
                                     .skip_unknown = o->skip_unknown,
                                     .quiet = o->quiet};
    cli_histories h = CLI_HISTORIES_INIT;
    cli_meter meter = {.stage = NULL};
    CLI_TRY(cli_histories_open(&h, ctx, model, &rules, BLOCK));
    cli_meter_begin(&meter, "fold in", "histories", 0, (int)o->quiet);
    for (;;) {
        CLI_TRY(cli_histories_next(&h));
        if (h.n == 0) break;
        CLI_TRY(fold_block(ctx, model, all, &h, dim));
        cli_meter_step(&meter, all->n);
    }
    cli_meter_end(&meter, all->n);
    cli_histories_say(&h);
done:
    cli_meter_end(&meter, all->n);
    cli_histories_free(&h);
    return code;
}

/* Replaces the rows of the side by the folded-in ones; new items get the mean bias of
 * the model's items. */
static void take_folded(cli_vectors *v, const folded *all)
{
    double sum = 0;
    for (int64_t i = 0; v->bias && i < v->n; i++) sum += (double)v->bias[i];
    if (v->bias) v->last = (float)(sum / (double)v->n);
    v->bias = NULL;
    v->row = all->row;
    v->name = all->name;
    v->n = all->n;
}

/* Leaves the rows of this rank. */
static void cut_to_share(cli_vectors *v)
{
    int64_t begin, end;
    cli_rank_parts_share(v->n, &begin, &end);
    v->row += begin * v->dim;
    v->first += begin;
    v->n = end - begin;
    if (v->bias) v->bias += begin;
    if (v->name) v->name += begin;
}

/* Writes the part of this rank. */
static int embed_part(regatta_ctx *ctx, sides v, options o)
{
    static const char *const extension[] = {
        [CLI_VECTORS_TSV] = ".tsv", [CLI_PGVECTOR] = ".pgvector", [CLI_FVECS] = ".fvecs"};
    int code = CLI_DONE;
    cli_rank_parts parts = {.path = ""};
    CLI_TRY(cli_rank_parts_open(&parts, o.where.path, extension[o.where.format]));
    o.where.path = parts.path;
    o.where.is_part = 1;
    cut_to_share(&v.of[o.side]);
    CLI_TRY(embed(ctx, &v, &o));
    CLI_TRY(cli_rank_parts_commit(&parts, NULL));
done:
    cli_rank_parts_abandon(&parts);
    return code;
}

int cmd_embed(int argc, char **argv)
{
    int code = CLI_DONE, first = 0;
    regatta_ctx *ctx = NULL;
    regatta_model *model = NULL;
    options o = {.side = ITEMS};
    folded all = {0};
    code = parse(&o, argc, argv, &first);
    if (code != CLI_DONE || first < 0) goto done;
    o.model = argv[first];
    const char *const inputs[] = {o.model, o.history, o.item_history};
    CLI_TRY(cli_apart(inputs, CLI_COUNT(inputs), &o.where.path, 1));
    CLI_TRY(cli_rank_parts_asked(o.where.path) ? cli_context_alone(&ctx, &o.machine)
                                               : cli_context(&ctx, &o.machine));
    CLI_CALL(regatta_model_load(ctx, &model, argv[first]));
    CLI_TRY(cli_new_nodes_add(ctx, &model, &o.fresh, (int)o.quiet));
    CLI_TRY(cli_need_vectors(model, argv[first]));
    if (!regatta_model_vectors(model,
                               REGATTA_ITEMS)) { /* the model does not store floats */
        regatta_convert_options floats = REGATTA_CONVERT_OPTIONS_INIT;
        regatta_model *compact = model;
        floats.type = REGATTA_TYPE_F32;
        const regatta_status status =
            regatta_model_convert(ctx, &model, compact, &floats);
        regatta_model_free(compact);
        CLI_CALL(status);
    }
    sides v = {{cli_vectors_of(model, REGATTA_USERS, (int)o.cosine),
                cli_vectors_of(model, REGATTA_ITEMS, (int)o.cosine)}};
    if (o.history || o.item_history) {
        CLI_TRY(fold_in(ctx, model, &all, &o, v.of[o.side].dim));
        take_folded(&v.of[o.side], &all);
    }
    CLI_TRY(cli_rank_parts_asked(o.where.path) ? embed_part(ctx, v, o)
                                               : embed(ctx, &v, &o));
    say(&v, &o);
done:
    for (int64_t i = 0; i < all.n; i++) free(all.name[i]);
    free(all.name);
    free(all.row);
    cli_new_nodes_free(&o.fresh);
    regatta_model_free(model);
    regatta_ctx_free(ctx);
    return code;
}
