#include "base/kernels/kernels.h"
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Whether the variable can be obeyed, and what regatta_last_error says if not. */
enum { FINE, UNKNOWN, LACKING };
static const char *const problems[] = {
    [UNKNOWN] = "REGATTA_SIMD: unknown vector unit: set it to baseline, x86-64-v3 or "
                "x86-64-v4, or unset it",
    [LACKING] = "REGATTA_SIMD: this machine or this build lacks the vector unit: set it "
                "to a smaller one or unset it",
};

extern const rg_kernels rg_kernels_baseline;
#if defined(__x86_64__)
extern const rg_kernels rg_kernels_v3;
extern const rg_kernels rg_kernels_v4;
#endif

static const struct {
    const char *name;
    const rg_kernels *table; /* NULL: not in this build */
} units[RG_N_ISAS] = {
    [RG_ISA_BASELINE] = {"baseline", &rg_kernels_baseline},
#if defined(__x86_64__)
    [RG_ISA_V3] = {"x86-64-v3", &rg_kernels_v3},
    [RG_ISA_V4] = {"x86-64-v4", &rg_kernels_v4},
#else
    [RG_ISA_V3] = {"x86-64-v3", NULL},
    [RG_ISA_V4] = {"x86-64-v4", NULL},
#endif
};

/* The levels of the x86-64 psABI, by those of their features that compilers name. */
static int machine_has(int isa)
{
    int has = 1;
#if defined(__x86_64__)
    if (isa >= RG_ISA_V3)
        has = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
    if (isa >= RG_ISA_V4)
        has = has && __builtin_cpu_supports("avx512f") &&
              __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
#endif
    return has;
}

const rg_kernels *rg_kernels_of(int isa)
{
    return isa >= 0 && isa < RG_N_ISAS && machine_has(isa) ? units[isa].table : NULL;
}

typedef struct choice {
    int isa, problem;
} choice;

static choice read_choice(void)
{
    choice c = {RG_N_ISAS - 1, FINE};
    while (rg_kernels_of(c.isa) == NULL) c.isa--;
    const char *name = getenv("REGATTA_SIMD");
    if (name == NULL || *name == '\0') return c;
    int named = 0;
    while (named < RG_N_ISAS && strcmp(name, units[named].name) != 0) named++;
    if (named == RG_N_ISAS)
        c.problem = UNKNOWN;
    else if (rg_kernels_of(named) == NULL)
        c.problem = LACKING;
    else
        c.isa = named;
    return c;
}

/* Reads the variable at the first call. Threads that race here store the same number. */
static choice chosen(void)
{
    enum { READ = 16 };
    static atomic_int stored; /* READ + 4 problem + isa; 0 before the first call */
    int number = atomic_load_explicit(&stored, memory_order_relaxed);
    if (number == 0) {
        const choice c = read_choice();
        number = READ + 4 * c.problem + c.isa;
        atomic_store_explicit(&stored, number, memory_order_relaxed);
    }
    return (choice){number % 4, (number - READ) / 4};
}

int rg_kernels_best_isa(void)
{
    return chosen().isa;
}

const rg_kernels *rg_kernels_best(void)
{
    return units[chosen().isa].table;
}

const char *rg_kernels_best_name(void)
{
    return units[chosen().isa].name;
}

const char *rg_kernels_problem(void)
{
    return problems[chosen().problem];
}
