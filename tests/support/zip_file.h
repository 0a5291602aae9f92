/* Zip archives and NumPy arrays for tests. */
#ifndef TESTS_SUPPORT_ZIP_FILE_H
#define TESTS_SUPPORT_ZIP_FILE_H
#include <stddef.h>
#include <stdint.h>

typedef struct zip_file {
    unsigned char *bytes;
    size_t n, capacity;
    unsigned char directory[4096];
    size_t n_directory;
    int n_members;
    int deflates; /* members are deflated */
    int is_zip64; /* sizes and places are in extra fields */
} zip_file;

void zip_add(zip_file *z, const char *name, const void *bytes, size_t n);
/* Adds NAME.npy: an array of this type ("<i4") and shape ("(3,)", "()"). */
void zip_add_array(zip_file *z, const char *name, const char *type, const char *shape,
                   const void *bytes, size_t n);
void zip_end(zip_file *z);
void zip_free(zip_file *z);
#endif
