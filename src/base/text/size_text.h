/* Sizes in messages. */
#ifndef RG_BASE_SIZE_TEXT_H
#define RG_BASE_SIZE_TEXT_H
#include <stdint.h>

enum { RG_SIZE_TEXT = 32 };

/* Writes a size of three digits in bytes, kB, MB or GB (powers of 1000), and returns
 * text. */
const char *rg_size_text(char text[RG_SIZE_TEXT], uint64_t bytes);
#endif
