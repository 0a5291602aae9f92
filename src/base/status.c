#include <regatta/status.h>

const char *regatta_status_name(regatta_status status)
{
    switch (status) {
    case REGATTA_OK: return "OK";
    case REGATTA_EINVAL: return "EINVAL";
    case REGATTA_ENOMEM: return "ENOMEM";
    case REGATTA_EIO: return "EIO";
    case REGATTA_EFORMAT: return "EFORMAT";
    case REGATTA_ENUMERIC: return "ENUMERIC";
    case REGATTA_ESTOPPED: return "ESTOPPED";
    case REGATTA_EINTERNAL: return "EINTERNAL";
    case REGATTA_ENOTFOUND: return "ENOTFOUND";
    case REGATTA_ERANK: return "ERANK";
    }
    return "?";
}
