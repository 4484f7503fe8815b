/* The smallest pieces of the reader: searching, numbers, globs and undoing escapes in a buffer of bytes.
 *
 * Every position is an index into a buffer; a range is start <= p < end, and nothing outside it is read. Pointers are
 * reckoned with in this file and in index.h alone.
 */
#ifndef SEATWISE_BYTES_H
#define SEATWISE_BYTES_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

typedef const uint8_t *Bytes;

enum { RAW, BY_SERVER, BY_JSON }; /* how what stands in a line was escaped */

/* The first position of `byte` in p..end, or `end`. */
static inline int64_t find(Bytes buf, int64_t p, int64_t end, int byte) {
    if (p >= end) return end;
    Bytes at = memchr(buf + p, byte, (size_t)(end - p));
    return at ? at - buf : end;
}

/* Copy the range p..end to out[n]. */
static inline void copy(uint8_t *out, int64_t n, Bytes buf, int64_t p, int64_t end) {
    if (end > p) memcpy(out + n, buf + p, (size_t)(end - p));
}

static inline uint64_t eight_bytes(Bytes buf, int64_t p) {
    uint64_t word;
    memcpy(&word, buf + p, 8);
    return word;
}

static inline uint32_t four_bytes(Bytes buf, int64_t p) {
    uint32_t word;
    memcpy(&word, buf + p, 4);
    return word;
}

/* Whether `length` bytes at p read as what stands in the table from q. Most are few: whole words are compared, of which
 * the last two may overlap. */
static inline bool alike(Bytes buf, int64_t p, Bytes table, int64_t q, int64_t length) {
    if (length > 16) return memcmp(buf + p, table + q, (size_t)length) == 0;
    if (length >= 8) {
        int64_t last = length - 8;
        uint64_t first = eight_bytes(buf, p) ^ eight_bytes(table, q);
        return (first | (eight_bytes(buf, p + last) ^ eight_bytes(table, q + last))) == 0;
    }
    if (length >= 4) {
        int64_t last = length - 4;
        uint32_t first = four_bytes(buf, p) ^ four_bytes(table, q);
        return (first | (four_bytes(buf, p + last) ^ four_bytes(table, q + last))) == 0;
    }
    for (int64_t i = 0; i < length; i++)
        if (buf[p + i] != table[q + i]) return false;
    return true;
}

/* What makes hashes differ from one reader to the next: outsiders choose logins, and must not choose how they collide. */
typedef struct {
    uint64_t first, second;
} Key;

static inline uint64_t rotate(uint64_t word, int by) { return word << by | word >> (64 - by); }

/* One round of SipHash. */
static inline void sip_round(uint64_t v[4]) {
    v[0] += v[1], v[1] = rotate(v[1], 13) ^ v[0], v[0] = rotate(v[0], 32);
    v[2] += v[3], v[3] = rotate(v[3], 16) ^ v[2];
    v[0] += v[3], v[3] = rotate(v[3], 21) ^ v[0];
    v[2] += v[1], v[1] = rotate(v[1], 17) ^ v[2], v[2] = rotate(v[2], 32);
}

/* A number made of all bytes of p..end: half of SipHash-1-3, but that the length is
 * mixed in first, and that the last eight bytes may overlap. Source: J.-P. Aumasson and D. J. Bernstein, SipHash. */
static inline uint32_t hash_of(Bytes buf, int64_t p, int64_t end, Key key) {
    uint64_t v[4] = {key.first ^ 0x736F6D6570736575u, key.second ^ 0x646F72616E646F6Du, key.first ^ 0x6C7967656E657261u,
                     key.second ^ 0x7465646279746573u};
    uint64_t length = (uint64_t)(end - p), last = 0;
    v[1] ^= length;
    for (; end - p > 8; p += 8) {
        uint64_t word = eight_bytes(buf, p);
        v[3] ^= word;
        sip_round(v);
        v[0] ^= word;
    }
    if (length >= 8) last = eight_bytes(buf, end - 8);
    else if (length >= 4) last = (uint64_t)four_bytes(buf, p) << 32 | four_bytes(buf, end - 4);
    else for (; p < end; p++) last = last << 8 | buf[p];
    v[3] ^= last;
    sip_round(v);
    v[0] ^= last;
    v[2] ^= 0xFF;
    for (int i = 0; i < 3; i++) sip_round(v);
    return (uint32_t)(v[0] ^ v[1] ^ v[2] ^ v[3]);
}

