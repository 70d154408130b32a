// A BIO over the spans of a record layer, which is its data; private to this shim.
#pragma once
#include <openssl/bio.h>

// Made once; null when OpenSSL has no room for it.
BIO_METHOD *copenssl_bio_method(void);
