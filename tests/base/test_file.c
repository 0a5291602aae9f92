#include "base/files/file.h"
#include "support/fault.h"
#include "support/folder.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static regatta_ctx *context(void)
{
    regatta_ctx *ctx = NULL;
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    return ctx;
}

/* All lines joined by "|", or the status. */
static regatta_status join(regatta_ctx *ctx, const char *path, char *text)
{
    regatta_status status = REGATTA_OK;
    rg_input *in = NULL;
    text[0] = '\0';
    RG_TRY(rg_input_open(ctx, &in, path));
    for (;;) {
        char *line = NULL;
        int64_t n = 0;
        RG_TRY(rg_input_line(in, &line, &n));
        if (line == NULL) break;
        CU_ASSERT_EQUAL((size_t)n, strlen(line));
        strcat(strcat(text, line), "|");
    }
done:
    rg_input_close(in);
    return rg_end(ctx, status);
}

static size_t gzip(unsigned char *to, size_t most, const char *text, size_t n)
{
    z_stream z = {0};
    deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    z.next_in = (unsigned char *)text;
    z.avail_in = (uInt)n;
    z.next_out = to;
    z.avail_out = (uInt)most;
    CU_ASSERT_EQUAL(deflate(&z, Z_FINISH), Z_STREAM_END);
    deflateEnd(&z);
    return most - z.avail_out;
}

