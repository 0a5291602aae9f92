/* A checkpoint of a training: the results of its units of work, and the state of the unit
 * that is running.
 *
 * A training is a deterministic sequence of units (a ridge, a training of vectors, a
 * measurement). A unit may contain others. Its id is the hash of its name, its number and
 * the id of the unit that contains it, so the same training gives its units the same ids.
 * Units with names of their own have no number: some may be left out when it resumes.
 * A training that resumes computes the cheap parts again and reads the units that the
 * checkpoint has; as units are deterministic, it gives the bytes of a training that was
 * not interrupted. The clock decides only when results are written.
 *
 * A folder of a checkpoint contains
 *   training.txt    the description of the training, one "name=value" a line
 *   results-000001  results of units, in files numbered from 1
 *   running         the state of the unit that was running at the last write
 * (base/checkpoint/checkpoint_file.h). Results wait in a temporary file until the seconds
 * have passed or the file is large.
 *
 * With ranks all of them read the folder, and rank 0 writes it. A record does not depend
 * on the ranks: a training may resume with another number of them. */
#ifndef RG_BASE_CHECKPOINT_H
#define RG_BASE_CHECKPOINT_H
#include "base/checkpoint/archive.h"

typedef struct rg_checkpoint rg_checkpoint;

typedef struct rg_checkpoint_options {
    const char *folder;
    int begins, resumes;     /* 1: a folder without a checkpoint, or with one, is right */
    double seconds;          /* between two writes, at least */
    const char *description; /* of the training: lines "name=value" */
} rg_checkpoint_options;

/* Opens the checkpoint of a training: creates its folder, or reads and checks the files
 * of the folder. The context uses it until it is closed.
 *   REGATTA_EINVAL   the folder has a checkpoint with results and !resumes, or has none
 *                    and !begins;
 *                    the checkpoint is of a training with another description: the
 *                    message names the first difference
 *   REGATTA_EFORMAT  a file is truncated or altered
 *   REGATTA_EIO, REGATTA_ENOMEM */
regatta_status rg_checkpoint_open(regatta_ctx *ctx, const rg_checkpoint_options *options);
/* Writes the results that wait. */
regatta_status rg_checkpoint_flush(regatta_ctx *ctx);
/* Writes them and ends the checkpoint: later units are neither read nor kept, because the
 * caller ended the training early. The unit that is running can keep its state once
 * more. A no-op without a checkpoint. */
regatta_status rg_checkpoint_stop(regatta_ctx *ctx);
/* A no-op without a checkpoint. Results that wait are dropped. */
void rg_checkpoint_close(regatta_ctx *ctx);

/* Visits the numbers of a unit (archive.h). */
typedef regatta_status (*rg_unit_visit)(rg_archive *archive, void *state);

/* A unit of work. */
typedef struct rg_unit {
    const char *name;
    regatta_status (*work)(regatta_ctx *ctx, void *state);
    rg_unit_visit visit; /* of the result, which `work` or reading leaves in `state` */
    void *state;
} rg_unit;

/* Reads the result of the unit from the checkpoint, or does the work and keeps the
 * result. Without a checkpoint: does the work. The FLOPs of a result that is read are
 * counted. */
regatta_status rg_unit_run(regatta_ctx *ctx, const rg_unit *unit);
/* The same for a unit with a name of its own. */
regatta_status rg_unit_run_named(regatta_ctx *ctx, const rg_unit *unit);

/* Returns how many results were read so far; 0 without a checkpoint. */
int64_t rg_units_read(const regatta_ctx *ctx);

/* For work that takes steps. Returns 1 if the checkpoint has a state of the running
 * unit. */
int rg_unit_has_state(const regatta_ctx *ctx);
/* Reads that state. */
regatta_status rg_unit_resume(regatta_ctx *ctx, rg_unit_visit visit, void *state);
/* Keeps the state of the running unit if the seconds have passed, or `at_once`. */
regatta_status rg_unit_keep(regatta_ctx *ctx, int at_once, rg_unit_visit visit,
                            void *state);
#endif
