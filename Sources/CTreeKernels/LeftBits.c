#include "CTreeKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

static inline __attribute__((always_inline)) void write_bits(
    const float *values, size_t count, float threshold, int default_left, uint8_t *bits) {
    for (size_t start = 0; start < count; start += 8) {
        size_t end = count - start < 8 ? count - start : 8;
        unsigned byte = 0;
        for (size_t i = 0; i < end; i++) {
            float value = values[start + i];
            unsigned is_left = default_left ? !(value > threshold) : value <= threshold;
            byte |= is_left << i;
        }
        bits[start / 8] = (uint8_t)byte;
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static void write_bits_avx2(
    const float *values, size_t count, float threshold, int default_left, uint8_t *bits) {
    __m256 bound = _mm256_set1_ps(threshold);
    size_t done = 0;
    if (default_left) {
        for (; done + 8 <= count; done += 8) {
            __m256 is_left = _mm256_cmp_ps(_mm256_loadu_ps(values + done), bound, _CMP_NGT_UQ);
            bits[done / 8] = (uint8_t)_mm256_movemask_ps(is_left);
        }
    } else {
        for (; done + 8 <= count; done += 8) {
            __m256 is_left = _mm256_cmp_ps(_mm256_loadu_ps(values + done), bound, _CMP_LE_OQ);
            bits[done / 8] = (uint8_t)_mm256_movemask_ps(is_left);
        }
    }
    write_bits(values + done, count - done, threshold, default_left, bits + done / 8);
}
#endif

void tree_kernel_left_bits(
    int level, const float *values, size_t count, float threshold, int default_left, uint8_t *bits) {
#if defined(__x86_64__)
    if (level >= TREE_KERNEL_AVX2 && tree_kernel_best_level() >= TREE_KERNEL_AVX2) {
        return write_bits_avx2(values, count, threshold, default_left, bits);
    }
#endif
    write_bits(values, count, threshold, default_left, bits);
}
