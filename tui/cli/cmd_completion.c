/* Completion scripts for shells, printed from the tables of commands and flags. */
#include "tui/cli/cmd.h"

#include <stdio.h>
#include <string.h>

#include "tui/cli/cli.h"

static void print_flag_words(const struct flag *flags)
{
    for (; flags != NULL && flags->name != NULL; flags++)
        (void)printf(" --%s", flags->name);
}

static void print_command_words(void)
{
    for (const struct cmd *const *cmd = cli_commands(); *cmd != NULL; cmd++)
        (void)printf(" %s", (*cmd)->name);
}

/* A case for each command; file names where nothing else is known. */
static void print_bash(void)
{
    (void)fputs("_dofs()\n"
                "{\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} cmd= words= i\n"
                "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
                "        case ${COMP_WORDS[i]} in\n"
                "        -i|--instance|--request|--events|--timeout) i=$((i + 1)) ;;\n"
                "        -*) ;;\n"
                "        *) cmd=${COMP_WORDS[i]}; break ;;\n"
                "        esac\n"
                "    done\n"
                "    case $cmd in\n",
                stdout);
    (void)fputs("    '') words='help", stdout);
    print_command_words();
    (void)fputs(" --version' ;;\n    help) words='", stdout);
    print_command_words();
    (void)fputs("' ;;\n    completion) words='bash zsh fish' ;;\n", stdout);
    for (const struct cmd *const *cmd = cli_commands(); *cmd != NULL; cmd++) {
        if ((*cmd)->flags == NULL || (*cmd)->flags->name == NULL)
            continue;
        (void)printf("    %s) words='", (*cmd)->name);
        print_flag_words((*cmd)->flags);
        (void)fputs("' ;;\n", stdout);
    }
    (void)fputs("    esac\n"
                "    words=\"$words",
                stdout);
    print_flag_words(cli_flags());
    (void)fputs("\"\n"
                "    COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                "}\n"
                "complete -o default -F _dofs dofs\n",
                stdout);
}

/* Zsh runs bash's script. */
static void print_zsh(void)
{
    (void)fputs("#compdef dofs\n"
                "autoload -U +X bashcompinit && bashcompinit\n",
                stdout);
    print_bash();
}

/* Within single quotes fish takes all but the quote and the backslash as it is. */
static void print_quoted(const char *text)
{
    (void)putchar('\'');
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\')
            (void)putchar('\\');
        (void)putchar(*text);
    }
    (void)putchar('\'');
}

static void print_fish_flags(const char *condition, const struct flag *flags)
{
    for (; flags != NULL && flags->name != NULL; flags++) {
        (void)printf("complete -c dofs%s -l %s", condition, flags->name);
        if (flags->letter != 0)
            (void)printf(" -s %c", flags->letter);
        (void)printf("%s -d ", flags->kind == FLAG_SWITCH ? "" : " -r");
        print_quoted(flags->help);
        (void)putchar('\n');
    }
}

static void print_fish(void)
{
    char condition[96];

    for (const struct cmd *const *cmd = cli_commands(); *cmd != NULL; cmd++) {
        (void)printf("complete -c dofs -n __fish_use_subcommand -f -a %s -d ", (*cmd)->name);
        print_quoted((*cmd)->help);
        (void)putchar('\n');
        (void)snprintf(condition, sizeof condition, " -n '__fish_seen_subcommand_from %s'",
                       (*cmd)->name);
        print_fish_flags(condition, (*cmd)->flags);
    }
    print_fish_flags("", cli_flags());
}

static const struct shell {
    const char *name;
    void (*print)(void);
} shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};

static int run_completion(struct cmd_run *run)
{
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        if (strcmp(run->arguments[0], shells[i].name) == 0) {
            shells[i].print();
            return EXIT_DONE;
        }
    }
    return cmd_usage(run, "no completion for '%.60s'; there are bash, zsh and fish",
                     run->arguments[0]);
}

const struct cmd cmd_completion = {
    .name = "completion",
    .arguments = "(bash | zsh | fish)",
    .min_arguments = 1,
    .max_arguments = 1,
    .help = "Print a completion script for a shell",
    .run = run_completion,
};
