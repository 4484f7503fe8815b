"""The heart of the reader: every line of a buffer into exactly one reason, and its day into the months of its login.

Compiled and interpreted alike, as `scan.py`. The tables of a `State` never grow in here: `read_lines` stops before a
line for which there may be no room, and its caller enlarges them and calls again.
"""

from collections.abc import MutableSequence
from typing import NamedTuple

from seatwise.logs.layout import CLOCK, DATE, FITS, HOST, LOGIN, METHOD, PATH, REQUEST, STATUS, TIME, URI, Program
from seatwise.logs.prefixes import holds_a_prefix
from seatwise.logs.scan import BY_JSON, RAW, Bytes, Ints, alike, decimal, find, glob, number, percent_decode, unescape
from seatwise.logs.splitting import split_line
from seatwise.logs.times import NAIVE, UNREADABLE, clock, iso_date, month_index, read_time

(
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
) = range(11)
REASONS = 11

LONGEST_LINE = 1 << 20  # bytes; a longer line is malformed
SAMPLES = 5  # kept for each reason

(LOGINS, FACTS, ARENA, LINES, FIRST_DAY, LAST_DAY, ZONE, LOCAL_ZONE, LATEST_DAY, LATEST_DATE) = range(10)  # in State.n
NO_DAY = 1 << 40
DAYS = 1 << 16  # in the year 2149 they are over


class Judgement(NamedTuple):
    """The rules and the zones a line is judged by.

    `turns[i]` is the instant from which `offsets[i]` (seconds east of UTC) holds, ascending; turns[0] is before all.
    `local_turns` and `local_offsets` are the same for times without an offset, by their own clock.
    Glob g is `globs[glob_at[g]:glob_at[g + 1]]`. Globs come in words of up to 62: word w has those from words[w] to
    words[w + 1], all of the class classes[w]; leads[w * 256 + c] and tails[w * 256 + c] have a bit for each of them
    that a path whose second, or last, byte is c may fit.
    """

    turns: Ints
    offsets: Ints
    local_turns: Ints
    local_offsets: Ints
    last_day: int  # the last day that is not in the future
    globs: Bytes
    glob_at: Ints
    words: Ints
    classes: Ints
    leads: Ints
    tails: Ints
    hosts: Bytes
    host_at: Ints


class State(NamedTuple):
    """What one reader has found so far, in tables with a size of a power of two."""

    n: MutableSequence[int]  # LOGINS … LOCAL_ZONE
    counts: MutableSequence[int]  # lines of each reason
    samples: MutableSequence[int]  # REASONS × SAMPLES × (line number in this buffer, its start, its end)
    spans: MutableSequence[int]
    seen: MutableSequence[int]  # for each of DAYS, 1 if this chunk has a line of it
    scratch: MutableSequence[int]  # LONGEST_LINE bytes
    arena: MutableSequence[int]  # the logins as they stand in the log, one behind the other
    login_at: MutableSequence[int]  # login i is arena[login_at[i]:login_at[i + 1]]
    hashes: MutableSequence[int]
    ways: MutableSequence[int]  # how each login was escaped
    first_seen: MutableSequence[int]  # the earliest instant of each login
    hits: MutableSequence[int]  # the lines with reason ACCESS of each login
    login_slots: MutableSequence[int]  # hash table of login numbers, -1 is free
    keys: MutableSequence[int]  # hash table of facts: login << 24 | month index, -1 is free
    days: MutableSequence[int]  # access days of that login and month, bit 0 is the 1st
    program_days: MutableSequence[int]


def day_of(instant: int, judgement: Judgement, n: MutableSequence[int]) -> int:
    """The epoch day of an instant in the organization's zone. n[ZONE] remembers where the last one was found."""
    at = n[ZONE]
    turns = judgement.turns
    while at + 1 < len(turns) and instant >= turns[at + 1]:
        at += 1
    while at > 0 and instant < turns[at]:
        at -= 1
    n[ZONE] = at
    return (instant + judgement.offsets[at]) // 86400


