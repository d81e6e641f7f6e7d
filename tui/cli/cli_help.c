/* The help, printed from the tables of commands and flags. */
#include "tui/cli/cli.h"

#define NAME_CELLS 12
#define FLAG_CELLS 24

static void print_flag(FILE *out, const struct flag *flag)
{
    char text[64];

    (void)snprintf(text, sizeof text, "%s%c%s--%s%s%s", flag->letter != 0 ? "-" : " ",
                   flag->letter != 0 ? flag->letter : ' ', flag->letter != 0 ? ", " : "  ",
                   flag->name, flag->value != NULL ? " " : "",
                   flag->value != NULL ? flag->value : "");
    (void)fprintf(out, "  %-*s  %s%s\n", FLAG_CELLS, text, flag->help,
                  (flag->how & FLAG_MANY) != 0 ? " (may be repeated)" : "");
}

static void print_flags(FILE *out, const char *head, const struct flag *flags)
{
    if (flags == NULL || flags->name == NULL)
        return;
    (void)fprintf(out, "\n%s\n", head);
    for (; flags->name != NULL; flags++)
        print_flag(out, flags);
}

void cli_help(FILE *out)
{
    (void)fputs("Usage: dofs [FLAGS]                        the dashboard\n"
                "       dofs COMMAND [FLAGS] [ARGUMENTS]\n"
                "\n"
                "Asks the order daemon dofsd, and changes what it works on.\n"
                "\nCommands:\n",
                out);
    for (const struct cmd *const *cmd = cli_commands(); *cmd != NULL; cmd++)
        (void)fprintf(out, "  %-*s  %s\n", NAME_CELLS, (*cmd)->name, (*cmd)->help);
    print_flags(out, "Flags of the dashboard:", cli_dashboard_flags());
    print_flags(out, "Flags of every command:", cli_flags());
    (void)fputs("\n`dofs help COMMAND` tells more. Exit codes: 0 done, 1 refused, 2 wrong usage,\n"
                "3 no daemon or no answer in time, 4 `submit --wait` ended not fulfilled.\n",
                out);
}

void cli_help_cmd(FILE *out, const struct cmd *cmd)
{
    bool flags = cmd->flags != NULL && cmd->flags->name != NULL;

    (void)fprintf(out, "Usage: dofs %s%s%s%s\n\n%s\n", cmd->name, flags ? " [FLAGS]" : "",
                  cmd->arguments != NULL && cmd->arguments[0] != '\0' ? " " : "",
                  cmd->arguments != NULL ? cmd->arguments : "", cmd->help);
    print_flags(out, "Flags:", cmd->flags);
    print_flags(out, "Flags of every command:", cli_flags());
}
