/* Taking a line of JSON apart, by a tree of names. See text.h.
 *
 * Looked at strictly: the brackets, commas, colons and strings on the way to wanted names, and what follows the object.
 * Within what is skipped only strings and brackets count; a bare word may be any.
 */
#ifndef SEATWISE_JSON_H
#define SEATWISE_JSON_H

#include "layout.h"

/* The position of the quote that ends the string whose text begins at p, or `end`. */
static inline int64_t string_end(const Line *line, int64_t p, int64_t end) {
    for (int64_t start = p;; p++) {
        p = seek(line, line->plan->quote, p, end, '"');
        if (line->plain || p >= end || line->buf[p - 1] != '\\' || !escaped(line->buf, start, p)) return p;
    }
}

/* The first position from p that holds no white space of JSON. */
static inline int64_t skip_space(Bytes buf, int64_t p, int64_t end) {
    while (p < end && (buf[p] == ' ' || buf[p] == '\t' || buf[p] == '\r')) p++;
    return p;
}

/* Whether a byte ends a number or name: a blank, or one of ":,[]{}. */
static inline bool ends_bare(int c) {
    static const uint64_t ends[4] = {1ull << '\t' | 1ull << '\r' | 1ull << ' ' | 1ull << '"' | 1ull << ',' | 1ull << ':',
                                     1ull << ('[' - 64) | 1ull << (']' - 64) | 1ull << ('{' - 64) | 1ull << ('}' - 64)};
    return ends[c >> 6] >> (c & 63) & 1;
}

/* The same for a line without a backslash that has maps: its brackets outside of strings are gone through. */
static int64_t skip_by_maps(const Line *line, int64_t p, int64_t end) {
    const Index *index = line->index;
    bool within = is_within(index, p);
    for (int64_t depth = 0;; p++) {
        p = next_before(index, line->plan->bracket, p, end);
        if (p >= end) return -1;
        if (is_within(index, p) != within) continue;
        if (line->buf[p] == '{' || line->buf[p] == '[') depth++;
        else if (--depth == 0) return p + 1;
    }
}

/* The position behind the object or list that begins at p, or -1. Only its strings and brackets are looked at. */
static int64_t skip_container(const Line *line, int64_t p, int64_t end) {
    if (line->plain) return skip_by_maps(line, p, end);
    Bytes buf = line->buf;
    for (int64_t depth = 0; p < end; p++) {
        if (buf[p] == '"') p = string_end(line, p + 1, end);
        else if (buf[p] == '{' || buf[p] == '[') depth++;
        else if ((buf[p] == '}' || buf[p] == ']') && --depth == 0) return p + 1;
    }
    return -1;
}

/* The position behind the value that begins at p, or -1 if none does. */
static inline int64_t skip_value(const Line *line, int64_t p, int64_t end) {
    if (p >= end) return -1;
    Bytes buf = line->buf;
    int64_t q = p;
    if (buf[p] == '"') return (q = string_end(line, p + 1, end)) < end ? q + 1 : -1;
    if (buf[p] == '{' || buf[p] == '[') return skip_container(line, p, end);
    while (q < end && !ends_bare(buf[q])) q++;
    return q > p ? q : -1;
}

/* Remember the value p..end: the text of a string, a bare word or number, or the first of these in a list. */
static void keep_value(Line *line, int64_t p, int64_t end, int64_t kind) {
    Bytes buf = line->buf;
    line->spans[kind] = (Span){0, 0};
    if (buf[p] == '[') {
        p = skip_space(buf, p + 1, end);
        if (p >= end || buf[p] == ']' || buf[p] == '[' || buf[p] == '{') return;
        if ((end = skip_value(line, p, end)) < 0) return;
    }
    if (buf[p] == '"') line->spans[kind] = (Span){p + 1, end - 1};
    else if (buf[p] != '{' && !(end - p == 4 && alike(buf, p, (Bytes) "null", 0, 4)) &&
             !(end - p == 5 && alike(buf, p, (Bytes) "false", 0, 5)))
        line->spans[kind] = (Span){p, end};
}

/* The target of the name p..end within object `parent` of the tree, or -1. */
static inline int64_t child_named(const Line *line, int64_t p, int64_t end, int64_t parent) {
    const Program *program = line->program;
    for (int64_t c = program->children[parent]; c < program->children[parent + 1]; c++) {
        int64_t first = program->name_at[c];
        if (program->name_at[c + 1] - first == end - p && alike(line->buf, p, program->names, first, end - p))
            return program->targets[c];
    }
    return -1;
}

/* Forget the fields below an object: its name came again, and the last of equal names counts. */
static void forget_object(Line *line, int64_t wanted) {
    for (uint64_t left = (uint64_t)line->program->below[wanted]; left != 0; left &= left - 1)
        line->spans[__builtin_ctzll(left)] = (Span){0, 0};
}

/* Split the line p..end, one JSON object, by the names wanted. The last of several equal names counts. */
static int64_t split_json(Line *line, int64_t p, int64_t end) {
    Bytes buf = line->buf;
    line->plain = line->index != NULL && next_before(line->index, line->plan->backslash, p, end) == end;
    forget_object(line, 0);
    if (line->program->below[0] >> REQUEST & 1) line->spans[METHOD] = line->spans[URI] = (Span){0, 0};
    p = skip_space(buf, p, end);
    if (p >= end || buf[p] != '{') return p;
    uint64_t path = 0; /* the objects we are in, five bits each */
    int64_t depth = 0, here = 0;
    p = skip_space(buf, p + 1, end);
    for (bool closing = p < end && buf[p] == '}';;) {
        if (closing) {
            p = skip_space(buf, p + 1, end);
            if (depth == 0) return p == end ? FITS : p;
            depth--;
            here = path & 31;
            path >>= 5;
        } else {
            if (p >= end || buf[p] != '"') return p;
            int64_t stop = string_end(line, p + 1, end);
            if (stop >= end) return p;
            int64_t target = child_named(line, p + 1, stop, here);
            p = skip_space(buf, stop + 1, end);
            if (p >= end || buf[p] != ':') return p;
            p = skip_space(buf, p + 1, end);
            if (target >= 0 && target < LEAF) {
                forget_object(line, target);
                if (p < end && buf[p] == '{') {
                    path = path << 5 | (uint64_t)here;
                    here = target;
                    depth++;
                    p = skip_space(buf, p + 1, end);
                    closing = p < end && buf[p] == '}';
                    continue;
                }
            }
            stop = skip_value(line, p, end);
            if (stop < 0) return p;
            if (target >= LEAF) keep_value(line, p, stop, target - LEAF);
            p = skip_space(buf, stop, end);
        }
        if (p >= end) return p;
        closing = buf[p] == '}';
        if (!closing) {
            if (buf[p] != ',') return p;
            p = skip_space(buf, p + 1, end);
        }
    }
}

#endif
