// OpenSSL 3 as the hot plane sees it: a few functions over caller-owned memory, one header per
// purpose.
#pragma once

#include "copenssl_digest.h"
#include "copenssl_tls.h"
