# Distinct (login, day in Tokyo) of successful GET and POST requests for screens, in a combined log.
# Fields are what stands between quotes. The log is taken to be in UTC: nine hours are added to each distinct hour.
BEGIN {
    FS = "\""
    split("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec", names, " ")
    for (i in names) month[names[i]] = i
}
$3 ~ /^ (2|304)/ && $2 ~ /^(GET|POST) \/[kg]\// && $2 !~ /^[A-Z]* (\/k\/v1\/|[^ ?]*\.(js|css)[? ])/ {
    split($1, head, " ")
    if (head[3] != "-") hours[head[3], substr(head[4], 2, 14)] = 1
}
function day_in_tokyo(text,    d, m, y, hour) {
    d = substr(text, 1, 2); m = month[substr(text, 4, 3)]; y = substr(text, 8, 4); hour = substr(text, 13, 2)
    if (m <= 2) { m += 12; y-- }
    return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * m - 457) / 5) + d + (hour >= 15)
}
END {
    for (key in hours) {
        split(key, part, SUBSEP)
        if (!(part[2] in known)) known[part[2]] = day_in_tokyo(part[2])
        if (!((part[1], known[part[2]]) in days)) { days[part[1], known[part[2]]] = 1; count++ }
    }
    print count + 0
}
