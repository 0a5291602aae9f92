/* The encoding of a text file, and conversion of UTF-16 to UTF-8. */
#ifndef RG_BASE_FILE_TEXT_H
#define RG_BASE_FILE_TEXT_H
#include <stdint.h>

typedef struct rg_text {
    int mark;    /* bytes of the byte order mark at the beginning, 0 without one */
    int utf16;   /* two bytes per code unit */
    int big;     /* UTF-16: the high byte comes first */
    int cr_ends; /* lines end with "\r" alone */
} rg_text;

/* By the first bytes of a file: UTF-16 by its byte order mark, or by a zero in one byte
 * of every pair of the first 8; cr_ends is not set. */
rg_text rg_text_look(const char *bytes, int64_t n);
/* True if decoded text has "\r" and no "\n". */
int rg_text_has_cr_ends(const char *bytes, int64_t n);
/* Decodes UTF-16 into at most `room` bytes of UTF-8; returns their number and stores the
 * consumed bytes in *used; -1 for half a surrogate pair. An incomplete code unit is not
 * consumed. */
int64_t rg_utf16_decode(char *to, int64_t room, const unsigned char *from, int64_t n,
                        int big, int64_t *used);
/* Converts Windows-1252, which includes Latin-1, to UTF-8 of up to 3 * n bytes; returns
 * its length, -1 if the text cannot be Windows-1252: bytes without a character, or more
 * than three consecutive non-ASCII bytes, as in other encodings. */
int64_t rg_windows1252_decode(char *to, const char *from, int64_t n);
#endif
