/* The heart of the reader: every line of a buffer into exactly one reason, and its day into the months of its login.
 *
 * One library without Python's headers, called by ctypes from library.py. What is exported stands at the end.
 */
#include "json.h"
#include "prefixes.h"
#include "tables.h"
#include "text.h"

#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

/* What was found last, good for most of the lines that follow. */
typedef struct {
    uint8_t minute[26];         /* a CLF time with an offset; its seconds count for nothing */
    int64_t minute_began;       /* the instant, or -1 if there is no such time yet */
    int64_t day_began, day_ends; /* instants of the day below; none if they are equal */
    int64_t day, date;          /* and its month_index */
} Recent;

typedef struct {
    int64_t reason, at; /* FITS, or where the line stops fitting its format */
    int64_t instant, day, status;
    int64_t kind; /* of its path: API, ASSET, ACCESS or OTHER_SERVICE */
    Span spans[KINDS];
} Judged;

/* Which of the turns, ascending, holds at `when`; looked for from where the last one was found. */
static int64_t turn_at(const int64_t *turns, int64_t count, int64_t when, int64_t at) {
    while (at + 1 < count && when >= turns[at + 1]) at++;
    while (at > 0 && when < turns[at]) at--;
    return at;
}

/* The day before or on which a number of seconds, or fewer than none, falls. */
static int64_t day_of_second(int64_t second) { return second >= 0 ? second / 86400 : -((86399 - second) / 86400); }

/* Find the day of an instant in the organization's zone, and what is needed to see whether another falls on it. */
static void find_day(Line *line, int64_t instant, Recent *recent) {
    const Judgement *judgement = line->judgement;
    int64_t at = turn_at(judgement->turns, judgement->turn_count, instant, line->zone);
    int64_t offset = judgement->offsets[at];
    line->zone = at;
    recent->day = day_of_second(instant + offset);
    recent->date = recent->day >= 0 ? month_index(recent->day) : 0;
    recent->day_began = recent->day * 86400 - offset;
    recent->day_ends = recent->day_began + 86400;
    if (at > 0 && recent->day_began < judgement->turns[at]) recent->day_began = judgement->turns[at];
    if (at + 1 < judgement->turn_count && recent->day_ends > judgement->turns[at + 1])
        recent->day_ends = judgement->turns[at + 1];
}

/* The instant of a CLF time of the same minute as the one before, or -1. */
static inline int64_t same_minute(const Line *line, const Recent *recent) {
    Span time = line->spans[TIME];
    if (recent->minute_began < 0 || time.end - time.start != 26) return -1;
    if (!alike(line->buf, time.start, recent->minute, 0, 16) || !alike(line->buf, time.start + 16, recent->minute, 16, 2))
        return -1;
    if (!alike(line->buf, time.start + 20, recent->minute, 20, 6)) return -1;
    int64_t second = two(line->buf, time.start + 18);
    return second >= 0 && second <= 60 ? recent->minute_began + second : -1;
}

/* The time that was split last. */
static Moment moment_of(const Line *line) {
    const Program *program = line->program;
    Bytes buf = line->buf;
    Span time = line->spans[TIME], date = line->spans[DATE], clock = line->spans[CLOCK];
    if (time.end > time.start) return read_time(buf, time.start, time.end);
    if (date.end - date.start == 10) {
        int64_t day = iso_date(buf, date.start);
        return day < 0 ? NO_MOMENT : clock_on(day, buf, clock.start, clock.end);
    }
    if (program->day < 0) return NO_MOMENT;
    Moment found = clock_on(program->day, buf, clock.start, clock.end);
    if (found.offset != UNREADABLE && found.local - program->day * 86400 < program->since - 3600)
        found.local += 86400; /* behind the midnight after #Date; lines may be a little out of order */
    return found;
}

/* The instant of the line that was split last, in seconds since 1970, or below 0 if it cannot be read. */
static int64_t instant_of(Line *line, Recent *recent) {
    int64_t instant = same_minute(line, recent);
    if (instant >= 0) return instant;
    Moment found = moment_of(line);
    if (found.offset == UNREADABLE) return -1;
    if (found.offset == NAIVE) { /* of two possible instants the earlier one */
        const Judgement *judgement = line->judgement;
        line->local_zone = turn_at(judgement->local_turns, judgement->local_count, found.local, line->local_zone);
        return found.local - judgement->local_offsets[line->local_zone];
    }
    instant = found.local - found.offset;
    Span time = line->spans[TIME];
    if (time.end - time.start == 26 && line->buf[time.start + 2] == '/' && line->buf[time.start + 20] == ' ') {
        int64_t second = two(line->buf, time.start + 18);
        copy(recent->minute, 0, line->buf, time.start, time.end);
        recent->minute_began = instant >= second ? instant - second : -1;
    }
    return instant;
}

