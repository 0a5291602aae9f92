/* regatta/status.h: status codes, and the definitions that every header needs. */
#ifndef REGATTA_STATUS_H
#define REGATTA_STATUS_H
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define REGATTA_BEGIN_C extern "C" {
#define REGATTA_END_C }
#else
#define REGATTA_BEGIN_C
#define REGATTA_END_C
#endif

#if defined(__GNUC__)
#define REGATTA_API __attribute__((visibility("default")))
#else
#define REGATTA_API
#endif

/* "No node": pads result rows, and is the result of a look-up without a match. */
#define REGATTA_NONE UINT32_MAX

REGATTA_BEGIN_C

/* The result of a call. The numbers never change; new codes are appended. */
typedef enum regatta_status {
    REGATTA_OK = 0,
    REGATTA_EINVAL = -1,    /* an argument or option is out of its range */
    REGATTA_ENOMEM = -2,    /* an allocation failed */
    REGATTA_EIO = -3,       /* the system failed to open, read, write, sync or rename */
    REGATTA_EFORMAT = -4,   /* the content of an input is invalid */
    REGATTA_ENUMERIC = -5,  /* a number became NaN or infinite */
    REGATTA_ESTOPPED = -6,  /* a callback cancelled the call */
    REGATTA_EINTERNAL = -7, /* a bug in regatta */
    REGATTA_ENOTFOUND = -8, /* a name in an option is unknown */
    REGATTA_ERANK = -9      /* another rank has failed (regatta/ranks.h) */
} regatta_status;

/* "EINVAL", "ENOMEM", ...; "?" for an unknown number. Static storage. */
REGATTA_API const char *regatta_status_name(regatta_status status);

/* The two kinds of nodes. */
typedef enum regatta_side { REGATTA_USERS = 0, REGATTA_ITEMS = 1 } regatta_side;

REGATTA_END_C
#endif