static void expect(const char *path, const char *lines)
{
    regatta_ctx *ctx = context();
    char text[512];
    CU_ASSERT_EQUAL(join(ctx, path, text), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(text, lines);
    regatta_ctx_free(ctx);
}

static void refuse(const char *path, regatta_status status, const char *reason)
{
    regatta_ctx *ctx = context();
    char text[512], words[512];
    CU_ASSERT_EQUAL(join(ctx, path, text), status);
    snprintf(words, sizeof words, "%s%s", path, reason);
    CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
    regatta_ctx_free(ctx);
}

static void test_file__lines(void)
{
    expect(folder_put("a", "one\ntwo\n", 8), "one|two|");
    expect(folder_put("a", "one\r\n\r\ntwo", 10), "one||two|");
    expect(folder_put("a", "\xef\xbb\xbfone\n\xef\xbb\xbf", 10), "one|\xef\xbb\xbf|");
    expect(folder_put("a", "", 0), "");
    expect(folder_put("a", "\n", 1), "|");
    expect(folder_put("a", "\xef\xbb\xbf", 3), "");
    expect(folder_put("a", "one\rtwo\r", 8), "one|two|");
    expect(folder_put("a", "one\r\rtwo", 8), "one||two|");
    expect(folder_put("a", "one\rtwo\n", 8), "one\rtwo|"); /* "\n" ends lines here */
    refuse(folder_put("a", "ok\na\0b\n", 7), REGATTA_EFORMAT,
           ":2: a NUL byte: this is not a text file");
}

static void test_file__utf16(void)
{
    unsigned char packed[512];
    const char little[] = "o\0n\0e\0,\0t\0w\0o\0,\0\r\0\n\0\xe9\0\x3d\xd8\x00\xde\n\0";
    const char big[] = "\xfe\xff\0o\0n\0e\0,\0t\0w\0o\0,\0\n\0\xe9\xd8\x3d\xde\x00\0\r";
    const char wanted[] = "one,two,|\xc3\xa9\xf0\x9f\x98\x80|";
    expect(folder_put("a", little, sizeof little - 1), wanted);
    expect(
        folder_put("a", packed, gzip(packed, sizeof packed, little, sizeof little - 1)),
        wanted);
    char marked[64] = "\xff\xfe";
    memcpy(marked + 2, little, sizeof little - 1);
    expect(folder_put("a", marked, sizeof little + 1), wanted);
    expect(folder_put("a", big, sizeof big - 3), wanted);
    expect(folder_put("a", "\0o\0n\0e\0\r\0t\0w\0o\0\r", 16), "one|two|"); /* no mark */
    expect(folder_put("a", marked, 2), "");
    refuse(folder_put("a", marked, sizeof little), REGATTA_EFORMAT,
           ": the UTF-16 text ends within a character");
    refuse(folder_put("a", "\xff\xfe\x3d\xd8", 4), REGATTA_EFORMAT,
           ": the UTF-16 text ends within a character");
    refuse(folder_put("a", "\xff\xfe\0\xde", 4), REGATTA_EFORMAT,
           ": a damaged UTF-16 character");
    refuse(folder_put("a", "\xff\xfe\0\0", 4), REGATTA_EFORMAT,
           ":1: a NUL byte: this is not a text file");
}

/* Long enough that blocks of bytes end within characters. */
static void test_file__long_utf16(void)
{
    enum { LINES = 60000 };
    regatta_ctx *ctx = context();
    char *text = malloc(LINES * 10 + 2);
    rg_input *in = NULL;
    char *line = NULL;
    int64_t n = 0, seen = 0;
    memcpy(text, "\xff\xfe", 2);
    for (int k = 0; k < LINES; k++)
        memcpy(text + 2 + 10 * k, "\x2d\x4e\x3d\xd8\x00\xdex\0\n\0", 10);
    CU_ASSERT_EQUAL_FATAL(rg_input_open(ctx, &in, folder_put("a", text, LINES * 10 + 2)),
                          REGATTA_OK);
    while (rg_input_line(in, &line, &n) == REGATTA_OK && line != NULL)
        seen += strcmp(line, "\xe4\xb8\xad\xf0\x9f\x98\x80x") == 0;
    CU_ASSERT_EQUAL(seen, LINES);
    CU_ASSERT_EQUAL(rg_input_line_number(in), LINES);
    rg_input_close(in);
    regatta_ctx_free(ctx);
    free(text);
}

static void test_file__lines_given_back_and_joined(void)
{
    regatta_ctx *ctx = context();
    rg_input *in = NULL;
    char *line = NULL;
    const char *bytes = NULL;
    int64_t n = 0;
    CU_ASSERT_EQUAL_FATAL(rg_input_open(ctx, &in, folder_put("a", "one\r\ntwo\nend", 12)),
                          REGATTA_OK);
    for (int k = 0; k < 2; k++) {
        CU_ASSERT_EQUAL(rg_input_line(in, &line, &n), REGATTA_OK);
        CU_ASSERT_STRING_EQUAL(line, "one");
        if (k == 0) rg_input_unread(in);
    }
    CU_ASSERT_EQUAL(rg_input_peek(in, 4, &bytes, &n), REGATTA_OK);
    CU_ASSERT(n == 4 && memcmp(bytes, "two\n", 4) == 0);
    rg_input_close(in);
    CU_ASSERT_EQUAL_FATAL(rg_input_open(ctx, &in, folder_put("a", "one\r\ntwo\nend", 12)),
                          REGATTA_OK);
    CU_ASSERT_EQUAL(rg_input_line(in, &line, &n), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_input_join(in, &line, &n), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(line, "one\r\ntwo");
    CU_ASSERT_EQUAL(rg_input_line_number(in), 2);
    CU_ASSERT_EQUAL(rg_input_join(in, &line, &n), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(line, "one\r\ntwo\nend");
    CU_ASSERT_EQUAL(rg_input_join(in, &line, &n), REGATTA_OK);
    CU_ASSERT_PTR_NULL(line);
    CU_ASSERT_EQUAL(rg_input_line(in, &line, &n), REGATTA_OK);
    CU_ASSERT_PTR_NULL(line);
    rg_input_close(in);
    regatta_ctx_free(ctx);
}

static void test_file__gzip(void)
{
    unsigned char packed[512];
    size_t n = gzip(packed, sizeof packed, "one\ntw", 6);
    n += gzip(packed + n, sizeof packed - n, "", 0);
    n += gzip(packed + n, sizeof packed - n, "o\nthree", 7);
    expect(folder_put("a", packed, n), "one|two|three|");
    for (size_t k = 2; k < 20; k++)
        refuse(folder_put("a", packed, k), REGATTA_EFORMAT,
               ": the gzip stream is cut short");
    refuse(folder_put("a", packed, n - 1), REGATTA_EFORMAT,
           ": the gzip stream is cut short");
    packed[n] = 'x';
    refuse(folder_put("a", packed, n + 1), REGATTA_EFORMAT,
           ": the gzip stream is cut short");
    packed[12] ^= 0x55;
    refuse(folder_put("a", packed, n), REGATTA_EFORMAT, ": the gzip stream is damaged");
}

/* "two\n" a hundred times is 400 bytes: that many are read, and no more. */
static void test_file__limit_of_unpacked_bytes(void)
{
    unsigned char packed[512];
    char plain[400], text[512];
    for (int k = 0; k < 100; k++) memcpy(plain + 4 * k, "two\n", 4);
    const char *path = folder_put("a", packed, gzip(packed, sizeof packed, plain, 400));
    regatta_ctx *ctx = context();
    ctx->limit_bytes = 400;
    CU_ASSERT_EQUAL(join(ctx, path, text), REGATTA_OK);
    ctx->limit_bytes = 399;
    CU_ASSERT_EQUAL(join(ctx, path, text), REGATTA_EFORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(regatta_last_error(ctx), ": unpacks to more than 399"));
    folder_put("a", plain, 400); /* a plain file has no limit */
    ctx->limit_bytes = 1;
    CU_ASSERT_EQUAL(join(ctx, path, text), REGATTA_OK);
    regatta_ctx_free(ctx);
}

static void test_file__what_is_no_file(void)
{
    refuse(folder_path(), REGATTA_EFORMAT, ": is a directory");
    refuse(in_folder("none"), REGATTA_EIO, ": No such file or directory");
}

static void test_file__peek_takes_nothing(void)
{
    regatta_ctx *ctx = context();
    rg_input *in = NULL;
    const char *bytes = NULL;
    char *line = NULL;
    int64_t n = 0;
    const char *path = folder_put("a", "one\ntwo\n", 8);
    CU_ASSERT_EQUAL_FATAL(rg_input_open(ctx, &in, path), REGATTA_OK);
    CU_ASSERT_EQUAL(rg_input_peek(in, 3, &bytes, &n), REGATTA_OK);
    CU_ASSERT_EQUAL(n, 3);
    CU_ASSERT_EQUAL(rg_input_peek(in, 1000000, &bytes, &n), REGATTA_OK);
    CU_ASSERT_EQUAL(n, 8);
    CU_ASSERT_EQUAL(memcmp(bytes, "one\ntwo\n", 8), 0);
    CU_ASSERT_EQUAL(rg_input_line(in, &line, &n), REGATTA_OK);
    CU_ASSERT_STRING_EQUAL(line, "one");
    CU_ASSERT_EQUAL(rg_input_line_number(in), 1);
    CU_ASSERT_FALSE(rg_input_is_gzip(in));
    rg_input_close(in);
    regatta_ctx_free(ctx);
}

/* Lines across the borders of the buffer, plain and gzipped. */
static void test_file__long_lines(void)
{
    enum { LONG = 700000 };
    regatta_ctx *ctx = context();
    char *text = malloc(LONG + 8);
    unsigned char *packed = malloc(LONG);
    memset(text, 'x', LONG);
    memcpy(text + LONG, "\nlast\n", 6);
    for (int k = 0; k < 2; k++) {
        const size_t n = k == 0 ? LONG + 6 : gzip(packed, LONG, text, LONG + 6);
        rg_input *in = NULL;
        char *line = NULL;
        int64_t length = 0;
        const char *path = folder_put("a", k == 0 ? (void *)text : packed, n);
        CU_ASSERT_EQUAL_FATAL(rg_input_open(ctx, &in, path), REGATTA_OK);
        CU_ASSERT_EQUAL(rg_input_is_gzip(in), k);
        CU_ASSERT_EQUAL(rg_input_line(in, &line, &length), REGATTA_OK);
        CU_ASSERT_EQUAL(length, LONG);
        CU_ASSERT_EQUAL(rg_input_line(in, &line, &length), REGATTA_OK);
        CU_ASSERT_STRING_EQUAL(line, "last");
        CU_ASSERT_EQUAL(rg_input_line(in, &line, &length), REGATTA_OK);
        CU_ASSERT_PTR_NULL(line);
        rg_input_close(in);
    }
    free(packed);
    free(text);
    regatta_ctx_free(ctx);
}

static void test_file__map(void)
{
    regatta_ctx *ctx = context();
    rg_map map = {.bytes = NULL};
    CU_ASSERT_EQUAL(rg_map_open(ctx, &map, folder_put("a", "bytes", 5)), REGATTA_OK);
    CU_ASSERT_EQUAL(map.size, 5);
    CU_ASSERT_EQUAL(memcmp(map.bytes, "bytes", 5), 0);
    rg_map_close(&map);
    CU_ASSERT_EQUAL(rg_map_open(ctx, &map, folder_put("a", "", 0)), REGATTA_OK);
    CU_ASSERT_EQUAL(map.size, 0);
    rg_map_close(&map);
    CU_ASSERT_EQUAL(rg_map_open(ctx, &map, folder_path()), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(rg_map_open(ctx, &map, "/dev/null"), REGATTA_EFORMAT);
    CU_ASSERT_EQUAL(rg_map_open(ctx, &map, in_folder("none")), REGATTA_EIO);
    regatta_ctx_free(ctx);
}

static regatta_status read_gzip(regatta_ctx *ctx, void *arg)
{
    char text[512];
    regatta_status status = REGATTA_OK;
    rg_map map = {.bytes = NULL};
    (void)arg;
    RG_TRY(join(ctx, in_folder("a"), text));
    RG_TRY(rg_map_open(ctx, &map, in_folder("a")));
done:
    rg_map_close(&map);
    return status;
}

static void test_file__survives_failures(void)
{
    unsigned char packed[512];
    folder_put("a", packed, gzip(packed, sizeof packed, "one\ntwo\n", 8));
    fault_sweep_memory(read_gzip, NULL);
    fault_sweep_io(read_gzip, NULL);
    unlink(in_folder("a"));
}

int test_file(void)
{
    const test_case cases[] = {
        {"lines", test_file__lines},
        {"utf16", test_file__utf16},
        {"long_utf16", test_file__long_utf16},
        {"lines_given_back_and_joined", test_file__lines_given_back_and_joined},
        {"gzip", test_file__gzip},
        {"limit_of_unpacked_bytes", test_file__limit_of_unpacked_bytes},
        {"what_is_no_file", test_file__what_is_no_file},
        {"peek_takes_nothing", test_file__peek_takes_nothing},
        {"long_lines", test_file__long_lines},
        {"map", test_file__map},
        {"survives_failures", test_file__survives_failures},
    };
    return TEST_MAIN_IN_FOLDER("file", cases);
}
