// Bit packing, least significant bit first, unrolled for each width of 1 to 32 bits. Private to the Parquet kernels.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t load64(const uint8_t *p) {
    uint64_t value;
    memcpy(&value, p, 8);
    return value;
}

// Eight values of `width` bits from `width` bytes; reads up to 8 bytes past them. A constant width unrolls fully.
INLINE void unpack8(const uint8_t *source, const unsigned width, uint32_t *out) {
    const uint32_t mask = width == 32 ? UINT32_MAX : (1u << width) - 1;
    if (width <= 8) {
        const uint64_t word = load64(source);
        for (unsigned i = 0; i < 8; i++) out[i] = (uint32_t)(word >> (i * width)) & mask;
    } else {
        for (unsigned i = 0; i < 8; i++) {
            const unsigned bit = i * width;
            out[i] = (uint32_t)(load64(source + (bit >> 3)) >> (bit & 7)) & mask;
        }
    }
}

#define UNPACK(W)                                                                                                      \
    case W:                                                                                                            \
        for (size_t g = 0; g < groups; g++) unpack8(source + g * W, W, out + g * 8);                                   \
        break;

// `groups` times eight values; reads up to 8 bytes past them.
__attribute__((unused)) static void unpack_groups(const uint8_t *source, unsigned width, size_t groups, uint32_t *out) {
    switch (width) {
        UNPACK(1) UNPACK(2) UNPACK(3) UNPACK(4) UNPACK(5) UNPACK(6) UNPACK(7) UNPACK(8)
        UNPACK(9) UNPACK(10) UNPACK(11) UNPACK(12) UNPACK(13) UNPACK(14) UNPACK(15) UNPACK(16)
        UNPACK(17) UNPACK(18) UNPACK(19) UNPACK(20) UNPACK(21) UNPACK(22) UNPACK(23) UNPACK(24)
        UNPACK(25) UNPACK(26) UNPACK(27) UNPACK(28) UNPACK(29) UNPACK(30) UNPACK(31) UNPACK(32)
    }
}

// `count` values from exactly (count * width + 7) / 8 bytes, without reading past `end`.
__attribute__((unused)) static void unpack(const uint8_t *source, const uint8_t *end, unsigned width, size_t count, uint32_t *out) {
    const size_t whole = count / 8;
    const size_t room = (size_t)(end - source);
    size_t safe = room >= width + 8 ? (room - 8) / width : 0;
    if (safe > whole) safe = whole;
    unpack_groups(source, width, safe, out);
    for (size_t done = safe * 8; done < count; done += 8) {
        uint8_t padded[40] = {0};
        uint32_t values[8];
        const size_t left = count - done < 8 ? count - done : 8;
        memcpy(padded, source + done / 8 * width, (left * width + 7) / 8);
        unpack_groups(padded, width, 1, values);
        memcpy(out + done, values, left * sizeof(uint32_t));
    }
}

// Eight values of `width` bits into `width` bytes; writes up to 8 bytes past them.
INLINE void pack8(const uint32_t *values, const unsigned width, uint8_t *out) {
    uint64_t pending = 0;
    unsigned bits = 0;
    for (unsigned i = 0; i < 8; i++) {
        pending |= (uint64_t)values[i] << bits;
        bits += width;
        if (bits >= 32) {
            const uint32_t word = (uint32_t)pending;
            memcpy(out, &word, 4);
            out += 4;
            pending >>= 32;
            bits -= 32;
        }
    }
    if (bits > 0) memcpy(out, &pending, 4);
}

#define PACK(W)                                                                                                        \
    case W:                                                                                                            \
        for (size_t g = 0; g < groups; g++) pack8(values + g * 8, W, out + g * W);                                     \
        break;

__attribute__((unused)) static void pack_groups(const uint32_t *values, unsigned width, size_t groups, uint8_t *out) {
    switch (width) {
        PACK(1) PACK(2) PACK(3) PACK(4) PACK(5) PACK(6) PACK(7) PACK(8)
        PACK(9) PACK(10) PACK(11) PACK(12) PACK(13) PACK(14) PACK(15) PACK(16)
        PACK(17) PACK(18) PACK(19) PACK(20) PACK(21) PACK(22) PACK(23) PACK(24)
        PACK(25) PACK(26) PACK(27) PACK(28) PACK(29) PACK(30) PACK(31) PACK(32)
    }
}

__attribute__((unused)) static inline uint8_t *write_varint(uint8_t *out, uint64_t value) {
    while (value >= 0x80) {
        *out++ = (uint8_t)value | 0x80;
        value >>= 7;
    }
    *out++ = (uint8_t)value;
    return out;
}

#undef UNPACK
#undef PACK