/* Take a request line apart: its method and its target (all up to the protocol). */
static inline void find_target(Line *line) {
    Bytes buf = line->buf;
    int64_t p = line->spans[REQUEST].start, end = line->spans[REQUEST].end;
    if (p == end) return;
    int64_t space = seek(line, line->plan->space, p, end, ' '), start = space < end ? space + 1 : end, stop = end;
    int64_t first = start > end - 10 ? start : end - 10;
    if (end - 8 > first && alike(buf, end - 9, (Bytes) " HTTP", 0, 5)) { /* HTTP/1.1: most of them */
        stop = end - 9;
        first = end;
    }
    for (int64_t q = end - 4; q > first; q--) {
        if (buf[q] == 'H' && alike(buf, q - 1, (Bytes) " HTTP", 0, 5)) {
            stop = q - 1;
            break;
        }
    }
    line->spans[METHOD] = (Span){p, space};
    line->spans[URI] = (Span){start, stop};
}

/* The start of the path of a target in p..end, behind http://host or https://host where one stands before it. */
static int64_t skip_authority(Bytes buf, int64_t p, int64_t end) {
    if (end - p < 8 || !alike(buf, p, (Bytes) "http", 0, 4)) return p;
    int64_t q = buf[p + 4] == 's' ? p + 5 : p + 4;
    if (!alike(buf, q, (Bytes) "://", 0, 3)) return p;
    for (q += 3; q < end && buf[q] != '/' && buf[q] != '?' && buf[q] != '#';) q++;
    return q;
}

/* Where the path of a target ends, `?` or `#`, and whether nothing in it is encoded. */
static inline int64_t path_end(Bytes buf, int64_t p, int64_t end, bool *plain) {
    bool found = false;
    for (; p < end && buf[p] != '?' && buf[p] != '#'; p++) found |= buf[p] == '%' || buf[p] == '\\';
    *plain = !found;
    return p;
}

/* API, ASSET, ACCESS (a screen) or OTHER_SERVICE for the path p..end. */
static int64_t class_of_path(Bytes buf, int64_t p, int64_t end, const Judgement *judgement) {
    for (int64_t w = 0; w < judgement->word_count; w++) {
        int64_t first = judgement->words[w];
        uint64_t may = (1ull << (judgement->words[w + 1] - first)) - 1;
        if (end - p >= 2)
            may = (uint64_t)(judgement->leads[w * 256 + buf[p + 1]] & judgement->tails[w * 256 + buf[end - 1]]);
        for (; may != 0; may &= may - 1) {
            int64_t g = first + __builtin_ctzll(may);
            if (glob(buf, p, end, judgement->globs, judgement->glob_at[g], judgement->glob_at[g + 1]))
                return judgement->classes[w];
        }
    }
    return OTHER_SERVICE;
}

/* The class of the line's path: percent-decoded once, but for a server's variable that is decoded already. */
static int64_t class_of_target(Line *line) {
    const Judgement *judgement = line->judgement;
    uint8_t *scratch = line->scratch;
    int64_t escapes = line->program->escapes == RAW ? RAW : BY_JSON; /* no harm: no login */
    Span path = line->spans[PATH], target = line->spans[URI];
    bool plain;
    if (path.end > path.start) {
        int64_t length = unescape(line->buf, path.start, path.end, scratch, escapes);
        return class_of_path(scratch, 0, length, judgement);
    }
    int64_t first = skip_authority(line->buf, target.start, target.end), stop;
    if (line->index != NULL && line->plan->path_end != NO_MAP) {
        stop = next_before(line->index, line->plan->path_end, first, target.end);
        plain = next_before(line->index, line->plan->encoded, target.start, stop) == stop;
    } else { /* what stands before the path may hold escapes, but no end */
        stop = path_end(line->buf, target.start, target.end, &plain);
    }
    if (plain) return class_of_path(line->buf, first, stop, judgement);
    int64_t length = unescape(line->buf, target.start, target.end, scratch, escapes);
    first = skip_authority(scratch, 0, length);
    stop = percent_decode(scratch, first, path_end(scratch, first, length, &plain));
    return class_of_path(scratch, first, stop, judgement);
}

