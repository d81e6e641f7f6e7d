/* dofsd: its arguments and exit codes. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "daemon/dofsd.h"

static const char usage[] =
    "Usage: dofsd [-c FILE] [-i NAME] [--check-config]\n"
    "       dofsd [-c FILE] [-i NAME] --restore FILE\n"
    "       dofsd [-c FILE] [-i NAME] --verify\n"
    "       dofsd --version | --help\n"
    "\n"
    "Runs the order workflow in the foreground.\n"
    "\n"
    "  -c, --config FILE    the configuration (/etc/dofs/NAME.conf, or for a user's\n"
    "                       own daemon ~/.config/dofs/NAME.conf)\n"
    "  -i, --instance NAME  the instance's name (default)\n"
    "      --check-config   only check the configuration: exit 0 or 78\n"
    "      --restore FILE   check a backup, and put it in the place of the store of an\n"
    "                       instance that does not run; the present one is kept\n"
    "      --verify         name all that does not hold in the store of an instance that\n"
    "                       does not run: exit 0, or 78\n"
    "      --version        print the version\n"
    "      --help           print this help\n";

enum { OPTION_CHECK = 256, OPTION_RESTORE, OPTION_VERIFY, OPTION_VERSION, OPTION_HELP };

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"instance", required_argument, NULL, 'i'},
    {"check-config", no_argument, NULL, OPTION_CHECK},
    {"restore", required_argument, NULL, OPTION_RESTORE},
    {"verify", no_argument, NULL, OPTION_VERIFY},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"help", no_argument, NULL, OPTION_HELP},
    {NULL, 0, NULL, 0},
};

static int check(const struct dofsd_args *args)
{
    struct why why = {0};
    char *path = NULL;

    if (dofsd_check(args, &path, &why) != OK) {
        (void)fprintf(stderr, "dofsd: %s\n", why.text);
        return DOFSD_CONFIG;
    }
    (void)printf("%s: ok\n", path);
    free(path);
    return DOFSD_OK;
}

static int restore(const struct dofsd_args *args)
{
    return (int)dofsd_restore(args);
}

static int verify(const struct dofsd_args *args)
{
    return (int)dofsd_verify(args);
}

int main(int argc, char **argv)
{
    struct dofsd_args args = {.file = NULL, .instance = "default"};
    int (*run)(const struct dofsd_args *) = NULL;
    int option = 0;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is no other thread yet */
    while ((option = getopt_long(argc, argv, "c:i:", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            args.file = optarg;
            break;
        case 'i':
            args.instance = optarg;
            break;
        case OPTION_CHECK:
            run = check;
            break;
        case OPTION_RESTORE:
            args.restore = optarg;
            run = restore;
            break;
        case OPTION_VERIFY:
            run = verify;
            break;
        case OPTION_VERSION:
            (void)printf("dofsd %s\n", DOFS_VERSION);
            return DOFSD_OK;
        case OPTION_HELP:
            (void)fputs(usage, stdout);
            return DOFSD_OK;
        default:
            (void)fputs(usage, stderr);
            return DOFSD_USAGE;
        }
    }
    if (optind < argc) {
        (void)fprintf(stderr, "dofsd: '%s' is one argument too many\n%s", argv[optind], usage);
        return DOFSD_USAGE;
    }
    return run != NULL ? run(&args) : (int)dofsd_run(&args);
}
