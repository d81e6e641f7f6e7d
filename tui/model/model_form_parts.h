/* What the files of the form call of each other. */
#pragma once

#include "shared/validate.h"
#include "tui/model/model_form.h"

struct model;

/* As form_field, for writing. */
struct form_field *form_field_at(struct form *form, enum form_kind kind, size_t row);
void form_clear(struct form *form);
void form_show(struct model *m, enum form_purpose purpose);

/* model_form_amend.c */
void amend_check(const struct form *form, struct problems *problems);
void amend_send(struct model *m, const struct order_draft *draft);
void amend_done(struct model *m, bool up); /* `up`: its form is on the screen */
