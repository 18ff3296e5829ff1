#include "parquet_bitpacking.h"
#include "parquet_kernels.h"

static inline int read_varint(const uint8_t **cursor, const uint8_t *end, uint64_t *value) {
    const uint8_t *p = *cursor;
    uint64_t result = 0;
    for (unsigned shift = 0;; shift += 7) {
        if (p == end) return PARQUET_TRUNCATED;
        if (shift > 63) return PARQUET_MALFORMED;
        const uint8_t byte = *p++;
        result |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80) break;
    }
    *cursor = p;
    *value = result;
    return 0;
}

static inline uint64_t zigzag(uint64_t value) { return (value >> 1) ^ (0 - (value & 1)); }

// `width` (1 to 64) bits from bit `bit` on; 9 bytes from there may be read.
static inline uint64_t bits_at(const uint8_t *source, size_t bit, unsigned width) {
    const uint8_t *p = source + (bit >> 3);
    const unsigned shift = bit & 7;
    uint64_t value;
    memcpy(&value, p, 8);
    value >>= shift;
    if (shift + width > 64) value |= (uint64_t)p[8] << (64 - shift);
    return width == 64 ? value : value & ((1ull << width) - 1);
}

// Miniblocks have at most this many values, so that one fits a buffer; the format's own writers use 32 and 64.
#define MAXIMUM_MINIBLOCK 4096

#define DELTA(NAME, TYPE)                                                                                              \
    int64_t NAME(const uint8_t *source, size_t length, TYPE *out, size_t count) {                                      \
        const uint8_t *cursor = source, *end = source + length;                                                        \
        uint64_t block_size, miniblocks, total, first;                                                                 \
        int status;                                                                                                    \
        if ((status = read_varint(&cursor, end, &block_size))) return status;                                          \
        if ((status = read_varint(&cursor, end, &miniblocks))) return status;                                          \
        if ((status = read_varint(&cursor, end, &total))) return status;                                               \
        if ((status = read_varint(&cursor, end, &first))) return status;                                               \
        if (total != count) return PARQUET_COUNT_MISMATCH;                                                             \
        if (count == 0) return cursor - source;                                                                        \
        if (miniblocks == 0 || miniblocks > 512 || block_size % miniblocks != 0) return PARQUET_MALFORMED;             \
        const size_t per_miniblock = block_size / miniblocks;                                                          \
        if (per_miniblock == 0 || per_miniblock % 8 != 0 || per_miniblock > MAXIMUM_MINIBLOCK)                         \
            return PARQUET_MALFORMED;                                                                                  \
        TYPE last = (TYPE)zigzag(first);                                                                               \
        size_t done = 0;                                                                                               \
        out[done++] = last;                                                                                            \
        while (done < count) {                                                                                         \
            uint64_t encoded;                                                                                          \
            if ((status = read_varint(&cursor, end, &encoded))) return status;                                         \
            const TYPE minimum = (TYPE)zigzag(encoded);                                                                \
            if ((size_t)(end - cursor) < miniblocks) return PARQUET_TRUNCATED;                                         \
            const uint8_t *widths = cursor;                                                                            \
            cursor += miniblocks;                                                                                      \
            for (size_t block = 0; block < miniblocks && done < count; block++) {                                      \
                const unsigned width = widths[block];                                                                  \
                /* Differences of 32-bit values can take 33 bits, and some writers keep them all. */                    \
                if (width > 64) return PARQUET_MALFORMED;                                                              \
                const size_t values = count - done < per_miniblock ? count - done : per_miniblock;                     \
                const size_t bytes = per_miniblock / 8 * width, room = (size_t)(end - cursor);                         \
                /* Some writers cut the padding of the last miniblock. */                                              \
                if ((values * width + 7) / 8 > room) return PARQUET_TRUNCATED;                                         \
                if (width == 0) {                                                                                      \
                    for (size_t i = 0; i < values; i++) out[done + i] = last += minimum;                               \
                } else if (width <= 32) {                                                                              \
                    uint32_t differences[MAXIMUM_MINIBLOCK];                                                           \
                    unpack(cursor, end, width, values, differences);                                                   \
                    for (size_t i = 0; i < values; i++) out[done + i] = last += minimum + (TYPE)differences[i];        \
                } else {                                                                                               \
                    size_t safe = room >= 16 ? (room - 9) * 8 / width : 0;                                             \
                    if (safe > values) safe = values;                                                                  \
                    for (size_t i = 0; i < safe; i++)                                                                  \
                        out[done + i] = last += minimum + (TYPE)bits_at(cursor, i * width, width);                     \
                    for (size_t i = safe; i < values; i++) {                                                           \
                        const size_t bit = i * width, from = bit >> 3;                                                 \
                        uint8_t padded[16] = {0};                                                                      \
                        memcpy(padded, cursor + from, room - from < 9 ? room - from : 9);                              \
                        out[done + i] = last += minimum + (TYPE)bits_at(padded, bit & 7, width);                       \
                    }                                                                                                  \
                }                                                                                                      \
                cursor += bytes < room ? bytes : room;                                                                 \
                done += values;                                                                                        \
            }                                                                                                          \
        }                                                                                                              \
        return cursor - source;                                                                                        \
    }

