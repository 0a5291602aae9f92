/* Sequences of UTF-8 (RFC 3629): the only check of validity in the tree. */
#ifndef RG_BASE_UTF8_H
#define RG_BASE_UTF8_H
#include <stdint.h>

/* Returns the bytes of the sequence at s, of at most n; 0 if it is invalid. A NUL ends
 * every sequence, so n may be RG_UTF8_MAX in a string. */
enum { RG_UTF8_MAX = 4 };
int rg_utf8_length(const unsigned char *s, int64_t n);
int rg_utf8_is_valid(const char *text, int64_t length);
/* U+FFFD, in place of bytes that are not UTF-8. */
#define RG_UTF8_REPLACEMENT "\xEF\xBF\xBD"
/* Writes the code point as UTF-8; returns its length, 1..RG_UTF8_MAX. */
int rg_utf8_put(char *to, uint32_t code);
#endif
