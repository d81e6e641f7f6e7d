/* What the schema's versions are made of: the statements that lead from each to the next. */
#include "daemon/store/store_sqlite.h"

/*
 * What changes often or is short comes first in a row; NULL, 0 and 1 take no room. The UUID is in
 * one index and nowhere else. What else orders are found by is in tables of its own since version
 * 2 (`work`, `rare`, `order_references`, `customers`); the column `lane` is of version 1, and NULL.
 *
 * The views are for people and their tools: ids as text, times as RFC 3339, statuses by name.
 */
#define UUID_TEXT(c)                                                                               \
    "lower(substr(hex(" c "),1,8)||'-'||substr(hex(" c "),9,4)||'-'||substr(hex(" c                \
    "),13,4)||'-'||substr(hex(" c "),17,4)||'-'||substr(hex(" c "),21))"
#define TIME_TEXT(c)                                                                               \
    "strftime('%Y-%m-%dT%H:%M:%S'," c "/1000000,'unixepoch')||printf('.%06dZ'," c "%1000000)"

#define ORDER_ID UUID_TEXT("o.uid") " AS order_id,"
#define CREATED_AT TIME_TEXT("o.created_at") " AS created_at,"
#define UPDATED_AT TIME_TEXT("o.updated_at") " AS updated_at,"
#define NOT_BEFORE TIME_TEXT("o.not_before") " AS not_before,"
#define NEXT_ATTEMPT_AT TIME_TEXT("o.next_attempt_at") " AS next_attempt_at,"
#define FAILED_AT TIME_TEXT("f.failed_at") " AS failed_at,"

/* What its steps handed on; the last one's is the order's result. NULL where it has one step. */
#define RESULTS                                                                                    \
    "CASE WHEN o.steps IS NOT NULL THEN (SELECT json_group_object(step,text) FROM (SELECT step,"   \
    "text FROM results WHERE order_id=o.id UNION ALL SELECT o.step,coalesce(o.result,'') WHERE "   \
    "o.status=5)) END AS results,"

/* A customer's name that a search may take for the start of an order's id. */
#define CUSTOMER_AS_ID                                                                             \
    "customer_id GLOB '[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]*'"

