/*
 * Load generator and floors of the benchmark, in C so that the client costs next to nothing.
 *
 *   load echo-server                         raw blocking echo; prints its port, ends with stdin
 *   load echo-rtt PORT COUNT [PAUSE_US]      round trips of one intent's bytes, a pause between two
 *   load echo-pipe PORT COUNT WINDOW         the same bytes, WINDOW frames outstanding
 *   load venue PORT COUNT WARM PAUSE_US      a proxy before the venue at PORT; reads "PORT TOKEN_FILE"
 *                                            of a daemon that trades there; to the venue's socket
 *   load append DIR COUNT BYTES [PAUSE_US]   append + fdatasync of one file, a pause between two
 *   load rtt PORT TOKEN_FILE CLIENT COUNT WARM
 *                                            intent -> PendingNew round trips, the first WARM not counted
 *   load pipe PORT TOKEN_FILE CLIENT COUNT WINDOW
 *
 * Prints one JSON object: microseconds for latencies, per second for rates.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER (1 << 20)

static void die(const char *what) {
  fprintf(stderr, "load: cannot %s: %s\n", what, strerror(errno));
  exit(1);
}

static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec * 1e6 + t.tv_nsec / 1e3;
}

static int64_t wall_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return x < y ? -1 : x > y;
}

static void print_latencies(double *us, int count) {
  qsort(us, count, sizeof *us, by_value);
  printf("{\"count\":%d,\"p50\":%.2f,\"p99\":%.2f,\"p999\":%.2f,\"max\":%.2f}\n", count,
         us[count / 2], us[(int)(count * 0.99)], us[(int)(count * 0.999)], us[count - 1]);
}

static int connect_to(int port) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof to) < 0) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static void write_all(int fd, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = write(fd, bytes, length);
    if (n <= 0) die("write");
    bytes += n;
    length -= n;
  }
}

static void read_all(int fd, char *bytes, size_t length) {
  while (length > 0) {
    ssize_t n = read(fd, bytes, length);
    if (n <= 0) die("read");
    bytes += n;
    length -= n;
  }
}

static int put_frame(char *out, int length) {
  uint32_t size = htonl(length);
  memcpy(out, &size, 4);
  return length + 4;
}

/* One resting order far from any market; the price is on the grid of bench/config.yaml. */
static int put_intent(char *out, const char *client, int number) {
  int n = sprintf(out + 4,
                  "{\"type\":\"QuoteIntent\",\"v\":1,\"intent_id\":\"%s-%09d\",\"action\":\"Place\","
                  "\"sent_us\":%lld,\"instrument\":\"bench:BTC/USDT\",\"side\":\"Buy\","
                  "\"order_qty\":\"0.0100\",\"price\":\"60123.45\",\"ord_type\":\"Limit\","
                  "\"time_in_force\":\"GTC\",\"post_only\":false,\"tag\":\"bench\"}",
                  client, number, (long long)wall_us());
  return put_frame(out, n);
}

static void hello(int fd, const char *token_file, const char *client) {
  char token[256] = {0}, out[1024];
  FILE *file = fopen(token_file, "r");
  if (!file || !fgets(token, sizeof token, file)) die("read the token");
  fclose(file);
  token[strcspn(token, "\r\n")] = 0;
  int n = sprintf(out + 4,
                  "{\"type\":\"HELLO\",\"wire\":[1],\"client_id\":\"%s\",\"token\":\"%s\","
                  "\"cancel_on_disconnect\":false}", client, token);
  write_all(fd, out, put_frame(out, n));
}

static char in[BUFFER];
static size_t in_length;

/* Reads once and counts whole frames that hold `what`. */
static int read_and_count(int fd, const char *what) {
  ssize_t n = read(fd, in + in_length, BUFFER - in_length);
  if (n <= 0) die("read");
  in_length += n;
  size_t at = 0;
  int found = 0;
  while (in_length - at >= 4) {
    uint32_t size;
    memcpy(&size, in + at, 4);
    size = ntohl(size);
    if (in_length - at - 4 < size) break;
    if (memmem(in + at + 4, size, what, strlen(what))) found++;
    if (memmem(in + at + 4, size, "\"type\":\"ERROR\"", 14)) {
      fprintf(stderr, "load: %.*s\n", (int)size, in + at + 4);
      exit(1);
    }
    at += 4 + size;
  }
  memmove(in, in + at, in_length - at);
  in_length -= at;
  return found;
}

static void wait_for(int fd, const char *what) {
  while (read_and_count(fd, what) == 0) {
  }
}

