/* A store whose commits fail when told to. */
#pragma once

#include "daemon/store/store_ops.h"

/* What a commit does before it fails. */
enum store_fault {
    FAULT_REFUSED, /* ERR_READ_ONLY: rolled back, as on a full disk */
    FAULT_UNKNOWN  /* ERR_OUTCOME_UNKNOWN */
};

struct store_faulty;

/* Puts itself before the store: its commits number `from`, from + 1, … (1: the next) fail, `times`
   of them. The store is otherwise as it was. */
struct store_faulty *store_faulty_new(struct store *store, enum store_fault fault, int from,
                                      int times);
void store_faulty_free(struct store_faulty *faulty); /* the store is sound again */
