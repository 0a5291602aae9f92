/* Random numbers as a function of (seed, stream, index): Philox 4x32-10 (Salmon et
 * al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011), from Random123. No
 * state, so any thread may draw any number in any order and get the same bits. */
#ifndef RG_BASE_RNG_H
#define RG_BASE_RNG_H
#include <stdint.h>

/* One stream per purpose; numbers are fixed, for they are part of a model's bits. */
typedef enum rg_stream {
    RG_STREAM_SPLIT = 1,
    RG_STREAM_START = 2,
    RG_STREAM_PARAMS = 3,
    RG_STREAM_ORDER = 4,
    RG_STREAM_NEGATIVES = 5,
    RG_STREAM_DROPOUT = 6,
    RG_STREAM_SVD = 7,
    RG_STREAM_SAMPLE = 8,
    RG_STREAM_CAP = 9,
    RG_STREAM_BLEND = 10,
    RG_STREAM_TEST = 11,
    RG_STREAM_GATE = 12,
    RG_STREAM_GATE_START = 13,
    RG_STREAM_GATE_ORDER = 14,
    RG_STREAM_HUB = 15,
    RG_STREAM_SHAPE = 16,
    RG_STREAM_WINDOW = 17,
    RG_STREAM_WINDOW_ORDER = 18,
    RG_STREAM_ENCODER = 19,
    RG_STREAM_TARGET_START = 20,
    RG_STREAM_TARGET_ORDER = 21,
    RG_STREAM_NEW_ITEMS = 22,
    RG_STREAM_NEW_USERS = 23,
    RG_STREAM_NEW_ITEMS_TAKEN = 24,
    RG_STREAM_COLD = 25,
    RG_STREAM_DRAW = 26,
    RG_STREAM_CALIBRATION = 30,
    RG_STREAM_TUNE_FOLD = 31,
    RG_STREAM_TUNE_FIRST = 32,
    RG_STREAM_TUNE_SAMPLE = 33,
    RG_STREAM_TUNE_DRAW = 34,
    RG_STREAM_DENOISE_HALF = 40,
    RG_STREAM_DENOISE_CONTROL = 41,
    RG_STREAM_DENOISE_HASH = 42
} rg_stream;

uint64_t rg_random_u64(uint64_t seed, rg_stream stream, uint64_t index);
/* Uniform in [0, 1), 53 bits. */
double rg_random_unit(uint64_t seed, rg_stream stream, uint64_t index);
/* Uniform in 0..n-1 for n > 0 (multiply-shift; bias below n / 2^64). */
uint64_t rg_random_below(uint64_t seed, rg_stream stream, uint64_t index, uint64_t n);
/* Selection sampling (Knuth, TAOCP 2, 3.4.2, algorithm S): whether element `at` of those
 * before `end` is one of the `wanted` that are still to be taken. Asked of one after
 * another it takes that many, each subset equally likely. */
int rg_random_take(uint64_t seed, rg_stream stream, int64_t at, int64_t end,
                   int64_t wanted);
/* Standard normal (Box-Muller). */
double rg_random_normal(uint64_t seed, rg_stream stream, uint64_t index);
/* A random order of a[n] (Fisher-Yates); `round` gives each call its own. */
void rg_shuffle(uint32_t *a, int64_t n, uint64_t seed, rg_stream stream, uint32_t round);
#endif
