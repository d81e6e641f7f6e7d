/* The terminal client: a command or the dashboard, and its exit code. */
#include "tui/cli/cli.h"
#include "tui/dashboard.h"

static int dashboard(const struct cli_dashboard *cli)
{
    struct dashboard_settings settings = {.place = cli->place,
                                          .read_only = cli->read_only,
                                          .view = cli->view,
                                          .size = cli->snapshot,
                                          .plain = cli->plain,
                                          .timeout_us = cli->timeout_us};

    return settings.size != NULL ? dashboard_snapshot(&settings) : dashboard_run(&settings);
}

int main(int argc, char **argv)
{
    return cli_run(argc, argv, dashboard);
}
