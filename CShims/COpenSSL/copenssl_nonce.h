// What a record is sealed with beside its key: nonce and additional data; private to this shim.
#pragma once
#include <string.h>

#include "copenssl_record.h"

static inline void put_64(uint8_t *bytes, uint64_t number) {
  number = __builtin_bswap64(number);
  memcpy(bytes, &number, 8);
}

// The sequence number over the last 8 bytes of the iv (RFC 8446 §5.3, RFC 7905 §2).
static inline void nonce_of(const struct record_keys *keys, uint8_t nonce[12]) {
  uint64_t tail, number = __builtin_bswap64(keys->sequence);
  memcpy(nonce, keys->iv, 12);
  memcpy(&tail, nonce + 4, 8);
  tail ^= number;
  memcpy(nonce + 4, &tail, 8);
}

// TLS 1.2 authenticates sequence, type, version and the plaintext's length (RFC 5246 §6.2.3.3).
static inline void aad_12(uint8_t aad[13], uint64_t sequence, uint8_t type, size_t count) {
  put_64(aad, sequence);
  aad[8] = type;
  aad[9] = aad[10] = 3;
  aad[11] = (uint8_t)(count >> 8);
  aad[12] = (uint8_t)count;
}
