/* regatta_ranks over MPI.
 *
 * Every operation is started as a non-blocking one and looked at until it is complete;
 * between looks the rank sees whether another one has told of a failure, and sleeps:
 * MPI's own waiting spins. Counts of MPI are ints, so large messages are cut into pieces.
 * A gather is one broadcast for each rank that has bytes: the order in which MPI moves
 * pieces does not matter, because nothing is added. */
#include <regatta/mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    TAG_DATA = 1,
    TAG_FAILED = 2,
    TAG_LEAVE = 3,
    PIECE_BYTES = 1 << 28,
    MESSAGE_BYTES = 512,
    YIELDS = 64,            /* looks before the first sleep */
    FIRST_SLEEP = 20000,    /* nanoseconds */
    LONGEST_SLEEP = 500000, /* nanoseconds */
    LEAVE_MS = 10000,       /* until the other ranks have ended their work */
    CLAIM_MS = 500          /* until a lower rank has told of the same failure */
};

/* What a rank that has failed sends to the others. */
typedef struct notice {
    int rank, status;
    char message[MESSAGE_BYTES];
} notice;

typedef struct group {
    regatta_ranks ranks; /* first: the caller's pointer is the group */
    MPI_Comm comm;
    notice failure; /* of the lowest rank known to have failed; rank -1: none */
    notice own;     /* stays while it is being sent */
    int told;       /* 1: this rank has failed itself */
    char reason[MESSAGE_BYTES + 32];
} group;

static void nap(int *looks)
{
    if ((*looks)++ < YIELDS) {
        sched_yield();
        return;
    }
    long sleep = (long)FIRST_SLEEP
                 << ((*looks - YIELDS) / 16 < 5 ? (*looks - YIELDS) / 16 : 5);
    if (sleep > LONGEST_SLEEP) sleep = LONGEST_SLEEP;
    nanosleep(&(struct timespec){.tv_nsec = sleep}, NULL);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return 1e3 * (double)t.tv_sec + 1e-6 * (double)t.tv_nsec;
}

static void keep_lowest(group *g, const notice *n)
{
    if (g->failure.rank >= 0 && g->failure.rank <= n->rank) return;
    g->failure = *n;
    snprintf(g->reason, sizeof g->reason, "rank %d: %s", n->rank, n->message);
}

/* Receives notices that have arrived. Returns 1 if a rank has failed. */
static int look_for_failure(group *g)
{
    int there = 0;
    MPI_Status from;
    while (MPI_Iprobe(MPI_ANY_SOURCE, TAG_FAILED, g->comm, &there, &from) ==
               MPI_SUCCESS &&
           there) {
        notice n;
        if (MPI_Recv(&n, (int)sizeof n, MPI_BYTE, from.MPI_SOURCE, TAG_FAILED, g->comm,
                     MPI_STATUS_IGNORE) != MPI_SUCCESS)
            break;
        n.message[MESSAGE_BYTES - 1] = '\0';
        keep_lowest(g, &n);
    }
    return g->failure.rank >= 0;
}

static regatta_status mpi_failed(group *g, int code)
{
    int length = 0;
    char text[MPI_MAX_ERROR_STRING];
    if (MPI_Error_string(code, text, &length) != MPI_SUCCESS) length = 0;
    snprintf(g->reason, sizeof g->reason, "MPI: %.*s", length < 400 ? length : 400, text);
    return REGATTA_EIO;
}

/* Waits for an operation, or until a rank fails; the operation then stays open. */
static regatta_status finish(group *g, MPI_Request *request)
{
    int done = 0, looks = 0;
    for (;;) {
        const int code = MPI_Test(request, &done, MPI_STATUS_IGNORE);
        if (code != MPI_SUCCESS) return mpi_failed(g, code);
        if (done) return REGATTA_OK;
        if (look_for_failure(g)) return REGATTA_ERANK;
        nap(&looks);
    }
}

/* Starts an operation on a piece of a message; `peer` is the other rank, or the root. */
typedef int (*start_fn)(group *g, void *bytes, int n, int peer, MPI_Request *request);

static int start_broadcast(group *g, void *bytes, int n, int root, MPI_Request *request)
{
    return MPI_Ibcast(bytes, n, MPI_BYTE, root, g->comm, request);
}

static int start_send(group *g, void *bytes, int n, int to, MPI_Request *request)
{
    return MPI_Isend(bytes, n, MPI_BYTE, to, TAG_DATA, g->comm, request);
}

static int start_receive(group *g, void *bytes, int n, int from, MPI_Request *request)
{
    return MPI_Irecv(bytes, n, MPI_BYTE, from, TAG_DATA, g->comm, request);
}

/* Moves a message in pieces. */
static regatta_status move(group *g, start_fn start, void *bytes, int64_t n, int peer)
{
    for (int64_t at = 0, size = 0; at < n; at += size) {
        MPI_Request request;
        size = n - at < PIECE_BYTES ? n - at : PIECE_BYTES;
        const int code = start(g, (char *)bytes + at, (int)size, peer, &request);
        if (code != MPI_SUCCESS) return mpi_failed(g, code);
        const regatta_status status = finish(g, &request);
        if (status != REGATTA_OK) return status;
    }
    return REGATTA_OK;
}

