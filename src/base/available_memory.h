/* The memory that a process can still take. */
#ifndef RG_BASE_AVAILABLE_MEMORY_H
#define RG_BASE_AVAILABLE_MEMORY_H
#include <stdint.h>

/* Returns the bytes that the machine has left: MemAvailable of /proc/meminfo, and what
 * the memory control groups of the process (versions 1 and 2, each with those that
 * contain it) still allow, with the pages of files that they can drop; INT64_MAX if
 * nothing bounds them. `root` is "" or, in tests, a folder with these files. */
int64_t rg_available_memory(const char *root);
#endif
