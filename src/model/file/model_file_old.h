/* What files of earlier format versions hold otherwise (docs/format.md). */
#ifndef RG_MODEL_MODEL_FILE_OLD_H
#define RG_MODEL_MODEL_FILE_OLD_H
#include "model/file/model_loader.h"

/* Version 1: the blend has 16 weights of products of two channels where version 2 has a
 * gate at the end. */
enum { RG_OLD_BLEND_FLOATS = 34 };

/* Makes the model's blend of the 34 numbers of part BLEND, which are finite. Products
 * that count: REGATTA_EFORMAT. */
regatta_status rg_load_old_blend(const rg_loader *l);
#endif
