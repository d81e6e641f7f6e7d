/* A database file as any SQLite tool sees it. Each function fails the test when SQLite does. */
#pragma once

/* Opens the file, or makes it, for these statements. */
void sql_file_run(const char *path, const char *sql);

/* The first column of all rows, a line each ("-" for NULL); the caller's to free. */
char *sql_file_ask(const char *path, const char *sql);

/* The same of a file that may be broken: NULL when SQLite fails. */
char *sql_file_try(const char *path, const char *sql);

/* The answer must be this. */
void sql_file_assert(const char *path, const char *sql, const char *wanted);
