/* Every field of every operation, wrong in each way: the problem names it. */
#include "tests/lib/test.h"

#include <string.h>

#include "tests/lib/request_given.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))
#define ID "01890a5d-ac96-774b-bcce-b302099a8057"
#define GOOD_ORDER "{'customer_id':'acme','items':[{'product_id':'p','quantity':1}]}"

struct bad {
    const char *text, *field, *problem;
};

static const struct bad cases[] = {
    {"{'v':1,'op':'info','x':1}", "x", "no known field"},
    {"{'v':1,'op':'submit'}", "order", "is required"},
    {"{'v':1,'op':'submit','order':null}", "order", "is required"},
    {"{'v':1,'op':'submit','order':[]}", "order", "must be a map"},
    {"{'v':1,'op':'submit','order':" GOOD_ORDER ",'idempotency_key':5}", "idempotency_key",
     "must be a string"},
    {"{'v':1,'op':'submit','order':" GOOD_ORDER ",'idempotency_key':''}", "idempotency_key",
     "1 to 255 bytes"},
    {"{'v':1,'op':'submit','order':{'customer_id':'acme','items':[{'product_id':'p',"
     "'quantity':18446744073709551615}]}}",
     "items[0].quantity", "too large"},
    {"{'v':1,'op':'submit_batch'}", "orders", "is required"},
    {"{'v':1,'op':'submit_batch','orders':{}}", "orders", "must be a list"},
    {"{'v':1,'op':'submit_batch','orders':[]}", "orders", "list of 1 to 1000, not 0"},
    {"{'v':1,'op':'get'}", "order_id", "is required"},
    {"{'v':1,'op':'get','order_id':7}", "order_id", "must be a string"},
    {"{'v':1,'op':'get','order_id':'01890A5D-AC96-774B-BCCE-B302099A8057'}", "order_id",
     "lower case"},
    {"{'v':1,'op':'history','order_id':'" ID "','limit':0}", "limit", "from 1 to 500"},
    {"{'v':1,'op':'history','order_id':'" ID "','limit':501}", "limit", "from 1 to 500"},
    {"{'v':1,'op':'history','order_id':'" ID "','limit':1.5}", "limit", "an integer"},
    {"{'v':1,'op':'history','order_id':'" ID "','cursor':1}", "cursor", "must be a string"},
    {"{'v':1,'op':'list','status':'QUEUED'}", "status", "must be a list"},
    {"{'v':1,'op':'list','status':['QUEUED','queued']}", "status[1]", "is no name"},
    {"{'v':1,'op':'list','status':[5]}", "status[0]", "is no name"},
    {"{'v':1,'op':'list','customer_id':5}", "customer_id", "must be a string"},
    {"{'v':1,'op':'list','customer_id':''}", "customer_id", "1 to 1024 bytes"},
    {"{'v':1,'op':'list','product_id':5}", "product_id", "must be a string"},
    {"{'v':1,'op':'list','reference':5}", "reference", "must be a string"},
    {"{'v':1,'op':'list','search':true}", "search", "must be a string"},
    {"{'v':1,'op':'list','from':'today'}", "from", "must be an integer"},
    {"{'v':1,'op':'list','to':-1}", "to", "0 or more"},
    {"{'v':1,'op':'list','filter':7}", "filter", "must be a string"},
    {"{'v':1,'op':'list','filter':'colour:red'}", "filter", "colour"},
    {"{'v':1,'op':'list','sort':'best'}", "sort", "newest, oldest or updated"},
    {"{'v':1,'op':'list','sort':3}", "sort", "must be a string"},
    {"{'v':1,'op':'failed','reason':1}", "reason", "must be a string"},
    {"{'v':1,'op':'failed','group':1}", "group", "must be a string"},
    {"{'v':1,'op':'failed','status':[]}", "status", "no known field"},
    {"{'v':1,'op':'failed_summary','cursor':''}", "cursor", "1 to 200 bytes"},
    {"{'v':1,'op':'cancel','filter':' '}", "filter", "must have a term"},
    {"{'v':1,'op':'replay','filter':''}", "filter", "must have a term"},
    {"{'v':1,'op':'replay','filter':{}}", "filter", "must have a field"},
    {"{'v':1,'op':'list','after':'x'}", "after", "must be an id"},
    {"{'v':1,'op':'failed','after':1}", "after", "must be"},
    {"{'v':1,'op':'failed','sort':'updated'}", "sort", "must be newest or oldest"},
    {"{'v':1,'op':'list','cursor':'n:1','after':'01990000-0000-7000-8000-000000000001'}", "after",
     "cannot be given together with cursor"},
    {"{'v':1,'op':'replay','token':'x','dry_run':true}", "token", "together with dry_run"},
    {"{'v':1,'op':'replay','token':'x','all':true}", "order_ids", "exactly one of"},
    {"{'v':1,'op':'replay','all':true,'canary':0}", "canary", "1 to"},
    {"{'v':1,'op':'replay','all':true,'stop_if':5}", "stop_if", "must be a map"},
    {"{'v':1,'op':'replay','all':true,'stop_if':{'failed_share':1.5,'of_last':20}}",
     "stop_if.failed_share", "from 0 to 1"},
    {"{'v':1,'op':'replay','all':true,'stop_if':{'failed_share':1,'of_last':1001}}",
     "stop_if.of_last", "from 1 to 1000"},
    {"{'v':1,'op':'replay','all':true,'stop_if':{'of_last':20}}", "stop_if.failed_share",
     "required"},
    {"{'v':1,'op':'failed','cursor':'f:1','after':'01990000-0000-7000-8000-000000000001'}", "after",
     "cannot be given together with cursor"},
    {"{'v':1,'op':'cancel'}", "order_id", "exactly one of order_id, order_ids, filter"},
    {"{'v':1,'op':'cancel','order_id':'" ID "','filter':'x'}", "order_id", "exactly one"},
    {"{'v':1,'op':'hold','order_ids':[]}", "order_ids", "list of 1 to 1000"},
    {"{'v':1,'op':'hold','order_ids':['" ID "','x']}", "order_ids[1]", "must be an id"},
    {"{'v':1,'op':'hold','order_ids':[null]}", "order_ids[0]", "must be an id"},
    {"{'v':1,'op':'hold','order_ids':'" ID "'}", "order_ids", "must be a list"},
    {"{'v':1,'op':'release','filter':'\"'}", "filter", "not closed"},
    {"{'v':1,'op':'retry_now','order_id':'" ID "','reason':7}", "reason", "a string"},
    {"{'v':1,'op':'retry_now','order_id':'" ID "','reason':'a\nb'}", "reason", "control"},
    {"{'v':1,'op':'replay'}", "order_ids", "exactly one of order_ids, filter, all"},
    {"{'v':1,'op':'replay','all':false}", "all", "must be true"},
    {"{'v':1,'op':'replay','all':1}", "all", "must be a bool"},
    {"{'v':1,'op':'replay','all':true,'rate':0}", "rate", "above 0"},
    {"{'v':1,'op':'replay','all':true,'rate':-0.5}", "rate", "above 0"},
    {"{'v':1,'op':'replay','all':true,'rate':1000001}", "rate", "at most 1000000"},
    {"{'v':1,'op':'replay','all':true,'rate':'fast'}", "rate", "must be a number"},
    {"{'v':1,'op':'replay','all':true,'from':'middle'}", "from", "failed or start"},
    {"{'v':1,'op':'replay','all':true,'from':0}", "from", "must be a string"},
    {"{'v':1,'op':'replay','all':true,'dry_run':1}", "dry_run", "must be a bool"},
    {"{'v':1,'op':'replay','filter':5}", "filter", "must be a string"},
    {"{'v':1,'op':'replay','filter':{'reason':5}}", "filter.reason", "must be a string"},
    {"{'v':1,'op':'replay','filter':{'v':1}}", "filter.v", "no known field"},
    {"{'v':1,'op':'replay','filter':{'filter':'age:1h'}}", "filter.filter", "age"},
    {"{'v':1,'op':'replays','replay_id':'x'}", "replay_id", "must be an id"},
    {"{'v':1,'op':'replay_cancel','replay_id':null}", "replay_id", "is required"},
    {"{'v':1,'op':'discard','note':'x'}", "order_ids", "exactly one"},
    {"{'v':1,'op':'discard','all':true,'note':[]}", "note", "must be a string"},
    {"{'v':1,'op':'events','after':-1}", "after", "0 or more"},
    {"{'v':1,'op':'events','limit':1001}", "limit", "from 1 to 1000"},
    {"{'v':1,'op':'events','topics':['dlq','mail']}", "topics[1]", "is no name"},
    {"{'v':1,'op':'events','topics':'dlq'}", "topics", "must be a list"},
    {"{'v':1,'op':'lease','max':1,'wait_ms':0}", "worker", "is required"},
    {"{'v':1,'op':'lease','worker':'','max':1,'wait_ms':0}", "worker", "1 to 128"},
    {"{'v':1,'op':'lease','worker':'w','wait_ms':0}", "max", "is required"},
    {"{'v':1,'op':'lease','worker':'w','max':0,'wait_ms':0}", "max", "from 1 to 100"},
    {"{'v':1,'op':'lease','worker':'w','max':101,'wait_ms':0}", "max", "from 1 to 100"},
    {"{'v':1,'op':'lease','worker':'w','max':1}", "wait_ms", "is required"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':30001}", "wait_ms", "from 0 to 30000"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':0,'lease_ms':0}", "lease_ms", "from 1 to"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':0,'lease_ms':43200001}", "lease_ms",
     "to 43200000"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':0,'steps':[]}", "steps", "list of 1 to"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':0,'steps':'fulfil'}", "steps", "a list"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':0,'steps':['a',5]}", "steps[1]",
     "must be a string"},
    {"{'v':1,'op':'lease','worker':'w','max':1,'wait_ms':0,'key':''}", "key", "1 to 255 bytes"},
    {"{'v':1,'op':'heartbeat','order_id':'" ID "'}", "lease", "is required"},
    {"{'v':1,'op':'heartbeat','order_id':'x','lease':'l'}", "order_id", "must be an id"},
    {"{'v':1,'op':'complete','order_id':'" ID "','lease':'l','result':{}}", "result", "a string"},
    {"{'v':1,'op':'fail','order_id':'" ID "','lease':'l'}", "reason", "is required"},
    {"{'v':1,'op':'fail','order_id':'" ID "','lease':'l','reason':''}", "reason", "1 to 65536"},
    {"{'v':1,'op':'fail','order_id':'" ID "','lease':'l','reason':'r','retry_after_ms':-1}",
     "retry_after_ms", "from 0 to"},
    {"{'v':1,'op':'drain','as2':'x'}", "as2", "no known field"},
};

static void assert_bad(const struct bad *bad)
{
    struct request_given *given = request_given_text(bad->text);
    bool found = false;

    if (given->e != ERR_INVALID)
        fail_msg("%s: taken", bad->text);
    for (const struct problem *p = given->problems.first; p != NULL; p = p->next)
        found = found || (strcmp(p->field, bad->field) == 0 && strstr(p->text, bad->problem));
    if (!found || given->problems.n != 1)
        fail_msg("%s: %zu problems: %s", bad->text, given->problems.n, given->why.text);
    request_given_done(given);
}

static void each_wrong_field_is_named(void **state)
{

    (void)state;
    for (size_t i = 0; i < LENGTH(cases); i++)
        assert_bad(&cases[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_field_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
