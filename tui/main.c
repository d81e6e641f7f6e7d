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
                                          .script = cli->script,
                                          .timeout_us = cli->timeout_us};

    if (settings.script != NULL)
        return dashboard_script(&settings);
    return settings.size != NULL ? dashboard_snapshot(&settings) : dashboard_run(&settings);
}

int main(int argc, char **argv)
{
    return cli_run(argc, argv, dashboard);
}
