#!/usr/bin/env bash
# What dofsd cannot do, and says so: bad settings, and stores that cannot be checked or restored.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
failed=0
pid=
trap '[ -n "$pid" ] && kill -9 "$pid" 2>/dev/null; rm -rf "$dir"' EXIT

told() { # NAME CODE SENTENCE COMMAND...
    local name=$1 wanted=$2 sentence=$3 code
    shift 3
    timeout 20 "$@" >"$dir/out" 2>&1
    code=$?
    if [ "$code" -eq "$wanted" ] && grep -qF -- "$sentence" "$dir/out"; then
        echo "ok $name"
    else
        echo "not ok $name: exit $code"
        failed=1
        head -c 500 "$dir/out"
    fi
}

await() { # at most 10 s
    local until=$((SECONDS + 10))
    until "$@"; do
        [ "$SECONDS" -ge "$until" ] && return 1
        read -r -t 0.02 <> <(:)
    done
    return 0
}

configure() { # STATE_DIR, lines on standard input
    { printf '[daemon]\nstate_dir = %s\nruntime_dir = %s/run\n' "$1" "$dir"; cat; } >"$dir/dofs.conf"
}

# ---- settings: the line is the fifth ----

setting() { # SENTENCE SECTION LINE
    printf '[%s]\n%s\n' "$2" "$3" | configure "$dir/state"
    told "[$2] ${3:0:40}" 78 "dofs.conf:5: " "$build/dofsd" --check-config -c "$dir/dofs.conf"
    told "[$2] ${3:0:40} is told why" 78 "$1" "$build/dofsd" --check-config -c "$dir/dofs.conf"
}
good() { # SECTION LINE
    printf '[%s]\n%s\n' "$1" "$2" | configure "$dir/state"
    told "[$1] $2 is good" 0 ": ok" "$build/dofsd" --check-config -c "$dir/dofs.conf"
}

told "help is printed where it was asked for" 0 "Usage: dofsd" "$build/dofsd" --help
for mode in 66 06600 0608 066a; do
    setting "an octal mode such as 0660" listen "mode = $mode"
done
for mode in 0400 0060 7777; do
    setting "by which the owner may read and write" listen "mode = $mode"
done
good listen "mode = 600"
good listen "group = root"
good listen "group = 0"
good listen "group ="
for group in no-such-group -1 4294967295; do
    setting "'$group'" listen "group = $group"
done

line() { # SENTENCE LINE: the fourth
    printf '%s\n' "$2" | configure "$dir/state"
    told "${2:0:40}" 78 "dofs.conf:4: $1" "$build/dofsd" --check-config -c "$dir/dofs.conf"
}
line "'[log' has no ]" '[log'
line "section [http] is not supported by this version" '[http]'
line "unknown section [nothing]" '[nothing]'
line "'level' stands behind [log]" '[log] level'
line "unknown section [retries]" '[retries]'
line "unknown section [steps-x]" '[steps-x]'
line "unknown section []" '[]'
for wrong in '[retry]' '[retry "x]' '[retry x"y"]' '[retry "x" y]' '[retry "x"] y'; do
    line "" "$wrong"
done
printf '[retry "timeout*"] ; the network\nmax_attempts = 5\n[log] # loud\nlevel = debug\n' |
    configure "$dir/state"
told "a remark may stand behind a section" 0 ": ok" "$build/dofsd" --check-config -c "$dir/dofs.conf"
for ((i = 0; i < 17; i++)); do printf '[step "s%d"]\nmax_attempts = 2\n' "$i"; done |
    configure "$dir/state"
told "seventeen steps are too many" 78 "more than 16 sections" \
    "$build/dofsd" --check-config -c "$dir/dofs.conf"
{ yes '; nothing but remarks' | head -c 1100000; echo; } | configure "$dir/state"
told "a file that is far too large is none" 78 "larger than" \
    "$build/dofsd" --check-config -c "$dir/dofs.conf"
printf '[listen]\nrequest = ipc://%s/a\nevents = ipc://%s/a\n' "$dir" "$dir" | configure "$dir/state"
told "two sockets are two" 78 "request and events are the same" \
    "$build/dofsd" --check-config -c "$dir/dofs.conf"

# ---- stores that are none ----

configure "$dir/state" </dev/null
verify() { # NAME CODE SENTENCE
    told "verify: $1" "$2" "$3" "$build/dofsd" -c "$dir/dofs.conf" --verify
}
restore() { # NAME CODE SENTENCE FILE
    told "restore: $1" "$2" "$3" "$build/dofsd" -c "$dir/dofs.conf" --restore "$4"
}

verify "there is no store" 78 "cannot"
restore "there is no backup" 78 "cannot" "$dir/nothing"
restore "a directory is none" 78 "is no store" "$dir"
: >"$dir/empty"
restore "an empty file is none" 78 "is no store" "$dir/empty"
head -c 8192 /dev/zero | tr '\0' x >"$dir/noise"
restore "noise is none" 78 "cannot restore" "$dir/noise"

# ---- a store that was sound ----

db=$dir/state/orders.db
start() {
    : >"$dir/log"
    "$build/dofsd" -c "$dir/dofs.conf" 2>"$dir/log" &
    pid=$!
    await grep -q '"ready' "$dir/log"
}
start
verify "an instance that runs" 75 "process $pid"
restore "an instance that runs" 75 "process $pid" "$dir/noise"
kill -TERM "$pid"
wait "$pid"
pid=
verify "a sound one" 0 "all hold"
cp "$db" "$dir/sound"

spoil() { # SQL
    cp "$dir/sound" "$db"
    sqlite3 "$db" "$1"
}
spoil "UPDATE totals SET dlq_depth = dlq_depth + 1"
verify "totals that are not what the rows say" 78 "do not hold"
spoil "PRAGMA user_version = 1"
verify "an older version" 78 "is of an older version, and not migrated yet"
spoil "PRAGMA user_version = 9999"
verify "a newer version" 78 "cannot verify"
spoil "PRAGMA application_id = 7"
verify "somebody else's" 78 "cannot verify"
for broken in totals orders failed_orders; do
    spoil "DROP TABLE $broken"
    verify "one without $broken" 78 "$broken"
    cp "$db" "$dir/spoilt"
    cp "$dir/sound" "$db"
    restore "one without $broken" 78 "$broken" "$dir/spoilt"
done
cmp -s "$dir/sound" "$db" && echo "ok what is refused replaces nothing" ||
    { echo "not ok what is refused replaces nothing"; failed=1; }
rm -rf "$db"*
mkdir -p "$db/x"
restore "a directory where the store should be" 70 "cannot" "$dir/sound"
verify "a directory where the store should be" 78 "is no store"
long=$(printf '/x%.0s' {1..2100})
printf '[daemon]\nruntime_dir = %s/run\n' "$dir" >"$dir/dofs.conf"
export STATE_DIRECTORY=$long
verify "a path that is too long" 78 "too long"
restore "a path that is too long" 78 "too long" "$dir/sound"
told "start: a path that is too long" 78 "too long" "$build/dofsd" -c "$dir/dofs.conf"
unset STATE_DIRECTORY
printf 'store = postgresql://localhost/x\n' | configure "$dir/state"
verify "a store that has no file" 78 "postgresql"
restore "a store that has no file" 78 "postgresql" "$dir/sound"

exit $failed
