/* Files of one run that must not be the same. */
#ifndef RG_CLI_APART_H
#define RG_CLI_APART_H

/* Returns CLI_USAGE if an output would replace an input, or if two outputs are the
 * same file. NULL means no file; an input may be a device, a pipe, or "-". */
int cli_apart(const char *const *inputs, int n_inputs, const char *const *outputs,
              int n_outputs);
#endif
