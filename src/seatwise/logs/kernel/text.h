/* Taking a line of text apart, by literals and fields or, in a W3C log, by blanks.
 *
 * Each splitter writes the range of each field that matters into the line and returns FITS, or the position at which
 * the line stops fitting its format. Fields of the line before that are not in this one are left out.
 */
#ifndef SEATWISE_TEXT_H
#define SEATWISE_TEXT_H

#include "layout.h"
#include "times.h"

/* Whether literal k stands at p. */
static bool literal_fits(const Line *line, int64_t p, int64_t end, int64_t k) {
    const Program *program = line->program;
    int64_t first = program->literal_at[k], length = program->literal_at[k + 1] - first;
    return end - p >= length && alike(line->buf, p, program->literals, first, length);
}

/* Whether the literal behind a field stands at p, whose first byte does. */
static inline bool literal_of(const Line *line, const Step *step, int64_t p, int64_t end) {
    if (step->length == 1) return true;
    if (end - p < step->length) return false;
    if (p + 8 <= line->limit && ((eight_bytes(line->buf, p) ^ step->literal) & step->mask) != 0) return false;
    if (p + 8 <= line->limit && step->length <= 8) return true;
    return alike(line->buf, p, line->program->literals, step->first, step->length);
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

/* How field k is found. Beyond MOST_STEPS it is worked out anew each time. */
static Step step_of(const Program *program, int64_t k) {
    int64_t first = program->literal_at[k + 1], length = program->literal_at[k + 2] - first;
    Step step = {.kind = program->kinds[k], .least = program->least[k], .length = length, .first = first, .map = NO_MAP};
    step.last = k + 1 == program->fields;
    if (length == 0) return step;
    uint8_t word[8] = {0}, mask[8] = {0};
    for (int64_t i = 0; i < length && i < 8; i++) {
        word[i] = program->literals[first + i];
        mask[i] = 0xFF;
    }
    step.literal = eight_bytes(word, 0);
    step.mask = eight_bytes(mask, 0);
    step.byte = program->literals[first];
    step.quoted = step.byte == '"' && program->quotes == 1;
    step.before_time = !step.last && program->kinds[k + 1] == TIME;
    step.bare_request = step.byte == ' ' && step.kind == REQUEST;
    return step;
}

/* Where a field that begins at p ends: before the first whole literal behind it that is not escaped, or -1. */
static inline int64_t field_end(const Line *line, const Step *step, int64_t p, int64_t end) {
    Bytes buf = line->buf;
    int64_t start = p;
    if (step->length == 0) return step->last ? end : find(buf, p, end, '/');
    p += step->least;
    if (step->bare_request && (p = bare_request_end(buf, p, end)) < 0) return -1;
    for (;; p++) {
        p = seek(line, step->map, p, end, step->byte);
        if (p >= end) return -1;
        if (!literal_of(line, step, p, end)) continue;
        if (step->quoted && p > start && buf[p - 1] == '\\' && escaped(buf, start, p)) continue;
        if (step->before_time && !time_starts(buf, p + step->length, end)) continue;
        return p;
    }
}

/* Split the line p..end by literals and fields. */
static inline int64_t split_text(Line *line, int64_t p, int64_t end) {
    const Program *program = line->program;
    line->spans[METHOD] = line->spans[URI] = (Span){0, 0}; /* those of the request before */
    if (!literal_fits(line, p, end, 0)) return p;
    p += program->literal_at[1];
    for (int64_t k = 0; k < program->fields; k++) {
        Step other;
        const Step *step = &other;
        if (k < MOST_STEPS) step = &line->plan->steps[k];
        else other = step_of(program, k);
        int64_t stop = field_end(line, step, p, end);
        if (stop < 0) return p;
        line->spans[step->kind] = (Span){p, stop};
        p = stop + step->length; /* field_end has seen that it stands there */
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