def local_offset(local: int, judgement: Judgement, n: MutableSequence[int]) -> int:
    """The offset of a time that names none, by the zone of the log; of two possible ones the earlier instant."""
    at = n[LOCAL_ZONE]
    turns = judgement.local_turns
    while at + 1 < len(turns) and local >= turns[at + 1]:
        at += 1
    while at > 0 and local < turns[at]:
        at -= 1
    n[LOCAL_ZONE] = at
    return judgement.local_offsets[at]


def instant_of(buf: Bytes, program: Program, judgement: Judgement, state: State) -> int:
    """The instant of the line that was split last, in seconds since 1970, or -1 if it cannot be read."""
    spans = state.spans
    if spans[2 * TIME + 1] > spans[2 * TIME]:
        local, offset = read_time(buf, spans[2 * TIME], spans[2 * TIME + 1])
    elif spans[2 * DATE + 1] - spans[2 * DATE] == 10:
        day = iso_date(buf, spans[2 * DATE])
        second, offset = clock(buf, spans[2 * CLOCK], spans[2 * CLOCK + 1])
        local = day * 86400 + second
        if day < 0:
            return -1
    elif program.day >= 0:
        second, offset = clock(buf, spans[2 * CLOCK], spans[2 * CLOCK + 1])
        local = program.day * 86400 + second
        if second < program.since - 3600:  # behind the midnight after #Date; lines may be a little out of order
            local += 86400
    else:
        return -1
    if offset == UNREADABLE:
        return -1
    if offset == NAIVE:
        offset = local_offset(local, judgement, state.n)
    return local - offset


def find_target(buf: Bytes, spans: MutableSequence[int]) -> None:
    """Take a request line apart: its method and its target (all up to the protocol) into `spans`."""
    if spans[2 * REQUEST + 1] == spans[2 * REQUEST]:
        return
    p = spans[2 * REQUEST]
    end = spans[2 * REQUEST + 1]
    space = find(buf, p, end, 32)
    spans[2 * METHOD] = p
    spans[2 * METHOD + 1] = space
    start = space + 1 if space < end else end
    stop = end
    for q in range(end - 4, max(start, end - 10), -1):
        if buf[q] == 72 and buf[q - 1] == 32 and buf[q + 1] == 84 and buf[q + 2] == 84 and buf[q + 3] == 80:
            stop = q - 1
            break
    spans[2 * URI] = start
    spans[2 * URI + 1] = stop


def skip_authority(buf: Bytes, p: int, end: int) -> int:
    """The start of the path of a target in p..end, behind http://host or https://host where one stands before it."""
    if end - p < 8 or buf[p] != 104 or buf[p + 1] != 116 or buf[p + 2] != 116 or buf[p + 3] != 112:
        return p
    q = p + 5 if buf[p + 4] == 115 else p + 4
    if buf[q] != 58 or buf[q + 1] != 47 or buf[q + 2] != 47:
        return p
    q += 3
    while q < end and buf[q] != 47 and buf[q] != 63 and buf[q] != 35:
        q += 1
    return q


def path_end(buf: Bytes, p: int, end: int) -> int:
    """Where the path of a target ends, `?` or `#`; the complement (~) of it if something in it is encoded."""
    plain = True
    while p < end and buf[p] != 63 and buf[p] != 35:
        if buf[p] == 37 or buf[p] == 92:
            plain = False
        p += 1
    return p if plain else ~p