static regatta_status gather(void *state, void *buffer, const int64_t *first)
{
    group *g = state;
    regatta_status status = REGATTA_OK;
    for (int r = 0; r < (int)g->ranks.n_ranks && status == REGATTA_OK; r++)
        status = move(g, start_broadcast, (char *)buffer + first[r],
                      first[r + 1] - first[r], r);
    return status;
}

static regatta_status send_bytes(void *state, uint32_t to, const void *bytes, int64_t n)
{
    return move(state, start_send, (void *)(uintptr_t)bytes, n, (int)to);
}

static regatta_status receive_bytes(void *state, uint32_t from, void *bytes, int64_t n)
{
    return move(state, start_receive, bytes, n, (int)from);
}

/* Several ranks often fail together, for the same reason (a file that is missing): the
 * higher ones wait a moment, so that the lowest is the one that all name. */
static void fail(void *state, regatta_status status, const char *message)
{
    group *g = state;
    const double began = now_ms();
    int looks = 0;
    if (g->told) return;
    g->told = 1;
    g->own = (notice){.rank = (int)g->ranks.rank, .status = (int)status};
    snprintf(g->own.message, sizeof g->own.message, "%s", message);
    for (int r = 0; r < (int)g->ranks.n_ranks; r++) {
        MPI_Request request;
        if (r == g->own.rank) continue;
        if (MPI_Isend(&g->own, (int)sizeof g->own, MPI_BYTE, r, TAG_FAILED, g->comm,
                      &request) == MPI_SUCCESS)
            MPI_Request_free(&request); /* `own` stays */
    }
    keep_lowest(g, &g->own);
    while (g->failure.rank == g->own.rank && g->own.rank > 0 &&
           now_ms() - began < CLAIM_MS) {
        look_for_failure(g);
        nap(&looks);
    }
}

static const char *reason(void *state)
{
    return ((group *)state)->reason;
}

regatta_status regatta_mpi_create(regatta_ranks **out, MPI_Comm comm)
{
    int rank = 0, n_ranks = 0;
    *out = NULL;
    if (MPI_Comm_rank(comm, &rank) != MPI_SUCCESS ||
        MPI_Comm_size(comm, &n_ranks) != MPI_SUCCESS)
        return REGATTA_EIO;
    if (n_ranks > REGATTA_MAX_RANKS) return REGATTA_EINVAL;
    group *g = calloc(1, sizeof *g);
    if (g == NULL) return REGATTA_ENOMEM;
    if (MPI_Comm_dup(comm, &g->comm) != MPI_SUCCESS) {
        free(g);
        return REGATTA_EIO;
    }
    MPI_Comm_set_errhandler(g->comm, MPI_ERRORS_RETURN);
    g->failure.rank = -1;
    g->ranks = (regatta_ranks){.struct_size = sizeof g->ranks,
                               .rank = (uint32_t)rank,
                               .n_ranks = (uint32_t)n_ranks,
                               .state = g,
                               .gather = gather,
                               .send = send_bytes,
                               .receive = receive_bytes,
                               .fail = fail,
                               .reason = reason};
    *out = &g->ranks;
    return REGATTA_OK;
}

void regatta_mpi_free(regatta_ranks *ranks)
{
    group *g = (group *)ranks;
    if (g == NULL) return;
    if (g->failure.rank < 0) MPI_Comm_free(&g->comm);
    free(g);
}

int regatta_mpi_failed(const regatta_ranks *ranks)
{
    group *g = ranks->state;
    look_for_failure(g);
    return g->failure.rank;
}

/* Tells the rank that failed that this one has ended its work. */
static void leave(group *g)
{
    static int word;
    MPI_Request request;
    if (MPI_Isend(&word, 1, MPI_INT, g->failure.rank, TAG_LEAVE, g->comm, &request) ==
        MPI_SUCCESS)
        MPI_Request_free(&request); /* `word` stays */
}

/* Returns the number of ranks that have left since the last look. */
static int count_leaves(group *g)
{
    int there = 0, word, n = 0;
    MPI_Status from;
    while (MPI_Iprobe(MPI_ANY_SOURCE, TAG_LEAVE, g->comm, &there, &from) == MPI_SUCCESS &&
           there) {
        if (MPI_Recv(&word, 1, MPI_INT, from.MPI_SOURCE, TAG_LEAVE, g->comm,
                     MPI_STATUS_IGNORE) != MPI_SUCCESS)
            break;
        n++;
    }
    return n;
}

/* The rank that failed waits until the others have left, and ends them. Which rank that
 * is may become known here: several fail together, and a notice is late. */
void regatta_mpi_abort(regatta_ranks *ranks, int code)
{
    group *g = ranks->state;
    const int own = (int)g->ranks.rank;
    const double began = now_ms();
    int here = 1, looks = 0, left_to = own;
    if (!look_for_failure(g)) fail(g, REGATTA_ESTOPPED, "ended");
    while (here < (int)g->ranks.n_ranks && now_ms() - began < LEAVE_MS) {
        look_for_failure(g);
        if (g->failure.rank != left_to) {
            left_to = g->failure.rank;
            leave(g);
        }
        here += count_leaves(g);
        if (left_to != own) here = 1;
        nap(&looks);
    }
    MPI_Abort(g->comm, code);
    _Exit(code);
}
