/* regatta/status.h: status codes, and what every other header of regatta needs. */
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

/* "No node": pads result rows, and answers a look-up that found nothing. */
#define REGATTA_NONE UINT32_MAX

REGATTA_BEGIN_C

/* What a call came to. Numbers are fixed for ever; new codes are appended. */
typedef enum regatta_status {
    REGATTA_OK = 0,
    REGATTA_EINVAL = -1,    /* an argument or option is out of its range */
    REGATTA_ENOMEM = -2,    /* an allocation failed */
    REGATTA_EIO = -3,       /* the system refused to open, read, write, sync or rename */
    REGATTA_EFORMAT = -4,   /* an input is there but is not what it has to be */
    REGATTA_ENUMERIC = -5,  /* a number stopped being finite */
    REGATTA_ESTOPPED = -6,  /* a callback asked to cancel */
    REGATTA_EINTERNAL = -7, /* a fault of regatta itself */
    REGATTA_ENOTFOUND = -8  /* nothing has the name that an option gives */
} regatta_status;

/* "EINVAL", "ENOMEM", ...; "?" for a number that is none. Static storage. */
REGATTA_API const char *regatta_status_name(regatta_status status);

/* The two kinds of node. */
typedef enum regatta_side { REGATTA_USERS = 0, REGATTA_ITEMS = 1 } regatta_side;

REGATTA_END_C
#endif
