/* regatta/regatta.h: all of regatta's public interface. */
#ifndef REGATTA_H
#define REGATTA_H
#include <regatta/ctx.h>
#include <regatta/graph.h>
#include <regatta/model.h>
#include <regatta/rank.h>
#include <regatta/status.h>
#include <regatta/text.h>
#include <regatta/version.h>
#endif