DELTA(parquet_delta_decode32, uint32_t)
DELTA(parquet_delta_decode64, uint64_t)

static inline uint8_t *write_zigzag(uint8_t *out, int64_t value) {
    return write_varint(out, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

// Blocks of 128 values in 4 miniblocks, as every other writer has them.
#define BLOCK 128
#define MINIBLOCKS 4
#define MINIBLOCK (BLOCK / MINIBLOCKS)

// 32 values of 33 to 64 bits.
static void pack_wide(const uint64_t *values, unsigned width, uint8_t *out) {
    memset(out, 0, MINIBLOCK / 8 * width);
    for (unsigned i = 0; i < MINIBLOCK; i++) {
        const unsigned bit = i * width, shift = bit & 7;
        uint8_t *p = out + (bit >> 3);
        unsigned __int128 word = (unsigned __int128)values[i] << shift;
        for (unsigned byte = 0; byte < (shift + width + 7) / 8; byte++) p[byte] |= (uint8_t)(word >> (8 * byte));
    }
}

size_t parquet_delta_bound(size_t count) { return (count / BLOCK + 1) * (BLOCK * 8 + 16) + 64; }

#define DELTA_ENCODE(NAME, TYPE, SIGNED)                                                                               \
    size_t NAME(const TYPE *values, size_t count, uint8_t *out) {                                                      \
        uint8_t *cursor = write_varint(out, BLOCK);                                                                    \
        cursor = write_varint(cursor, MINIBLOCKS);                                                                     \
        cursor = write_varint(cursor, count);                                                                          \
        cursor = write_zigzag(cursor, count ? (SIGNED)values[0] : 0);                                                  \
        for (size_t done = 1; done < count; done += BLOCK) {                                                           \
            const size_t block = count - done < BLOCK ? count - done : BLOCK;                                          \
            TYPE differences[BLOCK];                                                                                   \
            SIGNED minimum = (SIGNED)(values[done] - values[done - 1]);                                                \
            for (size_t i = 0; i < block; i++) {                                                                       \
                differences[i] = values[done + i] - values[done + i - 1];                                              \
                if ((SIGNED)differences[i] < minimum) minimum = (SIGNED)differences[i];                                \
            }                                                                                                          \
            for (size_t i = 0; i < block; i++) differences[i] -= (TYPE)minimum;                                        \
            for (size_t i = block; i < BLOCK; i++) differences[i] = 0;                                                 \
            cursor = write_zigzag(cursor, minimum);                                                                    \
            uint8_t *widths = cursor;                                                                                  \
            cursor += MINIBLOCKS;                                                                                      \
            for (unsigned k = 0; k < MINIBLOCKS; k++) {                                                                \
                const TYPE *part = differences + k * MINIBLOCK;                                                        \
                TYPE any = 0;                                                                                          \
                for (unsigned i = 0; i < MINIBLOCK; i++) any |= part[i];                                               \
                const unsigned width = any ? 64 - (unsigned)__builtin_clzll(any) : 0;                                  \
                widths[k] = (uint8_t)width;                                                                            \
                if (width == 0) continue;                                                                              \
                if (width <= 32) {                                                                                     \
                    uint32_t narrow[MINIBLOCK];                                                                        \
                    for (unsigned i = 0; i < MINIBLOCK; i++) narrow[i] = (uint32_t)part[i];                            \
                    pack_groups(narrow, width, MINIBLOCK / 8, cursor);                                                 \
                } else {                                                                                               \
                    uint64_t wide[MINIBLOCK];                                                                          \
                    for (unsigned i = 0; i < MINIBLOCK; i++) wide[i] = part[i];                                        \
                    pack_wide(wide, width, cursor);                                                                    \
                }                                                                                                      \
                cursor += MINIBLOCK / 8 * width;                                                                       \
            }                                                                                                          \
        }                                                                                                              \
        return (size_t)(cursor - out);                                                                                 \
    }

DELTA_ENCODE(parquet_delta_encode32, uint32_t, int32_t)
DELTA_ENCODE(parquet_delta_encode64, uint64_t, int64_t)

void parquet_byte_stream_join(const uint8_t *source, size_t count, size_t width, uint8_t *out) {
    if (width == 4) {
        for (size_t i = 0; i < count; i++)
            for (size_t byte = 0; byte < 4; byte++) out[i * 4 + byte] = source[byte * count + i];
    } else if (width == 8) {
        for (size_t i = 0; i < count; i++)
            for (size_t byte = 0; byte < 8; byte++) out[i * 8 + byte] = source[byte * count + i];
    } else {
        for (size_t byte = 0; byte < width; byte++)
            for (size_t i = 0; i < count; i++) out[i * width + byte] = source[byte * count + i];
    }
}
