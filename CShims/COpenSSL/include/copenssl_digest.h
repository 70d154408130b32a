// One-shot digests over libcrypto: what the WebSocket handshake and the OKX login sign with. Off
// the hot path.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// SHA-1 into 20 bytes. Returns 1, or 0 when libcrypto refuses.
int copenssl_sha1(const void *bytes, size_t count, uint8_t *digest);

/// HMAC-SHA256 into 32 bytes. Returns 1, or 0 when libcrypto refuses.
int copenssl_hmac_sha256(const void *key, size_t key_count, const void *bytes, size_t count,
                         uint8_t *digest);

/// Base64 with padding, no line breaks, no final NUL. `text` holds 4 * ((count + 2) / 3) + 1 bytes.
/// Returns the bytes written without the NUL.
size_t copenssl_base64(const void *bytes, size_t count, uint8_t *text);
