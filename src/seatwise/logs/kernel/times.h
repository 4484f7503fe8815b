/* Reading times: the forms in which servers write them. */
#ifndef SEATWISE_TIMES_H
#define SEATWISE_TIMES_H

#include "bytes.h"

#define NAIVE ((int64_t)1 << 40)      /* the offset of a time that names none */
#define UNREADABLE ((int64_t)1 << 41) /* the offset of a text that is no time */

typedef struct {
    int64_t local, offset; /* seconds since 1970 by its own clock; seconds east of UTC, NAIVE or UNREADABLE */
} Moment;

static const Moment NO_MOMENT = {0, UNREADABLE};

/* Days since 1970-01-01 of a date of the Gregorian calendar, or -1 if there is no such day from 1970 on.
 * Source: days_from_civil in H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
static int64_t epoch_day(int64_t year, int64_t month, int64_t day) {
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > 31) return -1;
    if (day > 28) {
        bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        if (month == 2 && (day > 29 || !leap)) return -1;
        if (day == 31 && (month == 4 || month == 6 || month == 9 || month == 11)) return -1;
    }
    int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
    int64_t of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* year * 12 + month - 1 of an epoch day, shifted left by 5, plus the day of the month less one.
 * Source: civil_from_days, as above. */
static int64_t month_index(int64_t day) {
    int64_t z = day + 719468, era = z / 146097, of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * of_year + 2) / 153, date = of_year - (153 * shifted + 2) / 5;
    int64_t month = shifted < 10 ? shifted + 2 : shifted - 10;
    int64_t year = year_of_era + era * 400 + (month <= 1);
    return (year * 12 + month) << 5 | date;
}

/* 1 to 12 for the English three-letter name at p (Jan ... Dec), or 0. */
static int64_t month_name(Bytes buf, int64_t p) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    for (int64_t month = 0; month < 12; month++)
        if (alike(buf, p, (Bytes)names, 3 * month, 3)) return month + 1;
    return 0;
}

/* Seconds east of UTC of what fills p..end: nothing (NAIVE), Z, UTC, GMT, +hh, +hhmm or +hh:mm; else UNREADABLE.
 * The name of a zone in brackets may follow an offset, as Java writes it. */
static int64_t zone_offset(Bytes buf, int64_t p, int64_t end) {
    if (p == end) return NAIVE;
    if (buf[end - 1] == ']') {
        for (end--; end > p && buf[end] != '[';) end--;
        if (end == p) return UNREADABLE;
    }
    int64_t length = end - p;
    if (length == 1 && (buf[p] == 'Z' || buf[p] == 'z')) return 0;
    if (length == 3 && (alike(buf, p, (Bytes) "UTC", 0, 3) || alike(buf, p, (Bytes) "GMT", 0, 3))) return 0;
    int sign = buf[p];
    if ((sign != '+' && sign != '-') || (length != 3 && length != 5 && length != 6)) return UNREADABLE;
    int64_t hours = two(buf, p + 1), minutes = 0;
    if (length == 5) minutes = two(buf, p + 3);
    if (length == 6) minutes = buf[p + 3] == ':' ? two(buf, p + 4) : -1;
    if (hours < 0 || hours > 24 || minutes < 0 || minutes > 59) return UNREADABLE;
    int64_t seconds = hours * 3600 + minutes * 60;
    return sign == '-' ? -seconds : seconds;
}

/* The second of the day that a clock shows, or -1 if none shows that. One of 60 belongs to the next minute. */
static int64_t second_of_day(int64_t hours, int64_t minutes, int64_t seconds) {
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 60) return -1;
    return hours * 3600 + minutes * 60 + seconds;
}

/* Where the fraction of a second ends that may stand at p, or -1 if nothing follows its `.` or `,`. */
static int64_t fraction_end(Bytes buf, int64_t p, int64_t end) {
    if (p >= end || (buf[p] != '.' && buf[p] != ',')) return p;
    int64_t q = p + 1;
    while (q < end && is_digit(buf[q])) q++;
    return q > p + 1 ? q : -1;
}

/* HH:MM:SS on that day, a fraction after `.` or `,` if any, and the offset, filling p..end. Seconds may be left out. */
static Moment clock_on(int64_t day, Bytes buf, int64_t p, int64_t end) {
    if (end - p < 5 || buf[p + 2] != ':') return NO_MOMENT;
    int64_t seconds = 0, q = p + 5;
    if (q < end && buf[q] == ':') {
        if (end - p < 8) return NO_MOMENT;
        seconds = two(buf, p + 6);
        q = p + 8;
    }
    int64_t second = second_of_day(two(buf, p), two(buf, p + 3), seconds);
    if (second < 0) return NO_MOMENT;
    if (q == p + 8 && (q = fraction_end(buf, q, end)) < 0) return NO_MOMENT;
    if (q + 1 < end && buf[q] == ' ') q++;
    return (Moment){day * 86400 + second, zone_offset(buf, q, end)};
}

/* The epoch day of YYYY-MM-DD or YYYY/MM/DD in the ten bytes at p, or -1. */
static int64_t iso_date(Bytes buf, int64_t p) {
    if (buf[p + 4] != buf[p + 7] || (buf[p + 4] != '-' && buf[p + 4] != '/')) return -1;
    return epoch_day(four(buf, p), two(buf, p + 5), two(buf, p + 8));
}

/* The epoch day of DD/Mon/YYYY in the eleven bytes at p, or -1; `between` is the slash, or what stands for it. */
static int64_t clf_date(Bytes buf, int64_t p, int between) {
    if (buf[p + 2] != between || buf[p + 6] != between) return -1;
    return epoch_day(four(buf, p + 7), month_name(buf, p + 3), two(buf, p));
}