static int heartbeat(char *out) {
  int n = sprintf(out + 4, "{\"type\":\"HEARTBEAT\",\"now_us\":%lld}", (long long)wall_us());
  return put_frame(out, n);
}

static void rtt(int fd, const char *client, int count, int warm) {
  double *us = malloc(count * sizeof *us), beat = now_us();
  char out[1024];
  for (int i = 0; i < warm + count; i++) {
    if (now_us() - beat > 500000) {
      write_all(fd, out, heartbeat(out));
      beat = now_us();
    }
    int n = put_intent(out, client, i);
    double start = now_us();
    write_all(fd, out, n);
    wait_for(fd, "\"exec_type\":\"PendingNew\"");
    if (i >= warm) us[i - warm] = now_us() - start;
  }
  print_latencies(us, count);
}

/* Keeps `window` frames outstanding; `what` marks an answer, or NULL: count echoed frames. */
static void pipelined(int fd, const char *client, int count, int window, const char *what) {
  int sent = 0, done = 0;
  double start = now_us(), beat = start;
  char *out = malloc((size_t)(window + 1) * 512);
  while (done < count) {
    int n = 0;
    while (sent < count && sent - done < window && n < 60000) n += put_intent(out + n, client, sent++);
    if (n > 0 && what && now_us() - beat > 500000) {
      n += heartbeat(out + n);
      beat = now_us();
    }
    for (int at = 0; at < n;) {
      struct pollfd ready = {fd, POLLIN | POLLOUT, 0};
      poll(&ready, 1, -1);
      if (ready.revents & POLLIN) done += read_and_count(fd, what);
      if (ready.revents & POLLOUT) {
        ssize_t w = send(fd, out + at, n - at, MSG_DONTWAIT);
        if (w < 0 && errno != EAGAIN) die("send");
        if (w > 0) at += w;
      }
    }
    if (done < count && (sent == count || sent - done >= window)) done += read_and_count(fd, what);
  }
  double seconds = (now_us() - start) / 1e6;
  printf("{\"count\":%d,\"seconds\":%.4f,\"per_second\":%.0f}\n", count, seconds, count / seconds);
}

static void echo_rtt(int fd, int count, int pause_us) {
  double *us = malloc(count * sizeof *us);
  char out[1024];
  for (int i = 0; i < count; i++) {
    int n = put_intent(out, "echo", i);
    double start = now_us();
    write_all(fd, out, n);
    read_all(fd, in, n);
    us[i] = now_us() - start;
    if (pause_us > 0) usleep(pause_us);
  }
  print_latencies(us, count);
}

static void echo_server(void) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in at = {.sin_family = AF_INET};
  socklen_t length = sizeof at;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 4) < 0) die("listen");
  getsockname(fd, (struct sockaddr *)&at, &length);
  printf("{\"port\":%d}\n", ntohs(at.sin_port));
  fflush(stdout);
  for (;;) {
    int peer = accept(fd, NULL, NULL);
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    for (ssize_t n; (n = read(peer, in, BUFFER)) > 0;) write_all(peer, in, n);
    close(peer);
  }
}

static void append(const char *directory, int count, int bytes, int pause_us) {
  char path[4096], *data = calloc(1, bytes);
  snprintf(path, sizeof path, "%s/floor.dat", directory);
  int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY | O_APPEND, 0600);
  if (fd < 0) die("open the file to append to");
  double *us = malloc(count * sizeof *us);
  memset(data, 'x', bytes);
  for (int i = 0; i < count; i++) {
    double start = now_us();
    write_all(fd, data, bytes);
    if (fdatasync(fd) < 0) die("fdatasync");
    us[i] = now_us() - start;
    if (pause_us > 0) usleep(pause_us);
  }
  close(fd);
  unlink(path);
  print_latencies(us, count);
}

/* The proxy before a venue: when the last request to place an order reached it, by this clock. */
static volatile double arrived_us;
static int venue_port;

static void forward(int from, int to, const char *wanted, int *open) {
  static char bytes[BUFFER];
  ssize_t n = read(from, bytes, BUFFER);
  if (n <= 0) {
    *open = 0;
    return;
  }
  if (wanted && n > (ssize_t)strlen(wanted) && !memcmp(bytes, wanted, strlen(wanted))) {
    arrived_us = now_us();
  }
  write_all(to, bytes, n);
}

