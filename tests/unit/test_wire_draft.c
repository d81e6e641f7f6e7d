/* Orders as clients send them, in shapes that are none: each problem is named, once, by its place.
 */
#include "tests/lib/test.h"

#include <stdio.h>
#include <string.h>

#include "shared/limits.h"
#include "tests/lib/request_given.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static void each_problem_of_an_order_is_named_by_its_place(void **state)
{
#define ITEM "{'product_id':'p','quantity':1}"
    static const struct {
        const char *order;
        size_t n;
        const char *field;
    } rows[] = {
        {"{'customer_ix':'a','customer_id':'acme','items':[" ITEM "]}", 1, "customer_ix"},
        {"{'itemz':1,'customer_id':'acme','items':[" ITEM "]}", 1, "itemz"},
        {"{'referenzz':1,'customer_id':'acme','items':[" ITEM "]}", 1, "referenzz"},
        {"{'metadaty':1,'customer_id':'acme','items':[" ITEM "]}", 1, "metadaty"},
        {"{'prioritx':1,'customer_id':'acme','items':[" ITEM "]}", 1, "prioritx"},
        {"{'not_befor_':1,'customer_id':'acme','items':[" ITEM "]}", 1, "not_befor_"},
        {"{'customer_id':'acme','items':[{'product_ix':'p','quantity':1}]}", 2,
         "items[0].product_id"},
        {"{'customer_id':'acme','items':[{'product_id':'p','quantitx':1}]}", 2,
         "items[0].quantity"},
        {"{'customer_id':'acme','items':[null]}", 1, "items[0]"},
        {"{'customer_id':'acme','items':[]}", 1, "items"},
        {"{'customer_id':'acme','items':null}", 1, "items"},
        {"{'customer_id':'acme','items':[" ITEM "],'metadata':{'a':null}}", 1, "metadata.a"},
        {"{'customer_id':'acme','items':[" ITEM "],'metadata':7}", 1, "metadata"},
        {"{'customer_id':'acme','items':[" ITEM "],'metadata':{}}", 0, NULL},
    };
#undef ITEM

    (void)state;
    for (size_t i = 0; i < LENGTH(rows); i++) {
        char text[512];
        struct request_given *given = NULL;

        (void)snprintf(text, sizeof text, "{'v':1,'op':'submit','order':%s}", rows[i].order);
        given = request_given_text(text);
        if (given->e != (rows[i].n > 0 ? ERR_INVALID : OK) || given->problems.n != rows[i].n)
            fail_msg("%s: %zu: %s", rows[i].order, given->problems.n, given->why.text);
        if (rows[i].n > 0 && !problems_has(&given->problems, rows[i].field))
            fail_msg("%s: %s", rows[i].order, given->why.text);
        request_given_done(given);
    }
}

static void a_list_of_too_many_is_one_problem(void **state)
{
    struct request_given *given = NULL;
    struct buf text;

    (void)state;
    buf_init(&text, 4096);
    buf_add_text(&text, "{'v':1,'op':'submit','order':{'customer_id':'acme','items':[7");
    for (unsigned i = 0; i < ITEMS_MAX; i++)
        buf_add_text(&text, ",7");
    buf_add_text(&text, "]}}");
    given = request_given_text(buf_text(&text));
    assert_int_equal(given->e, ERR_INVALID);
    assert_int_equal(given->problems.n, 1);
    assert_true(problems_has(&given->problems, "items"));
    request_given_done(given);
    buf_done(&text);
}

static void metadata_of_too_many_pairs_is_one_problem(void **state)
{
    struct request_given *given = NULL;
    struct buf text;

    (void)state;
    buf_init(&text, 4096);
    buf_add_text(&text, "{'v':1,'op':'submit','order':{'customer_id':'acme','items':"
                        "[{'product_id':'p','quantity':1}],'metadata':{");
    for (unsigned i = 0; i <= METADATA_PAIRS_MAX; i++)
        buf_printf(&text, "%s'k%u':'v'", i > 0 ? "," : "", i);
    buf_add_text(&text, "}}}");
    given = request_given_text(buf_text(&text));
    assert_int_equal(given->e, ERR_INVALID);
    assert_int_equal(given->problems.n, 1);
    assert_true(problems_has(&given->problems, "metadata"));
    request_given_done(given);
    buf_done(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_problem_of_an_order_is_named_by_its_place),
        cmocka_unit_test(a_list_of_too_many_is_one_problem),
        cmocka_unit_test(metadata_of_too_many_pairs_is_one_problem),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
