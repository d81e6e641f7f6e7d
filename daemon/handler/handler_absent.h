/* The handler of what the configuration does not have any more: every attempt fails for good. */
#pragma once

#include "daemon/handler/handler.h"
#include "shared/text.h"

/*
 * For the attempts at a step that the configuration does not name, or for the undos of one that has
 * none there: orders under an older list of steps still come to them. The reason names `step`
 * (copied), and a replay works once the configuration has it again.
 */
struct handler handler_absent_new(struct handler_listener listener, struct slice step, bool undo);
