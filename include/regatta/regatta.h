/* regatta/regatta.h: all of regatta's public interface. */
#ifndef REGATTA_H
#define REGATTA_H
#include <regatta/candidates.h>
#include <regatta/channel.h>
#include <regatta/ctx.h>
#include <regatta/denoise.h>
#include <regatta/evaluate.h>
#include <regatta/explain.h>
#include <regatta/features.h>
#include <regatta/graph.h>
#include <regatta/history.h>
#include <regatta/logged.h>
#include <regatta/model.h>
#include <regatta/pairs.h>
#include <regatta/prune.h>
#include <regatta/query.h>
#include <regatta/ranks.h>
#include <regatta/recommend.h>
#include <regatta/report.h>
#include <regatta/score.h>
#include <regatta/similar.h>
#include <regatta/status.h>
#include <regatta/text.h>
#include <regatta/tune.h>
#include <regatta/update.h>
#include <regatta/version.h>
#endif
