/* What one reader has found so far: the account, the logins, and the days of each login by month. Mirrored in library.py.
 *
 * Two hash tables, at most half full, hold numbers of entries that lie one behind the other.
 */
#ifndef SEATWISE_TABLES_H
#define SEATWISE_TABLES_H

#include <stddef.h>
#include <stdlib.h>

#include "layout.h"

typedef struct {
    int64_t at; /* where it begins in the arena, as it stands in the log */
    int64_t first_seen; /* the earliest instant */
    int64_t hits;       /* lines with reason ACCESS */
    int64_t fact;       /* the one that was noted last, or -1 */
    uint32_t length, hash, escapes, unused;
} Login;

typedef struct {
    int64_t key; /* number of the login << 24 | month index */
    uint32_t days, program_days; /* bit 0 is the 1st */
} Fact;

/* A line that counts, until it is recorded: its login's place in the buffer, its day, and its reason. */
typedef struct {
    int64_t start, end, instant, date, reason;
    uint32_t hash;
} Visit;

enum { MOST_VISITS = 16 }; /* that wait to be recorded */

typedef struct {
    int64_t lines; /* of this chunk; those below are of all */
    int64_t counts[REASONS];
    int64_t samples[REASONS][SAMPLES][3]; /* number of the line in its chunk, its start, its end */
    int64_t login_count, fact_count, arena_length;
    Login *logins;
    Fact *facts;
    uint8_t *arena;
    uint8_t *seen; /* for each of DAYS, 1 if this chunk has a line of it */
    /* for tables.h and kernel.c alone */
    uint32_t *login_slots, *fact_slots; /* number + 1; 0 is free */
    int64_t login_room, fact_room, arena_room;
    uint8_t *scratch;
    Key key;
    int waiting;
    Visit visits[MOST_VISITS];
    Index index;
} State;

static void free_tables(State *state) {
    free(state->logins);
    free(state->facts);
    free(state->arena);
    free(state->seen);
    free(state->login_slots);
    free(state->fact_slots);
    free(state->scratch);
    free(state);
}

/* `table` with room for `count` entries of `size` bytes in place of what it has; false if there is no memory. */
static bool enlarge(void **table, int64_t count, size_t size) {
    void *larger = realloc(*table, (size_t)count * size);
    if (larger != NULL) *table = larger;
    return larger != NULL;
}

static int64_t fact_slot(const State *state, int64_t key) {
    uint64_t mask = (uint64_t)(2 * state->fact_room - 1), slot = (uint64_t)key * 0x9FB21C651E98DF25u >> 28 & mask;
    while (state->fact_slots[slot] != 0 && state->facts[state->fact_slots[slot] - 1].key != key) slot = (slot + 1) & mask;
    return (int64_t)slot;
}

static inline uint64_t login_mask(const State *state) { return (uint64_t)(2 * state->login_room - 1); }

/* Have the memory look for the login that a hash most likely means, and then for what it noted last. */
static inline void ask_for_login(const State *state, uint32_t hash) {
    uint32_t number = state->login_slots[hash & login_mask(state)];
    if (number != 0) __builtin_prefetch(&state->logins[number - 1]);
}

static inline void ask_for_fact(const State *state, uint32_t hash) {
    uint32_t number = state->login_slots[hash & login_mask(state)];
    if (number == 0) return;
    const Login *login = &state->logins[number - 1];
    __builtin_prefetch(&state->arena[login->at]);
    if (login->fact >= 0) __builtin_prefetch(&state->facts[login->fact]);
}

/* The slot of a login, or the free one where it belongs; `length` of -1 is that of none. */
static int64_t login_slot(const State *state, Bytes buf, int64_t p, int64_t length, uint32_t hash, uint32_t escapes) {
    uint64_t mask = login_mask(state), slot = hash & mask;
    for (; state->login_slots[slot] != 0; slot = (slot + 1) & mask) {
        const Login *login = &state->logins[state->login_slots[slot] - 1];
        if (login->hash == hash && login->length == length && login->escapes == escapes &&
            alike(buf, p, state->arena, login->at, length))
            break;
    }
    return (int64_t)slot;
}

static bool enlarge_logins(State *state) {
    int64_t room = state->login_room ? 4 * state->login_room : 1 << 10;
    uint32_t *slots = calloc((size_t)(2 * room), sizeof *slots);
    if (slots == NULL || !enlarge((void **)&state->logins, room, sizeof(Login))) {
        free(slots);
        return false;
    }
    free(state->login_slots);
    state->login_slots = slots;
    state->login_room = room;
    for (int64_t i = 0; i < state->login_count; i++)
        slots[login_slot(state, NULL, 0, -1, state->logins[i].hash, 0)] = (uint32_t)i + 1;
    return true;
}

static bool enlarge_facts(State *state) {
    int64_t room = state->fact_room ? 4 * state->fact_room : 1 << 11;
    uint32_t *slots = calloc((size_t)(2 * room), sizeof *slots);
    if (slots == NULL || !enlarge((void **)&state->facts, room, sizeof(Fact))) {
        free(slots);
        return false;
    }
    free(state->fact_slots);
    state->fact_slots = slots;
    state->fact_room = room;
    for (int64_t i = 0; i < state->fact_count; i++) slots[fact_slot(state, state->facts[i].key)] = (uint32_t)i + 1;
    return true;
}

/* Room for one more login of `length` bytes and one more fact; false if there is no memory. */
static bool make_room(State *state, int64_t length) {
    if (state->login_count == state->login_room && !enlarge_logins(state)) return false;
    if (state->fact_count == state->fact_room && !enlarge_facts(state)) return false;
    if (state->arena_room - state->arena_length < length) {
        int64_t room = 2 * state->arena_room + length + (1 << 16);
        if (!enlarge((void **)&state->arena, room, 1)) return false;
        state->arena_room = room;
    }
    return true;
}

/* The login that is written p..end, escaped so; a new one is entered. */
static inline Login *login_of(State *state, Bytes buf, int64_t p, int64_t end, uint32_t hash, uint32_t escapes) {
    int64_t slot = login_slot(state, buf, p, end - p, hash, escapes);
    if (state->login_slots[slot] == 0) {
        state->logins[state->login_count] =
            (Login){state->arena_length, INT64_MAX, 0, -1, (uint32_t)(end - p), hash, escapes, 0};
        copy(state->arena, state->arena_length, buf, p, end);
        state->arena_length += end - p;
        state->login_slots[slot] = (uint32_t)++state->login_count;
    }
    return &state->logins[state->login_slots[slot] - 1];
}

/* The fact of a login and month; a new one is entered. */
static inline Fact *fact_of(State *state, Login *login, int64_t month) {
    int64_t key = (int64_t)(login - state->logins) << 24 | month;
    if (login->fact >= 0 && state->facts[login->fact].key == key) return &state->facts[login->fact];
    int64_t slot = fact_slot(state, key);
    if (state->fact_slots[slot] == 0) {
        state->facts[state->fact_count] = (Fact){key, 0, 0};
        state->fact_slots[slot] = (uint32_t)++state->fact_count;
    }
    login->fact = (int64_t)state->fact_slots[slot] - 1;
    return &state->facts[login->fact];
}

#endif