/* Whether the line's host, in lower case, with or without its port, fits one of the globs for hosts. */
static bool host_fits(Line *line) {
    const Judgement *judgement = line->judgement;
    int64_t length = length_of(line, HOST), port = length;
    for (int64_t q = 0; q < length; q++) {
        uint8_t c = line->buf[line->spans[HOST].start + q];
        line->scratch[q] = c >= 'A' && c <= 'Z' ? c + 32 : c;
        if (c == ':') port = q;
        else if (!is_digit(c)) port = length;
    }
    for (int64_t g = 0; g < judgement->host_count; g++) {
        int64_t first = judgement->host_at[g], last = judgement->host_at[g + 1];
        if (glob(line->scratch, 0, length, judgement->hosts, first, last)) return true;
        if (port < length && glob(line->scratch, 0, port, judgement->hosts, first, last)) return true;
    }
    return false;
}

/* Whether a login says that nobody signed in: nothing, `-`, `--` or an empty pair of quotes. */
static inline bool nobody(Bytes buf, Span login) {
    int64_t length = login.end - login.start;
    if (length == 0 || length > 2) return length == 0;
    int first = buf[login.start], last = buf[login.end - 1];
    return first == last && (first == '-' || (first == '"' && length == 2));
}

/* Whether the line's method is GET or POST. */
static inline bool is_visit(const Line *line) {
    int64_t p = line->spans[METHOD].start, length = length_of(line, METHOD);
    return (length == 3 && alike(line->buf, p, (Bytes) "GET", 0, 3)) ||
           (length == 4 && alike(line->buf, p, (Bytes) "POST", 0, 4));
}

/* The status of the line, a whole number up to 999 in any form that JSON has for it, or -1. */
static inline int64_t status_of(const Line *line) {
    if (line->program->assumed >= 0) return line->program->assumed;
    int64_t p = line->spans[STATUS].start, end = line->spans[STATUS].end;
    int64_t plain = end - p <= 3 ? number(line->buf, p, end) : -1;
    if (plain >= 0) return plain;
    bool cut;
    int64_t value = decimal(line->buf, p, end, &cut);
    return value <= 999 && !cut ? value : -1;
}

/* The reason of a line that was split, the first that fits. SYSTEM_ACCOUNT is told from ACCESS later, by login. */
static inline int64_t reason_of(Line *line, int64_t day, int64_t status) {
    Span login = line->spans[LOGIN];
    if (day < 0 || status < 0) return MALFORMED;
    bool anonymous = nobody(line->buf, login);
    if (line->program->unquoted == 1 && !anonymous && holds_a_prefix(line->buf, login.start, login.end)) return MALFORMED;
    if (day > line->judgement->last_day || day >= DAYS) return FUTURE;
    if (anonymous) return ANONYMOUS;
    if (line->judgement->host_count > 0 && !host_fits(line)) return OTHER_SERVICE;
    find_target(line);
    int64_t kind = class_of_target(line);
    if (kind == OTHER_SERVICE) return OTHER_SERVICE;
    if (status >= 400) return FAILED;
    if (status >= 300 && status != 304) return REDIRECTED;
    return status < 200 || !is_visit(line) ? NOT_A_VISIT : kind;
}

/* Split the line p..end as its format says, and leave out the blanks around its login, and then quotes around all of it. */
static inline int64_t split(Line *line, int64_t p, int64_t end) {
    const Program *program = line->program;
    int64_t at = program->json == 1  ? split_json(line, p, end)
                 : program->w3c == 1 ? split_w3c(line, p, end)
                                     : split_text(line, p, end);
    Span *login = &line->spans[LOGIN];
    if (at == FITS) {
        while (login->start < login->end && is_blank(line->buf[login->start])) login->start++;
        while (login->start < login->end && is_blank(line->buf[login->end - 1])) login->end--;
        if (program->unquoted == 1 && login->end - login->start >= 2 && line->buf[login->start] == '"' &&
            line->buf[login->end - 1] == '"') {
            login->start++;
            login->end--;
        }
    }
    return at;
}

/* The day of an instant; -1 for what is none, or before 1970. */
static inline int64_t day_of(Line *line, int64_t instant, Recent *recent) {
    if (instant < 0) return -1;
    if (instant < recent->day_began || instant >= recent->day_ends) find_day(line, instant, recent);
    return recent->day;
}

/* Record the day of a visit; false if there is no memory. */
static inline bool record(State *state, const Visit *visit, Bytes buf, uint32_t escapes) {
    if (!make_room(state, visit->end - visit->start)) return false;
    Login *login = login_of(state, buf, visit->start, visit->end, visit->hash, escapes);
    Fact *fact = fact_of(state, login, visit->date >> 5);
    uint32_t bit = 1u << (visit->date & 31);
    if (visit->instant < login->first_seen) login->first_seen = visit->instant;
    if (visit->reason == ACCESS) login->hits++, fact->days |= bit;
    else fact->program_days |= bit;
    return true;
}

