/* Telling a login from one that took in what stands before it in its line. */
#ifndef SEATWISE_PREFIXES_H
#define SEATWISE_PREFIXES_H

#include "bytes.h"

enum { MOST_BLANKS = 5 }; /* within a login that stands unquoted: María de los Ángeles García López */

/* Whether a byte ends a word within what stands for a login. */
static bool separates(int c) { return c != 0 && strchr(" \t\"'(),;<=>[]{}", c) != NULL; }

/* Whether p..end is an IPv4 address, with a port or the length of a prefix behind it or without. */
static bool is_ipv4(Bytes buf, int64_t p, int64_t end) {
    for (int groups = 0; groups < 4; groups++) {
        if (groups > 0 && (p >= end || buf[p++] != '.')) return false;
        int64_t start = p;
        while (p < end && p - start < 3 && is_digit(buf[p])) p++;
        if (p == start || number(buf, start, p) > 255) return false;
    }
    if (p == end) return true;
    if (buf[p] != ':' && buf[p] != '/') return false;
    return p + 1 == end || number(buf, p + 1, end) >= 0;
}

/* Whether p..end is an IPv6 address, with a zone behind it or without. */
static bool is_ipv6(Bytes buf, int64_t p, int64_t end) {
    int64_t colons = 0, group = p;
    bool shortened = false;
    for (int64_t q = p; q < end; q++) {
        if (buf[q] == ':') {
            shortened = shortened || (q > p && buf[q - 1] == ':');
            colons++;
            group = q + 1;
        } else if (buf[q] == '.') {
            return colons >= 2 && is_ipv4(buf, group, end);
        } else if (buf[q] == '%') {
            break;
        } else if (hex_digits(buf, q, 1) < 0 || q - group > 3) {
            return false;
        }
    }
    return colons == 7 || (shortened && colons < 8);
}

/* Whether the word p..end is an address, a clock, or a lone `-` or `|`: no part of anybody's login. */
static bool is_word_of_a_prefix(Bytes buf, int64_t p, int64_t end) {
    if (end - p == 1) return buf[p] == '-' || buf[p] == '|';
    if (end - p >= 8 && buf[p + 2] == ':' && buf[p + 5] == ':' && two(buf, p) >= 0 && two(buf, p + 6) >= 0) return true;
    return is_ipv4(buf, p, end) || is_ipv6(buf, p, end);
}

/* Whether what stands unquoted for a login, p..end, took in what stands before it: then it is nobody's login.
 * It holds an address or a clock, a lone `-` beside something else, ` [` as before a time, or more blanks than one name
 * can. */
static inline bool holds_a_prefix(Bytes buf, int64_t p, int64_t end) {
    if (p == end || (buf[p] > '@' && !has_either(buf, p, end, ' ', ':'))) return false; /* most: one word, no digit first */
    int64_t blanks = 0;
    for (int64_t q = p; q < end; q++) {
        if (buf[q] == '[' && q > p && buf[q - 1] == ' ') return true;
        blanks += is_blank(buf[q]);
    }
    if (blanks > MOST_BLANKS) return true;
    while (p < end) {
        int64_t start = p;
        while (p < end && !separates(buf[p])) p++;
        if (p > start && is_word_of_a_prefix(buf, start, p)) return true;
        p++;
    }
    return false;
}

#endif
