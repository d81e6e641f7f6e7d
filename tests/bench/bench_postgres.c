/*
 * The same orders through a table of PostgreSQL: INSERT; workers take each by UPDATE ... FOR UPDATE
 * SKIP LOCKED and finish it by another, as an order's start and end are durable elsewhere; the
 * order stays. With --brief one DELETE does both and nothing stays. One order a connection at a
 * time, each statement its own commit. --address is the directory of the server's socket.
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <postgresql/libpq-fe.h>

#include "tests/lib/load.h"
#include "tests/lib/load_order.h"

static const char schema[] =
    "SET client_min_messages=warning; DROP TABLE IF EXISTS orders;"
    "CREATE TABLE orders(id bigserial PRIMARY KEY,status int NOT NULL DEFAULT 0,body bytea);"
    "CREATE INDEX waiting ON orders(id) WHERE status=0";
#define FIRST "(SELECT id FROM orders WHERE status=0 ORDER BY id FOR UPDATE SKIP LOCKED LIMIT 1)"
static const char insert[] = "INSERT INTO orders(body) VALUES($1)";
static const char take[] = "UPDATE orders SET status=1 WHERE id=" FIRST " RETURNING id,body";
static const char take_brief[] = "DELETE FROM orders WHERE id=" FIRST " RETURNING id,body";
static const char finish[] = "UPDATE orders SET status=2 WHERE id=$1";

struct session {
    struct bench *bench;
    PGconn *pg;
    uint32_t slot;
    bool busy;
    bool finishing;
    char id[8]; /* of the order it has taken, as PostgreSQL sends it */
};

struct bench {
    struct load_settings settings;
    struct load *load;
    struct load_order order;
    struct session *submitters, *workers;
    int64_t taken, taking;
};

static void fail(const struct session *s)
{
    errx(EXIT_FAILURE, "postgres: %s", PQerrorMessage(s->pg));
}

static void must(const struct session *s, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
        fail(s);
    PQclear(result);
}

/* Reads what there is; true once the whole answer was there. *rows: what it changed. */
static bool answer(struct session *s, int64_t *rows)
{
    PGresult *result = NULL;

    if (PQconsumeInput(s->pg) != 1)
        fail(s);
    if (!s->busy || PQisBusy(s->pg))
        return false;
    while ((result = PQgetResult(s->pg)) != NULL) {
        *rows = strtol(PQcmdTuples(result), NULL, 10);
        if (PQntuples(result) > 0 && PQgetlength(result, 0, 0) == (int)sizeof s->id)
            memcpy(s->id, PQgetvalue(result, 0, 0), sizeof s->id);
        must(s, result);
    }
    s->busy = false;
    return true;
}

static void inserted(void *self)
{
    struct session *s = self;
    int64_t rows = 0;

    if (answer(s, &rows))
        load_answered(s->bench->load, s->slot, rows, 0);
}

static void submit(void *self, uint32_t slot)
{
    struct bench *b = self;
    struct session *s = &b->submitters[slot];
    size_t len = 0;
    const char *values[] = {(const char *)load_order_body(&b->order, &len)};
    const int lengths[] = {(int)len}, formats[] = {1};

    s->slot = slot;
    s->busy = true;
    if (PQsendQueryPrepared(s->pg, "insert", 1, values, lengths, formats, 1) != 1)
        fail(s);
}

static void send_finish(struct session *s)
{
    const char *values[] = {s->id};
    const int lengths[] = {(int)sizeof s->id}, formats[] = {1};

    s->busy = true;
    s->finishing = true;
    if (PQsendQueryPrepared(s->pg, "finish", 1, values, lengths, formats, 1) != 1)
        fail(s);
}

static void worked(void *self)
{
    struct session *s = self;
    struct bench *b = s->bench;
    int64_t rows = 0;

    if (!answer(s, &rows))
        return;
    if (!s->finishing) {
        b->taking--;
        b->taken += rows;
        if (rows > 0 && !b->settings.brief) {
            send_finish(s);
            return;
        }
    }
    s->finishing = false;
    if (rows > 0)
        load_ended(b->load, rows);
}

/* A worker asks when there is an order for it: no polling in vain. */
static void turn(void *self)
{
    struct bench *b = self;

    for (int64_t i = 0; i < b->settings.workers; i++) {
        struct session *s = &b->workers[i];

        if (s->busy || b->taken + b->taking >= load_accepted(b->load))
            continue;
        if (PQsendQueryPrepared(s->pg, "take", 0, NULL, NULL, NULL, 1) != 1)
            fail(s);
        s->busy = true;
        b->taking++;
    }
}

static PGconn *open_session(struct session *s, struct bench *b)
{
    char where[256];

    (void)snprintf(where, sizeof where, "host=%s dbname=postgres user=postgres",
                   b->settings.address);
    s->bench = b;
    s->pg = PQconnectdb(where);
    if (PQstatus(s->pg) != CONNECTION_OK)
        fail(s);
    return s->pg;
}

static void open_all(struct bench *b, struct load_loop *loop)
{
    const struct load_settings *s = &b->settings;
    struct session first;

    b->submitters = calloc((size_t)s->in_flight, sizeof *b->submitters);
    b->workers = calloc((size_t)s->workers, sizeof *b->workers);
    if (b->submitters == NULL || b->workers == NULL)
        abort();
    must(&first, PQexec(open_session(&first, b), schema));
    PQfinish(first.pg);
    for (int64_t i = 0; i < s->in_flight; i++) {
        struct session *one = &b->submitters[i];

        must(one, PQprepare(open_session(one, b), "insert", insert, 0, NULL));
        load_loop_watch(loop, PQsocket(one->pg), inserted, one);
    }
    for (int64_t i = 0; i < s->workers; i++) {
        struct session *one = &b->workers[i];

        (void)open_session(one, b);
        must(one, PQprepare(one->pg, "take", s->brief ? take_brief : take, 0, NULL));
        must(one, PQprepare(one->pg, "finish", finish, 0, NULL));
        load_loop_watch(loop, PQsocket(one->pg), worked, one);
    }
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct load_loop *loop = load_loop_new();

    b.settings = load_settings_read(argc, argv);
    load_order_init(&b.order, 1, false);
    open_all(&b, loop);
    load_run(&b.settings, loop, &(struct load_peer){submit, turn, &b}, &b.load);
    load_loop_free(loop);
    for (int64_t i = 0; i < b.settings.in_flight; i++)
        PQfinish(b.submitters[i].pg);
    for (int64_t i = 0; i < b.settings.workers; i++)
        PQfinish(b.workers[i].pg);
    load_order_done(&b.order);
    free(b.submitters);
    free(b.workers);
    return 0;
}
