/* --help of a command, printed from its table of options. */
#include "cli/option_table.h"
#include <stdio.h>
#include <string.h>

enum { COLUMN = 28, WIDTH = 80 };

static void default_text(const cli_option *o, char *out, size_t size)
{
    const char *text = NULL;
    out[0] = '\0';
    if (o->shown) {
        snprintf(out, size, "%s", o->shown);
        return;
    }
    if (o->required) return;
    switch (o->kind) {
    case CLI_FLAG:
    case CLI_UNFLAG:
    case CLI_WORDS: /* `shown` has its default */
    case CLI_JSON:
    case CLI_REPORT:
    case CLI_STRINGS:
    case CLI_SETTINGS:
    case CLI_BYTES: break;
    case CLI_STRING:
        text = *(const char *const *)o->value;
        if (text) snprintf(out, size, "%s", text);
        break;
    case CLI_U32: snprintf(out, size, "%u", *(const uint32_t *)o->value); break;
    case CLI_U64:
        snprintf(out, size, "%llu", (unsigned long long)*(const uint64_t *)o->value);
        break;
    case CLI_F32: snprintf(out, size, "%g", (double)*(const float *)o->value); break;
    case CLI_F64: snprintf(out, size, "%g", *(const double *)o->value); break;
    case CLI_U32S: {
        const cli_u32s *list = o->value;
        size_t at = 0;
        for (int i = 0; i < list->n && at < size; i++)
            at += (size_t)snprintf(out + at, size - at, i ? ",%u" : "%u", list->value[i]);
        break;
    }
    case CLI_CHOICE: {
        text = o->choices;
        for (uint32_t i = *(const uint32_t *)o->value; i > 0; i--)
            text = strchr(text, '|') + 1;
        snprintf(out, size, "%.*s", (int)strcspn(text, "|"), text);
        break;
    }
    }
}

/* Returns the length of the next piece of a line: a word, or of a word that does not fit
 * into one the part up to a '|'. */
static int next_piece(const char *text)
{
    const int word = (int)strcspn(text, " ");
    int n = word;
    while (n > WIDTH - COLUMN) do
            n--;
        while (n > 0 && text[n - 1] != '|');
    return n > 0 ? n : word;
}

/* Prints the words of `text` from column COLUMN on, in lines of at most WIDTH if
 * possible. */
static void wrap(const char *text, int column)
{
    int blank = 0; /* before the piece */
    while (*text) {
        const int n = next_piece(text);
        if (column > COLUMN && column + blank + n > WIDTH) {
            printf("\n%*s", COLUMN, "");
            column = COLUMN;
        } else if (column > COLUMN && blank) {
            putchar(' ');
            column++;
        }
        printf("%.*s", n, text);
        column += n;
        text += n;
        blank = *text == ' ';
        text += strspn(text, " ");
    }
    putchar('\n');
}

void cli_option_text(const cli_option *o, char text[CLI_OPTION_TEXT])
{
    char value[96];
    default_text(o, value, sizeof value);
    snprintf(text, CLI_OPTION_TEXT, "%s%s%s%s%s%s.", o->help, o->choices ? " (" : "",
             o->choices ? o->choices : "",
             *value ? (o->choices ? "; default: " : " (default: ") : "", value,
             *value || o->choices ? ")"
             : o->required        ? " (required)"
                                  : "");
}

static void print_option(const cli_option *o)
{
    char line[CLI_OPTION_TEXT];
    const char *argument = o->argument ? o->argument : "";
    if (!o->name[1])
        snprintf(line, sizeof line, "  -%c %s", o->letter, argument);
    else if (o->letter)
        snprintf(line, sizeof line, "  -%c, --%s %s", o->letter, o->name, argument);
    else
        snprintf(line, sizeof line, "      --%s %s", o->name, argument);
    const int n = (int)strlen(line);
    if (n >= COLUMN)
        printf("%s\n%*s", line, COLUMN, "");
    else
        printf("%-*s", COLUMN, line);
    cli_option_text(o, line);
    wrap(line, COLUMN);
}

void cli_help(const cli_usage *usage)
{
    printf("Usage: regatta %s %s [OPTION]...\n\n%s\nOptions:\n", usage->command,
           usage->arguments, usage->about);
    for (int i = 0; i < usage->n_options; i++) print_option(&usage->options[i]);
    printf("  -h, --help                Print this text.\n");
}
