/* What a process and its children have used: processor time, memory, bytes written. */
#pragma once

#include <stdint.h>

#include <sys/types.h>

struct proc_use {
    int64_t cpu_us;        /* user and system, of all threads */
    int64_t written_bytes; /* pages made dirty, as the kernel counts them: whole folios at times */
    int64_t rss_kib;       /* RssAnon of each and the largest RssShmem: shared memory counts once */
};

/* Of `pid` and its direct children; what has ended meanwhile counts as 0. */
void proc_use_read(pid_t pid, struct proc_use *out);

/* Bytes that the disk under `path` has written since the machine's start, for whomever; 0: it does
   not say. */
int64_t proc_disk_bytes(const char *path);