/* Released: files of this version exist, so nothing here may change. */
static const char *const version_1[] = {
    "CREATE TABLE orders(id INTEGER PRIMARY KEY,status INTEGER NOT NULL,lane INTEGER,cancel TEXT,"
    "attempts INTEGER NOT NULL,max_attempts INTEGER NOT NULL,replays INTEGER NOT NULL,"
    "priority INTEGER NOT NULL,due_at INTEGER,updated_at INTEGER NOT NULL,next_attempt_at INTEGER,"
    "seq INTEGER NOT NULL,draw INTEGER NOT NULL,replay INTEGER,total_quantity INTEGER NOT NULL,"
    "created_at INTEGER NOT NULL,not_before INTEGER,uid BLOB NOT NULL,customer_id TEXT NOT NULL,"
    "reference TEXT,step TEXT,failure_reason TEXT,items TEXT NOT NULL,metadata TEXT,results TEXT,"
    "result TEXT)STRICT",
    "CREATE UNIQUE INDEX orders_uid ON orders(uid)",
    "CREATE INDEX orders_work ON orders(lane,due_at) WHERE lane IS NOT NULL",
    "CREATE INDEX orders_rare ON orders(status) WHERE status<>1 AND status<>2 AND status<>5",
    "CREATE INDEX orders_customer ON orders(customer_id)",
    "CREATE INDEX orders_reference ON orders(reference) WHERE reference IS NOT NULL",
    "CREATE TABLE history(order_id INTEGER NOT NULL,seq INTEGER NOT NULL,entries BLOB NOT NULL,"
    "PRIMARY KEY(order_id,seq))STRICT,WITHOUT ROWID",
    "CREATE TABLE leases(order_id INTEGER NOT NULL,token TEXT NOT NULL,op INTEGER NOT NULL,"
    "status INTEGER NOT NULL,next_attempt_at INTEGER,PRIMARY KEY(order_id,token))STRICT,"
    "WITHOUT ROWID",
    "CREATE TABLE events(last_seq INTEGER PRIMARY KEY,first_seq INTEGER NOT NULL,"
    "at INTEGER NOT NULL,batch BLOB NOT NULL)STRICT",
    "CREATE TABLE reason_groups(id INTEGER PRIMARY KEY,text TEXT NOT NULL UNIQUE,"
    "count INTEGER NOT NULL)STRICT",
    "CREATE INDEX reason_groups_count ON reason_groups(count)",
    "CREATE TABLE failed_orders(n INTEGER PRIMARY KEY,order_id INTEGER NOT NULL UNIQUE,"
    "failed_at INTEGER NOT NULL,reason_group INTEGER NOT NULL,attempts INTEGER NOT NULL,step TEXT,"
    "failure_reason TEXT)STRICT",
    "CREATE INDEX failed_orders_group ON failed_orders(reason_group)",
    "CREATE TABLE keys(n INTEGER PRIMARY KEY,key BLOB NOT NULL UNIQUE,order_id INTEGER NOT NULL,"
    "digest INTEGER NOT NULL,at INTEGER NOT NULL)STRICT",
    "CREATE TABLE replays(id INTEGER PRIMARY KEY,uid BLOB NOT NULL UNIQUE,state INTEGER NOT NULL,"
    "matched INTEGER NOT NULL,moved INTEGER NOT NULL,skipped INTEGER NOT NULL,"
    "refailed INTEGER NOT NULL,rate REAL NOT NULL,started_at INTEGER NOT NULL,"
    "finished_at INTEGER NOT NULL,actor TEXT,reason TEXT,filter_text TEXT,set_id INTEGER,"
    "cursor INTEGER NOT NULL,upto INTEGER NOT NULL,asked_at INTEGER NOT NULL,"
    "from_start INTEGER NOT NULL,canary INTEGER NOT NULL,canary_passed INTEGER NOT NULL,"
    "failed_share REAL NOT NULL,of_last INTEGER NOT NULL,ends BLOB)STRICT",
    "CREATE TABLE sets(id INTEGER PRIMARY KEY,token BLOB UNIQUE,at INTEGER NOT NULL,"
    "matched INTEGER NOT NULL,upto INTEGER NOT NULL,listed INTEGER NOT NULL)STRICT",
    "CREATE TABLE set_parts(set_id INTEGER NOT NULL,part INTEGER NOT NULL,ns BLOB NOT NULL,"
    "PRIMARY KEY(set_id,part))STRICT,WITHOUT ROWID",
    "CREATE INDEX replays_running ON replays(state) WHERE state=0",
    "CREATE TABLE totals(id INTEGER PRIMARY KEY CHECK(id=1),last_seq INTEGER NOT NULL,"
    "last_order INTEGER NOT NULL,last_dead INTEGER NOT NULL,last_replay INTEGER NOT NULL,"
    "dlq_depth INTEGER NOT NULL,accepted INTEGER NOT NULL,fulfilled INTEGER NOT NULL,"
    "failed INTEGER NOT NULL,retried INTEGER NOT NULL,rejected INTEGER NOT NULL,"
    "paused INTEGER NOT NULL,counts BLOB NOT NULL)STRICT",
    "INSERT INTO totals VALUES(1,0,0,0,0,0,0,0,0,0,0,0,x'90')",
    "CREATE TABLE statuses(status INTEGER PRIMARY KEY,name TEXT NOT NULL)STRICT",
    "CREATE VIEW orders_view AS SELECT " ORDER_ID
    "o.customer_id,o.reference,s.name AS status,o.attempts,o.max_attempts,o.replays,o.priority,"
    "o.total_quantity," CREATED_AT UPDATED_AT NOT_BEFORE NEXT_ATTEMPT_AT
    "o.step,o.failure_reason,o.items,o.metadata,o.results,o.result,o.seq "
    "FROM orders o LEFT JOIN statuses s ON s.status=o.status",
    "CREATE VIEW failed_orders_view AS SELECT " ORDER_ID
    "o.customer_id,o.reference,f.step,f.failure_reason,g.text AS reason_group,f.attempts," FAILED_AT
    "o.replays FROM failed_orders f JOIN orders o ON o.id=f.order_id "
    "LEFT JOIN reason_groups g ON g.id=f.reason_group",
    NULL,
};

