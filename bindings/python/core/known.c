/* SPDX-License-Identifier: Apache-2.0
 *
 * A hit takes less time than giving the GIL away and getting it back, a signature a thousand times as much. So the GIL
 * is kept for tokens that have been found good lately. Being wrong costs time only: the library still judges.
 *
 * A token is known by its last bytes, which belong to its signature or are random, so that long tokens cost no more.
 * Whoever sends others with the same end is refused, and thereby forgotten.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core.h"

enum { BUCKETS = 1 << 13, WAYS = 8 };

struct slot {
  uint32_t mark;  /* 0: none */
  uint32_t until; /* seconds of the monotonic clock */
};

/* Tokens that fall together do not push each other out. */
struct bucket {
  struct slot slots[WAYS];
};

struct known {
  struct bucket buckets[BUCKETS];
  uint32_t seconds; /* that a verdict is cached at most */
};

struct known *known_new(unsigned seconds) {
  struct known *known = calloc(1, sizeof *known);
  if (known != NULL) known->seconds = seconds;
  return known;
}

void known_free(struct known *known) { free(known); }

static uint32_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return (uint32_t)time.tv_sec;
}

/* The bucket of a token, and the mark that it has there. */
static const struct bucket *bucket_of(const struct known *known, const struct text *token, uint32_t *mark) {
  uint64_t end[2] = {0, token->length};
  size_t length = token->length < sizeof end ? token->length : sizeof end;
  memcpy(end, token->data + token->length - length, length);
  uint64_t mixed = (end[0] * 0x9E3779B97F4A7C15u) ^ (end[1] + token->length * 0xC2B2AE3D27D4EB4Fu);
  mixed = (mixed ^ (mixed >> 32)) * 0xD6E8FEB86659FD93u;
  *mark = (uint32_t)(mixed >> 32) | 1;
  return &known->buckets[(mixed >> 16) % BUCKETS];
}

bool known_has(const struct known *known, const struct text *token) {
  uint32_t mark;
  const struct bucket *bucket = bucket_of(known, token, &mark);
  for (int way = 0; way < WAYS; way++) {
    if (bucket->slots[way].mark == mark) return now() < bucket->slots[way].until;
  }
  return false;
}

/* Takes the slot that the token has, or else the one that is over first. */
static void known_set(struct known *known, const struct text *token, uint32_t until) {
  uint32_t mark;
  struct slot *slots = (struct slot *)bucket_of(known, token, &mark)->slots, *slot = slots;
  for (int way = 0; way < WAYS && slot->mark != mark; way++) {
    if (slots[way].mark == mark || slots[way].until < slot->until) slot = &slots[way];
  }
  *slot = (struct slot){mark, until};
}

void known_add(struct known *known, const struct text *token) { known_set(known, token, now() + known->seconds); }

void known_forget(struct known *known, const struct text *token) { known_set(known, token, 0); }
