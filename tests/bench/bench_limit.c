/*
 * The limit L that goals refer to: the whole life of an order in plain SQLite, 100 orders' submits,
 * starts and endings to a commit. It stays as it is; the figures beside it change.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#define BATCH 100
#define CUSTOMER_BYTES 13
#define ITEMS_BYTES 139

static const char schema[] =
    "PRAGMA page_size=4096;PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;"
    "PRAGMA wal_autocheckpoint=10000;PRAGMA cache_size=-262144;"
    "CREATE TABLE orders(id INTEGER PRIMARY KEY,customer TEXT,status INT,items BLOB,total INT,"
    "updated INT,uid BLOB UNIQUE);"
    "CREATE TABLE events(oid,n INT,kind INT,at INT,PRIMARY KEY(oid,n))WITHOUT ROWID;"
    "CREATE TABLE queue(ready INT,oid,PRIMARY KEY(ready,oid))WITHOUT ROWID;";

enum { BEGIN, COMMIT, ORDER, EVENT, QUEUE, UPDATE, DEQUEUE, SQL_COUNT };
static const char *const texts[SQL_COUNT] = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "INSERT INTO orders VALUES(?,?,0,?,5,?,?)",
    "INSERT INTO events VALUES(?,?,?,?)",
    "INSERT INTO queue VALUES(?,?)",
    "UPDATE orders SET status=?,updated=? WHERE id=?",
    "DELETE FROM queue WHERE ready=? AND oid=?",
};

struct bench {
    sqlite3 *db;
    sqlite3_stmt *sql[SQL_COUNT];
    sqlite3_int64 now;
};

static double seconds(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(struct bench *b, int sql)
{
    if (sqlite3_step(b->sql[sql]) != SQLITE_DONE) {
        (void)fprintf(stderr, "%s: %s\n", texts[sql], sqlite3_errmsg(b->db));
        abort();
    }
    (void)sqlite3_reset(b->sql[sql]);
}

static void event(struct bench *b, sqlite3_int64 id, int n)
{
    (void)sqlite3_bind_int64(b->sql[EVENT], 1, id);
    (void)sqlite3_bind_int(b->sql[EVENT], 2, n);
    (void)sqlite3_bind_int(b->sql[EVENT], 3, n);
    (void)sqlite3_bind_int64(b->sql[EVENT], 4, b->now);
    run(b, EVENT);
}

static void submit(struct bench *b, sqlite3_int64 id)
{
    static const char customer[CUSTOMER_BYTES] = "customer-0001";
    static const char items[ITEMS_BYTES] = "items";
    unsigned char uid[16] = {0x01, 0x99};
    unsigned long long mixed = (unsigned long long)id * 0x9E3779B97F4A7C15ULL;

    for (unsigned i = 0; i < 8; i++)
        uid[9 - i] = (unsigned char)(id >> (8 * i));
    for (unsigned i = 10; i < 16; i++)
        uid[i] = (unsigned char)(mixed >> (8 * (i - 10)));
    (void)sqlite3_bind_int64(b->sql[ORDER], 1, id);
    (void)sqlite3_bind_text(b->sql[ORDER], 2, customer, sizeof customer, SQLITE_STATIC);
    (void)sqlite3_bind_blob(b->sql[ORDER], 3, items, sizeof items, SQLITE_STATIC);
    (void)sqlite3_bind_int64(b->sql[ORDER], 4, b->now);
    (void)sqlite3_bind_blob(b->sql[ORDER], 5, uid, sizeof uid, SQLITE_STATIC);
    run(b, ORDER);
    event(b, id, 0);
    (void)sqlite3_bind_int64(b->sql[QUEUE], 1, 0);
    (void)sqlite3_bind_int64(b->sql[QUEUE], 2, id);
    run(b, QUEUE);
}

static void update(struct bench *b, sqlite3_int64 id, int status)
{
    (void)sqlite3_bind_int(b->sql[UPDATE], 1, status);
    (void)sqlite3_bind_int64(b->sql[UPDATE], 2, b->now);
    (void)sqlite3_bind_int64(b->sql[UPDATE], 3, id);
    run(b, UPDATE);
}

static void end(struct bench *b, sqlite3_int64 id)
{
    update(b, id, 2);
    (void)sqlite3_bind_int64(b->sql[DEQUEUE], 1, 0);
    (void)sqlite3_bind_int64(b->sql[DEQUEUE], 2, id);
    run(b, DEQUEUE);
    event(b, id, 2);
}

int main(int argc, char **argv)
{
    struct bench b = {.now = 1769860800000000};
    double limit = argc > 2 ? strtod(argv[2], NULL) : 2, begin = 0, took = 0;
    sqlite3_int64 last = 0, ended = 0;
    char path[256];

    (void)snprintf(path, sizeof path, "%s/bench_limit.db", argc > 1 ? argv[1] : ".");
    (void)unlink(path);
    if (sqlite3_open(path, &b.db) != SQLITE_OK ||
        sqlite3_exec(b.db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return 1;
    for (unsigned i = 0; i < SQL_COUNT; i++)
        (void)sqlite3_prepare_v2(b.db, texts[i], -1, &b.sql[i], NULL);
    begin = seconds();
    while (took < limit) {
        run(&b, BEGIN);
        b.now += 1000;
        for (sqlite3_int64 i = 1; i <= BATCH; i++)
            submit(&b, last + i);
        for (sqlite3_int64 i = 1; i <= BATCH && last >= BATCH; i++) {
            update(&b, last - BATCH + i, 1);
            event(&b, last - BATCH + i, 1);
        }
        for (sqlite3_int64 i = 1; i <= BATCH && last >= 2 * (sqlite3_int64)BATCH; i++, ended++)
            end(&b, last - 2 * (sqlite3_int64)BATCH + i);
        run(&b, COMMIT);
        last += BATCH;
        took = seconds() - begin;
    }
    (void)printf("limit_orders_per_s %.0f\n", (double)ended / took);
    for (unsigned i = 0; i < SQL_COUNT; i++)
        (void)sqlite3_finalize(b.sql[i]);
    (void)sqlite3_close(b.db);
    (void)unlink(path);
    return 0;
}
