/* Pages of the lists: asked for ahead of the eye, joined to the window; within the model. */
#pragma once

#include "tui/model/model_ask.h"
#include "tui/model/model_list.h"

/* How a page is meant. */
enum page_way {
    PAGE_TOP,  /* replaces all rows: the first page */
    PAGE_HERE, /* replaces all rows: from the screen's first row on */
    PAGE_LAST, /* replaces all rows: the last page, by the opposite sort */
    PAGE_DOWN, /* the next */
    PAGE_UP,   /* the one before, by the opposite sort or from an anchor */
};

/* Afresh from the top, the cursor on the first row; or from here, the cursor on its order. */
void page_top(struct model *m, struct list *list);
void page_here(struct model *m, struct list *list);
void page_last(struct model *m, struct list *list);

/* Has something changed that the window cannot tell? Then soon afresh, at most twice a second. */
void page_soon(struct model *m, struct list *list);

/* Asks for what is near and missing. */
void page_want(struct model *m, struct list *list);

void page_answer(struct model *m, const struct answer *answer);

/* The list's query as a request, its page left to the caller. */
void page_query(const struct list *list, struct request *request);

/* The order that the next page starts behind. */
void page_set_after(const struct list *list, struct request *request, const struct uuid *uid);
struct page *page_of(const struct list *list, struct request *request);
