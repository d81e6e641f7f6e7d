/* What a process and its children have used: processor time, memory, bytes written. */
#include "tests/lib/proc_use.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/sysmacros.h>

#define LINE_MAX_BYTES 512
#define CHILDREN_MAX_BYTES 8192
#define UTIME_FIELD 12 /* of those behind the name */
#define STIME_FIELD 13
#define FIELDS 20
#define SECTORS_WRITTEN_FIELD 6
#define SECTOR_BYTES 512

static FILE *open_proc(pid_t pid, const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    return fopen(path, "re");
}

/* The value behind `name` in lines of `name: value`; -1 without. */
static int64_t named(pid_t pid, const char *file, const char *name)
{
    FILE *in = open_proc(pid, file);
    char line[LINE_MAX_BYTES];
    size_t n = strlen(name);
    int64_t value = -1;

    if (in == NULL)
        return -1;
    while (value < 0 && fgets(line, sizeof line, in) != NULL)
        if (strncmp(line, name, n) == 0 && line[n] == ':')
            value = strtoll(line + n + 1, NULL, 10);
    (void)fclose(in);
    return value;
}

/* The fields of /proc/PID/stat behind the name, which may hold anything. */
static int read_stat(pid_t pid, int64_t fields[FIELDS])
{
    FILE *in = open_proc(pid, "stat");
    char line[LINE_MAX_BYTES];
    char *at = NULL;
    int n = 0;

    if (in == NULL)
        return 0;
    if (fgets(line, sizeof line, in) != NULL)
        at = strrchr(line, ')');
    (void)fclose(in);
    if (at == NULL || strlen(at) < 4)
        return 0;
    at += 3; /* the state is a letter */
    for (n = 1; n < FIELDS; n++)
        fields[n] = strtoll(at, &at, 10);
    return n;
}

static int64_t cpu_us(const int64_t fields[FIELDS])
{
    return (fields[UTIME_FIELD - 1] + fields[STIME_FIELD - 1]) * 1000000 / sysconf(_SC_CLK_TCK);
}

struct sum {
    struct proc_use *out;
    int64_t shared_kib;
};

static void add(struct sum *sum, pid_t pid)
{
    int64_t fields[FIELDS] = {0};
    int64_t written = named(pid, "io", "write_bytes");
    int64_t anonymous = named(pid, "status", "RssAnon");
    int64_t shared = named(pid, "status", "RssShmem");

    if (read_stat(pid, fields) == 0)
        return;
    sum->out->cpu_us += cpu_us(fields);
    sum->out->written_bytes += written > 0 ? written : 0;
    sum->out->rss_kib += anonymous > 0 ? anonymous : 0;
    if (shared > sum->shared_kib)
        sum->shared_kib = shared;
}

static pid_t next(char **at)
{
    return (pid_t)strtol(*at, at, 10);
}

void proc_use_read(pid_t pid, struct proc_use *out)
{
    struct sum sum = {.out = out};
    char name[64], children[CHILDREN_MAX_BYTES];
    FILE *in = NULL;

    *out = (struct proc_use){0};
    add(&sum, pid);
    (void)snprintf(name, sizeof name, "task/%d/children", (int)pid);
    in = open_proc(pid, name);
    if (in != NULL) {
        if (fgets(children, sizeof children, in) != NULL) {
            char *at = children;

            for (pid_t child = next(&at); child > 0; child = next(&at))
                add(&sum, child);
        }
        (void)fclose(in);
    }
    out->rss_kib += sum.shared_kib;
}

int64_t proc_disk_bytes(const char *path)
{
    struct stat st;
    char name[64], line[LINE_MAX_BYTES];
    long long sectors = 0;
    FILE *in = NULL;

    if (stat(path, &st) != 0)
        return 0;
    (void)snprintf(name, sizeof name, "/sys/dev/block/%u:%u/stat", major(st.st_dev),
                   minor(st.st_dev));
    in = fopen(name, "re");
    if (in == NULL)
        return 0;
    if (fgets(line, sizeof line, in) != NULL) {
        char *at = line;

        for (int i = 0; i <= SECTORS_WRITTEN_FIELD; i++)
            sectors = strtoll(at, &at, 10);
    }
    (void)fclose(in);
    return sectors * SECTOR_BYTES;
}
