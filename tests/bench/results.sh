# What a bench measured, and how it stands to its goals. Sourced after servers.sh.

results=$place/results
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")

# keep LABEL COMMAND...: its figures under that label; a failure is told and left out.
keep() {
    local label=$1
    shift
    if ! "$@" >"$place/out"; then
        echo "    failed: $label" >&2
        return 0
    fi
    awk -v label="$label" 'NF == 2 { print label "\t" $1 " " $2 }' "$place/out" >>"$results"
}
median() { awk -f "$here/table.awk" -v of="$1" -v want="$2" "$results"; } # median LABEL NAME
table() { awk -f "$here/table.awk" -v rows="$1" -v limit="${2:-}" "$results"; } # table REGEX [L]
calc() { awk "BEGIN { print $1 }"; }

# goal WHAT FIGURE '<='|'>=' BOUND [UNIT]: a figure that is missing is not met either.
goal() {
    awk -v what="$1" -v x="$2" -v op="$3" -v bound="$4" -v unit="${5:-}" 'BEGIN {
        met = x == "" || bound == "" ? "not measured" : \
            (op == "<=" ? x + 0 <= bound + 0 : x + 0 >= bound + 0) ? "met" : "missed"
        printf "%-66s %10s %s %-9s %s\n", what, x == "" ? "-" : sprintf("%.4g", x), op, \
            (bound == "" ? "-" : sprintf("%.4g", bound)) unit, met
    }'
}
# ratio A B: A / B; empty when one is.
ratio() { awk -v a="$1" -v b="$2" 'BEGIN { if (a != "" && b != "" && b + 0 != 0) print a / b }'; }
rss_kib() { awk '/^Rss(Anon|Shmem):/ { n += $2 } END { print n }' "/proc/$1/status"; }
