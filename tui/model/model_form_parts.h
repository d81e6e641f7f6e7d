/* What the two files of the form call of each other. */
#pragma once

#include "tui/model/model_form.h"

/* As form_field, for writing. */
struct form_field *form_field_at(struct form *form, enum form_kind kind, size_t row);
void form_clear(struct form *form);
