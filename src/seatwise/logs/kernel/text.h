/* Taking a line of text apart, by literals and fields or, in a W3C log, by blanks.
 *
 * Each splitter writes the range of each field that matters into the line and returns FITS, or the position at which
 * the line stops fitting its format.
 */
#ifndef SEATWISE_TEXT_H
#define SEATWISE_TEXT_H

#include "layout.h"
#include "times.h"

/* Whether literal k stands at p. */
static inline bool literal_fits(const Line *line, int64_t p, int64_t end, int64_t k) {
    const Program *program = line->program;
    int64_t first = program->literal_at[k], length = program->literal_at[k + 1] - first;
    if (end - p < length) return false;
    for (int64_t i = 0; i < length; i++)
        if (line->buf[p + i] != program->literals[first + i]) return false;
    return true;
}

/* Where a request ends that stands without quotes, GET /a b HTTP/1.1 or a lone `-`; -1 if none stands at p. */
static int64_t bare_request_end(Bytes buf, int64_t p, int64_t end) {
    int64_t q = p;
    while (q < end && ((buf[q] >= 'A' && buf[q] <= 'Z') || buf[q] == '-' || buf[q] == '_')) q++;
    if (q == p || q >= end || buf[q] != ' ') return -1;
    if (q == p + 1 && buf[p] == '-') return q;
    while (q + 6 <= end) {
        if (alike(buf, q + 1, (Bytes) "HTTP/", 0, 5)) return q + 6;
        q = find(buf, q + 1, end, ' ');
    }
    return -1;
}

/* Where field k, which begins at p, ends: before the first whole literal k + 1 that is not escaped, or -1. */
static inline int64_t field_end(const Line *line, int64_t p, int64_t end, int64_t k) {
    const Program *program = line->program;
    Bytes buf = line->buf;
    int64_t first = program->literal_at[k + 1], length = program->literal_at[k + 2] - first, start = p;
    bool last_field = k + 1 == program->fields;
    if (length == 0) return last_field ? end : find(buf, p, end, '/');
    int byte = program->literals[first], map = k + 1 < MOST_FIELDS ? line->maps[k + 1] : NO_MAP;
    bool quoted = byte == '"' && program->quotes == 1;
    bool before_time = !last_field && program->kinds[k + 1] == TIME;
    p += program->least[k];
    if (byte == ' ' && program->kinds[k] == REQUEST && (p = bare_request_end(buf, p, end)) < 0) return -1;
    for (;; p++) {
        p = seek(line, map, p, end, byte);
        if (p >= end) return -1;
        if (length > 1 && !literal_fits(line, p, end, k + 1)) continue;
        if (quoted && p > start && buf[p - 1] == '\\' && escaped(buf, start, p)) continue;
        if (before_time && !time_starts(buf, p + length, end)) continue;
        return p;
    }
}

/* Split the line p..end by literals and fields. */
static int64_t split_text(Line *line, int64_t p, int64_t end) {
    const Program *program = line->program;
    if (!literal_fits(line, p, end, 0)) return p;
    p += program->literal_at[1];
    for (int64_t k = 0; k < program->fields; k++) {
        int64_t stop = field_end(line, p, end, k);
        if (stop < 0) return p;
        line->spans[program->kinds[k]] = (Span){p, stop};
        p = stop + program->literal_at[k + 2] - program->literal_at[k + 1]; /* field_end has seen that it stands there */
    }
    return p == end ? FITS : p;
}

/* Split the line p..end at its blanks; a string in quotes may hold some, and its quotes doubled. */
static int64_t split_w3c(Line *line, int64_t p, int64_t end) {
    const Program *program = line->program;
    Bytes buf = line->buf;
    for (int64_t k = 0; k < program->fields; k++) {
        while (p < end && is_blank(buf[p])) p++;
        if (p >= end) return p;
        int64_t first = p, stop;
        if (buf[p] == '"') {
            first = p + 1;
            stop = find(buf, first, end, '"');
            while (stop + 1 < end && buf[stop + 1] == '"') stop = find(buf, stop + 2, end, '"');
            if (stop >= end || (stop + 1 < end && !is_blank(buf[stop + 1]))) return p;
            p = stop + 1;
        } else {
            while (p < end && !is_blank(buf[p])) p++;
            stop = p;
        }
        line->spans[program->kinds[k]] = (Span){first, stop};
    }
    while (p < end && is_blank(buf[p])) p++;
    return p == end ? FITS : p;
}

#endif