static inline bool is_digit(int c) { return c >= '0' && c <= '9'; }

/* A space or a tab. */
static inline bool is_blank(int c) { return c == ' ' || c == '\t'; }

/* The decimal number that fills p..end (at most 18 digits), or -1. */
static inline int64_t number(Bytes buf, int64_t p, int64_t end) {
    if (end - p < 1 || end - p > 18) return -1;
    int64_t value = 0;
    for (; p < end; p++) {
        if (!is_digit(buf[p])) return -1;
        value = value * 10 + buf[p] - '0';
    }
    return value;
}

/* The whole part of a number as JSON may write it, such as 200.0 or 1.76e9, or -1; whether something was cut off.
 * At most 18 digits before the exponent, and in what is found. */
static int64_t decimal(Bytes buf, int64_t p, int64_t end, bool *cut) {
    int64_t value = 0, digits = 0, fraction = -1;
    *cut = false;
    for (; p < end && (is_digit(buf[p]) || (buf[p] == '.' && fraction < 0 && digits > 0)); p++) {
        if (buf[p] == '.') {
            fraction = 0;
            continue;
        }
        if (++digits > 18) return -1;
        value = value * 10 + buf[p] - '0';
        if (fraction >= 0) fraction++;
    }
    if (digits == 0 || fraction == 0) return -1;
    int64_t shift = fraction > 0 ? -fraction : 0;
    if (p < end) {
        if (buf[p] != 'E' && buf[p] != 'e') return -1;
        p++;
        bool minus = p < end && buf[p] == '-';
        if (p < end && (buf[p] == '-' || buf[p] == '+')) p++;
        int64_t exponent = end - p <= 3 ? number(buf, p, end) : -1;
        if (exponent < 0) return -1;
        shift += minus ? -exponent : exponent;
    }
    for (; shift < 0; shift++) {
        if (value % 10 != 0) *cut = true;
        value /= 10;
    }
    for (; shift > 0 && value > 0; shift--) {
        if (value >= 100000000000000000) {
            *cut = false;
            return -1;
        }
        value *= 10;
    }
    return value;
}

/* The highest bit of each byte of `word` that is zero. */
static inline uint64_t zero_bytes(uint64_t word) {
    const uint64_t low = 0x7F7F7F7F7F7F7F7Fu;
    return ~(((word & low) + low) | word | low);
}

/* Whether one of two bytes stands in p..end. */
static inline bool has_either(Bytes buf, int64_t p, int64_t end, uint8_t one, uint8_t other) {
    const uint64_t each = 0x0101010101010101u;
    uint64_t found = 0;
    for (; end - p >= 8; p += 8) {
        uint64_t word = eight_bytes(buf, p);
        found |= zero_bytes(word ^ each * one) | zero_bytes(word ^ each * other);
    }
    if (end - p >= 4) {
        uint64_t word = (uint64_t)four_bytes(buf, p) << 32 | four_bytes(buf, end - 4);
        found |= zero_bytes(word ^ each * one) | zero_bytes(word ^ each * other);
        return found != 0;
    }
    for (; p < end; p++) found |= buf[p] == one || buf[p] == other;
    return found != 0;
}

/* The two digits at p, or -1. */
static inline int64_t two(Bytes buf, int64_t p) {
    unsigned tens = buf[p] - (unsigned)'0', ones = buf[p + 1] - (unsigned)'0';
    return tens > 9 || ones > 9 ? -1 : (int64_t)(tens * 10 + ones);
}

/* The four digits at p, or -1. */
static inline int64_t four(Bytes buf, int64_t p) {
    int64_t high = two(buf, p), low = two(buf, p + 2);
    return high >= 0 && low >= 0 ? high * 100 + low : -1;
}

/* Whether pattern[first:last] fits all of p..end; `*` stands for any bytes, also none. */
static bool glob(Bytes buf, int64_t p, int64_t end, Bytes pattern, int64_t first, int64_t last) {
    for (; first < last && pattern[first] != '*'; first++, p++)
        if (p >= end || buf[p] != pattern[first]) return false;
    if (first == last) return p == end;
    for (; pattern[last - 1] != '*'; last--, end--)
        if (p >= end || buf[end - 1] != pattern[last - 1]) return false;
    for (first++; first < last;) { /* what stands between two stars, where it comes first */
        int64_t star = find(pattern, first, last, '*'), length = star - first;
        if (length > 0) {
            for (;; p++) {
                p = find(buf, p, end, pattern[first]);
                if (end - p < length) return false;
                if (alike(buf, p, pattern, first, length)) break;
            }
            p += length;
        }
        first = star + 1;
    }
    return true;
}

