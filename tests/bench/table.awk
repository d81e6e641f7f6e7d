# Medians of what was measured, with least and most. In: "LABEL<tab>NAME VALUE" lines, a round each.
#   -v want=NAME -v of=LABEL   prints that median alone
#   -v rows=REGEX -v limit=L   prints the rows whose label matches as a table
BEGIN { FS = "\t" }
{
    split($2, pair, " ")
    if (!($1 in known)) {
        known[$1] = 1
        labels[++n_labels] = $1
    }
    key = $1 SUBSEP pair[1]
    values[key, ++count[key]] = pair[2] + 0
}
function sort(key,    i, j, x) {
    for (i = 2; i <= count[key]; i++) {
        x = values[key, i]
        for (j = i - 1; j > 0 && values[key, j] > x; j--)
            values[key, j + 1] = values[key, j]
        values[key, j + 1] = x
    }
}
function at(label, name, which,    key, n) {
    key = label SUBSEP name
    n = count[key]
    if (n == 0)
        return ""
    sort(key)
    return values[key, which == "min" ? 1 : which == "max" ? n : int((n + 1) / 2)]
}
function cell(label, name, format,    x) {
    x = at(label, name, "median")
    return x == "" ? "-" : sprintf(format, x)
}
END {
    if (want != "") {
        print at(of, want, "median")
        exit
    }
    printf "%-36s %8s %17s %5s %7s %7s %7s %7s %7s %6s %6s\n", "", "orders/s", "(least .. most)", \
        "x L", "p50 ms", "p99 ms", "RSS MiB", "written", "disk B", "cpu us", "client"
    for (i = 1; i <= n_labels; i++) {
        l = labels[i]
        if (l !~ rows)
            continue
        printf "%-36s %8s %17s %5s %7s %7s %7s %7s %7s %6s %6s\n", l, \
            cell(l, "orders_per_s", "%.0f"), \
            sprintf("(%.0f .. %.0f)", at(l, "orders_per_s", "min"), at(l, "orders_per_s", "max")), \
            limit == "" ? "-" : sprintf("%.2f", at(l, "orders_per_s", "median") / limit), cell(l, "submit_p50_ms", "%.3f"), \
            cell(l, "submit_p99_ms", "%.3f"), \
            at(l, "rss_kib", "median") == "" ? "-" : sprintf("%.1f", at(l, "rss_kib", "median") / 1024), \
            cell(l, "written_bytes", "%.0f"), cell(l, "disk_bytes", "%.0f"), \
            cell(l, "server_cpu_us", "%.1f"), cell(l, "client_cpu_us", "%.1f")
    }
}