def class_of_path(buf: Bytes, p: int, end: int, judgement: Judgement) -> int:
    """API, ASSET, ACCESS (a screen) or OTHER_SERVICE for the path p..end."""
    for w in range(len(judgement.classes)):
        first = judgement.words[w]
        may = (1 << (judgement.words[w + 1] - first)) - 1
        if end - p >= 2:
            may = judgement.leads[w * 256 + buf[p + 1]] & judgement.tails[w * 256 + buf[end - 1]]
        g = first
        while may != 0:
            if may & 1 == 1 and glob(buf, p, end, judgement.globs, judgement.glob_at[g], judgement.glob_at[g + 1]):
                return judgement.classes[w]
            may >>= 1
            g += 1
    return OTHER_SERVICE


def class_of_target(buf: Bytes, program: Program, judgement: Judgement, state: State) -> int:
    """The class of the line's path: percent-decoded once, but for a server's variable that is decoded already."""
    spans = state.spans
    scratch = state.scratch
    if spans[2 * PATH + 1] > spans[2 * PATH]:
        if program.escapes == RAW:
            return class_of_path(buf, spans[2 * PATH], spans[2 * PATH + 1], judgement)
        length = unescape(buf, spans[2 * PATH], spans[2 * PATH + 1], scratch, BY_JSON)
        return class_of_path(scratch, 0, length, judgement)
    p = spans[2 * URI]
    end = spans[2 * URI + 1]
    first = skip_authority(buf, p, end)
    stop = path_end(buf, first, end)
    if stop >= 0:
        return class_of_path(buf, first, stop, judgement)
    length = unescape(buf, p, end, scratch, RAW if program.escapes == RAW else BY_JSON)  # no harm: no login
    first = skip_authority(scratch, 0, length)
    stop = path_end(scratch, first, length)
    stop = percent_decode(scratch, first, stop if stop >= 0 else ~stop)
    return class_of_path(scratch, first, stop, judgement)


def host_fits(buf: Bytes, p: int, end: int, judgement: Judgement, scratch: MutableSequence[int]) -> bool:
    """Whether the host p..end, in lower case, with or without its port, fits one of the globs for hosts."""
    length = end - p
    port = length
    for q in range(length):
        c = buf[p + q]
        scratch[q] = c + 32 if c >= 65 and c <= 90 else c
        if c == 58:
            port = q
        elif c < 48 or c > 57:
            port = length
    for g in range(len(judgement.host_at) - 1):
        first = judgement.host_at[g]
        last = judgement.host_at[g + 1]
        if glob(scratch, 0, length, judgement.hosts, first, last):
            return True
        if port < length and glob(scratch, 0, port, judgement.hosts, first, last):
            return True
    return False


def nobody(buf: Bytes, p: int, end: int) -> bool:
    """Whether a login says that nobody signed in: nothing, `-`, `--` or an empty pair of quotes."""
    length = end - p
    if length == 0:
        return True
    if length == 1:
        return buf[p] == 45
    return length == 2 and buf[p] == buf[p + 1] and (buf[p] == 34 or buf[p] == 45)


def is_visit(buf: Bytes, p: int, end: int) -> bool:
    """Whether a method is GET or POST."""
    if end - p == 3:
        return buf[p] == 71 and buf[p + 1] == 69 and buf[p + 2] == 84
    if end - p == 4:
        return buf[p] == 80 and buf[p + 1] == 79 and buf[p + 2] == 83 and buf[p + 3] == 84
    return False


def status_of(buf: Bytes, p: int, end: int) -> int:
    """The status p..end, a whole number up to 999 in any form that JSON has for it, or -1."""
    plain = number(buf, p, end) if end - p <= 3 else -1
    if plain >= 0:
        return plain
    value, cut = decimal(buf, p, end)
    return value if value <= 999 and cut == 0 else -1


