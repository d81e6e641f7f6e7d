/* Alarms' states, a row each: what a restart takes up again. */
#include <math.h>

#include "daemon/store/store_sqlite.h"

enum err sqlite_keep_alarm(struct store *base, const struct alarm_row *alarm, struct why *why)
{
    struct conn *conn = &sqlite_of(base)->conn;
    enum err e = OK;
    sqlite3_stmt *stmt = conn_write_sql(conn, SQL_KEEP_ALARM, &e, why);

    if (stmt == NULL)
        return e;
    bind_slice(stmt, 1, alarm->name);
    bind_int(stmt, 2, alarm->alarm ? 1 : 0);
    bind_int(stmt, 3, alarm->since_at);
    bind_slice(stmt, 4, alarm->acknowledged_by);
    return conn_run(conn, stmt, why);
}

enum err sqlite_alarms(struct store_reader *base,
                       void (*row)(void *self, const struct alarm_row *alarm), void *self,
                       struct why *why)
{
    struct conn *conn = conn_of(base);
    sqlite3_stmt *stmt = conn_sql(conn, SQL_ALARMS, why);
    enum err e = OK;

    while (conn_row(conn, stmt, &e, why)) {
        const struct alarm_row alarm = {.name = col_slice(stmt, 0),
                                        .alarm = col_int(stmt, 1) != 0,
                                        .value = NAN,
                                        .threshold = NAN,
                                        .since_at = col_int(stmt, 2),
                                        .acknowledged_by = col_slice(stmt, 3)};

        row(self, &alarm);
    }
    return e;
}
