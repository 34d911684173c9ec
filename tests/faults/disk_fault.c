/*
 * Preloaded library: makes one write or sync of a journal segment fail.
 *
 *   DISK_FAULT=<fdatasync|write>:<EIO|ENOSPC>:<number of the call that fails>
 *   DISK_FAULT_ARMED=<file>   calls count once it is there; without it, from the start
 *
 * Only files below a folder named `journal` whose name ends in `.log` count. Exactly one call
 * fails and the next ones succeed, as on a real kernel after a failed fsync: a daemon that goes on
 * would acknowledge what was lost.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_int calls;

static int is_segment(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 4) return 0;
  path[length] = 0;
  return strstr(path, "/journal/") && !strcmp(path + length - 4, ".log");
}

static int fails(const char *operation, int fd) {
  char wanted[32], code[32];
  int number;
  const char *fault = getenv("DISK_FAULT");
  if (!fault || sscanf(fault, "%31[^:]:%31[^:]:%d", wanted, code, &number) != 3) return 0;
  if (strcmp(wanted, operation) || !is_segment(fd)) return 0;
  const char *armed = getenv("DISK_FAULT_ARMED");
  if (armed && access(armed, F_OK)) return 0;
  if (atomic_fetch_add(&calls, 1) + 1 != number) return 0;
  errno = strcmp(code, "ENOSPC") ? EIO : ENOSPC;
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

int fdatasync(int fd) { return fails("fdatasync", fd) ? -1 : REAL(fdatasync)(fd); }
int fsync(int fd) { return fails("fdatasync", fd) ? -1 : REAL(fsync)(fd); }
ssize_t write(int fd, const void *bytes, size_t count) {
  return fails("write", fd) ? -1 : REAL(write)(fd, bytes, count);
}
ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  return fails("write", fd) ? -1 : REAL(pwrite)(fd, bytes, count, at);
}
ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  return fails("write", fd) ? -1 : REAL(pwrite64)(fd, bytes, count, at);
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
  return fails("write", fd) ? -1 : REAL(writev)(fd, parts, count);
}
