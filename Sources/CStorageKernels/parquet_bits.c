#include "parquet_kernels.h"
#include <string.h>

// Up to 64 bits from `position` on; bits past the end of the words that hold `count` bits are not read.
static inline uint64_t bits_at(const uint64_t *words, size_t position, size_t count) {
    const size_t shift = position & 63;
    uint64_t value = words[position >> 6] >> shift;
    if (shift && shift + count > 64) value |= words[(position >> 6) + 1] << (64 - shift);
    return count < 64 ? value & ((1ull << count) - 1) : value;
}

size_t parquet_copy_bits(const uint8_t *source, uint64_t *words, size_t offset, size_t count) {
    size_t ones = 0;
    for (size_t done = 0; done < count; done += 64) {
        const size_t left = count - done < 64 ? count - done : 64;
        uint64_t value = 0;
        memcpy(&value, source + done / 8, (left + 7) / 8);
        if (left < 64) value &= (1ull << left) - 1;
        const size_t position = offset + done, shift = position & 63;
        words[position >> 6] |= value << shift;
        if (shift && shift + left > 64) words[(position >> 6) + 1] |= value >> (64 - shift);
        ones += (size_t)__builtin_popcountll(value);
    }
    return ones;
}

void parquet_set_bits(uint64_t *words, size_t offset, size_t count) {
    while (count > 0) {
        const size_t shift = offset & 63;
        const size_t part = 64 - shift < count ? 64 - shift : count;
        words[offset >> 6] |= (part == 64 ? UINT64_MAX : ((1ull << part) - 1)) << shift;
        offset += part;
        count -= part;
    }
}

size_t parquet_count_bits(const uint64_t *words, size_t offset, size_t count) {
    size_t ones = 0;
    for (size_t done = 0; done < count; done += 64) {
        const size_t left = count - done < 64 ? count - done : 64;
        ones += (size_t)__builtin_popcountll(bits_at(words, offset + done, left));
    }
    return ones;
}

void parquet_pack_bits(const uint64_t *words, size_t offset, size_t count, uint8_t *out) {
    for (size_t done = 0; done < count; done += 64) {
        const size_t left = count - done < 64 ? count - done : 64;
        const uint64_t value = bits_at(words, offset + done, left);
        memcpy(out + done / 8, &value, (left + 7) / 8);
    }
}

#define SPREAD(NAME, TYPE)                                                                                             \
    void NAME(TYPE *values, size_t present, const uint64_t *validity, size_t offset, size_t rows) {                    \
        size_t row = rows;                                                                                             \
        /* From the end, so that nothing is overwritten before it moved; equal positions are in place already. */      \
        while (row > present && row > 0) {                                                                             \
            row--;                                                                                                     \
            const size_t bit = offset + row;                                                                           \
            const int valid = (int)(validity[bit >> 6] >> (bit & 63) & 1);                                             \
            present -= (size_t)valid;                                                                                  \
            values[row] = valid ? values[present] : 0;                                                                 \
        }                                                                                                              \
    }

SPREAD(parquet_spread32, uint32_t)
SPREAD(parquet_spread64, uint64_t)

#define COMPACT(NAME, TYPE)                                                                                            \
    size_t NAME(const TYPE *values, const uint64_t *validity, size_t offset, size_t rows, TYPE *out) {                 \
        size_t present = 0;                                                                                            \
        for (size_t row = 0; row < rows; row++) {                                                                      \
            const size_t bit = offset + row;                                                                           \
            out[present] = values[row];                                                                                \
            present += validity[bit >> 6] >> (bit & 63) & 1;                                                           \
        }                                                                                                              \
        return present;                                                                                                \
    }

COMPACT(parquet_compact32, uint32_t)
COMPACT(parquet_compact64, uint64_t)
