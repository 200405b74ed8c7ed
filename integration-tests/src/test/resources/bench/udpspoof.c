// udpspoof PORT COUNT RATE PAYLOAD: sends COUNT datagrams to 127.0.0.1, each from an address of its own
// (127.1.0.0 and on), RATE a second, and prints how many.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

int main(int count, char **args) {
  if (count != 5) {
    fprintf(stderr, "usage: udpspoof PORT COUNT RATE PAYLOAD\n");
    return 2;
  }
  long sources = atol(args[2]);
  double rate = atof(args[3]);
  int any = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(atoi(args[1]))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  struct iovec payload = {args[4], strlen(args[4])};
  union {
    char bytes[CMSG_SPACE(sizeof(struct in_pktinfo))];
    struct cmsghdr align;
  } control;
  double begun = now();
  long sent = 0;
  for (long i = 0; i < sources; i++) {
    while (i > (now() - begun) * rate) {
      usleep(200);
    }
    struct msghdr message = {&to, sizeof to, &payload, 1, &control, sizeof control, 0};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_IP;
    header->cmsg_type = IP_PKTINFO;
    header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
    struct in_pktinfo from = {0};
    // 127.1.0.0 to 127.254.255.255 are enough for 16 million.
    from.ipi_spec_dst.s_addr = htonl(0x7f010000u + (uint32_t)(i % 0xfd0000));
    memcpy(CMSG_DATA(header), &from, sizeof from);
    sent += sendmsg(any, &message, 0) > 0;
  }
  printf("sent=%ld seconds=%.1f\n", sent, now() - begun);
}
