/* Files of one run that must not be the same. */
#ifndef RG_CLI_APART_H
#define RG_CLI_APART_H

/* CLI_USAGE when an output would replace an input, or two outputs are one. NULL is no
 * file; an input may be a device, a pipe, or "-". */
int cli_apart(const char *const *inputs, int n_inputs, const char *const *outputs,
              int n_outputs);
#endif
