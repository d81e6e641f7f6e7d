#!/usr/bin/env bash
# Without a daemon: help, wrong usage, completion, exit codes.
set -u
dofs=${BUILD:-build}/dofs
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
unset DOFS_REQUEST DOFS_EVENTS DOFS_INSTANCE
export XDG_RUNTIME_DIR=$place
failed=0

# check NAME WANTED_CODE WANTED_TEXT COMMAND...: text in either output
check() {
    local name=$1 code=$2 text=$3 out got
    shift 3
    out=$("$@" 2>&1 </dev/null)
    got=$?
    if [ "$got" -eq "$code" ] && [[ $out == *"$text"* ]]; then
        echo "ok $name"
    else
        echo "not ok $name"
        echo "exit $got, wanted $code and '$text' in: $out"
        failed=1
    fi
}

none="--instance nobody-has-this-$$"
check "the version is told" 0 "dofs " "$dofs" --version
check "the help names every exit code" 0 "4 \`submit --wait\` ended not fulfilled" "$dofs" --help
check "without a command it is wrong usage" 2 "name a command" "$dofs"
check "a wrong command gets a suggestion" 2 "did you mean 'replay'?" "$dofs" repaly
check "a wrong flag gets a suggestion" 2 "did you mean --limit?" "$dofs" list --limti 3
check "a missing argument is named" 2 "ID is needed" "$dofs" show
check "one argument too many is named" 2 "one argument too many: 'x'" "$dofs" info x
check "common flags may stand before the command" 2 "did you mean --limit?" \
    "$dofs" --json -i x list --limti
check "a wrong instance name is refused" 2 "not the name of an instance" "$dofs" -i ../x info
check "a wrong URL is refused" 2 "not a URL" "$dofs" --request /tmp/x info
check "no daemon gives 3 and the place" 3 "no daemon at ipc:///run/dofs/nobody-has-this-$$/request.sock" \
    "$dofs" info $none
check "watch without a daemon gives 3" 3 "events.sock" "$dofs" watch $none
check "a topic that is none is refused" 2 "no topic 'orders'" "$dofs" watch --topic orders $none
check "orders must be said" 2 "say which orders" "$dofs" cancel $none
check "a replay begins at the failed step or at the start" 2 "--from takes failed" \
    "$dofs" replay --all --from nowhere $none
check "orders may be said in one way only" 2 "only one of" "$dofs" replay --all --filter x $none
check "many need --yes without a terminal" 2 "--yes" "$dofs" cancel $none \
    01a2059d-192e-7000-acb0-31ee05a9612e 01a2059d-192e-7000-acb0-31ee05a9612f
check "discard needs a note" 2 "--note TEXT is needed" "$dofs" discard x
check "a full disk is not success" 1 "cannot write" bash -c "'$dofs' --help >/dev/full"

for cmd in $("$dofs" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p'); do
    check "$cmd has help" 0 "Usage: dofs $cmd" "$dofs" "$cmd" --help
    check "help $cmd is the same" 0 "Usage: dofs $cmd" "$dofs" help "$cmd"
done

"$dofs" completion bash >"$place/completion"
check "the bash completion is good bash" 0 "" bash -n "$place/completion"
check "the bash completion knows a command's flags" 0 "--dry-run" bash -c \
    ". '$place/completion'; COMP_WORDS=(dofs replay --d); COMP_CWORD=2; _dofs; echo \${COMPREPLY[@]}"
exit $failed
