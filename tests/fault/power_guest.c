/*
 * What runs beside the daemon in a machine that is to lose its power:
 *
 *   power_guest check FILE     a copy of the store, before the daemon opens it: does it hold?
 *   power_guest verify LEDGER  each line is "KEY ID": asked for again it must be a duplicate
 *   power_guest load NAME      orders under keys of this name, for ever: "ack KEY ID" each
 *
 * All is said on standard output, the serial line; REQUEST is the socket's path.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/store/store_sqlite_check.h"
#include "tests/lib/key_client.h"

#define CLIENTS 8
#define LINE_BYTES 128

static const char *request_path(void)
{
    const char *path = secure_getenv("REQUEST");

    return path != NULL ? path : "/run/request.sock";
}

static int check(const char *path)
{
    struct store_checked found = {0};
    struct why why = {0};

    if (access(path, F_OK) != 0)
        return 0;
    if (store_sqlite_settle(path, &why) != OK ||
        store_sqlite_check_file(path, NULL, &found, &why) != OK) {
        (void)printf("BROKEN %s\n", why.text);
        return 1;
    }
    (void)printf("checked %lld orders\n", (long long)found.orders);
    return 0;
}

static int verify(const char *ledger)
{
    FILE *file = fopen(ledger, "re");
    char line[LINE_BYTES];
    struct key_client client;
    size_t kept = 0;
    size_t lost = 0;

    key_client_init(&client, request_path());
    while (file != NULL && fgets(line, sizeof line, file) != NULL && line[0] > ' ') {
        char *rest = line;
        const char *key = strsep(&rest, " ");
        const char *wanted = strsep(&rest, "\n");
        struct key_answer answer = key_client_settle(&client, key);
        char id[UUID_TEXT_LEN + 1];

        uuid_format(&answer.order_id, id);
        if (answer.outcome == KEY_ACKED && answer.duplicate && wanted != NULL &&
            strcmp(id, wanted) == 0) {
            kept++;
        } else {
            lost++;
            (void)printf("LOST %s\n", key);
        }
    }
    if (file != NULL)
        (void)fclose(file);
    key_client_done(&client);
    (void)printf("verified %zu kept %zu lost\n", kept, lost);
    return lost > 0;
}

struct submitter {
    pthread_t thread;
    const char *name;
    int number;
};

static void *submit_for_ever(void *arg)
{
    const struct submitter *self = arg;
    struct key_client client;

    key_client_init(&client, request_path());
    for (long n = 0;; n++) {
        char key[LINE_BYTES / 2];
        char line[LINE_BYTES];
        char id[UUID_TEXT_LEN + 1];
        struct key_answer answer;
        int len = 0;

        (void)snprintf(key, sizeof key, "%s:%d:%ld", self->name, self->number, n);
        answer = key_client_settle(&client, key);
        if (answer.outcome != KEY_ACKED)
            continue;
        uuid_format(&answer.order_id, id);
        len = snprintf(line, sizeof line, "ack %s %s\n", key, id);
        (void)!write(STDOUT_FILENO, line, (size_t)len); /* whole: no other's line in between */
    }
    return NULL;
}

static int load(const char *name)
{
    struct submitter submitters[CLIENTS];

    for (int i = 0; i < CLIENTS; i++) {
        submitters[i] = (struct submitter){.name = name, .number = i};
        if (pthread_create(&submitters[i].thread, NULL, submit_for_ever, &submitters[i]) != 0)
            return 1;
    }
    (void)pthread_join(submitters[0].thread, NULL);
    return 0;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(const char *argument);
    } jobs[] = {{"check", check}, {"verify", verify}, {"load", load}};

    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; argc == 3 && i < sizeof jobs / sizeof jobs[0]; i++) {
        if (strcmp(argv[1], jobs[i].name) == 0)
            return jobs[i].run(argv[2]);
    }
    (void)fprintf(stderr, "usage: power_guest check|verify|load WHAT\n");
    return 2;
}
