/* Maps of the bytes that lines are taken apart by: a bit for each byte of a window of the buffer, 64 at a time.
 *
 * A line is taken apart by the few bytes that begin the literals of its format, or by quotes and brackets. Where these
 * stand is found for a whole window at once, and asked for bit by bit. A line that is longer than a window, or that is
 * looked at alone, has no maps: then memchr does the same.
 */
#ifndef SEATWISE_INDEX_H
#define SEATWISE_INDEX_H

#include "bytes.h"

/* SEATWISE_PLAIN and SEATWISE_NARROW are for tests, which run on machines that can do more. */
#if defined(__x86_64__) && !defined(SEATWISE_PLAIN)
#include <immintrin.h>
#define X86_64 1
#endif

enum { WINDOW = 1 << 15, WORDS = WINDOW / 64 + 1, MOST_MAPS = 8, NO_MAP = -1 };

/* Which bytes a map has: the one and the other, of each the bits of a mask. */
typedef struct {
    uint8_t one, other, mask;
} Wanted;

typedef struct {
    Wanted wanted[MOST_MAPS];
    int count;
    bool wide;          /* whether this machine looks at 32 bytes at once */
    int64_t start, end; /* the window */
    int quotes;         /* the number of the map that `within` is made of, or NO_MAP */
    uint64_t within[WORDS]; /* for each byte, 1 if the quotes up to it, it too, are odd in number */
    uint64_t bits[MOST_MAPS][WORDS];
} Index;

static inline bool is_wanted(Wanted wanted, uint8_t byte) {
    uint8_t text = byte & wanted.mask;
    return text == wanted.one || text == wanted.other;
}

/* The bits of the `count` bytes at p, at most 64. */
static uint64_t bits_of_few(Bytes buf, int64_t p, int64_t count, Wanted wanted) {
    uint64_t bits = 0;
    for (int64_t i = 0; i < count; i++) bits |= (uint64_t)is_wanted(wanted, buf[p + i]) << i;
    return bits;
}

#ifdef X86_64

/* The bits of the 64 bytes of each of `blocks` blocks from p on. */
static void map_by_16(Bytes buf, int64_t p, int64_t blocks, Wanted wanted, uint64_t *bits) {
    const __m128i one = _mm_set1_epi8((char)wanted.one), other = _mm_set1_epi8((char)wanted.other);
    const __m128i mask = _mm_set1_epi8((char)wanted.mask);
    for (int64_t i = 0; i < blocks; i++) {
        uint64_t found = 0;
        for (int part = 0; part < 4; part++) {
            __m128i text = _mm_and_si128(mask, _mm_loadu_si128((const void *)(buf + p + 64 * i + 16 * part)));
            __m128i same = _mm_or_si128(_mm_cmpeq_epi8(text, one), _mm_cmpeq_epi8(text, other));
            found |= (uint64_t)(unsigned)_mm_movemask_epi8(same) << (16 * part);
        }
        bits[i] = found;
    }
}

__attribute__((target("avx2"))) static void map_by_32(Bytes buf, int64_t p, int64_t blocks, Wanted wanted,
                                                      uint64_t *bits) {
    const __m256i one = _mm256_set1_epi8((char)wanted.one), other = _mm256_set1_epi8((char)wanted.other);
    const __m256i mask = _mm256_set1_epi8((char)wanted.mask);
    for (int64_t i = 0; i < blocks; i++) {
        uint64_t found = 0;
        for (int part = 0; part < 2; part++) {
            __m256i text = _mm256_and_si256(mask, _mm256_loadu_si256((const void *)(buf + p + 64 * i + 32 * part)));
            __m256i same = _mm256_or_si256(_mm256_cmpeq_epi8(text, one), _mm256_cmpeq_epi8(text, other));
            found |= (uint64_t)(uint32_t)_mm256_movemask_epi8(same) << (32 * part);
        }
        bits[i] = found;
    }
}

