/* Runs a fuzzer's function over the files of a corpus folder, without libFuzzer: so the
 * corpus is a test with every compiler. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST_BYTES = 1 << 20, PATH_BYTES = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (f == NULL) return 0;
    uint8_t *data = malloc(MOST_BYTES);
    const size_t size = data != NULL ? fread(data, 1, MOST_BYTES, f) : 0;
    fclose(f);
    /* A block of the exact size, so that a sanitizer sees a read past the end. */
    uint8_t *exact = malloc(size > 0 ? size : 1);
    for (size_t k = 0; exact != NULL && data != NULL && k < size; k++) exact[k] = data[k];
    free(data);
    if (exact == NULL) return 0;
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 1;
}

int main(int argc, char **argv)
{
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: %s CORPUS-FOLDER\n", argv[0]);
        return 2;
    }
    int n = 0;
    for (struct dirent *e = readdir(folder); e != NULL; e = readdir(folder)) {
        char path[PATH_BYTES];
        if (e->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
        n += replay(path);
    }
    closedir(folder);
    printf("%d inputs\n", n);
    return n == 0;
}