/* The number that `count` hexadecimal digits at p make, or -1. */
static int64_t hex_digits(Bytes buf, int64_t p, int64_t count) {
    int64_t value = 0;
    for (int64_t q = p; q < p + count; q++) {
        int c = buf[q];
        if (is_digit(c)) c -= '0';
        else if (c >= 'A' && c <= 'F') c -= 'A' - 10;
        else if (c >= 'a' && c <= 'f') c -= 'a' - 10;
        else return -1;
        value = value * 16 + c;
    }
    return value;
}

/* Write a code point as UTF-8 at out[n]; a lone surrogate becomes its three bytes. The position after it. */
static int64_t put_utf8(uint8_t *out, int64_t n, int64_t code) {
    if (code < 0x80) {
        out[n++] = (uint8_t)code;
        return n;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint8_t lead[] = {0, 0xC0, 0xE0, 0xF0};
    out[n++] = (uint8_t)(lead[more] | code >> (6 * more));
    while (more-- > 0) out[n++] = (uint8_t)(0x80 | (code >> (6 * more) & 63));
    return n;
}

/* Undo the escapes in p..end into `out`; the number of bytes written, never more than read.
 *
 * BY_SERVER: \", \\, and \xHH of a byte that nginx and Apache do escape. BY_JSON: \uHHHH (also as a pair of
 * surrogates), \", \\, \/, and \xHH, which nginx writes into JSON made by hand. Any other backslash stands for itself:
 * nobody's login holds a control character, and CORP\bob is what servers write that do not escape.
 * Sources: nginx ngx_http_log_module (escape=default, json), Apache util.c ap_escape_logitem, RFC 8259 section 7. */
static int64_t unescape(Bytes buf, int64_t p, int64_t end, uint8_t *out, int64_t escapes) {
    int64_t n = 0;
    while (p < end) {
        int c = buf[p], kind = p + 1 < end ? buf[p + 1] : 0;
        if (c != '\\' || p + 1 >= end || escapes == RAW) {
            out[n++] = buf[p++];
            continue;
        }
        if (kind == 'x' && p + 3 < end) {
            int64_t code = hex_digits(buf, p + 2, 2);
            if (code >= 0 && (escapes == BY_JSON || code < 32 || code == '"' || code == '\\' || code > 126)) {
                out[n++] = (uint8_t)code;
                p += 4;
                continue;
            }
        }
        if (kind == 'u' && p + 5 < end && escapes == BY_JSON) {
            int64_t code = hex_digits(buf, p + 2, 4);
            if (code >= 0) {
                p += 6;
                if (code >= 0xD800 && code < 0xDC00 && p + 5 < end && buf[p] == '\\' && buf[p + 1] == 'u') {
                    int64_t low = hex_digits(buf, p + 2, 4);
                    if (low >= 0xDC00 && low < 0xE000) {
                        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
                        p += 6;
                    }
                }
                n = put_utf8(out, n, code);
                continue;
            }
        }
        if (kind == '"' || kind == '\\' || (kind == '/' && escapes == BY_JSON)) {
            out[n++] = (uint8_t)kind;
            p += 2;
            continue;
        }
        out[n++] = buf[p++];
    }
    return n;
}

/* Undo %HH once, in place, in p..end; where it then ends. */
static int64_t percent_decode(uint8_t *out, int64_t p, int64_t end) {
    int64_t n = p;
    while (p < end) {
        int64_t code = out[p] == '%' && p + 2 < end ? hex_digits(out, p + 1, 2) : -1;
        out[n++] = code >= 0 ? (uint8_t)code : out[p];
        p += code >= 0 ? 3 : 1;
    }
    return n;
}

/* Whether the byte at p has an odd number of backslashes before it, none looked for before `start`. */
static inline bool escaped(Bytes buf, int64_t start, int64_t p) {
    int64_t q = p;
    while (q > start && buf[q - 1] == '\\') q--;
    return (p - q) % 2 == 1;
}

#endif
