#include "cli/training/option_file.h"
#include "cli/input/lines.h"
#include <stdlib.h>
#include <string.h>

static const char BLANKS[] = " \t\r";

/* Cuts blanks at the end of a text. */
static void cut_end(char *text)
{
    size_t n = strlen(text);
    while (n > 0 && strchr(BLANKS, text[n - 1])) n--;
    text[n] = '\0';
}

/* Appends the line to s->text, which may move it, and a setting to the list. */
static int add(cli_settings *s, int64_t *n_text, const char *line, int64_t number)
{
    const size_t n = strlen(line) + 1;
    char *text = cli_resize(s->text, *n_text + (int64_t)n, 1);
    if (!text) return cli_no_memory();
    s->text = text;
    memcpy(text + *n_text, line, n);
    cli_setting *list = cli_resize(s->list, s->n + 1, sizeof *list);
    if (!list) return cli_no_memory();
    s->list = list;
    list[s->n++] = (cli_setting){.line = number};
    *n_text += (int64_t)n;
    return CLI_DONE;
}

/* Divides a line of the text into name and value. */
static int divide(const cli_settings *s, cli_setting *setting, char *line)
{
    char *equals = strchr(line, '=');
    if (equals) *equals = '\0';
    cut_end(line);
    setting->name = line;
    if (!*line)
        return cli_error(CLI_INPUT,
                         "%s:%lld: the name of an option is missing before =", s->path,
                         (long long)setting->line);
    if (!equals) return CLI_DONE;
    char *value = equals + 1 + strspn(equals + 1, BLANKS);
    cut_end(value);
    setting->value = value;
    if (*value) return CLI_DONE;
    return cli_error(CLI_INPUT, "%s:%lld: %s has no value after =", s->path,
                     (long long)setting->line, line);
}

int cli_settings_read(cli_settings *s)
{
    int code = CLI_DONE;
    cli_lines in = CLI_LINES_INIT;
    char *line = NULL;
    int64_t n_text = 0;
    CLI_TRY(cli_lines_open(&in, s->path));
    for (;;) {
        CLI_TRY(cli_lines_next(&in, &line));
        if (!line) break;
        line += strspn(line, BLANKS);
        if (!*line || *line == '#') continue;
        CLI_TRY(add(s, &n_text, line, in.number));
    }
    char *at = s->text;
    for (int64_t k = 0; k < s->n; k++) {
        const size_t n = strlen(at) + 1;
        CLI_TRY(divide(s, &s->list[k], at));
        at += n;
    }
done:
    cli_lines_close(&in);
    return code;
}

void cli_settings_free(cli_settings *s)
{
    free(s->list);
    free(s->text);
    *s = (cli_settings){.path = NULL};
}
