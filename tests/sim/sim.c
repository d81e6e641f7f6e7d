/*
 * The whole workflow under seeds. Prints a seed that breaks a promise, and what it broke; the same
 * seed does the same again.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shared/log.h"
#include "tests/sim/sim_world.h"

struct run {
    struct sim_settings settings;
    uint64_t from, seeds;
    bool lies;            /* a control: it must lose */
    bool prints;          /* each seed's print */
    bool covers;          /* every change of the state table must be seen, */
    uint64_t lives, cuts; /* so many lives, so many power cuts */
    struct sim_figures figures;
    struct sim_coverage coverage;
};

static void no_line(void *self, enum log_level level, const char *message,
                    const struct log_field *fields, size_t n)
{
    (void)self, (void)level, (void)message, (void)fields, (void)n;
}

static bool read_lie(struct run *run, const char *name)
{
    run->lies = true;
    run->settings.lies.no_sync = strcmp(name, "sync") == 0;
    run->settings.lies.no_directory_sync = strcmp(name, "directory") == 0;
    run->settings.normal = strcmp(name, "normal") == 0;
    return run->settings.lies.no_sync || run->settings.lies.no_directory_sync ||
           run->settings.normal;
}

/* An option that stands by itself; false: it is none. */
static bool read_flag(struct run *run, const char *name)
{
    bool *flag = strcmp(name, "--cover") == 0     ? &run->covers
                 : strcmp(name, "--prints") == 0  ? &run->prints
                 : strcmp(name, "--verbose") == 0 ? &run->settings.verbose
                                                  : NULL;

    if (flag != NULL)
        *flag = true;
    return flag != NULL;
}

static bool read_number(struct run *run, const char *name, const char *text)
{
    uint64_t *number = strcmp(name, "--seeds") == 0   ? &run->seeds
                       : strcmp(name, "--from") == 0  ? &run->from
                       : strcmp(name, "--lives") == 0 ? &run->lives
                       : strcmp(name, "--cuts") == 0  ? &run->cuts
                                                      : NULL;

    if (number != NULL)
        *number = strtoull(text, NULL, 10);
    return number != NULL;
}

static bool read_options(struct run *run, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";

        if (read_flag(run, argv[i]))
            continue;
        if (strcmp(argv[i], "--lie") == 0 ? !read_lie(run, value)
                                          : !read_number(run, argv[i], value))
            return false;
        i++;
    }
    return true;
}

static void print_figures(const struct run *run)
{
    const struct sim_figures *f = &run->figures;

    (void)printf("%" PRIu64 " seeds from %" PRIu64 ": %" PRIu64 " lives, %" PRIu64
                 " power cuts, %" PRIu64 " kills, %" PRIu64 " stops, %" PRIu64 " steps, %" PRIu64
                 " commits, %" PRIu64 " checks of all\n",
                 run->seeds, run->from, f->lives, f->disk.cuts, f->disk.kills, f->stops, f->steps,
                 f->commits, f->checks);
    (void)printf(
        "writes lost %" PRIu64 ", torn %" PRIu64 "; disk full %" PRIu64
        " times, syncs failed %" PRIu64 "; leases ended %" PRIu64 ", asked again %" PRIu64 "\n",
        f->disk.lost, f->disk.torn, f->disk.full, f->disk.failed, f->leases, f->leases_again);
}

/* How many of the table's changes were not seen. */
static int missing_changes(const struct run *run)
{
    int missing = 0, all = 0;

    for (unsigned from = 0; from < STATUS_COUNT; from++) {
        for (unsigned cause = 0; cause < CAUSE_COUNT; cause++) {
            if (!status_change((enum status)from, (enum cause)cause).legal)
                continue;
            all++;
            if (run->coverage.changes[from][cause] > 0)
                continue;
            missing++;
            (void)printf("never seen: %s %s\n", status_name((enum status)from),
                         cause_name((enum cause)cause));
        }
    }
    (void)printf("changes of the state table seen: %d of %d\n", all - missing, all);
    return missing;
}

static uint64_t run_seeds(struct run *run)
{
    uint64_t broken = 0;

    for (uint64_t seed = run->from; seed < run->from + run->seeds; seed++) {
        struct sim_verdict verdict = {0};

        bool kept = sim_world_run(seed, &run->settings, &run->figures, &run->coverage, &verdict);

        if (run->prints)
            (void)printf("seed %" PRIu64 " print %016" PRIx64 "\n", seed, verdict.print);
        if (kept)
            continue;
        broken++;
        if (!run->lies)
            (void)printf("seed %" PRIu64 ": %s\n", seed, verdict.text);
        else if (broken == 1)
            (void)printf("the first of it, seed %" PRIu64 ": %s\n", seed, verdict.text);
        if (broken == 10 && !run->lies)
            break;
    }
    return broken;
}

/* Was there as much as was asked for? */
static bool enough(const struct run *run)
{
    int missing = missing_changes(run);

    if (run->figures.lives < run->lives || run->figures.disk.cuts < run->cuts)
        (void)printf("fewer than %" PRIu64 " lives and %" PRIu64 " cuts\n", run->lives, run->cuts);
    return run->figures.lives >= run->lives && run->figures.disk.cuts >= run->cuts &&
           (!run->covers || missing == 0);
}

int main(int argc, char **argv)
{
    struct run run = {.from = 1, .seeds = 1};
    uint64_t broken = 0;

    if (!read_options(&run, argc, argv)) {
        (void)fprintf(stderr, "usage: sim [--seeds N] [--from SEED] [--lie sync|directory|normal] "
                              "[--lives N] [--cuts N] [--cover] [--prints] [--verbose]\n");
        return 2;
    }
    if (!run.settings.verbose)
        log_set_sink((struct log_sink){no_line, NULL});
    broken = run_seeds(&run);
    print_figures(&run);
    (void)printf("%" PRIu64 " of %" PRIu64 " seeds broke a promise\n", broken, run.seeds);
    if (run.lies)
        return broken > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    return enough(&run) && broken == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
