#include "graph/formats/made_sample.h"
#include <string.h>

enum { ENOUGH_BYTES = 1 << 20 };

void rg_made_begin(rg_made_sample *made, rg_mem mem)
{
    *made = (rg_made_sample){0};
    rg_text_begin(&made->text, mem);
}

void rg_made_cell(rg_made_sample *made, const char *text, int64_t length)
{
    rg_text_append(&made->text, made->n_cells++ > 0 ? ",\"" : "\"");
    for (const char *end = text + length; text < end;) {
        const char *quote = memchr(text, '"', (size_t)(end - text));
        const int64_t n = quote != NULL ? quote + 1 - text : end - text;
        rg_text_append_bytes(&made->text, text, n);
        if (quote != NULL) rg_text_append(&made->text, "\"");
        text += n;
    }
    rg_text_append(&made->text, "\"");
}

void rg_made_row(rg_made_sample *made, int64_t number)
{
    rg_sample *const s = &made->sample;
    s->number[s->n++] = number;
    made->begin[s->n] = made->text.n;
    made->n_cells = 0;
}

int rg_made_is_full(const rg_made_sample *made)
{
    return made->sample.n == RG_SAMPLE_LINES || made->text.n >= ENOUGH_BYTES;
}

regatta_status rg_made_end(rg_made_sample *made)
{
    regatta_status status = REGATTA_OK;
    rg_sample *const s = &made->sample;
    int64_t longest = 0;
    RG_TRY(made->text.status);
    for (int k = 0; k < s->n; k++) {
        s->line[k] = made->text.bytes + made->begin[k];
        s->length[k] = made->begin[k + 1] - made->begin[k];
        if (s->length[k] > longest) longest = s->length[k];
    }
    RG_NEW(made->text.mem, s->scratch, longest + 1);
done:
    return status;
}

void rg_made_free(rg_made_sample *made)
{
    rg_free(made->text.mem, made->sample.scratch);
    rg_free(made->text.mem, made->text.bytes);
}
