/* The terminal client: one command, and its exit code. */
#include "tui/cli/cli.h"

int main(int argc, char **argv)
{
    return cli_run(argc, argv);
}
