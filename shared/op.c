/* The table of operations, and what each role may do. */
#include "shared/op.h"

#include <stddef.h>

enum {
    NEEDS_VIEWER = RIGHT_VIEW,
    NEEDS_OPERATOR = RIGHT_OPERATE,
    NEEDS_WORKER = RIGHT_WORK,
    NEEDS_ADMIN = RIGHT_ADMIN
};

struct op_row {
    struct slice name;
    unsigned right;
};

static const struct op_row ops[OP_COUNT] = {
#define OP(id, name, role) [OP_##id] = {{"" name, sizeof(name) - 1}, NEEDS_##role},
#include "shared/op.def"
#undef OP
};

struct role_row {
    const char *name;
    unsigned rights;
};

static const struct role_row roles[ROLE_COUNT] = {
    [ROLE_NONE] = {"none", 0},
    [ROLE_ADMIN] = {"admin", RIGHT_VIEW | RIGHT_OPERATE | RIGHT_WORK | RIGHT_ADMIN},
    [ROLE_OPERATOR] = {"operator", RIGHT_VIEW | RIGHT_OPERATE},
    [ROLE_WORKER] = {"worker", RIGHT_VIEW | RIGHT_WORK},
    [ROLE_VIEWER] = {"viewer", RIGHT_VIEW},
};

const char *op_name(enum op op)
{
    return (unsigned)op < OP_COUNT ? ops[op].name.p : "";
}

bool op_parse(struct slice name, enum op *out)
{
    for (unsigned i = 0; i < OP_COUNT; i++) {
        if (slice_eq(name, ops[i].name)) {
            *out = (enum op)i;
            return true;
        }
    }
    return false;
}

unsigned op_right(enum op op)
{
    return (unsigned)op < OP_COUNT ? ops[op].right : (unsigned)RIGHT_ADMIN;
}

const char *role_name(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? roles[role].name : "none";
}

bool role_parse(struct slice name, enum role *out)
{
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        if (slice_is(name, roles[i].name)) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

unsigned role_rights(enum role role)
{
    return (unsigned)role < ROLE_COUNT ? roles[role].rights : 0;
}

enum role role_of_rights(unsigned rights)
{
    for (unsigned i = ROLE_NONE + 1; i < ROLE_COUNT; i++) {
        if ((rights & roles[i].rights) == roles[i].rights)
            return (enum role)i;
    }
    return ROLE_NONE;
}
