#include "common/base/wipe.h"

#include <sodium.h>

void wipe(void *bytes, size_t len)
{
    if (len > 0)
        sodium_memzero(bytes, len);
}
