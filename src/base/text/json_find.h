/* Values inside a JSON text by the names on the way to them. */
#ifndef RG_BASE_JSON_FIND_H
#define RG_BASE_JSON_FIND_H
#include "base/text/json_read.h"

enum { RG_JSON_NAME = 64 /* bytes of a name that is compared */ };

/* Sets *out to the value at `path`, names separated by dots: "blend.kind" is member
 * "kind" of the object "blend" of the object `text`, and "updates.1" the second element
 * of an array. Returns 0 if there is none. Reads the members before it. */
int rg_json_find(rg_json *out, const char *text, const char *path);
/* Reads any number; returns 1 on success, 0 for another value. */
int rg_json_real(rg_json *json, double *out);
#endif
