/* The form `evaluate MODEL --logged LOG` of the command evaluate. */
#ifndef RG_CLI_EVALUATE_LOGGED_H
#define RG_CLI_EVALUATE_LOGGED_H

int cli_evaluate_logged(int argc, char **argv);
#endif
