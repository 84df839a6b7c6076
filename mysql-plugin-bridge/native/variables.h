// Copyright 2026 The Carillon authors
// SPDX-License-Identifier: GPL-2.0-or-later

// The status variables of one stats_get: names, order and types that tools and tests expect, and behind them what else there is.
#ifndef CARILLON_VARIABLES_H
#define CARILLON_VARIABLES_H

#include "wsrep_abi.h"

struct variables;

// All of them, empty; NULL if memory ran out.
struct variables *variables_new(void);
void variables_free(struct variables *variables);
// What the server gets of it, and back.
struct wsrep_stats_var *variables_array(struct variables *variables);
struct variables *variables_of(struct wsrep_stats_var *array);
// Of those that are always there. Text is from malloc and taken over; NULL is empty.
void variables_int(struct variables *variables, const char *name, int64_t value);
void variables_double(struct variables *variables, const char *name, double value);
void variables_text(struct variables *variables, const char *name, char *text);
// One of any name, from malloc: in its place, or behind the others. `name` and `text`, which only a string has, are taken over.
void variables_any(struct variables *variables, char *name, wsrep_var_type_t type, char *text, uint64_t bits);

#endif
