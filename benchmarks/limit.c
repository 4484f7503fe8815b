/* The limit: what a program that does nothing but this job can reach. Two threads over a mapped file count the
 * distinct (login, day in Tokyo) of successful GET and POST requests for screens. It knows one layout of combined log
 * and one of JSON, trusts every line and keeps no account: Seatwise has to do more than this.
 *
 * cc -O3 -march=native -pthread limit.c -o limit;  limit combined|caddy LOG
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { THREADS = 2, TOKYO = 9 * 3600 };

typedef struct {
    const char *login;
    uint32_t length, day;
} UserDay;

typedef struct {
    UserDay *slots; /* a hash table, kept at most half full; login is NULL where it is free */
    size_t size, used;
} UserDays;

typedef struct {
    const char *from, *to;
    int json;
    UserDays found;
} Part;

typedef struct {
    const char *login, *method, *target;
    size_t login_length, method_length, target_length;
    long time; /* seconds since 1970 */
    int status;
} Line;

static uint64_t hash(UserDay key) {
    uint64_t code = key.day * 0x9E3779B97F4A7C15u, word;
    const char *p = key.login;
    size_t left = key.length;
    for (; left >= 8; left -= 8, p += 8) {
        memcpy(&word, p, 8);
        code = (code ^ word) * 0x9FB21C651E98DF25u;
        code ^= code >> 32;
    }
    for (; left > 0; left--) code = (code ^ (unsigned char)*p++) * 0x100000001B3u;
    return code ^ (code >> 29);
}

static void add(UserDays *set, UserDay key) {
    if (2 * (set->used + 1) > set->size) {
        UserDays larger = {NULL, set->size ? 4 * set->size : 1 << 16, 0};
        larger.slots = calloc(larger.size, sizeof(UserDay));
        for (size_t i = 0; i < set->size; i++)
            if (set->slots[i].login) add(&larger, set->slots[i]);
        free(set->slots);
        *set = larger;
    }
    size_t slot = hash(key) & (set->size - 1);
    for (; set->slots[slot].login; slot = (slot + 1) & (set->size - 1)) {
        UserDay *other = &set->slots[slot];
        if (other->day == key.day && other->length == key.length && !memcmp(other->login, key.login, key.length)) return;
    }
    set->slots[slot] = key;
    set->used++;
}

static int is(const char *text, size_t length, const char *word) {
    return length == strlen(word) && !memcmp(text, word, length);
}

static int begins(const char *text, size_t length, const char *word) {
    return length >= strlen(word) && !memcmp(text, word, strlen(word));
}

static int ends(const char *text, size_t length, const char *word) {
    return length >= strlen(word) && !memcmp(text + length - strlen(word), word, strlen(word));
}

static int is_access(const Line *line) {
    if (line->login_length == 0 || is(line->login, line->login_length, "-")) return 0;
    if ((line->status < 200 || line->status >= 300) && line->status != 304) return 0;
    if (!is(line->method, line->method_length, "GET") && !is(line->method, line->method_length, "POST")) return 0;
    const char *path = line->target, *query = memchr(path, '?', line->target_length);
    size_t length = query ? (size_t)(query - path) : line->target_length;
    if (!begins(path, length, "/k/") && !begins(path, length, "/g/")) return 0;
    return !begins(path, length, "/k/v1/") && !ends(path, length, ".js") && !ends(path, length, ".css");
}

static int two(const char *p) { return (p[0] - '0') * 10 + p[1] - '0'; }

/* 01/Jun/2024:00:00:00 +0000 */
static long clf_time(const char *p) {
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char name[4] = {p[3], p[4], p[5], 0};
    long month = (strstr(names, name) - names) / 3 + 1, year = two(p + 7) * 100 + two(p + 9) - (month <= 2);
    long of_year = (153 * ((month + 9) % 12) + 2) / 5 + two(p) - 1;
    long day = year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719468;
    long offset = two(p + 22) * 3600 + two(p + 24) * 60;
    return day * 86400 + two(p + 12) * 3600 + two(p + 15) * 60 + two(p + 18) - (p[21] == '-' ? -offset : offset);
}

