/* See format_name.h. */
#include "cli/output/format_name.h"
#include "cli/option_table.h"
#include "store/store.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *const compressed[] = {".gz", ".bz2", ".xz", ".zst", ".zip"};

/* Kinds of files that no output of the command is, but for vectors and databases. */
static const char *const foreign[] = {
    ".parquet", ".feather", ".arrow", ".orc", ".avro", ".xlsx",   ".xls",    ".npy",
    ".npz",     ".pkl",     ".h5",    ".db",  ".db3",  ".sqlite", ".sqlite3"};

/* The last dot of the name and what follows; NULL where there is none. */
static const char *extension_of(const char *path)
{
    if (!path || strcmp(path, "-") == 0) return NULL;
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    return dot && dot > (slash ? slash + 1 : path) ? dot : NULL;
}

static int is_one_of(const char *extension, const char *const *list, int n)
{
    for (int i = 0; extension && i < n; i++)
        if (strcasecmp(extension, list[i]) == 0) return 1;
    return 0;
}

const char *cli_format_text(const cli_formats *formats, uint32_t format, int *length)
{
    const char *word = formats->choices;
    for (; format > 0; format--) word = strchr(word, '|') + 1;
    *length = (int)strcspn(word, "|");
    return word;
}

void cli_say_kind(const char *path, const char *kind)
{
    static const char *const other[] = {".csv", ".json", ".jsonl", ".parquet"};
    const char *extension = extension_of(path);
    if (is_one_of(extension, other, CLI_COUNT(other)))
        fprintf(stderr, "%s: %s, though the name says %s\n", path, kind, extension + 1);
}

/* Returns the format of the extension, 0 if it has none. */
static uint32_t named(const cli_formats *f, const char *extension)
{
    for (int i = 0; i < f->n; i++)
        if (strcasecmp(extension, f->extensions[i].text) == 0)
            return f->extensions[i].format;
    return 0;
}

int cli_format_by_name(uint32_t *format, const char *path, const cli_formats *formats)
{
    const char *extension = extension_of(path);
    const uint32_t by_name = extension ? named(formats, extension) : 0;
    if (is_one_of(extension, compressed, CLI_COUNT(compressed)))
        return cli_error(CLI_USAGE,
                         "%s: this output is not compressed: name it without '%s'", path,
                         extension);
    if (by_name && *format && by_name != *format) {
        int n = 0, m = 0;
        const char *name_says = cli_format_text(formats, by_name, &n);
        const char *option_says = cli_format_text(formats, *format, &m);
        return cli_error(CLI_USAGE,
                         "%s: the name says %.*s and --format says %.*s: change one",
                         path, n, name_says, m, option_says);
    }
    if (*format) return CLI_DONE;
    *format = by_name ? by_name : formats->usual;
    if (!extension || by_name) return CLI_DONE;
    if (formats->strict)
        return cli_error(CLI_USAGE, "%s: no format has the extension '%s': %s", path,
                         extension, formats->strict);
    if (!is_one_of(extension, foreign, CLI_COUNT(foreign))) return CLI_DONE;
    return cli_error(CLI_USAGE, "%s: no format of this output has the extension '%s'%s",
                     path, extension,
                     rg_store_kind_of(path) != RG_STORE_NONE
                         ? ": --to writes a database"
                         : "; --format chooses one for any name");
}
