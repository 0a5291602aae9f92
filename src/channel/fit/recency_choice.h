/* The choice of the recency weights of a channel on the slice. */
#ifndef RG_CHANNEL_FIT_RECENCY_CHOICE_H
#define RG_CHANNEL_FIT_RECENCY_CHOICE_H
#include "channel/fit/channel_fit.h"
#include "model/recency.h"

/* A channel whose fitted part has the recency `value`[RG_N_RECENCY]. */
typedef struct rg_recency_choice {
    const rg_channel_fit_ops *ops;
    const char *name;  /* of the list of trials */
    const char *stage; /* of the fit, for progress */
    int work;          /* kind of work of a measurement, -1 = none */
    int is_optional;   /* 1: the start stays unless the best is clearly better */
    float *value;      /* of the part: the start, then the choice */
} rg_recency_choice;

/* 1: every interaction counts alike. */
int rg_recency_is_flat(const float *recency);
/* Sets recency to phi = 1 everywhere. */
void rg_recency_flat(float *recency);

/* Climbs from the start by one number at a time while ndcg of the channel alone improves:
 * the decay, the floor, and of data with times the exponent and the unit of the age.
 * Appends the trials to s->env->trials. */
regatta_status rg_recency_choose(rg_selection *s, const rg_recency_choice *choice);
void rg_recency_write(rg_text *t, const float *recency);
/* Sets *to to a copy that belongs to the model; a flat one stays NULL. */
regatta_status rg_recency_serve(regatta_model *model, const float **to,
                                const float *recency);
#endif
