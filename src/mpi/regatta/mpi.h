/* regatta/mpi.h: ranks of MPI. A part of its own, libregatta_mpi, which needs an MPI
 * library (Open MPI, MPICH); libregatta itself does not. Include mpi.h first. */
#ifndef REGATTA_MPI_H
#define REGATTA_MPI_H
#include <mpi.h>
#include <regatta/ranks.h>
REGATTA_BEGIN_C

/* Connects the processes of a communicator; a collective call. The communicator is
 * duplicated, so messages of the caller do not meet those of regatta. A rank that waits
 * sleeps between looks, so the processor is free for its threads and for other ranks.
 *
 *   MPI_Init(&argc, &argv);
 *   regatta_ranks *ranks;
 *   if (regatta_mpi_create(&ranks, MPI_COMM_WORLD) != REGATTA_OK) ...
 *   regatta_ctx_options options = REGATTA_CTX_OPTIONS_INIT;
 *   options.ranks = ranks;
 *
 * *out is NULL on failure:
 *   REGATTA_EINVAL  more processes than REGATTA_MAX_RANKS
 *   REGATTA_ENOMEM
 *   REGATTA_EIO     MPI failed */
REGATTA_API regatta_status regatta_mpi_create(regatta_ranks **out, MPI_Comm comm);
/* After a success: a collective call. After a failure of a rank no rank may call
 * MPI_Finalize; regatta_mpi_abort ends them. */
REGATTA_API void regatta_mpi_free(regatta_ranks *ranks); /* NULL is a no-op */
/* Returns the lowest rank that has failed, -1 if none has, as far as this rank knows. */
REGATTA_API int regatta_mpi_failed(const regatta_ranks *ranks);
/* Ends the processes of all ranks after a failure with an exit code: waits up to ten
 * seconds until each of them has come here (so that it can remove its temporary files),
 * then calls MPI_Abort. Does not return. */
REGATTA_API void regatta_mpi_abort(regatta_ranks *ranks, int code);
REGATTA_END_C
#endif
