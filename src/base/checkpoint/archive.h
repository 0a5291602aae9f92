/* The numbers of a unit of work in a checkpoint. One function of the unit's owner visits
 * them in order: the same calls write a record and read it. */
#ifndef RG_BASE_ARCHIVE_H
#define RG_BASE_ARCHIVE_H
#include "base/ctx.h"

/* Receives the bytes of a record that is written. */
typedef regatta_status (*rg_archive_put)(void *state, const void *bytes, int64_t n);

typedef struct rg_archive {
    regatta_ctx *ctx;
    const char *name;        /* of its file, for messages */
    int reads;               /* 1: the calls fill their arguments from the record */
    const unsigned char *at; /* reading: the next byte, and the end */
    const unsigned char *end;
    rg_archive_put put; /* writing */
    void *put_state;
} rg_archive;

/* Fills *r to read bytes[n], or to write through `put`. */
void rg_archive_read(rg_archive *r, regatta_ctx *ctx, const char *name,
                     const unsigned char *bytes, int64_t n);
void rg_archive_write(rg_archive *r, regatta_ctx *ctx, rg_archive_put put, void *state);
/* Refuses a record: REGATTA_EFORMAT "NAME: not a checkpoint of this training: REASON". */
regatta_status rg_archive_wrong(rg_archive *r, const char *reason);
/* Refuses a record that has more bytes than were read. */
regatta_status rg_archive_end(rg_archive *r);

/* Each returns REGATTA_EFORMAT for a record that is too short or has other numbers. */
regatta_status rg_archive_bytes(rg_archive *r, void *bytes, int64_t n);
regatta_status rg_archive_int(rg_archive *r, int64_t *value, int64_t low, int64_t high);
/* The same for an int. */
regatta_status rg_archive_number(rg_archive *r, int *value, int low, int high);
regatta_status rg_archive_real(rg_archive *r, double *value);         /* may be NaN */
regatta_status rg_archive_floats(rg_archive *r, float *x, int64_t n); /* finite */
/* A count of elements of `size` bytes that follow: the record has as many bytes, so
 * memory for them is bounded by the file. */
regatta_status rg_archive_count(rg_archive *r, int64_t *n, size_t size);
#endif
