#!/usr/bin/env bash
# Runs a program of docs/shop as the tests want it. Usage: shop_program.sh PLACE PROGRAM SHOP
#
# PLACE/runs gets a line for each attempt: its key, number and process. PLACE/act-STEP, for an undo
# act-STEP-undo, says what becomes of an attempt at that step: `wait` until the file is gone, `fail`,
# `give-up`. PLACE/chaos holds a seed: then a draw says it, which follows from the seed, the order's
# reference and the attempt.
place=$1
shift
IFS= read -r order
step=$DOFS_STEP${DOFS_UNDO:+-undo}
echo "$DOFS_KEY $DOFS_ATTEMPT $$" >>"$place/runs"

effect() { "$@" <<<"$order"; }

draw() {
    local reference=${order#*'"reference":"'} seed text code i
    read -r seed <"$place/chaos" || return 1
    text="$seed ${reference%%'"'*} ${DOFS_KEY#"$DOFS_ORDER_ID"} $DOFS_ATTEMPT"
    drawn=5381
    for ((i = 0; i < ${#text}; i++)); do
        printf -v code %d "'${text:i:1}"
        drawn=$(((drawn * 33 + code) % 1000003))
    done
    drawn=$((drawn * 7919 % 1000003 % 1000))
}

if [ -e "$place/act-$step" ]; then
    case $(cat "$place/act-$step") in
    wait) while [ -e "$place/act-$step" ]; do sleep 0.02; done ;;
    fail)
        echo "$step fails" >&2
        exit 1
        ;;
    give-up)
        echo "$step gives up" >&2
        exit 65
        ;;
    esac
elif [ -e "$place/chaos" ] && draw; then
    case $((drawn / 10)) in
    [0-4]) # fails before it did anything
        echo "chaos" >&2
        exit 1
        ;;
    [5-7]) kill -KILL $$ ;;
    8 | 9 | 10 | 11 | 12) # nobody hears that it is done
        effect "$@" >/dev/null
        kill -KILL $$
        ;;
    13) sleep 60 ;;
    14)
        effect "$@"
        sleep 60
        ;;
    1[5-9]) sleep 0.3 ;; # a kill of the daemon, or a cancel, is likely to come before the effect
    20)
        [ $((drawn % 10)) -lt 5 ] || effect "$@" >/dev/null
        echo "chaos, for good" >&2
        exit 65
        ;;
    esac
fi
effect "$@"
