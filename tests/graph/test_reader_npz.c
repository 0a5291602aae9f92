#include "support/fault.h"
#include "support/reads.h"
#include "support/suite.h"
#include "support/text_graph.h"
#include "support/zip_file.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A matrix of 3 x 4: (0, 1) 2.5, (0, 3) 1, (2, 1) 4. */
typedef struct matrix {
    const char *format, *format_type;
    int32_t outer[5], inner[3], shape[2];
    float data[3];
    int n_outer, n_inner;
} matrix;

static const matrix csr = {
    "csr", "|S3", {0, 2, 2, 3}, {1, 3, 1}, {3, 4}, {2.5f, 1.0f, 4.0f}, 4, 3};

static void make(zip_file *z, const matrix *m)
{
    char shape[32];
    unsigned char word[12] = {0};
    const int is_coo = strcmp(m->format, "coo") == 0;
    const size_t n = (size_t)m->n_inner;
    if (m->format_type[1] == 'S')
        memcpy(word, m->format, 3);
    else
        for (int k = 0; k < 3; k++) word[4 * k] = (unsigned char)m->format[k];
    snprintf(shape, sizeof shape, "(%d,)", m->n_inner);
    zip_add_array(z, is_coo ? "col" : "indices", "<i4", shape, m->inner, 4 * n);
    snprintf(shape, sizeof shape, "(%d,)", m->n_outer);
    zip_add_array(z, is_coo ? "row" : "indptr", "<i4", shape, m->outer,
                  4 * (size_t)m->n_outer);
    zip_add_array(z, "format", m->format_type, "()", word,
                  m->format_type[1] == 'S' ? 3 : 12);
    zip_add_array(z, "shape", "<i4", "(2,)", m->shape, 8);
    snprintf(shape, sizeof shape, "(%d,)", m->n_inner);
    zip_add_array(z, "data", "<f4", shape, m->data, 4 * n);
    zip_end(z);
}

static void npz_reads(const matrix *m, const char *edges)
{
    for (int k = 0; k < 4; k++) {
        zip_file z = {.deflates = k & 1, .is_zip64 = k >> 1};
        make(&z, m);
        reads_bytes(z.bytes, z.n, NULL, edges);
        zip_free(&z);
    }
}

static void npz_refuses(const matrix *m, const char *words)
{
    zip_file z = {.deflates = 1};
    make(&z, m);
    refuses_bytes(z.bytes, z.n, NULL, words);
    zip_free(&z);
}

static void test_reader_npz__formats(void)
{
    npz_reads(&csr, "0,1,2.5;0,3,1;2,1,4;");
    const matrix csc = {
        "csc", "<U3", {0, 0, 2, 2, 3}, {0, 2, 0}, {3, 4}, {2.5f, 4.0f, 1.0f}, 5, 3};
    npz_reads(&csc, "0,1,2.5;0,3,1;2,1,4;");
    const matrix coo = {"coo", "|S3", {2, 0, 0}, {1, 3, 1}, {3, 4}, {4.0f, 1.0f, 2.5f},
                        3,     3};
    npz_reads(&coo, "2,1,4;0,1,2.5;0,3,1;");
}

static void test_reader_npz__other_types(void)
{
    const int64_t outer[] = {0, 1, 2}, inner[] = {1, 0};
    const uint8_t data[] = {1, 0};
    zip_file z = {.deflates = 0};
    zip_add_array(&z, "format", "|S3", "()", "csr", 3);
    zip_add_array(&z, "shape", "<i8", "(2,)", (const int64_t[]){2, 2}, 16);
    zip_add_array(&z, "indptr", "<i8", "(3,)", outer, 24);
    zip_add_array(&z, "indices", "<i8", "(2,)", inner, 16);
    zip_add_array(&z, "data", "|b1", "(2,)", data, 2);
    zip_end(&z);
    reads_bytes(z.bytes, z.n, NULL, "0,1,1;1,0,0;");
    zip_free(&z);
}