/* Not released yet: statements may be added behind the others. */
static const char *const version_2[] = {
    "CREATE TABLE alarms(name TEXT PRIMARY KEY,state INTEGER NOT NULL,since_at INTEGER NOT NULL,"
    "acknowledged_by TEXT)STRICT,WITHOUT ROWID",
    "ALTER TABLE orders ADD COLUMN steps TEXT",
    "ALTER TABLE orders ADD COLUMN trail BLOB",
    "ALTER TABLE totals ADD COLUMN by_step BLOB",
    "CREATE TABLE steps(number INTEGER PRIMARY KEY,name TEXT NOT NULL UNIQUE)STRICT",
    "INSERT INTO steps VALUES(0,'fulfil')",
    "CREATE TABLE results(order_id INTEGER NOT NULL,step TEXT NOT NULL,text TEXT NOT NULL,"
    "PRIMARY KEY(order_id,step))STRICT,WITHOUT ROWID",
    "DROP VIEW orders_view",
    "DROP VIEW failed_orders_view",
    "CREATE TABLE groups_by_step(id INTEGER PRIMARY KEY,text TEXT NOT NULL,step TEXT NOT NULL,"
    "count INTEGER NOT NULL,UNIQUE(text,step))STRICT",
    "INSERT INTO groups_by_step SELECT id,text,'fulfil',count FROM reason_groups",
    "DROP TABLE reason_groups",
    "ALTER TABLE groups_by_step RENAME TO reason_groups",
    "CREATE INDEX reason_groups_count ON reason_groups(count)",
    "CREATE VIEW orders_view AS SELECT " ORDER_ID
    "o.customer_id,o.reference,s.name AS status,o.attempts,o.max_attempts,o.replays,o.priority,"
    "o.total_quantity," CREATED_AT UPDATED_AT NOT_BEFORE NEXT_ATTEMPT_AT
    "o.step,o.steps,o.failure_reason,o.items,o.metadata," RESULTS "o.result,o.seq "
    "FROM orders o LEFT JOIN statuses s ON s.status=o.status",
    "CREATE VIEW failed_orders_view AS SELECT " ORDER_ID
    "o.customer_id,o.reference,f.step,f.failure_reason,g.text AS reason_group,f.attempts," FAILED_AT
    "o.replays FROM failed_orders f JOIN orders o ON o.id=f.order_id "
    "LEFT JOIN reason_groups g ON g.id=f.reason_group",
    "CREATE TABLE key_seed(id INTEGER PRIMARY KEY CHECK(id=1),seed BLOB NOT NULL)STRICT",
    "INSERT INTO key_seed VALUES(1,randomblob(16))",
    "CREATE TABLE key_log(n INTEGER PRIMARY KEY,key BLOB NOT NULL,order_id INTEGER NOT NULL,"
    "digest INTEGER NOT NULL,at INTEGER NOT NULL)STRICT",
    "INSERT INTO key_log SELECT n,key,order_id,digest,at FROM keys ORDER BY n",
    "DROP TABLE keys",
    "CREATE TABLE key_runs(id INTEGER PRIMARY KEY,first_n INTEGER NOT NULL,"
    "last_n INTEGER NOT NULL,filter BLOB NOT NULL)STRICT",
    "CREATE TABLE key_parts(id INTEGER PRIMARY KEY,places BLOB NOT NULL)STRICT",
    "DROP INDEX orders_customer",
    "CREATE TABLE customers(customer INTEGER NOT NULL,order_id INTEGER NOT NULL,"
    "PRIMARY KEY(customer,order_id))STRICT,WITHOUT ROWID",
    "CREATE TABLE customers_moved(id INTEGER PRIMARY KEY CHECK(id=1),from_order INTEGER NOT NULL)"
    "STRICT",
    "INSERT INTO customers_moved VALUES(1,1)",
    "CREATE TABLE work(lane INTEGER NOT NULL,due_at INTEGER NOT NULL,order_id INTEGER NOT NULL,"
    "PRIMARY KEY(lane,due_at,order_id))STRICT,WITHOUT ROWID",
    "INSERT INTO work SELECT lane+16,coalesce(due_at,0),id FROM orders WHERE lane<10",
    "INSERT INTO work SELECT 10,0,id FROM orders WHERE lane=10",
    "CREATE TABLE work_moved(id INTEGER PRIMARY KEY CHECK(id=1),from_order INTEGER NOT NULL)STRICT",
    "INSERT INTO work_moved SELECT 1,last_order+1 FROM totals",
    "DROP INDEX orders_work",
    "DROP INDEX orders_rare",
    "CREATE TABLE rare(status INTEGER NOT NULL,order_id INTEGER NOT NULL,"
    "PRIMARY KEY(status,order_id))STRICT,WITHOUT ROWID",
    "INSERT INTO rare SELECT status,id FROM orders WHERE status NOT IN(1,2,5)",
    "DROP INDEX orders_reference",
    "CREATE TABLE order_references(text TEXT NOT NULL,order_id INTEGER NOT NULL,"
    "PRIMARY KEY(text,order_id))STRICT,WITHOUT ROWID",
    "INSERT INTO order_references SELECT reference,id FROM orders WHERE reference IS NOT NULL",
    "CREATE TABLE id_like(customer TEXT PRIMARY KEY)STRICT,WITHOUT ROWID",
    "INSERT OR IGNORE INTO id_like SELECT customer_id FROM orders WHERE " CUSTOMER_AS_ID,
    "ALTER TABLE orders ADD COLUMN spilled INTEGER",
    "ALTER TABLE orders ADD COLUMN handed INTEGER",
    "ALTER TABLE orders ADD COLUMN sum INTEGER",
    "CREATE TABLE unsummed(id INTEGER PRIMARY KEY CHECK(id=1),last_order INTEGER NOT NULL)STRICT",
    "INSERT INTO unsummed SELECT 1,last_order FROM totals",
    "ALTER TABLE failed_orders ADD COLUMN uid BLOB",
    "ALTER TABLE failed_orders ADD COLUMN customer_id TEXT",
    "ALTER TABLE failed_orders ADD COLUMN reference TEXT",
    "UPDATE failed_orders SET (uid,customer_id,reference)="
    "(SELECT uid,customer_id,reference FROM orders WHERE id=order_id)",
    "CREATE TABLE clock_back(kind INTEGER NOT NULL,n INTEGER NOT NULL,at INTEGER NOT NULL,"
    "was INTEGER NOT NULL,PRIMARY KEY(kind,n))STRICT,WITHOUT ROWID",
    "INSERT INTO clock_back SELECT 0,id,at,was FROM (SELECT id,created_at AS at,(SELECT created_at "
    "FROM orders p WHERE p.id<o.id ORDER BY p.id DESC LIMIT 1) AS was FROM orders o) WHERE at<was",
    "INSERT INTO clock_back SELECT 1,n,at,was FROM (SELECT n,failed_at AS at,(SELECT failed_at "
    "FROM failed_orders p WHERE p.n<f.n ORDER BY p.n DESC LIMIT 1) AS was FROM failed_orders f) "
    "WHERE at<was",
    NULL,
};

/* Step i makes version i + 1 of version i. */
static const char *const *const steps[SCHEMA_VERSION] = {version_1, version_2};

enum err migrate_step(struct conn *conn, int64_t from, struct why *why)
{
    enum err e = OK;

    for (const char *const *text = steps[from]; *text != NULL && e == OK; text++)
        e = conn_exec(conn, *text, why);
    return e;
}
