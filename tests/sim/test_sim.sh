#!/usr/bin/env bash
# The simulation, in the size that CI runs; `make sim SEEDS=N` is the same for longer.
set -u
sim=${BUILD:-build}/tests/sim/sim
failed=0

# says NAME COMMAND...
says() {
    local name=$1
    shift
    if "$@"; then
        echo "ok $name"
    else
        echo "not ok $name"
        failed=1
    fi
}

alone() {
    for seed in 1 7 20; do
        "$sim" --from "$seed" --prints | grep '^seed'
    done
}
in_company() { "$sim" --seeds 20 --prints | grep -E '^seed (1|7|20) '; }
repeats() { [ "$(alone)" = "$(in_company)" ]; }

says 20000_lives_and_2000_power_cuts_see_every_change_and_break_no_promise "$sim" --seeds 280 --lives 20000 \
    --cuts 2000 --cover
says orders_are_lost_where_files_are_not_synced "$sim" --seeds 20 --lie sync
says orders_are_lost_where_the_directory_is_not_synced "$sim" --seeds 20 --lie directory
says orders_are_lost_with_synchronous_normal "$sim" --seeds 20 --lie normal
says a_seed_repeats_exactly repeats
exit "$failed"
