/* Inputs of several files, and shares of an input. */
#include "base/files/file_io.h"
#include "base/files/input_state.h"
#include "base/hash.h"
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int rg_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static regatta_status open_part(rg_input *in)
{
    rg_part_file *p = &in->parts->part[in->part];
    const regatta_status status = rg_input_open(in->ctx, &in->inner, p->path);
    if (status != REGATTA_OK) return status;
    p->first_byte = in->n_in;
    p->first_line = in->n_lines_in;
    in->last = '\n';
    if (in->part == 0) { /* a folder counts as packed like its first file */
        in->gzip = in->inner->gzip;
        in->is_zstd = in->inner->zstd != NULL;
    }
    if (in->parts->n_open++ == 0) in->parts->first_open = in->part;
    in->part++;
    return REGATTA_OK;
}

/* Stores n bytes of the text of all parts. */
static void count_in(rg_input *in, const char *bytes, int64_t n)
{
    for (int64_t k = 0; k < n; k++) in->n_lines_in += bytes[k] == '\n';
    in->n_in += n;
    in->last = bytes[n - 1];
}

/* The last line of each part gets an end. */
regatta_status rg_input_read_parts(rg_input *in, char *to, int64_t most, int64_t *got)
{
    regatta_status status = REGATTA_OK;
    *got = 0;
    while (*got == 0 && (in->inner != NULL || in->part < in->part_end)) {
        if (in->inner == NULL) RG_TRY(open_part(in));
        rg_input *const p = in->inner;
        RG_TRY(rg_input_have(p, 1));
        const int64_t n = p->n - p->at;
        if (n > 0) {
            *got = n < most ? n : most;
            memcpy(to, p->data + p->at, (size_t)*got);
            p->at += *got;
        } else {
            rg_input_close(p);
            in->inner = NULL;
            if (in->last == '\n') continue;
            *to = '\n';
            *got = 1;
        }
        count_in(in, to, *got);
    }
done:
    return status;
}

int rg_input_is_folder(const rg_input *in)
{
    return in->parts != NULL;
}

const char *rg_input_place(const rg_input *in, int64_t *line)
{
    if (in->parts == NULL) return in->name;
    const rg_part_file *p = &in->parts->part[rg_part_of_line(in->parts, *line)];
    *line -= p->first_line;
    return p->path;
}

int rg_input_begins_part(const rg_input *in)
{
    if (in->parts == NULL) return 0;
    const int64_t k = rg_part_of_line(in->parts, in->line_number);
    return k > 0 && in->parts->part[k].first_line + 1 == in->line_number;
}

int64_t rg_input_within_part(const rg_input *in, int64_t n)
{
    const int64_t at = in->n_in - (in->n - in->at);
    const rg_part_list *list = in->parts;
    for (int64_t k = list->first_open; k < list->first_open + list->n_open; k++) {
        const int64_t begin = list->part[k].first_byte;
        if (k > 0 && begin >= at && begin < at + n) return begin - at;
    }
    return n;
}

/* Finds the first line that begins at byte `at` or later of the file; its end if there is
 * none. */
static regatta_status find_line(rg_input *in, int64_t at, int64_t *begin)
{
    char some[1 << 12];
    for (*begin = at - 1;;) {
        ssize_t n = -1;
        do {
            if (!rg_io_refused(in->ctx, "read"))
                n = pread(in->fd, some, sizeof some, *begin);
            else if (errno == EINTR)
                errno = EIO; /* a refusal by the hook is final */
        } while (n < 0 && errno == EINTR);
        if (n < 0) return rg_io_fail(in->ctx, in->name);
        const char *end = memchr(some, '\n', (size_t)n);
        *begin += end != NULL ? end + 1 - some : n;
        if (end != NULL || n == 0) return REGATTA_OK;
    }
}

/* The lines that begin in the rank's range of bytes, from the next line on. */
static regatta_status share_bytes(rg_input *in, int rank, int n_ranks)
{
    const int64_t here = (int64_t)lseek(in->fd, 0, SEEK_CUR) - (in->n - in->at);
    const int64_t rest = in->size - here;
    int64_t range[2] = {here, here + rest};
    for (int k = 0; k < 2; k++) {
        const int64_t share = rank + k;
        if (share == 0 || share == n_ranks) continue;
        const int64_t at =
            here + rest / n_ranks * share + rest % n_ranks * share / n_ranks;
        if (at <= here) {
            range[k] = here;
            continue;
        }
        const regatta_status status = find_line(in, at, &range[k]);
        if (status != REGATTA_OK) return status;
    }
    if (lseek(in->fd, range[0], SEEK_SET) < 0) return rg_io_fail(in->ctx, in->name);
    in->at = in->n = 0;
    in->ended = 0;
    in->left = range[1] - range[0];
    return REGATTA_OK;
}

/* The parts of the rank; the lines of the first part that were consumed stay so. */
static void share_parts(rg_input *in, int rank, int n_ranks)
{
    int64_t begin, end;
    rg_part_list_share(in->parts, rank, n_ranks, &begin, &end);
    if (begin == 0 && end > 0) {
        const int64_t at = in->n_in - (in->n - in->at);
        if (end >= in->part) {
            in->part_end = end;
            return;
        }
        in->n = in->at + (in->parts->part[end].first_byte - at);
        in->parts->n_open = end; /* their lines are in the buffer */
    } else {
        in->at = in->n = 0;
        in->parts->n_open = 0;
    }
    rg_input_close(in->inner); /* a part that is not this rank's, or is read again */
    in->inner = NULL;
    in->n_lines_in = in->line_number;
    in->part = in->part_end = end;
    if (begin > 0) in->part = begin;
}

uint64_t rg_input_mark(const rg_input *in)
{
    uint64_t mark = 1;
    if (in->parts == NULL) {
        const int plain =
            in->is_regular && in->raw == NULL && in->wide == NULL && !in->text.cr_ends;
        return plain ? rg_hash(&in->size, sizeof in->size, mark) : 0;
    }
    for (int64_t k = 0; k < in->parts->n; k++)
        mark = rg_hash(&in->parts->part[k].bytes, sizeof in->parts->part[k].bytes, mark);
    return mark;
}

regatta_status rg_input_share(rg_input *in, int rank, int n_ranks)
{
    if (rank > 0) in->line_number = 0;
    if (in->parts == NULL) return share_bytes(in, rank, n_ranks);
    share_parts(in, rank, n_ranks);
    return REGATTA_OK;
}

void rg_input_set(rg_input *in, int fact)
{
    in->facts |= fact;
    if (fact == RG_INPUT_WATCHED) rg_input_watch(in, in->data + in->at, in->n - in->at);
}

int rg_input_has(const rg_input *in, int fact)
{
    return (in->facts & fact) != 0;
}

void rg_input_watch(rg_input *in, const char *bytes, int64_t n)
{
    if (memchr(bytes, '"', (size_t)n) != NULL) in->facts |= RG_INPUT_QUOTE_SEEN;
}
