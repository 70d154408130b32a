// TLS 1.2/1.3 client sessions over memory that the caller owns: ciphertext in by reference,
// plaintext and ciphertext out into given buffers. Sessions are made and freed on a housekeeping
// thread; the functions marked COPENSSL_TLS_HOT neither allocate per record nor lock (measured by
// Tests/TransportTests). OpenSSL makes the handshake; records go through its EVP ciphers directly
// (copenssl_record.c says why).
#pragma once
#include <stddef.h>
#include <stdint.h>

#define COPENSSL_TLS_HOT __attribute__((swift_attr("@_noLocks")))

struct copenssl_context;  // shared settings: protocol versions, ciphers, trusted authorities
struct copenssl_tls;      // one session

enum {
  COPENSSL_WANTS_INPUT = 0,   // all input consumed; more ciphertext is needed
  COPENSSL_CLOSED = -1,       // the peer said close_notify
  COPENSSL_FAILED = -2,       // protocol error; the session is dead
  COPENSSL_NO_ROOM = -3,      // the output buffer cannot take the record
};

// `ca_file` NULL: the system's trusted authorities. On failure NULL and a sentence in `failure`.
struct copenssl_context *copenssl_context_create(const char *ca_file, char *failure,
                                                 size_t capacity);
void copenssl_context_free(struct copenssl_context *context);

// `host` is what the certificate must name: a DNS name (sent as SNI), or an address when
// `is_address`.
struct copenssl_tls *copenssl_tls_create(struct copenssl_context *context, const char *host,
                                         int is_address);
void copenssl_tls_free(struct copenssl_tls *tls);

// Where ciphertext to be sent is appended; `copenssl_tls_output_count` says how much is there now.
void copenssl_tls_output(struct copenssl_tls *tls, void *bytes, size_t capacity) COPENSSL_TLS_HOT;
size_t copenssl_tls_output_count(const struct copenssl_tls *tls) COPENSSL_TLS_HOT;
// The received bytes to read from next; they are referred to, not copied, until consumed.
void copenssl_tls_input(struct copenssl_tls *tls, const void *bytes, size_t count) COPENSSL_TLS_HOT;
// Input not yet consumed and plaintext not yet read, in bytes.
size_t copenssl_tls_unread(const struct copenssl_tls *tls) COPENSSL_TLS_HOT;

// 1 when the handshake is complete, else one of the codes above.
int copenssl_tls_handshake(struct copenssl_tls *tls);
// Plaintext bytes (> 0), or one of the codes above. Post-handshake messages are dealt with in
// passing; a key update, once in millions of records, is the only one that allocates.
int64_t copenssl_tls_read(struct copenssl_tls *tls, void *bytes, size_t capacity) COPENSSL_TLS_HOT;
// Encrypts all of `bytes` into the output: `count`, or a code. Check room with
// `copenssl_tls_sealed_max`.
int64_t copenssl_tls_write(struct copenssl_tls *tls, const void *bytes,
                           size_t count) COPENSSL_TLS_HOT;
// An upper bound of the ciphertext of `count` plaintext bytes.
size_t copenssl_tls_sealed_max(size_t count) COPENSSL_TLS_HOT;
// Appends a close_notify to the output.
void copenssl_tls_close(struct copenssl_tls *tls);

// Makes OpenSSL's per-thread error state, so that the first failure on a hot thread allocates
// nothing.
void copenssl_thread_prepare(void) COPENSSL_TLS_HOT;

// After a failed handshake: 1 when the certificate was refused. `reason` takes a sentence.
int copenssl_tls_failure(struct copenssl_tls *tls, char *reason, size_t capacity);
const char *copenssl_tls_version(const struct copenssl_tls *tls);
const char *copenssl_tls_cipher(const struct copenssl_tls *tls);
