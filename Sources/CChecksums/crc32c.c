#include "CChecksums.h"
#include <string.h>

// Eight bytes a step ("slicing by 8", Kounavis and Berry 2005). The tables are filled on first use.
static uint32_t tables[8][256];
static int tables_ready;

static void fill_tables(void) {
    if (__atomic_load_n(&tables_ready, __ATOMIC_ACQUIRE)) return;
    static uint32_t filling;
    // One thread fills, others wait: plain writes by two threads would be a data race.
    if (__atomic_exchange_n(&filling, 1, __ATOMIC_ACQ_REL)) {
        while (!__atomic_load_n(&tables_ready, __ATOMIC_ACQUIRE)) {}
        return;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t value = byte;
        for (int bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0x82F63B78u & (0u - (value & 1)));
        tables[0][byte] = value;
    }
    for (int slice = 1; slice < 8; slice++)
        for (int byte = 0; byte < 256; byte++)
            tables[slice][byte] = (tables[slice - 1][byte] >> 8) ^ tables[0][tables[slice - 1][byte] & 255];
    __atomic_store_n(&tables_ready, 1, __ATOMIC_RELEASE);
}

uint32_t checksums_crc32c_portable(uint32_t previous, const uint8_t *bytes, size_t count) {
    fill_tables();
    uint32_t value = ~previous;
    for (; count >= 8; bytes += 8, count -= 8) {
        const uint32_t low = value ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24);
        value = tables[7][low & 255] ^ tables[6][low >> 8 & 255] ^ tables[5][low >> 16 & 255] ^ tables[4][low >> 24]
            ^ tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]] ^ tables[0][bytes[7]];
    }
    for (; count > 0; bytes++, count--) value = (value >> 8) ^ tables[0][(value ^ *bytes) & 255];
    return ~value;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(uint32_t previous, const uint8_t *bytes, size_t count) {
    uint64_t value = (uint32_t)~previous;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        value = _mm_crc32_u64(value, word);
    }
    uint32_t rest = (uint32_t)value;
    for (; count > 0; bytes++, count--) rest = _mm_crc32_u8(rest, *bytes);
    return ~rest;
}

uint32_t checksums_crc32c(uint32_t previous, const uint8_t *bytes, size_t count) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") ? crc32c_sse42(previous, bytes, count)
                                            : checksums_crc32c_portable(previous, bytes, count);
}
#else
uint32_t checksums_crc32c(uint32_t previous, const uint8_t *bytes, size_t count) {
    return checksums_crc32c_portable(previous, bytes, count);
}
#endif

void checksums_crc32c_chunks(const uint8_t *bytes, size_t count, size_t chunk, uint8_t *sums) {
    for (size_t start = 0; start < count; start += chunk, sums += 4) {
        const size_t length = count - start < chunk ? count - start : chunk;
        const uint32_t value = checksums_crc32c(0, bytes + start, length);
        sums[0] = (uint8_t)(value >> 24);
        sums[1] = (uint8_t)(value >> 16);
        sums[2] = (uint8_t)(value >> 8);
        sums[3] = (uint8_t)value;
    }
}
