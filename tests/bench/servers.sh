# Servers of a bench, each in its own directory under $place and ended with the script.
# Sourced; wants $build. Sets $server (its process) and $address (where its clients go).

place=$(mktemp -d)
chmod 755 "$place" # postgres runs as another user
if [ "$(stat -f -c %T "$place")" = tmpfs ]; then
    echo "$place is no disk, and a sync there costs nothing: set TMPDIR" >&2
    exit 1
fi
server=
stop_server() {
    [ -z "$server" ] || { kill "$server" && wait "$server" || true; } 2>/dev/null
    server=
}
cleanup() {
    stop_server
    rm -rf "$place"
}
trap cleanup EXIT
trap 'exit 130' INT TERM

fresh() { # a new empty directory for a server: $dir
    dir=$place/server
    rm -rf "$dir"
    mkdir -p "$dir"
}

until_there() { # until_there COMMAND...: until it holds, as long as the server lives
    local try=0
    until "$@" >"$place/there" 2>&1; do
        try=$((try + 1))
        if [ $try -gt 30000 ] || ! kill -0 "$server" 2>/dev/null; then
            cat "$place/log" >&2
            exit 1
        fi
        sleep 0.002
    done
}

# Is that server installed?
has() {
    case $1 in
    postgres) pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | tail -1)
        [ -n "$pg_bin" ] && [ -x "$build/tests/bench/bench_postgres" ] && id postgres >/dev/null 2>&1 ;;
    redis) command -v redis-server >/dev/null ;;
    *) PATH=$PATH:/usr/sbin command -v "$1" >/dev/null ;;
    esac
}

start_dofs() { # start_dofs [STATE_DIR [FULFILMENT_LINE...]]
    local state=${1:-}
    [ $# -eq 0 ] || shift
    fresh
    address=$dir/run/request.sock
    events=$dir/run/events.sock
    export DOFS_REQUEST="ipc://$address" DOFS_EVENTS="ipc://$events"
    cat >"$dir/dofs.conf" <<C
[daemon]
state_dir = ${state:-$dir/state}
runtime_dir = $dir/run
[log]
level = notice
[fulfilment]
success_rate = 1
$(printf '%s\n' "$@")
C
    local began_ns
    began_ns=$(date +%s%N)
    "$build/dofsd" -c "$dir/dofs.conf" 2>"$place/log" &
    server=$!
    until_there "$build/tests/bench/bench_scale" ready "$address" "$began_ns"
}

start_redis() {
    fresh
    address=$dir/redis.sock
    redis-server --port 0 --unixsocket "$address" --dir "$dir" --appendonly yes \
        --appendfsync always --save '' >"$place/log" 2>&1 &
    server=$!
    until_there redis-cli -s "$address" ping
}

start_beanstalkd() {
    fresh
    address=$dir/beanstalkd.sock
    PATH=$PATH:/usr/sbin beanstalkd -l "unix:$address" -b "$dir" -f0 >"$place/log" 2>&1 &
    server=$!
    until_there test -S "$address"
}

# As the user postgres when we are root, which it refuses to run as.
as_postgres() {
    if [ "$(id -u)" -eq 0 ]; then
        exec setpriv --reuid postgres --regid postgres --clear-groups -- "$@"
    fi
    exec "$@"
}

start_postgres() {
    fresh
    address=$dir
    [ "$(id -u)" -ne 0 ] || chown postgres "$dir"
    (cd / && as_postgres "$pg_bin/initdb" -D "$dir/data" -U postgres --auth=trust -E UTF8 \
        --locale=C) >"$place/log" 2>&1
    (cd / && as_postgres "$pg_bin/postgres" -D "$dir/data" -c listen_addresses= \
        -c unix_socket_directories="$dir" -c max_connections=200) >"$place/log" 2>&1 &
    server=$!
    until_there "$pg_bin/pg_isready" -h "$dir"
}
