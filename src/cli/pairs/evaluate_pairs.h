/* The form `evaluate MODEL --pairs FILE` of the command evaluate. */
#ifndef RG_CLI_EVALUATE_PAIRS_H
#define RG_CLI_EVALUATE_PAIRS_H

/* The command in this form. */
int cli_evaluate_pairs(int argc, char **argv);
#endif
