/* A bar on standard error that says how far a file has got; nothing where that is no terminal. */
#include "tui/cli/cmd_submit_progress.h"

#include <sys/stat.h>
#include <unistd.h>

#include "shared/units.h"

#define DRAW_EVERY_US 100000
#define BAR_CELLS 30

void submit_progress_init(struct submit_progress *progress, const struct clock *clock, FILE *file)
{
    struct stat about = {0};

    *progress = (struct submit_progress){.clock = clock, .next_us = INT64_MAX};
    if (isatty(STDERR_FILENO) != 1)
        return;
    progress->next_us = 0;
    if (fstat(fileno(file), &about) == 0 && S_ISREG(about.st_mode) && about.st_size > 0)
        progress->bytes = (size_t)about.st_size;
}

void submit_progress_draw(struct submit_progress *progress, size_t bytes, size_t orders)
{
    static const char bar[] = "##############################..............................";
    char count[UNITS_TEXT_MAX];
    int64_t now = clock_mono(progress->clock);

    if (now < progress->next_us)
        return;
    progress->next_us = now + DRAW_EVERY_US;
    progress->shown = true;
    units_format_count((int64_t)orders, count);
    if (progress->bytes > 0) {
        size_t done = bytes < progress->bytes ? bytes : progress->bytes;
        size_t cells = done * BAR_CELLS / progress->bytes;

        (void)fprintf(stderr, "\r[%.*s] %3zu%%  %s orders", BAR_CELLS, bar + BAR_CELLS - cells,
                      done * 100 / progress->bytes, count);
    } else {
        (void)fprintf(stderr, "\r%s orders", count);
    }
}

void submit_progress_clear(struct submit_progress *progress)
{
    if (progress->shown)
        (void)fputs("\r\x1b[K", stderr);
    progress->shown = false;
}