def reason_of(buf: Bytes, instant: int, day: int, program: Program, judgement: Judgement, state: State) -> int:
    """The reason of a line that was split, the first that fits. SYSTEM_ACCOUNT is told from ACCESS later, by login."""
    spans = state.spans
    status = program.assumed
    if status < 0:
        status = status_of(buf, spans[2 * STATUS], spans[2 * STATUS + 1])
    if instant < 0 or day < 0 or status < 0:
        return MALFORMED
    p = spans[2 * LOGIN]
    end = spans[2 * LOGIN + 1]
    anonymous = nobody(buf, p, end)
    if program.unquoted == 1 and not anonymous and holds_a_prefix(buf, p, end):
        return MALFORMED
    if day > judgement.last_day or day >= DAYS:
        return FUTURE
    if anonymous:
        return ANONYMOUS
    hosts = len(judgement.host_at) - 1
    if hosts > 0 and not host_fits(buf, spans[2 * HOST], spans[2 * HOST + 1], judgement, state.scratch):
        return OTHER_SERVICE
    find_target(buf, spans)
    kind = class_of_target(buf, program, judgement, state)
    if kind == OTHER_SERVICE:
        return OTHER_SERVICE
    if status >= 400:
        return FAILED
    if status >= 300 and status != 304:
        return REDIRECTED
    if status < 200 or not is_visit(buf, spans[2 * METHOD], spans[2 * METHOD + 1]):
        return NOT_A_VISIT
    return kind


def login_number(buf: Bytes, p: int, end: int, escapes: int, state: State) -> int:
    """The number of the login that is written p..end, escaped so; a new one gets the next."""
    code = end - p
    q = p
    while q + 4 <= end:
        word = buf[q] | (buf[q + 1] << 8) | (buf[q + 2] << 16) | (buf[q + 3] << 24)
        code = (code ^ word) * 0x2C1B3C6D
        code = (code ^ (code >> 29)) & 0xFFFFFFFF
        q += 4
    while q < end:
        code = (code ^ buf[q]) * 0x2C1B3C6D
        code = (code ^ (code >> 29)) & 0xFFFFFFFF
        q += 1
    mask = len(state.login_slots) - 1
    slot = (code ^ (code >> 15)) & mask
    while state.login_slots[slot] >= 0:
        login = state.login_slots[slot]
        first = state.login_at[login]
        same_length = state.login_at[login + 1] - first == end - p
        same = state.hashes[login] == code and state.ways[login] == escapes and same_length
        if same and alike(buf, p, end, state.arena, first):
            return login
        slot = (slot + 1) & mask
    login = state.n[LOGINS]
    state.login_slots[slot] = login
    state.hashes[login] = code
    at = state.n[ARENA]
    for q in range(p, end):
        state.arena[at] = buf[q]
        at += 1
    state.n[ARENA] = at
    state.n[LOGINS] = login + 1
    state.login_at[login + 1] = at
    state.ways[login] = escapes
    state.first_seen[login] = 1 << 60
    state.hits[login] = 0
    return login


def fact_slot(key: int, keys: MutableSequence[int]) -> int:
    """The place in the table `keys` that holds the key, or the free one where it belongs."""
    mask = len(keys) - 1
    code = ((key >> 24) * 0x9E3779B1 + (key & 0xFFFFFF) * 0x85EBCA6B) & 0xFFFFFFFFFFFF
    slot = (code ^ (code >> 17)) & mask
    while keys[slot] >= 0 and keys[slot] != key:
        slot = (slot + 1) & mask
    return slot


def record(buf: Bytes, reason: int, instant: int, day: int, escapes: int, state: State) -> None:
    """Put the day of an access, or of a request of the API, into the month of its login."""
    login = login_number(buf, state.spans[2 * LOGIN], state.spans[2 * LOGIN + 1], escapes, state)
    if instant < state.first_seen[login]:
        state.first_seen[login] = instant
    if day != state.n[LATEST_DAY]:
        state.n[LATEST_DAY] = day
        state.n[LATEST_DATE] = month_index(day)
    date = state.n[LATEST_DATE]
    key = (login << 24) | (date >> 5)
    slot = fact_slot(key, state.keys)
    if state.keys[slot] < 0:
        state.keys[slot] = key
        state.days[slot] = 0
        state.program_days[slot] = 0
        state.n[FACTS] += 1
    bit = 1 << (date & 31)
    if reason == ACCESS:
        state.hits[login] += 1
        state.days[slot] |= bit
    else:
        state.program_days[slot] |= bit


