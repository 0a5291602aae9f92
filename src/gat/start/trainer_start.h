/* The parameters with which a training begins. */
#ifndef RG_GAT_TRAINER_START_H
#define RG_GAT_TRAINER_START_H
#include "gat/trainer.h"

/* Sets t->params: those of job->from; else vectors from the spectrum or at random, and
 * biases at options.bias_start times log(1 + degree), those of known nodes from another
 * training, and rows of features. REGATTA_ENOMEM */
regatta_status rg_trainer_start(regatta_ctx *ctx, rg_trainer *t);
#endif