/* Record all visits that wait; false if there is no memory. What they need is asked of the memory for all of them first. */
static bool record_visits(State *state, Bytes buf, const Program *program) {
    int count = state->waiting;
    state->waiting = 0;
    for (int i = 0; i < count; i++) ask_for_login(state, state->visits[i].hash);
    for (int i = 0; i < count; i++) ask_for_fact(state, state->visits[i].hash);
    for (int i = 0; i < count; i++)
        if (!record(state, &state->visits[i], buf, (uint32_t)program->escapes)) return false;
    return true;
}

/* Have a visit wait until there are some; false if there is no memory. */
static inline bool note(State *state, Visit visit, Bytes buf, const Program *program) {
    state->visits[state->waiting++] = visit;
    __builtin_prefetch(&state->login_slots[visit.hash & login_mask(state)]);
    return state->waiting < MOST_VISITS || record_visits(state, buf, program);
}

/* The reason of the line p..end, its day noted if it counts; -1 if there is no memory. */
static inline int64_t judge_line(Line *line, int64_t p, int64_t end, State *state, Recent *recent) {
    const Program *program = line->program;
    if (end - p > LONGEST_LINE) return MALFORMED;
    if (program->w3c == 1 && p < end && line->buf[p] == '#') return ANONYMOUS;
    if (split(line, p, end) != FITS) return MALFORMED;
    int64_t instant = instant_of(line, recent), day = day_of(line, instant, recent);
    int64_t reason = reason_of(line, day, status_of(line));
    if (reason > FUTURE && program->silent == 0) state->seen[day] = 1;
    if (reason == ACCESS || reason == API) {
        Span login = line->spans[LOGIN];
        uint32_t hash = hash_of(line->buf, login.start, login.end, state->key);
        if (!note(state, (Visit){login.start, login.end, instant, recent->date, reason, hash}, line->buf, program))
            return -1;
    }
    return reason;
}

/* Count the line start..end under its reason, and keep where it stands if it is among the first of them. */
static inline void count_line(State *state, int64_t reason, int64_t start, int64_t end) {
    int64_t seen = state->counts[reason]++;
    if (seen < SAMPLES) {
        int64_t *sample = state->samples[reason][seen];
        sample[0] = state->lines;
        sample[1] = start;
        sample[2] = end;
    }
    state->lines++;
}

/* A map of one byte. */
static Wanted only(int byte) { return (Wanted){(uint8_t)byte, (uint8_t)byte, 0xFF}; }

/* How lines of a format are taken apart: by which maps, and by which steps. */
static void make_plan(Plan *plan, Index *index, const Program *program) {
    index->count = 0;
    index->quotes = NO_MAP;
    plan->newline = map_of(index, only('\n'));
    plan->quote = plan->bracket = plan->backslash = plan->space = plan->path_end = plan->encoded = NO_MAP;
    if (program->json == 1) { /* paths are a small part of its lines */
        plan->quote = index->quotes = map_of(index, only('"'));
        plan->bracket = map_of(index, (Wanted){'{' & '[', '}' & ']', 0xDF}); /* both kinds differ by one bit */
        plan->backslash = map_of(index, only('\\'));
        return;
    }
    plan->space = map_of(index, only(' '));
    plan->path_end = map_of(index, (Wanted){'?', '#', 0xFF});
    plan->encoded = map_of(index, (Wanted){'%', '\\', 0xFF});
    for (int64_t k = 0; k < program->fields && k < MOST_STEPS; k++) {
        Step *step = &plan->steps[k];
        *step = step_of(program, k);
        if (step->length > 0 && program->w3c == 0) step->map = map_of(index, only(step->byte));
    }
}

/* --- exported --- */

/* How large what is shared is, and where it lies: library.py calls nothing else if it has other numbers. */
EXPORTED const int64_t *seatwise_layout(void) {
    static const int64_t layout[] = {
        LAYOUT, sizeof(Program), sizeof(Judgement), sizeof(Judged), offsetof(State, login_count), offsetof(State, seen),
        sizeof(Login), sizeof(Fact), KINDS, REASONS, SAMPLES, DAYS, LONGEST_LINE};
    return layout;
}

/* A reader; the two numbers are its key, which nobody can guess. NULL if there is no memory. */
EXPORTED void *seatwise_new(uint64_t first, uint64_t second) {
    State *state = calloc(1, sizeof(State));
    if (state == NULL) return NULL;
    state->key = (Key){first, second};
    state->scratch = malloc(LONGEST_LINE);
    state->seen = calloc(DAYS, 1);
    state->index.wide = looks_at_32();
    if (state->scratch == NULL || state->seen == NULL || !make_room(state, 0)) {
        free_tables(state);
        return NULL;
    }
    return state;
}