def has_room(length: int, state: State) -> bool:
    """Whether the tables can take one more login of `length` bytes and one more fact, and stay half empty."""
    return (
        2 * (state.n[LOGINS] + 1) <= len(state.login_slots)
        and 2 * (state.n[FACTS] + 1) <= len(state.keys)
        and state.n[ARENA] + length <= len(state.arena)
    )


def count_line(reason: int, start: int, end: int, state: State) -> None:
    """Count the line start..end under its reason, and keep where it stands if it is among the first of them."""
    seen = state.counts[reason]
    if seen < SAMPLES:
        at = 3 * (reason * SAMPLES + seen)
        state.samples[at] = state.n[LINES]
        state.samples[at + 1] = start
        state.samples[at + 2] = end
    state.counts[reason] = seen + 1
    state.n[LINES] += 1


def judge_line(buf: Bytes, p: int, end: int, program: Program, judgement: Judgement, state: State) -> int:
    """The reason of the line p..end, its day recorded if it counts; -1 if the tables first need more room."""
    if end - p > LONGEST_LINE:
        return MALFORMED
    if program.w3c == 1 and p < end and buf[p] == 35:
        return ANONYMOUS
    if split_line(buf, p, end, program, state.spans) != FITS:
        return MALFORMED
    instant = instant_of(buf, program, judgement, state)
    day = day_of(instant, judgement, state.n) if instant >= 0 else -1
    reason = reason_of(buf, instant, day, program, judgement, state)
    if reason != MALFORMED and reason != FUTURE and program.silent == 0:
        state.seen[day] = 1
        state.n[FIRST_DAY] = min(state.n[FIRST_DAY], day)
        state.n[LAST_DAY] = max(state.n[LAST_DAY], day)
    if reason == ACCESS or reason == API:  # noqa: SIM109 - compiled code has no tuples to look into
        if not has_room(state.spans[2 * LOGIN + 1] - state.spans[2 * LOGIN], state):
            return -1
        record(buf, reason, instant, day, program.escapes, state)
    return reason


def read_lines(buf: Bytes, start: int, end: int, program: Program, judgement: Judgement, state: State) -> int:
    """Judge every line in start..end, a last one without a line end too.

    Returns `end`, or the start of a line for which the tables have no room: enlarge them and go on from there.
    """
    p = start
    while p < end:
        newline = find(buf, p, end, 10)
        stop = newline
        if stop > p and buf[stop - 1] == 13:
            stop -= 1
        if stop - p >= 3 and buf[p] == 239 and buf[p + 1] == 187 and buf[p + 2] == 191:
            p += 3  # a byte order mark: here another file was put behind the one before
        reason = judge_line(buf, p, stop, program, judgement, state)
        if reason < 0:
            return p
        count_line(reason, p, stop, state)
        p = newline + 1
    return end


def rehash_logins(slots: MutableSequence[int], state: State) -> None:
    """Enter all logins into a new table of slots, which holds -1 everywhere."""
    mask = len(slots) - 1
    for login in range(state.n[LOGINS]):
        code = state.hashes[login]
        slot = (code ^ (code >> 15)) & mask
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = login


def rehash_facts(
    keys: MutableSequence[int], days: MutableSequence[int], program_days: MutableSequence[int], state: State
) -> None:
    """Move all facts into new, larger tables; `keys` holds -1 everywhere."""
    for old in range(len(state.keys)):
        if state.keys[old] >= 0:
            slot = fact_slot(state.keys[old], keys)
            keys[slot] = state.keys[old]
            days[slot] = state.days[old]
            program_days[slot] = state.program_days[old]
