/* The fields of an input, for the files that implement it. */
#ifndef RG_BASE_INPUT_STATE_H
#define RG_BASE_INPUT_STATE_H
#include "base/files/file.h"
#include "base/files/file_text.h"
#include "base/files/part_list.h"
#include "base/files/unpacked.h"
#include "base/files/zstd_door.h"
#include <zlib.h>

struct rg_input {
    regatta_ctx *ctx;
    rg_mem mem;
    char *name;
    int fd;
    int own;                /* fd was opened here */
    int is_regular;         /* fd is a file, not a pipe */
    int64_t size;           /* of the file */
    int facts;              /* of rg_input_set */
    int64_t left;           /* bytes of fd in the share of a rank; -1: to its end */
    rg_part_list *parts;    /* of a folder, whose text is read through `inner`; or NULL */
    int64_t part, part_end; /* the next one, and the end of those to be read */
    rg_input *inner;        /* the part that is read; NULL between parts */
    int64_t n_in, n_lines_in; /* bytes and lines of the parts so far */
    char last;                /* the byte before */
    int ended;                /* read(2) has reported the end of the file */
    int counts_rows;          /* of rg_input_open_name */
    int gzip;                 /* data is inflated from raw */
    int is_zstd;              /* the first file of a folder is */
    int z_open;               /* z is initialised */
    int inside;         /* in a gzip member or zstd frame, where the file must not end */
    z_stream z;         /* of zstd, next_in and avail_in */
    rg_zstd *zstd;      /* data is decompressed from raw */
    unsigned char *raw; /* compressed bytes, NULL for a plain file */
    rg_unpacked sizes;  /* of a compressed file */
    rg_text text;       /* how the bytes, inflated, are encoded */
    char *wide;         /* UTF-16 to be decoded, NULL for other text */
    int64_t n_wide;
    char *data; /* bytes [at, n) are not consumed; there is room for one more byte */
    int64_t at, n, capacity;
    int64_t line_number;
    int64_t begin, cut; /* the last line is data[begin, cut) */
    char was;           /* the byte at `cut`, where a NUL is now */
};

/* Reads until at least `want` bytes are available, fewer only at the end of the file. */
regatta_status rg_input_have(rg_input *in, int64_t want);
/* Reads from the parts of a folder one after another; *got is 0 only at the end. */
regatta_status rg_input_read_parts(rg_input *in, char *to, int64_t most, int64_t *got);
/* Looks for a quote in n more bytes. */
void rg_input_watch(rg_input *in, const char *bytes, int64_t n);
/* Returns how many of the next n bytes are of one part; 0 at the begin of a later one. */
int64_t rg_input_within_part(const rg_input *in, int64_t n);
#endif
