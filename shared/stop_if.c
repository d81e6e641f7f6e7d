/* When a replay stops itself, as a person gives it. */
#include "shared/stop_if.h"

bool stop_if_parse(struct slice text, struct request_stop_if *out)
{
    struct slice last = text;
    struct slice share = slice_cut(&last, '/');
    struct request_stop_if found = {0};
    double per = 1;

    if (last.p == NULL)
        return false;
    if (share.n > 0 && share.p[share.n - 1] == '%') {
        share.n--;
        per = 100;
    }
    if (!text_number(share, &found.failed_share) || !text_int(last, &found.of_last))
        return false;
    found.failed_share /= per;
    if (!(found.failed_share >= 0 && found.failed_share <= 1) || found.of_last < 1 ||
        found.of_last > STOP_IF_LAST_MAX)
        return false;
    *out = found;
    return true;
}