static void map_blocks(Bytes buf, int64_t p, int64_t blocks, Wanted wanted, bool wide, uint64_t *bits) {
    if (wide) map_by_32(buf, p, blocks, wanted, bits);
    else map_by_16(buf, p, blocks, wanted, bits);
}

static bool looks_at_32(void) {
#ifdef SEATWISE_NARROW
    return false;
#else
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx2");
#endif
}

#else

static void map_blocks(Bytes buf, int64_t p, int64_t blocks, Wanted wanted, bool wide, uint64_t *bits) {
    const uint64_t each = 0x0101010101010101u;
    const uint64_t one = each * wanted.one, other = each * wanted.other, mask = each * wanted.mask;
    (void)wide;
    for (int64_t i = 0; i < blocks; i++) {
        uint64_t found = 0;
        for (int part = 0; part < 8; part++) {
            uint64_t text = 0;
            for (int byte = 0; byte < 8; byte++) text |= (uint64_t)buf[p + 64 * i + 8 * part + byte] << (8 * byte);
            text &= mask;
            uint64_t same = zero_bytes(text ^ one) | zero_bytes(text ^ other);
            found |= ((same >> 7) * 0x0102040810204080u >> 56) << (8 * part);
        }
        bits[i] = found;
    }
}

static bool looks_at_32(void) { return false; }

#endif

/* Work out `within` for `count` words, by the exclusive or of all bits before each. */
static void map_within(Index *index, int64_t count) {
    uint64_t odd = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t bits = index->bits[index->quotes][i];
        for (int by = 1; by < 64; by *= 2) bits ^= bits << by;
        index->within[i] = bits ^ odd;
        odd = index->within[i] >> 63 ? ~0ull : 0;
    }
}

/* Make the maps of p..end, at most a window. A bit is set behind each of them, so that who looks for one stops. */
static void make_maps(Index *index, Bytes buf, int64_t p, int64_t end) {
    int64_t blocks = (end - p) / 64, rest = (end - p) % 64;
    index->start = p;
    index->end = end;
    for (int map = 0; map < index->count; map++) {
        uint64_t *bits = index->bits[map];
        map_blocks(buf, p, blocks, index->wanted[map], index->wide, bits);
        bits[blocks] = bits_of_few(buf, p + 64 * blocks, rest, index->wanted[map]) | ~0ull << rest;
    }
    if (index->quotes != NO_MAP) map_within(index, blocks + 1);
}

/* The first position from p on, within the window, that map number `map` has; at least the window's end if none. */
static inline int64_t next_in(const Index *index, int map, int64_t p) {
    int64_t at = p - index->start, word = at >> 6;
    uint64_t bits = index->bits[map][word] & (~0ull << (at & 63));
    while (bits == 0) bits = index->bits[map][++word];
    return index->start + (word << 6) + __builtin_ctzll(bits);
}

/* Whether the byte at p, within the window, stands behind an odd number of its quotes. */
static inline bool is_within(const Index *index, int64_t p) {
    int64_t at = p - index->start;
    return index->within[at >> 6] >> (at & 63) & 1;
}

/* As next_in, but looked for before `end` alone, or `end`. */
static inline int64_t next_before(const Index *index, int map, int64_t p, int64_t end) {
    if (p >= end) return end;
    int64_t at = p - index->start, word = at >> 6, last = (end - 1 - index->start) >> 6;
    uint64_t bits = index->bits[map][word] & (~0ull << (at & 63));
    while (bits == 0) {
        if (word == last) return end;
        bits = index->bits[map][++word];
    }
    int64_t found = index->start + (word << 6) + __builtin_ctzll(bits);
    return found < end ? found : end;
}

/* The number of the map of these bytes, added if there is none yet; NO_MAP if there are too many. */
static int map_of(Index *index, Wanted wanted) {
    for (int map = 0; map < index->count; map++) {
        Wanted found = index->wanted[map];
        if (found.one == wanted.one && found.other == wanted.other && found.mask == wanted.mask) return map;
    }
    if (index->count == MOST_MAPS) return NO_MAP;
    index->wanted[index->count] = wanted;
    return index->count++;
}

#endif
