/* See signals.h. */
#include "cli/signals.h"
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

enum { MAX_TEMPORARY = 12, N_DEADLY = 3 };

/* A handler sees nothing but statics. */
static rg_temporary temporary[MAX_TEMPORARY];
static volatile sig_atomic_t in_use[MAX_TEMPORARY];

static const int deadly[N_DEADLY] = {SIGINT, SIGTERM, SIGHUP};
static struct sigaction held[N_DEADLY];
static int depth; /* of holds */
static volatile sig_atomic_t waiting;

/* A folder is not empty and stays: the next run removes it. */
static void remove_and_die(int number)
{
    for (int i = 0; i < MAX_TEMPORARY; i++)
        if (in_use[i] && temporary[i].path[0] != '\0') unlink(temporary[i].path);
    raise(number); /* SA_RESETHAND: now it kills */
}

static void catch_deadly(void)
{
    struct sigaction action = {.sa_handler = remove_and_die};
    struct sigaction old;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
    for (int i = 0; i < N_DEADLY; i++)
        if (sigaction(deadly[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL)
            sigaction(deadly[i], &action, NULL);
}

rg_temporary *cli_temporary_new(void)
{
    int slot = 0;
    while (slot < MAX_TEMPORARY && in_use[slot]) slot++;
    if (slot == MAX_TEMPORARY) return NULL;
    temporary[slot].path[0] = '\0';
    temporary[slot].lock = -1;
    in_use[slot] = 1;
    catch_deadly();
    return &temporary[slot];
}

void cli_temporary_release(rg_temporary *t)
{
    if (t == NULL) return;
    rg_temporary_drop(t);
    in_use[t - temporary] = 0;
}

static void wait_for_release(int number)
{
    waiting = number;
}

void cli_signals_hold(void)
{
    struct sigaction action = {.sa_handler = wait_for_release};
    if (depth++ > 0) return;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_RESTART;
    waiting = 0;
    for (int i = 0; i < N_DEADLY; i++) {
        sigaction(deadly[i], &action, &held[i]);
        if (held[i].sa_handler == SIG_IGN) sigaction(deadly[i], &held[i], NULL);
    }
}

void cli_signals_release(void)
{
    if (--depth > 0) return;
    for (int i = N_DEADLY - 1; i >= 0; i--) sigaction(deadly[i], &held[i], NULL);
    if (waiting) raise(waiting);
    waiting = 0;
}