static int split_combined(const char *p, const char *end, Line *line) {
    if (!(p = memchr(p, ' ', end - p)) || !(p = memchr(p + 1, ' ', end - p - 1))) return 0;
    line->login = p + 1;
    if (!(p = memchr(p + 1, '[', end - p - 1)) || end - p < 30) return 0;
    line->login_length = p - 1 - line->login;
    line->time = clf_time(p + 1);
    line->method = p + 30;
    if (!(p = memchr(line->method, ' ', end - line->method))) return 0;
    line->method_length = p - line->method;
    line->target = p + 1;
    if (!(p = memchr(p + 1, ' ', end - p - 1))) return 0;
    line->target_length = p - line->target;
    if (!(p = memchr(p, '"', end - p)) || end - p < 5) return 0;
    line->status = (p[2] - '0') * 100 + two(p + 3);
    return 1;
}

static const char *string_end(const char *p, const char *end) {
    while ((p = memchr(p, '"', end - p)) && p[-1] == '\\') p++;
    return p;
}

/* From string to string, counting brackets in between; the text before a colon is a name. */
static int split_json(const char *p, const char *end, Line *line) {
    int depth = 0, in_request = 0;
    line->login_length = 0;
    for (; p < end; p++) {
        if (*p == '{' || *p == '[') depth++;
        if (*p == '}' || *p == ']') in_request &= --depth != 1;
        if (*p != '"') continue;
        const char *name = p + 1;
        if (!(p = string_end(name, end))) return 0;
        size_t length = p - name;
        if (p[1] != ':' || depth > 2) continue;
        const char *value = p + 2;
        if (depth == 2 && in_request && (is(name, length, "method") || is(name, length, "uri"))) {
            if (!(p = string_end(value + 1, end))) return 0;
            if (length == 3) line->target = value + 1, line->target_length = p - value - 1;
            else line->method = value + 1, line->method_length = p - value - 1;
        } else if (depth == 1 && is(name, length, "user_id")) {
            if (!(p = string_end(value + 1, end))) return 0;
            line->login = value + 1, line->login_length = p - value - 1;
        } else if (depth == 1 && is(name, length, "ts")) {
            for (line->time = 0; *value >= '0' && *value <= '9'; value++) line->time = line->time * 10 + *value - '0';
        } else if (depth == 1 && is(name, length, "status")) {
            line->status = (value[0] - '0') * 100 + two(value + 1);
        } else if (depth == 1 && is(name, length, "request")) {
            in_request = 1;
        }
    }
    return 1;
}

static void *read_part(void *argument) {
    Part *part = argument;
    Line line = {0};
    for (const char *p = part->from, *end; p < part->to; p = end + 1) {
        if (!(end = memchr(p, '\n', part->to - p))) end = part->to;
        int fits = part->json ? split_json(p, end, &line) : split_combined(p, end, &line);
        if (fits && is_access(&line))
            add(&part->found, (UserDay){line.login, line.login_length, (line.time + TOKYO) / 86400});
    }
    return NULL;
}

int main(int count, char **words) {
    if (count != 3) return fprintf(stderr, "limit combined|caddy LOG\n"), 2;
    int file = open(words[2], O_RDONLY);
    struct stat status;
    if (file < 0 || fstat(file, &status)) return perror(words[2]), 1;
    const char *text = mmap(NULL, status.st_size, PROT_READ, MAP_SHARED, file, 0);
    if (text == MAP_FAILED) return perror(words[2]), 1;
    const char *from = text, *end = text + status.st_size;
    pthread_t threads[THREADS];
    Part parts[THREADS] = {0};
    for (int i = 0; i < THREADS; i++) {
        const char *to = i == THREADS - 1 ? end : memchr(text + status.st_size / THREADS * (i + 1), '\n', status.st_size);
        to = to == end || !to ? end : to + 1;
        parts[i] = (Part){from, to, is(words[1], strlen(words[1]), "caddy"), {0}};
        from = to;
        pthread_create(&threads[i], NULL, read_part, &parts[i]);
    }
    for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < parts[1].found.size; i++)
        if (parts[1].found.slots[i].login) add(&parts[0].found, parts[1].found.slots[i]);
    printf("%zu\n", parts[0].found.used);
    return 0;
}