/* Seconds since 1970 of a number that fills p..end, its fraction dropped, or -1.
 * Whole numbers of 10^11 and more are milliseconds, of 10^14 microseconds, of 10^17 nanoseconds. */
static int64_t unix_time(Bytes buf, int64_t p, int64_t end) {
    int64_t dot = p, value = -1;
    while (dot < end && buf[dot] != '.' && buf[dot] != 'E' && buf[dot] != 'e') dot++;
    if (dot == end - 1) return -1;
    bool plain = dot == end || buf[dot] == '.';
    for (int64_t q = dot + 1; q < end; q++) plain = plain && is_digit(buf[q]);
    if (!plain) {
        bool cut;
        value = decimal(buf, p, end, &cut);
    } else if (dot - p == 19) {
        value = number(buf, p, dot - 1);
        return value >= 0 && is_digit(buf[dot - 1]) ? value / 100000000 : -1;
    } else {
        value = number(buf, p, dot);
    }
    if (value >= 100000000000000000) return value / 1000000000;
    if (value >= 100000000000000) return value / 1000000;
    if (value >= 100000000000) return value / 1000;
    return value;
}

/* A time written YYYYMMDDTHHMMSS with or without a fraction and an offset. */
static Moment basic_time(Bytes buf, int64_t p, int64_t end) {
    int64_t second = second_of_day(two(buf, p + 9), two(buf, p + 11), two(buf, p + 13));
    int64_t day = epoch_day(four(buf, p), two(buf, p + 4), two(buf, p + 6)), q = fraction_end(buf, p + 15, end);
    if (day < 0 || second < 0 || q < 0) return NO_MOMENT;
    return (Moment){day * 86400 + second, zone_offset(buf, q, end)};
}

/* A time written 10 Oct 2000 13:55:36 GMT; its weekday was passed over. */
static Moment mail_time(Bytes buf, int64_t p, int64_t end) {
    if (end - p < 20 || buf[p + 11] != ' ' || buf[p + 17] != ':') return NO_MOMENT;
    int64_t day = clf_date(buf, p, ' ');
    return day < 0 ? NO_MOMENT : clock_on(day, buf, p + 12, end);
}

/* A time written Tue Oct 10 13:55:36 2000, a fraction of the second or not. */
static Moment asctime_time(Bytes buf, int64_t p, int64_t end) {
    int64_t date = buf[p + 8] != ' ' ? two(buf, p + 8) : number(buf, p + 9, p + 10);
    if (buf[end - 5] != ' ' || buf[p + 16] != ':' || end - 5 < p + 19) return NO_MOMENT;
    int64_t day = epoch_day(four(buf, end - 4), month_name(buf, p + 4), date);
    Moment found = clock_on(day, buf, p + 11, end - 5);
    return day < 0 || found.offset != NAIVE ? NO_MOMENT : found;
}

/* The time that fills p..end. Read are 10/Oct/2000:13:55:36 -0700 (CLF), 2000-10-10T13:55:36.5+09:00 and
 * 20001010T135536Z (ISO 8601), Unix time, Tue, 10 Oct 2000 13:55:36 GMT (RFC 5322) and Tue Oct 10 13:55:36 2000
 * (asctime). */
static Moment read_time(Bytes buf, int64_t p, int64_t end) {
    int64_t length = end - p;
    if (length >= 16 && (buf[p + 4] == '-' || buf[p + 4] == '/')) {
        int64_t day = iso_date(buf, p);
        if (day < 0 || (buf[p + 10] != 'T' && buf[p + 10] != ' ' && buf[p + 10] != 't')) return NO_MOMENT;
        return clock_on(day, buf, p + 11, end);
    }
    if (length >= 20 && buf[p + 2] == '/') {
        int64_t day = clf_date(buf, p, '/');
        if (day < 0 || (buf[p + 11] != ':' && buf[p + 11] != ' ') || buf[p + 17] != ':') return NO_MOMENT;
        return clock_on(day, buf, p + 12, end);
    }
    if (length >= 15 && buf[p + 8] == 'T') return basic_time(buf, p, end);
    if (length >= 20 && buf[p + 2] == ' ') return mail_time(buf, p, end);
    if (length >= 25 && buf[p + 3] == ',' && buf[p + 4] == ' ') return mail_time(buf, p + 5, end);
    if (length >= 24 && buf[p + 3] == ' ' && buf[p + 7] == ' ' && buf[p + 10] == ' ') return asctime_time(buf, p, end);
    int64_t value = unix_time(buf, p, end);
    return value >= 0 ? (Moment){value, 0} : NO_MOMENT;
}

/* Whether what begins at p looks like a time: it tells the ` [` before one from a ` [` within a login. */
static bool time_starts(Bytes buf, int64_t p, int64_t end) {
    if (end - p < 10) return false;
    if (buf[p + 3] == ' ' || buf[p + 3] == ',')
        return month_name(buf, p + 4) > 0 || (end - p > 10 && month_name(buf, p + 8) > 0);
    if (!is_digit(buf[p]) || !is_digit(buf[p + 1])) return false;
    if (buf[p + 2] == '/') return buf[p + 6] == '/';
    if (buf[p + 4] == '-' || buf[p + 4] == '/') return buf[p + 7] == buf[p + 4];
    if (buf[p + 2] == ' ') return month_name(buf, p + 3) > 0;
    if (buf[p + 8] == 'T') return number(buf, p, p + 8) >= 0;
    return number(buf, p, p + 10) >= 0;
}

#endif
