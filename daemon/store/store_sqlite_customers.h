/* Which orders are a customer's: what is kept of it. */
#pragma once

#include <stdint.h>

#include "shared/err.h"
#include "shared/text.h"

struct order;
struct sqlite_store;

/* Opened after the keys; close takes a half-open store. */
enum err customers_open(struct sqlite_store *store, struct why *why);
void customers_close(struct sqlite_store *store);
void customers_begun(struct sqlite_store *store);
enum err customers_move(struct sqlite_store *store, struct why *why); /* before each commit */
void customers_committed(struct sqlite_store *store);
void customers_rolled_back(struct sqlite_store *store);
int64_t customers_hash(const struct sqlite_store *store, struct slice customer); /* any thread */
/* An order is this customer's from now on; so is one whose row still has the former customer; one
   that goes was. */
enum err customers_note(struct sqlite_store *store, const struct order *order, struct why *why);
enum err customers_amend(struct sqlite_store *store, const struct order *order, struct why *why);
enum err customers_forget(struct sqlite_store *store, int64_t id, struct slice customer,
                          struct why *why);