static _Noreturn void *proxy(void *listener) {
  static struct pollfd ready[256];
  static int peers[256];
  int used = 1, one = 1;
  ready[0] = (struct pollfd){*(int *)listener, POLLIN, 0};
  for (;;) {
    if (poll(ready, used, -1) < 0) die("poll");
    for (int i = used - 1; i > 0; i--) {
      int open = 1;
      if (!(ready[i].revents & (POLLIN | POLLHUP))) continue;
      forward(ready[i].fd, peers[i], i % 2 ? "POST /api/v3/order" : NULL, &open);
      if (!open) shutdown(peers[i], SHUT_WR), ready[i].events = 0, ready[i].fd = -1;
    }
    if (!(ready[0].revents & POLLIN) || used > 254) continue;
    int client = accept(ready[0].fd, NULL, NULL), venue = connect_to(venue_port);
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    ready[used] = (struct pollfd){client, POLLIN, 0}, peers[used++] = venue;
    ready[used] = (struct pollfd){venue, POLLIN, 0}, peers[used++] = client;
  }
}

static int put_order(char *out, int number) {
  int n = sprintf(out + 4,
                  "{\"type\":\"QuoteIntent\",\"v\":1,\"intent_id\":\"v-%09d\",\"action\":\"Place\","
                  "\"sent_us\":%lld,\"instrument\":\"main:BTC/USDT\",\"side\":\"Buy\","
                  "\"order_qty\":\"0.001\",\"price\":\"10000\"}",
                  number, (long long)wall_us());
  return put_frame(out, n);
}

/* From the write of an intent to the arrival of its order at the proxy; then the answer is awaited. */
static void to_venue(int fd, int count, int warm, int pause_us) {
  double *us = malloc(count * sizeof *us), beat = now_us();
  char out[1024];
  for (int i = 0; i < warm + count; i++) {
    if (now_us() - beat > 500000) {
      write_all(fd, out, heartbeat(out));
      beat = now_us();
    }
    int n = put_order(out, i);
    double start = now_us();
    write_all(fd, out, n);
    wait_for(fd, "\"exec_type\":\"New\"");
    if (i >= warm) us[i - warm] = arrived_us - start;
    if (pause_us > 0) usleep(pause_us);
  }
  print_latencies(us, count);
}

static void venue(int count, int warm, int pause_us) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), port;
  struct sockaddr_in at = {.sin_family = AF_INET};
  socklen_t length = sizeof at;
  char token[4096];
  pthread_t thread;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 || listen(fd, 16) < 0) die("listen");
  getsockname(fd, (struct sockaddr *)&at, &length);
  if (pthread_create(&thread, NULL, proxy, &fd)) die("start the proxy");
  printf("{\"port\":%d}\n", ntohs(at.sin_port));
  fflush(stdout);
  if (scanf("%d %4095s", &port, token) != 2) die("read where the daemon is");
  int daemon = connect_to(port);
  hello(daemon, token, "bench");
  wait_for(daemon, "HELLO_ACK");
  to_venue(daemon, count, warm, pause_us);
}

int main(int count, char **words) {
  const char *mode = count > 1 ? words[1] : "";
  if (!strcmp(mode, "echo-server") && count == 2) {
    echo_server();
  } else if (!strcmp(mode, "echo-rtt") && (count == 4 || count == 5)) {
    echo_rtt(connect_to(atoi(words[2])), atoi(words[3]), count == 5 ? atoi(words[4]) : 0);
  } else if (!strcmp(mode, "echo-pipe") && count == 5) {
    pipelined(connect_to(atoi(words[2])), "echo", atoi(words[3]), atoi(words[4]), "QuoteIntent");
  } else if (!strcmp(mode, "venue") && count == 6) {
    venue_port = atoi(words[2]);
    venue(atoi(words[3]), atoi(words[4]), atoi(words[5]));
  } else if (!strcmp(mode, "append") && (count == 5 || count == 6)) {
    append(words[2], atoi(words[3]), atoi(words[4]), count == 6 ? atoi(words[5]) : 0);
  } else if ((!strcmp(mode, "rtt") && count == 7) || (!strcmp(mode, "pipe") && count == 7)) {
    int fd = connect_to(atoi(words[2]));
    hello(fd, words[3], words[4]);
    wait_for(fd, "HELLO_ACK");
    if (!strcmp(mode, "rtt")) rtt(fd, words[4], atoi(words[5]), atoi(words[6]));
    else pipelined(fd, words[4], atoi(words[5]), atoi(words[6]), "\"exec_type\":\"PendingNew\"");
  } else {
    fprintf(stderr, "load: see the head of load.c for its modes\n");
    return 64;
  }
  return 0;
}
