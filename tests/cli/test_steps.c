/* What `dofs` prints of orders with several steps, by a made-up daemon. */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "tests/lib/fake_daemon.h"
#include "tests/lib/program.h"

#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define HEAD "{'v':1,'ok':true,"
#define LIST                                                                                       \
    "[{'step':'reserve','undo':true},{'step':'charge','undo':true},{'step':'ship','undo':false}]"

/* All of an order but what differs. */
#define ORDER(steps, rest)                                                                         \
    HEAD "'order':{'order_id':'" ID "','customer_id':'acme','items':[{'product_id':'p','quantity'" \
         ":1}],'metadata':{},'priority':5,'max_attempts':3,'total_quantity':1,'created_at':1,"     \
         "'updated_at':2,'replays':0,'seq':9,'steps':" steps "," rest "}}"
#define FAILED                                                                                     \
    "'status':'FAILED','attempts':3,'failure_reason':'timeout','step':'charge','results':"         \
    "{'reserve':'bin 7'}"
#define INFO(steps)                                                                                \
    HEAD "'name':'dofsd','version':'1','instance':'staging','pid':7,'epoch':'e','started_at':1,"   \
         "'store':'sqlite','handler':'exec','role':'operator','paused':false,'draining':"          \
         "false" steps "}"

/* Runs `dofs WORDS` (three at most) against the daemon. */
static void run(const struct fake_daemon *fake, const char *const *words, struct program_run *out)
{
    char dofs[256];
    const char *argv[] = {dofs, words[0], words[1], words[1] != NULL ? words[2] : NULL, NULL};
    char request[160], events[160];
    const char *env[] = {request, events, "TZ=UTC", NULL};

    program_path("dofs", dofs);
    (void)snprintf(request, sizeof request, "DOFS_REQUEST=%s", fake_daemon_request_url(fake));
    (void)snprintf(events, sizeof events, "DOFS_EVENTS=%s", fake_daemon_events_url(fake));
    program_run(argv, env, out);
}

static void check(const struct fake_daemon *fake, const char *const *words, const char *has,
                  const char *lacks)
{
    struct program_run got = {0};

    run(fake, words, &got);
    if (got.code != 0 || (has != NULL && strstr(buf_text(&got.out), has) == NULL) ||
        (lacks != NULL && strstr(buf_text(&got.out), lacks) != NULL))
        fail_msg("dofs %s ended with %d, without '%s' or with '%s':\n%s%s", words[0], got.code,
                 has != NULL ? has : "", lacks != NULL ? lacks : "", buf_text(&got.out),
                 buf_text(&got.err));
    program_run_done(&got);
}

static void show_names_the_steps_with_their_states(void **state)
{
    static const struct {
        const char *order, *has, *lacks;
    } cases[] = {
        {ORDER(LIST, FAILED),
         "STEP     STATE   UNDO  RESULT\n"
         "reserve  done    yes   bin 7\n"
         "charge   failed  yes\n"
         "ship     next    -\n",
         "undo failed"},
        {ORDER(LIST, FAILED ",'cancelling':true"),
         "reserve  done         yes   bin 7\n"
         "charge   undo failed  yes\n"
         "ship     -            -\n",
         "a cancel is noted"},
        {ORDER(LIST, FAILED ",'cancelling':true"), "FAILED  (its undo failed)\n", NULL},
        {ORDER(LIST, "'status':'UNDOING','attempts':1,'step':'reserve','cancelling':true"),
         "reserve  undoing  yes\n"
         "charge   -        yes\n",
         "noted"},
        {ORDER(LIST, "'status':'UNDOING','attempts':1,'step':'reserve','cancelling':true,"
                     "'results':{'reserve':'bin 7','charge':''}"),
         "reserve  undoing  yes   bin 7\n"
         "charge   undone   yes\n"
         "ship     -        -\n",
         "stopped"},
        {ORDER(LIST, "'status':'CANCELLED','attempts':1,'step':'reserve',"
                     "'results':{'reserve':'bin 7'}"),
         "reserve  undone  yes   bin 7\n"
         "charge   -       yes\n",
         "stopped"},
        {ORDER("[{'step':'reserve','undo':false},{'step':'charge','undo':true}]",
               "'status':'CANCELLED','attempts':1,'step':'charge','results':{'reserve':''}"),
         "reserve  done     -\n"
         "charge   stopped  yes\n",
         "undone"},
        {ORDER(LIST, "'status':'FULFILLED','attempts':1,'step':'ship','result':'parcel 3'"),
         "charge   done   yes\n"
         "ship     done   -     parcel 3\n",
         "next"},
        {ORDER("[{'step':'fulfil','undo':false}]",
               "'status':'QUEUED','attempts':0,'step':'fulfil'"),
         "step              fulfil\n", "STATE"},
    };
    struct fake_daemon *fake = fake_daemon_new();

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_daemon_reply(fake, "get", cases[i].order);
        check(fake, (const char *const[]){"show", ID, NULL}, cases[i].has, cases[i].lacks);
    }
    fake_daemon_free(fake);
}

