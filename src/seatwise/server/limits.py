"""What a client may cost. Each number is of one process; `seatwise serve` starts two."""

HEADER_BYTES = 16_384  # of all headers of a request, and of what is read ahead of it: 431 beyond
HEADER_SECONDS = 20  # for the headers of a request, and for the next request of a connection that is kept
CONNECTIONS = 4096
FILES_PER_CONNECTION = 3  # at most: the connection, its body on disk, its answer on disk

THREADS = 8  # in which Django runs: each has one connection to the database
WAITING = 500  # requests that wait for a thread
WAITING_SECONDS = 30
BUSY_SECONDS = 20  # that all threads may be busy before the health check says so

IN_MEMORY = 64 * 1024  # bytes of a body or of an answer that are kept in memory; what is larger goes to disk
SMALL_BODY_SECONDS = 30  # for all of a body that is kept in memory
BODY_RATE = 8 * 1024  # bytes in a second of a larger body, after the first seconds
BODIES_ON_DISK = 64  # larger bodies at once
ANSWERS_ON_DISK = 8 * 10**9  # bytes of answers that are being fetched

STALLED_SECONDS = 30  # for which a reader may be slower than ANSWER_RATE before its connection is cut
ANSWER_RATE = 2 * 1024  # bytes in a second
SEND_BUFFER = 256 * 1024  # bytes of an answer that the system keeps for a reader

STOPPING_SECONDS = 15  # for what is under way when the site is stopped
ROOM = 50 * 10**6  # bytes that are free on the disk of the data directory, or it counts as full
