/* Every operation of the request socket: its name and the role it needs; and the roles. */
#pragma once

#include <stdbool.h>

#include "shared/text.h"

enum op {
#define OP(id, name, role) OP_##id,
#include "shared/op.def"
#undef OP
    OP_COUNT
};

/* Rights of a role, as bits; of several roles they add up. */
enum role_bit { RIGHT_VIEW = 1, RIGHT_OPERATE = 2, RIGHT_WORK = 4, RIGHT_ADMIN = 8 };

/* In the order in which `info` names the first that holds. */
enum role { ROLE_NONE = 0, ROLE_ADMIN, ROLE_OPERATOR, ROLE_WORKER, ROLE_VIEWER, ROLE_COUNT };

const char *op_name(enum op op);
bool op_parse(struct slice name, enum op *out);

/* The right that `op` asks for: one enum role_bit. */
unsigned op_right(enum op op);

const char *role_name(enum role role);              /* "admin"; "none" for ROLE_NONE */
bool role_parse(struct slice name, enum role *out); /* not "none" */

/* All that a role may do: viewer V; operator V O; worker V W; admin V O W admin. */
unsigned role_rights(enum role role);

/* The first of admin, operator, worker, viewer that `rights` cover. */
enum role role_of_rights(unsigned rights);
