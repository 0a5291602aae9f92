#include "generate_args.h"
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char HELP[] =
    "usage: generate [--users N] [--items N] [--edges N] [--communities N] [--seed N]\n"
    "                [--format tsv|adjacency] [--output FILE]\n"
    "Writes a bipartite graph with power-law degrees and planted communities.\n"
    "Defaults: 1000 users, 500 items, 20000 edges, 100 communities (or as many as\n"
    "items / 20), seed 1, tsv, standard output.\n";

static int number(uint64_t *out, const char *text, uint64_t least, uint64_t most)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long x = strtoull(text, &end, 10);
    const int is_number = text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0;
    if (!is_number || x < least || x > most) {
        fprintf(stderr, "generate: '%s' is no number in %" PRIu64 "..%" PRIu64 "\n", text,
                least, most);
        return 1;
    }
    *out = x;
    return 0;
}

static int format(generate_args *args, const char *text)
{
    args->adjacency = strcmp(text, "adjacency") == 0;
    if (args->adjacency || strcmp(text, "tsv") == 0) return 0;
    fprintf(stderr, "generate: the format is tsv or adjacency, not '%s'\n", text);
    return 1;
}

static int check(generate_args *args)
{
    const uint64_t usual = args->items >= 2000 ? 100 : 1 + args->items / 20;
    if (args->communities == 0) args->communities = usual;
    if (args->communities > args->items) args->communities = args->items;
    if (args->edges <= args->users * (args->items / 8)) return 0;
    fputs("generate: more than an eighth of all pairs is no sparse graph\n", stderr);
    return 1;
}

int generate_args_read(generate_args *args, int argc, char **argv)
{
    static const struct option options[] = {{"users", required_argument, NULL, 'u'},
                                            {"items", required_argument, NULL, 'i'},
                                            {"edges", required_argument, NULL, 'e'},
                                            {"seed", required_argument, NULL, 's'},
                                            {"format", required_argument, NULL, 'f'},
                                            {"output", required_argument, NULL, 'o'},
                                            {"help", no_argument, NULL, 'h'},
                                            {"communities", required_argument, NULL, 'c'},
                                            {0}};
    const uint64_t most = UINT32_MAX - 1;
    int wrong = 0, letter = 0;
    *args = (generate_args){.users = 1000, .items = 500, .edges = 20000, .seed = 1};
    while (wrong == 0 && (letter = getopt_long(argc, argv, "o:", options, NULL)) >= 0) {
        switch (letter) {
        case 'u': wrong = number(&args->users, optarg, 1, most); break;
        case 'i': wrong = number(&args->items, optarg, 8, most); break;
        case 'e': wrong = number(&args->edges, optarg, 1, UINT64_C(1) << 40); break;
        case 'c': wrong = number(&args->communities, optarg, 1, most); break;
        case 's': wrong = number(&args->seed, optarg, 0, UINT64_MAX); break;
        case 'f': wrong = format(args, optarg); break;
        case 'o': args->output = optarg; break;
        case 'h': fputs(HELP, stdout); return -1;
        default: wrong = 1; break;
        }
    }
    if (wrong == 0 && optind < argc) {
        fprintf(stderr, "generate: what is '%s'?\n", argv[optind]);
        wrong = 1;
    }
    return wrong != 0 ? wrong : check(args);
}