static void test_reader_npz__refuses(void)
{
    matrix m = csr;
    m.inner[1] = 4;
    npz_refuses(&m, ": entry 1 is at (0, 4), outside the matrix of 3 x 4");
    m = csr;
    m.inner[0] = -1;
    npz_refuses(&m, ": entry 0 is at (0, -1), outside the matrix of 3 x 4");
    m = csr;
    m.outer[2] = 1;
    npz_refuses(&m, ": indptr.npy falls, or exceeds the number of entries");
    m = csr;
    m.outer[3] = 4;
    npz_refuses(&m, ": indptr.npy falls, or exceeds the number of entries");
    m = csr;
    m.shape[0] = 4;
    npz_refuses(&m, ": indptr.npy does not fit the shape, or does not begin with 0");
    m = csr;
    m.data[1] = -1.0f;
    npz_refuses(&m, ": entry 1 at (0, 3): the value is negative (--skip-bad and "
                    "--min-rating 0 drop such entries)");
    m = csr;
    m.format = "bsr";
    npz_refuses(&m, ": is a sparse matrix of another format than csr, csc and coo: save "
                    "its tocsr()");
    zip_file z = {.deflates = 1};
    zip_add(&z, "a.txt", "u i\n", 4);
    zip_end(&z);
    refuses_bytes(z.bytes, z.n, NULL,
                  ": is a zip archive without a sparse matrix of scipy.sparse.save_npz: "
                  "unpack it or export it as CSV first");
    zip_free(&z);
    zip_add(&z, "xl/workbook.xml", "<x/>", 4);
    zip_end(&z);
    refuses_bytes(z.bytes, z.n, NULL,
                  ": is an Excel workbook: export its sheet as CSV first");
    zip_free(&z);
    zip_add_array(&z, "format", "|S3", "()", "csr", 3);
    zip_end(&z);
    refuses_bytes(z.bytes, z.n, NULL, ": shape.npy is missing in the archive");
    zip_free(&z);
}

/* The sizes of the members in the directory, added. */
static uint64_t unpacked_size(const zip_file *z)
{
    uint64_t sum = 0;
    for (size_t at = 0; at < z->n_directory;) {
        const unsigned char *entry = z->directory + at;
        uint32_t size = 0;
        memcpy(&size, entry + 24, sizeof size);
        sum += size;
        at += 46u + entry[28];
    }
    return sum;
}

/* The deflated members together have the limit, stored ones none. */
static void test_reader_npz__limit_of_unpacked_bytes(void)
{
    for (int k = 0; k < 4; k++) {
        regatta_ctx *ctx = NULL;
        regatta_graph *g = NULL;
        regatta_ctx_options o = REGATTA_CTX_OPTIONS_INIT;
        zip_file z = {.deflates = k & 1};
        make(&z, &csr);
        o.limit_bytes = unpacked_size(&z) - (uint64_t)(k >> 1);
        CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, &o), REGATTA_OK);
        const char *path = text_file(z.bytes, z.n);
        const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
        CU_ASSERT_EQUAL(status, k == 3 ? REGATTA_EFORMAT : REGATTA_OK);
        if (k == 3) {
            char words[256];
            snprintf(
                words, sizeof words,
                "%s: data.npy: unpacks to more than %d bytes: raise --limit-bytes if "
                "the file may be so large",
                path, (int)o.limit_bytes);
            CU_ASSERT_STRING_EQUAL(regatta_last_error(ctx), words);
        }
        regatta_graph_free(g);
        regatta_ctx_free(ctx);
        zip_free(&z);
    }
    text_remove();
}

/* Each byte changed, and each length: a status, and no crash. */
static void test_reader_npz__damage(void)
{
    regatta_ctx *ctx = NULL;
    zip_file z = {.deflates = 1, .is_zip64 = 1};
    CU_ASSERT_EQUAL_FATAL(regatta_ctx_create(&ctx, NULL), REGATTA_OK);
    make(&z, &csr);
    for (size_t k = 0; k < z.n; k++) {
        for (int cut = 0; cut < 1 + (k % 8 == 0); cut++) {
            regatta_graph *g = NULL;
            z.bytes[k] ^= 0x55;
            const char *path = text_file(z.bytes, cut ? k : z.n);
            const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
            CU_ASSERT(status == REGATTA_OK || status == REGATTA_EFORMAT);
            regatta_graph_free(g);
            z.bytes[k] ^= 0x55;
        }
    }
    zip_free(&z);
    text_remove();
    regatta_ctx_free(ctx);
}

static regatta_status read_path(regatta_ctx *ctx, void *path)
{
    regatta_graph *g = NULL;
    const regatta_status status = regatta_graph_read(ctx, &g, path, NULL, NULL);
    regatta_graph_free(g);
    return status;
}

static void test_reader_npz__survives_failures(void)
{
    char path[64];
    zip_file z = {.deflates = 1};
    make(&z, &csr);
    strcpy(path, text_file(z.bytes, z.n));
    fault_sweep_memory(read_path, path);
    fault_sweep_io(read_path, path);
    zip_free(&z);
    text_remove();
}

int test_reader_npz(void)
{
    static const test_case cases[] = {
        {"formats", test_reader_npz__formats},
        {"other types", test_reader_npz__other_types},
        {"refuses", test_reader_npz__refuses},
        {"limit of unpacked bytes", test_reader_npz__limit_of_unpacked_bytes},
        {"damage", test_reader_npz__damage},
        {"survives failures", test_reader_npz__survives_failures}};
    return TEST_MAIN("reader_npz", cases);
}
