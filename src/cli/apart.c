/* See apart.h. */
#include "cli/apart.h"
#include "cli/cli.h"
#include <string.h>
#include <sys/stat.h>

static int is_dash(const char *path)
{
    return strcmp(path, "-") == 0;
}

static int same_file(const char *one, const char *other)
{
    struct stat a, b;
    if (is_dash(one) || is_dash(other)) return 0;
    if (stat(one, &a) != 0 || stat(other, &b) != 0) return 0;
    return S_ISREG(a.st_mode) && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Two outputs may be the same device, such as /dev/null. */
static int same_output(const char *one, const char *other)
{
    struct stat s;
    if (same_file(one, other)) return 1;
    return strcmp(one, other) == 0 && (is_dash(one) || stat(one, &s) != 0);
}

int cli_apart(const char *const *inputs, int n_inputs, const char *const *outputs,
              int n_outputs)
{
    for (int o = 0; o < n_outputs; o++) {
        const char *path = outputs[o];
        for (int i = 0; path && i < n_inputs; i++)
            if (inputs[i] && same_file(inputs[i], path))
                return cli_error(CLI_USAGE, "%s: the output would replace the input",
                                 path);
        for (int i = 0; path && i < o; i++)
            if (outputs[i] && same_output(outputs[i], path))
                return cli_error(CLI_USAGE,
                                 "%s: named for two outputs: choose another file for one",
                                 is_dash(path) ? "<stdout>" : path);
    }
    return CLI_DONE;
}
