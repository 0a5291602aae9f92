/* The probability that an interaction is noise, from its support and that of controls. */
#ifndef RG_FIT_NOISE_H
#define RG_FIT_NOISE_H
#include "fit/denoise/support.h"

/* Stores noise[n_edges], in by_user's order: the local false discovery rate pi f0(s) /
 * f(s) of the support s (Efron et al., "Empirical Bayes analysis of a microarray
 * experiment", JASA 2001, section 4), in each cell, a group of items and a
 * group of users: f is the density of the
 * interactions' support and f0 of the controls', both as histograms over at most 40
 * quantiles of f, and pi, the share of noise, is the least F(t) / F0(t) over t with F0(t)
 * >= 0.2 (Storey, "A direct approach to false discovery rates", JRSS B 2002, equation 6,
 * for small support in place of large p-values). More support never gives more noise. 0
 * for interactions that are not judged, and in a cell with fewer than 200 interactions
 * or controls. O(edges log edges). REGATTA_ENOMEM */
regatta_status rg_noise_estimate(regatta_ctx *ctx, float *noise,
                                 const rg_support *support, const rg_csr *by_user);
#endif
