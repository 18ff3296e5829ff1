#pragma once
#include <stddef.h>
#include <stdint.h>

/// The state of an MD5 sum (RFC 1321, section 3.3): A, B, C, D.
typedef struct {
    uint32_t words[4];
} md5_state;

/// Most sums that are computed at once.
enum { MD5_LANES = 8 };

/// Takes `block_count` blocks of 64 bytes from `data[i]` into `states[i]`, for each `i` below `count`, at most
/// `MD5_LANES`. One sum is a chain of dependent steps that leaves most of a processor idle; several side by side, each in
/// a lane of the vector registers, take hardly longer than one.
void md5_update(md5_state *states, const uint8_t *const *data, size_t count, size_t block_count);
