/* The locale of tests that measure characters. */
#include "tests/lib/utf8_locale.h"

#include <locale.h>
#include <stdlib.h>

void utf8_locale(void)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);

    if (utf8 == (locale_t)0)
        abort();
    (void)uselocale(utf8);
}