EXPORTED void seatwise_free(State *state) { free_tables(state); }

/* Judge every line in start..end, a last one without a line end too. 0, or -1 if there is no memory. */
EXPORTED int64_t seatwise_read(State *state, const Program *program, const Judgement *judgement, Bytes buf, int64_t start,
                               int64_t end) {
    Plan plan;
    Index *index = &state->index;
    make_plan(&plan, index, program);
    Line line = {buf, end, program, judgement, index, &plan, false, state->scratch, 0, 0, {{0, 0}}};
    Recent recent = {.minute_began = -1};
    index->end = start;
    for (int64_t p = start, newline; p < end; p = newline + 1) {
        if (p >= index->end) make_maps(index, buf, p, end - p > WINDOW ? p + WINDOW : end);
        newline = next_in(index, plan.newline, p);
        if (newline >= index->end && index->end < end) { /* the line goes on behind this window */
            make_maps(index, buf, p, end - p > WINDOW ? p + WINDOW : end);
            newline = next_in(index, plan.newline, p);
        }
        line.index = index;
        if (newline >= index->end && index->end < end) { /* and is longer than any */
            newline = find(buf, index->end, end, '\n');
            line.index = NULL;
        }
        int64_t stop = newline < end ? newline : end;
        if (stop > p && buf[stop - 1] == '\r') stop--;
        if (stop - p >= 3 && alike(buf, p, (Bytes) "\xEF\xBB\xBF", 0, 3))
            p += 3; /* a byte order mark: here another file was put behind the one before */
        int64_t reason = judge_line(&line, p, stop, state, &recent);
        if (reason < 0) return -1;
        count_line(state, reason, p, stop);
    }
    return record_visits(state, buf, program) ? 0 : -1;
}

/* Add to a reader all that another one found. 0, or -1 if there is no memory. */
EXPORTED int64_t seatwise_join(State *state, const State *other) {
    int64_t *numbers = malloc((size_t)(other->login_count + 1) * sizeof *numbers);
    if (numbers == NULL) return -1;
    bool room = true;
    for (int64_t i = 0; i < other->login_count && (room = make_room(state, other->logins[i].length)); i++) {
        const Login *its = &other->logins[i];
        int64_t end = its->at + its->length;
        uint32_t hash = hash_of(other->arena, its->at, end, state->key);
        Login *login = login_of(state, other->arena, its->at, end, hash, its->escapes);
        if (its->first_seen < login->first_seen) login->first_seen = its->first_seen;
        login->hits += its->hits;
        numbers[i] = login - state->logins;
    }
    for (int64_t i = 0; room && i < other->fact_count && (room = make_room(state, 0)); i++) {
        const Fact *its = &other->facts[i];
        Fact *fact = fact_of(state, &state->logins[numbers[its->key >> 24]], its->key & 0xFFFFFF);
        fact->days |= its->days;
        fact->program_days |= its->program_days;
    }
    for (int reason = 0; reason < REASONS; reason++) state->counts[reason] += other->counts[reason];
    free(numbers);
    return room ? 0 : -1;
}

/* What becomes of the one line that fills `buf`, all of it looked at whatever decides. 0, or -1 without memory. */
EXPORTED int64_t seatwise_judge(const Program *program, const Judgement *judgement, Bytes buf, int64_t length,
                                Judged *judged) {
    Index none;
    Plan plan;
    make_plan(&plan, &none, program);
    Recent recent = {.minute_began = -1};
    *judged = (Judged){.reason = MALFORMED, .at = 0, .instant = -1, .day = -1, .status = -1, .kind = OTHER_SERVICE};
    if (length > LONGEST_LINE) return 0;
    uint8_t *scratch = malloc((size_t)length + 1);
    if (scratch == NULL) return -1;
    Line line = {buf, length, program, judgement, NULL, &plan, false, scratch, 0, 0, {{0, 0}}};
    judged->at = split(&line, 0, length);
    if (judged->at == FITS) {
        judged->instant = instant_of(&line, &recent);
        judged->day = day_of(&line, judged->instant, &recent);
        judged->status = status_of(&line);
        judged->reason = reason_of(&line, judged->day, judged->status);
        find_target(&line);
        judged->kind = class_of_target(&line);
    }
    if (program->w3c == 1 && length > 0 && buf[0] == '#') judged->reason = ANONYMOUS;
    memcpy(judged->spans, line.spans, sizeof line.spans);
    free(scratch);
    return 0;
}
