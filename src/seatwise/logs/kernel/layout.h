/* What a format and its rules were compiled to, and a line that is taken apart by them. Mirrored in library.py. */
#ifndef SEATWISE_LAYOUT_H
#define SEATWISE_LAYOUT_H

#include "index.h"

enum { FITS = -1 };

enum { SKIP, LOGIN, TIME, DATE, CLOCK, REQUEST, METHOD, URI, PATH, STATUS, HOST, KINDS }; /* of fields */

enum {
    MALFORMED,
    FUTURE,
    ANONYMOUS,
    OTHER_SERVICE,
    FAILED,
    REDIRECTED,
    NOT_A_VISIT,
    API,
    ASSET,
    SYSTEM_ACCOUNT,
    ACCESS,
    REASONS
};

enum {
    LAYOUT = 1, /* another one whenever what is passed to and fro means something else, though nothing moves */
    LEAF = 1 << 20,         /* a target in a tree of names that is a field, not another object */
    LONGEST_LINE = 1 << 20, /* bytes; a longer line is malformed */
    SAMPLES = 5,            /* kept for each reason */
    DAYS = 1 << 16,         /* those of a chunk are noted; in the year 2149 they are over */
    MOST_STEPS = 64         /* fields of a format of text that are looked for by steps */
};

/* A format. In text, field k of `kinds` stands behind literal k, which is literals[literal_at[k]:literal_at[k + 1]];
 * the last one closes the line. A JSON format has a tree instead: object n has the names children[n]..children[n + 1];
 * name c is names[name_at[c]:name_at[c + 1]] and leads to targets[c], an object or LEAF + kind. */
typedef struct {
    int64_t json;     /* 1 for a tree of names, 0 for literals and fields */
    int64_t w3c;      /* 1 if blanks separate the fields, and lines that begin with # are directives */
    int64_t escapes;  /* RAW, BY_SERVER or BY_JSON: what is to be undone */
    int64_t assumed;  /* the status of every line, where none is logged; else -1 */
    int64_t quotes;   /* 1 if a quote behind a backslash ends no field */
    int64_t unquoted; /* 1 if the login stands between blanks, not between quotes */
    int64_t silent;   /* 1 if no field names the user: such lines cover no day */
    int64_t day;      /* the epoch day of a W3C log whose lines have none, by its #Date; else -1 */
    int64_t since;    /* the second of that day */
    int64_t fields;
    const int64_t *kinds;
    const int64_t *least; /* bytes of each field in which the literal behind it is not looked for */
    Bytes literals;
    const int64_t *literal_at;
    const int64_t *children;
    Bytes names;
    const int64_t *name_at;
    const int64_t *targets;
    const int64_t *below; /* for each object, the kinds of the fields below it, as bits */
} Program;

/* Rules and zones. turns[i] is the instant from which offsets[i] (seconds east of UTC) holds, ascending; turns[0] is
 * before all. The local ones are the same for times without an offset, by their own clock. Glob g is
 * globs[glob_at[g]:glob_at[g + 1]]. Globs come in words of up to 62: word w has those from words[w] to words[w + 1], all
 * of the class classes[w]; leads[w * 256 + c] and tails[w * 256 + c] have a bit for each of them that a path whose
 * second, or last, byte is c may fit. */
typedef struct {
    int64_t turn_count;
    const int64_t *turns, *offsets;
    int64_t local_count;
    const int64_t *local_turns, *local_offsets;
    int64_t last_day; /* the last day that is not in the future */
    Bytes globs;
    const int64_t *glob_at;
    int64_t word_count;
    const int64_t *words, *classes, *leads, *tails;
    int64_t host_count;
    Bytes hosts;
    const int64_t *host_at;
} Judgement;

typedef struct {
    int64_t start, end;
} Span;

/* How field k is found: what is needed of the literal behind it, in one place. */
typedef struct {
    uint64_t literal, mask; /* its first eight bytes, and which of them it has */
    int64_t kind, least, length, first; /* `length` and `first` of the literal in program->literals */
    int map, byte;          /* its first byte, and the map of that byte */
    bool quoted, before_time, last, bare_request;
} Step;

/* What is worked out once for all lines of a piece. */
typedef struct {
    int newline, quote, bracket, backslash, space, path_end, encoded; /* numbers of maps */
    Step steps[MOST_STEPS];
} Plan;

/* A line being judged. An absent field is an empty range. */
typedef struct {
    Bytes buf;
    int64_t limit; /* the end of what may be read of the buffer */
    const Program *program;
    const Judgement *judgement;
    const Index *index; /* the maps of the window that the line stands in; NULL where there are none */
    const Plan *plan;
    bool plain;               /* whether a line of JSON has maps and no backslash */
    uint8_t *scratch;         /* LONGEST_LINE bytes */
    int64_t zone, local_zone; /* where the last turns were found */
    Span spans[KINDS];
} Line;

static inline int64_t length_of(const Line *line, int kind) { return line->spans[kind].end - line->spans[kind].start; }

/* The first position of `byte` in p..end, or `end`; by map number `map` where there is one. */
static inline int64_t seek(const Line *line, int map, int64_t p, int64_t end, int byte) {
    if (line->index == NULL || map == NO_MAP) return find(line->buf, p, end, byte);
    return next_before(line->index, map, p, end);
}

#endif
