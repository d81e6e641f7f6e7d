/* What a cancel would undo: said in its dialog before it is asked for. */
#pragma once

#include "tui/model/model_dialog.h"

struct model;

/* Fills dialog->undo for the orders of dialog->target; "" when nothing would be undone. */
void undo_tell(const struct model *m, struct dialog *dialog);
