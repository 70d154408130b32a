#pragma once

#include "copenssl_digest.h"
