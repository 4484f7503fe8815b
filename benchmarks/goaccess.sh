#!/bin/sh
# GoAccess's nearest to the job: visitors by day in Tokyo, with the login in place of the visitor's address. It has no
# filter for paths and methods, so awk lets only accesses through. goaccess.sh AWK LOG
LC_ALL=C "$1" -F'"' '$3 ~ /^ (2|304)/ && $1 !~ /^[^ ]* [^ ]* - / && $2 ~ /^(GET|POST) \/[kg]\// &&
    $2 !~ /^[A-Z]* (\/k\/v1\/|[^ ?]*\.(js|css)[? ])/' "$2" |
goaccess - --no-global-config --no-progress --no-ip-validation --tz=Asia/Tokyo --max-items=400 --output=json \
    --log-format='%^ %^ %h [%x] "%r" %s %b "%R" "%^"' --datetime-format='%d/%b/%Y:%H:%M:%S %z' \
    --ignore-panel=REQUESTS --ignore-panel=REQUESTS_STATIC --ignore-panel=NOT_FOUND --ignore-panel=HOSTS \
    --ignore-panel=OS --ignore-panel=BROWSERS --ignore-panel=VISIT_TIMES --ignore-panel=VIRTUAL_HOSTS \
    --ignore-panel=REFERRERS --ignore-panel=REFERRING_SITES --ignore-panel=KEYPHRASES --ignore-panel=STATUS_CODES \
    --ignore-panel=REMOTE_USER --ignore-panel=CACHE_STATUS --ignore-panel=GEO_LOCATION |
sed -n 's/.*"unique_visitors": *\([0-9]*\).*/\1/p'