static void show_says_when_the_list_is_another_one_today(void **state)
{
    static const struct {
        const char *label, *info, *has, *lacks;
    } cases[] = {
        {"the same", INFO(",'steps':" LIST), "reserve", "Accepted under"},
        {"another", INFO(",'steps':[{'step':'reserve','handler':'exec','undo':true}]"),
         "\nAccepted under another list of steps than today's: reserve (undo), charge (undo), "
         "ship; "
         "today: reserve (undo)\n",
         NULL},
        {"the usual one", INFO(",'steps':[{'step':'fulfil','handler':'exec','undo':false}]"),
         "; today: fulfil\n", NULL},
        {"an undo less",
         INFO(",'steps':[{'step':'reserve','undo':true},"
              "{'step':'charge','undo':false},{'step':'ship','undo':false}]"),
         "; today: reserve (undo), charge, ship\n", NULL},
        {"not told", INFO(""), "reserve", "Accepted under"},
    };
    struct fake_daemon *fake = fake_daemon_new();

    (void)state;
    fake_daemon_reply(fake, "get", ORDER(LIST, FAILED));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fake_daemon_reply(fake, "info", cases[i].info);
        print_message("%s\n", cases[i].label);
        check(fake, (const char *const[]){"show", ID, NULL}, cases[i].has, cases[i].lacks);
    }
    fake_daemon_free(fake);
}

static void why_tells_where_it_stands_and_what_an_undo_would_do(void **state)
{
    static const char *const words[] = {"why", ID, NULL}, *const json[] = {"why", ID, "--json"};
    struct fake_daemon *fake = fake_daemon_new();

    (void)state;
    fake_daemon_reply(fake, "get", ORDER(LIST, FAILED));
    fake_daemon_reply(fake, "history", HEAD "'entries':[],'next_cursor':null}");
    fake_daemon_reply(fake, "info", INFO(""));
    check(fake, words, "\nIt is at step 2 of 3, 'charge'. Done: 'reserve' (bin 7).\n", NULL);
    check(fake, words, "  dofs replay " ID " --from start\n      runs all its steps again", NULL);
    check(fake, words,
          "  dofs cancel " ID "\n      withdraws it and undoes what is done: reserve\n", NULL);
    check(fake, json, "\"stands\":\"It is at step 2 of 3, 'charge'.", NULL);
    fake_daemon_free(fake);
}

static void the_summary_names_the_step_of_each_group(void **state)
{
    struct fake_daemon *fake = fake_daemon_new();

    (void)state;
    fake_daemon_reply(fake, "failed_summary",
                      HEAD "'reasons':[{'step':'charge','group':'exit #','failure_reason':'exit 7',"
                           "'count':3,'oldest_at':1,'newest_at':2}],'next_cursor':null}");
    check(fake, (const char *const[]){"failed", "--summary", NULL}, "STEP    REASON\n", NULL);
    check(fake, (const char *const[]){"failed", "--summary", NULL}, "charge  exit #\n", NULL);
    fake_daemon_free(fake);
}

#define FIGURES(name, queued)                                                                      \
    "{'step':'" name "','queued':" queued                                                          \
    ",'processing':2,'retrying':0,'held':0,'failed':1234,'undoing':1,'rate_1m':0.5,"               \
    "'oldest_ms':9000}"
#define QUANTILES "{'p50':1.0,'p95':1.0,'p99':1.0,'max':1.0}"
#define STATS(steps)                                                                               \
    HEAD "'counts':{},'queue_depth':0,'queue_oldest_ms':0,'in_flight':0,'dlq_depth':0,"            \
         "'accepted_total':0,'fulfilled_total':0,'failed_total':0,'retried_total':0,"              \
         "'rejected_total':0,'rate_1m':0,'rate_5m':0,'rate_15m':0,'success_rate_5m':null,"         \
         "'submit_ms':" QUANTILES ",'order_ms':" QUANTILES ",'steps':" steps ",'series':{}}"

static void stats_counts_what_is_at_each_of_several_steps(void **state)
{
    static const char *const words[] = {"stats", NULL, NULL};
    struct fake_daemon *fake = fake_daemon_new();

    (void)state;
    fake_daemon_reply(fake, "stats",
                      STATS("[" FIGURES("reserve", "7") "," FIGURES("ship", "0") "]"));
    check(fake, words,
          "STEP     QUEUED  PROCESSING  RETRYING  HELD  UNDOING  FAILED    RATE  OLDEST\n"
          "reserve       7           2         0     0        1   1,234  0.50/s      9s\n",
          NULL);
    fake_daemon_reply(fake, "stats", STATS("[" FIGURES("fulfil", "7") "]"));
    check(fake, words, "accepted", "STEP");
    fake_daemon_free(fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(show_names_the_steps_with_their_states),
        cmocka_unit_test(show_says_when_the_list_is_another_one_today),
        cmocka_unit_test(why_tells_where_it_stands_and_what_an_undo_would_do),
        cmocka_unit_test(stats_counts_what_is_at_each_of_several_steps),
        cmocka_unit_test(the_summary_names_the_step_of_each_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
