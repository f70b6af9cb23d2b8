/*
 * Loaded into Postgres or Node (LD_PRELOAD): while the file FULL_DISK exists, whatever makes a regular file larger fails with ENOSPC,
 * as on a full disk; existing blocks can be overwritten. It needs no header, so that any C compiler will do.
 */
typedef unsigned long size;
typedef long offset;
struct piece {
  void *base;
  size length;
};

extern void *dlsym(void *, const char *);
extern char *getenv(const char *);
extern int access(const char *, int);
extern offset lseek(int, offset, int);
extern int *__errno_location(void);
extern long readlink(const char *, char *, size);

#define NEXT ((void *)-1L)
#define ENOSPC 28

/* Whether a file has a path: not an eventfd, which can be sought, nor /dev/null. */
static int is_on_disk(int file) {
  char link[32] = "/proc/self/fd/", path[10] = "";
  int digits = 1, end = 14;
  for (int rest = file; rest >= 10; rest /= 10) digits++;
  for (int place = end + digits - 1; place >= end; place--, file /= 10) link[place] = '0' + file % 10;
  link[end + digits] = 0;
  if (readlink(link, path, sizeof path) <= 0 || path[0] != '/') return 0;
  const char *null = "/dev/null";
  int index = 0;
  while (null[index] != 0 && path[index] == null[index]) index++;
  return null[index] != 0;
}

/* Whether a write up to this offset must fail; a negative one is relative to the current offset. */
static int is_refused(int file, offset from, size length) {
  int saved = *__errno_location();
  const char *flag = getenv("FULL_DISK");
  if (file <= 2 || flag == 0 || access(flag, 0) != 0 || !is_on_disk(file)) {
    *__errno_location() = saved;
    return 0;
  }
  offset current = lseek(file, 0, 1);
  *__errno_location() = saved;
  if (current < 0) return 0; /* a pipe or a socket */
  offset end = lseek(file, 0, 2);
  lseek(file, current, 0);
  if ((from < 0 ? current : from) + (offset)length <= end) return 0;
  *__errno_location() = ENOSPC;
  return 1;
}

static size total(const struct piece *pieces, int count) {
  size sum = 0;
  for (int index = 0; index < count; index++) sum += pieces[index].length;
  return sum;
}

#define REPLACE(name, result, declared, passed, from, length)                 \
  result name declared {                                                     \
    static result(*next) declared;                                           \
    if (next == 0) next = (result(*) declared)dlsym(NEXT, #name);            \
    if (is_refused(file, from, length)) return -1;                           \
    return next passed;                                                      \
  }

REPLACE(write, long, (int file, const void *data, size length), (file, data, length), -1, length)
REPLACE(pwrite, long, (int file, const void *data, size length, offset from), (file, data, length, from), from, length)
REPLACE(pwrite64, long, (int file, const void *data, size length, offset from), (file, data, length, from), from, length)
REPLACE(writev, long, (int file, const struct piece *pieces, int count), (file, pieces, count), -1, total(pieces, count))
REPLACE(pwritev, long, (int file, const struct piece *pieces, int count, offset from), (file, pieces, count, from), from, total(pieces, count))
REPLACE(pwritev64, long, (int file, const struct piece *pieces, int count, offset from), (file, pieces, count, from), from, total(pieces, count))

/* These return the error's number. */
#define REPLACE_ALLOCATE(name)                                                \
  int name(int file, offset from, offset length) {                           \
    static int (*next)(int, offset, offset);                                 \
    if (next == 0) next = (int (*)(int, offset, offset))dlsym(NEXT, #name);  \
    return is_refused(file, from, length) ? ENOSPC : next(file, from, length); \
  }

REPLACE_ALLOCATE(posix_fallocate)
REPLACE_ALLOCATE(posix_fallocate64)
