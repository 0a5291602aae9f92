/* See man_page.h. The pages have no date, so that a build gives the same bytes on any
 * day. */
#include "cli/describe/man_page.h"
#include "cli/command_table.h"
#include "cli/option_table.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Prints text[n] with the characters that roff reads as commands escaped. */
static void print_text(const char *text, size_t n)
{
    for (size_t i = 0; i < n && text[i]; i++) {
        if (i == 0 && strchr(".'", text[0])) fputs("\\&", stdout);
        if (text[i] == '\\')
            fputs("\\e", stdout);
        else if (text[i] == '-')
            fputs("\\-", stdout);
        else
            putchar(text[i]);
    }
}

static void print_all(const char *text)
{
    print_text(text, strlen(text));
}

static void print_upper(const char *text)
{
    for (const char *c = text; *c; c++) putchar(toupper((unsigned char)*c));
}

/* Prints lines as paragraphs; lines that begin with a blank stay as they are. */
static void print_paragraphs(const char *text)
{
    int is_literal = 0, is_first = 1;
    while (*text) {
        const size_t n = strcspn(text, "\n");
        const int wants = *text == ' ';
        if (wants != is_literal) puts(wants ? ".PP\n.nf" : ".fi\n.PP");
        is_literal = wants;
        if (n == 0 && !is_first)
            puts(".PP");
        else {
            print_text(text, n);
            putchar('\n');
        }
        is_first = 0;
        text += n + (text[n] == '\n');
    }
    if (is_literal) puts(".fi");
}

static void print_head(const char *name, const char *summary)
{
    fputs(".TH REGATTA", stdout);
    if (name) putchar('-');
    print_upper(name ? name : "");
    printf(" 1 \"\" \"regatta %s\" \"User Commands\"\n.ad l\n.SH NAME\nregatta",
           regatta_version());
    if (name) printf("\\-%s", name);
    fputs(" \\- ", stdout);
    print_all(summary);
    putchar('\n');
}

static void print_option(const cli_option *o)
{
    char text[CLI_OPTION_TEXT];
    fputs(".TP\n", stdout);
    if (o->letter) printf("\\fB\\-%c\\fR", o->letter);
    if (o->name[1]) {
        if (o->letter) fputs(", ", stdout);
        fputs("\\fB\\-\\-", stdout);
        print_all(o->name);
        fputs("\\fR", stdout);
    }
    if (o->argument) {
        fputs(" \\fI", stdout);
        print_all(o->argument);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    cli_option_text(o, text);
    print_all(text);
    putchar('\n');
}

static void print_form(void *state, const cli_usage *usage)
{
    int *n_forms = state;
    if (*n_forms == 0)
        puts(".SH SYNOPSIS");
    else
        puts(".SH OTHER FORM");
    printf("\\fBregatta %s\\fR \\fI", usage->command);
    print_all(usage->arguments);
    fputs("\\fR [\\fIOPTION\\fR]...\n", stdout);
    puts(*n_forms == 0 ? ".SH DESCRIPTION" : ".PP");
    print_paragraphs(usage->about);
    puts(*n_forms == 0 ? ".SH OPTIONS" : ".SS Options of this form");
    for (int i = 0; i < usage->n_options; i++) print_option(&usage->options[i]);
    puts(".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nPrint the help.");
    ++*n_forms;
}

void cli_man_command(const cli_command *command)
{
    int n_forms = 0;
    print_head(command->name, command->summary);
    cli_visit_usage(command, print_form, &n_forms);
    puts(".SH SEE ALSO\n\\fBregatta\\fR(1)");
}

void cli_man_program(void)
{
    print_head(NULL, "graph-attention recommendation engine");
    puts(".SH SYNOPSIS\n\\fBregatta\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR]... "
         "[\\fIOPTION\\fR]...\n.SH DESCRIPTION");
    puts("Trains and queries recommendation models on a graph of users and items. Each\n"
         "command has a page of its own, such as \\fBregatta\\-train\\fR(1).");
    puts(".SH COMMANDS");
    for (int i = 0; i < cli_n_commands; i++) {
        printf(".TP\n\\fB%s\\fR\n", cli_commands[i].name);
        print_all(cli_commands[i].summary);
        putchar('\n');
    }
    puts(".SH ENVIRONMENT\n.TP\n\\fBREGATTA_SIMD\\fR\nThe vector unit: baseline, "
         "x86\\-64\\-v3 or x86\\-64\\-v4. Default: the widest that the machine has.\n"
         ".TP\n\\fBOMP_NUM_THREADS\\fR\nThe number of threads, unless "
         "\\fB\\-\\-threads\\fR sets it.");
    puts(".SH EXIT STATUS\n.TP\n0\ndone\n.TP\n1\nfailed: a missing file, a full disk, no "
         "memory\n.TP\n2\nwrong usage\n.TP\n3\nwrong input\n.TP\n4\ntraining diverged\n"
         ".TP\n130\ncancelled\n.TP\n128 + N\nended by signal N; 141: the reader of the "
         "output closed it");
    puts(".SH SEE ALSO");
    for (int i = 0; i < cli_n_commands; i++)
        printf("\\fBregatta\\-%s\\fR(1)%s\n", cli_commands[i].name,
               i + 1 < cli_n_commands ? "," : "");
}
