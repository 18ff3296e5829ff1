#include "CTreeKernels.h"
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// The right side waits in `scratch` and is copied behind the left one. Writing the left side in place is safe: the write
// position never passes the read position.

static size_t partition_portable(
    uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold, uint16_t *scratch) {
    size_t left = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        uint16_t row = rows[i];
        size_t goes_left = (uint8_t)(column[row] + shift) <= threshold;
        rows[left] = row;
        scratch[right] = row;
        left += goes_left;
        right += 1 - goes_left;
    }
    memcpy(rows + left, scratch, right * sizeof(uint16_t));
    return left;
}

static size_t partition_all_portable(
    uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold, uint16_t *scratch) {
    size_t left = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        size_t goes_left = (uint8_t)(column[i] + shift) <= threshold;
        rows[left] = (uint16_t)i;
        scratch[right] = (uint16_t)i;
        left += goes_left;
        right += 1 - goes_left;
    }
    memcpy(rows + left, scratch, right * sizeof(uint16_t));
    return left;
}

static size_t partition_values_portable(
    uint16_t *rows, size_t count, const float *column, int nan_left, float threshold, uint16_t *scratch) {
    size_t left = 0, right = 0;
    for (size_t i = 0; i < count; i++) {
        uint16_t row = rows[i];
        float value = column[row];
        size_t goes_left = nan_left ? !(value > threshold) : value <= threshold;
        rows[left] = row;
        scratch[right] = row;
        left += goes_left;
        right += 1 - goes_left;
    }
    memcpy(rows + left, scratch, right * sizeof(uint16_t));
    return left;
}

#if defined(__x86_64__)
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2,popcnt")))

AVX512 static size_t partition_avx512(
    uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold, uint16_t *scratch) {
    size_t left = 0, right = 0;
    const __m256i shifts = _mm256_set1_epi8((char)shift), thresholds = _mm256_set1_epi8((char)threshold);
    for (size_t i = 0; i < count; i += 32) {
        size_t remaining = count - i;
        __mmask32 valid = remaining >= 32 ? 0xFFFFFFFFu : (1u << remaining) - 1;
        __m512i numbers = _mm512_maskz_loadu_epi16(valid, rows + i);
        __m512i low = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(numbers));
        __m512i high = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(numbers, 1));
        __m128i low_bins = _mm512_cvtepi32_epi8(_mm512_i32gather_epi32(low, column, 1));
        __m128i high_bins = _mm512_cvtepi32_epi8(_mm512_i32gather_epi32(high, column, 1));
        __m256i bins = _mm256_add_epi8(_mm256_set_m128i(high_bins, low_bins), shifts);
        __mmask32 below = _mm256_cmple_epu8_mask(bins, thresholds);
        __mmask32 goes_left = below & valid, goes_right = ~below & valid;
        size_t left_count = (size_t)_mm_popcnt_u32(goes_left);
        __m512i lefts = _mm512_maskz_compress_epi16(goes_left, numbers);
        if (remaining >= 32) {
            _mm512_storeu_si512(rows + left, lefts);
        } else { // what follows the last number is another leaf's
            _mm512_mask_storeu_epi16(rows + left, (1u << left_count) - 1, lefts);
        }
        _mm512_storeu_si512(scratch + right, _mm512_maskz_compress_epi16(goes_right, numbers));
        left += left_count;
        right += (size_t)_mm_popcnt_u32(goes_right);
    }
    memcpy(rows + left, scratch, right * sizeof(uint16_t));
    return left;
}

AVX512 static size_t partition_values_avx512(
    uint16_t *rows, size_t count, const float *column, int nan_left, float threshold, uint16_t *scratch) {
    size_t left = 0, right = 0;
    const __m512 thresholds = _mm512_set1_ps(threshold);
    for (size_t i = 0; i < count; i += 32) {
        size_t remaining = count - i;
        __mmask32 valid = remaining >= 32 ? 0xFFFFFFFFu : (1u << remaining) - 1;
        __m512i numbers = _mm512_maskz_loadu_epi16(valid, rows + i);
        __m512i low = _mm512_cvtepu16_epi32(_mm512_castsi512_si256(numbers));
        __m512i high = _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(numbers, 1));
        __m512 low_values = _mm512_i32gather_ps(low, column, 4);
        __m512 high_values = _mm512_i32gather_ps(high, column, 4);
        __mmask16 low_left, high_left;
        if (nan_left) {
            low_left = _mm512_cmp_ps_mask(low_values, thresholds, _CMP_NGT_UQ);
            high_left = _mm512_cmp_ps_mask(high_values, thresholds, _CMP_NGT_UQ);
        } else {
            low_left = _mm512_cmp_ps_mask(low_values, thresholds, _CMP_LE_OQ);
            high_left = _mm512_cmp_ps_mask(high_values, thresholds, _CMP_LE_OQ);
        }
        __mmask32 below = (__mmask32)low_left | (__mmask32)high_left << 16;
        __mmask32 goes_left = below & valid, goes_right = ~below & valid;
        size_t left_count = (size_t)_mm_popcnt_u32(goes_left);
        __m512i lefts = _mm512_maskz_compress_epi16(goes_left, numbers);
        if (remaining >= 32) {
            _mm512_storeu_si512(rows + left, lefts);
        } else { // what follows the last number is another leaf's
            _mm512_mask_storeu_epi16(rows + left, (1u << left_count) - 1, lefts);
        }
        _mm512_storeu_si512(scratch + right, _mm512_maskz_compress_epi16(goes_right, numbers));
        left += left_count;
        right += (size_t)_mm_popcnt_u32(goes_right);
    }
    memcpy(rows + left, scratch, right * sizeof(uint16_t));
    return left;
}

AVX512 static size_t partition_all_avx512(
    uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold, uint16_t *scratch) {
    size_t left = 0, right = 0;
    const __m256i shifts = _mm256_set1_epi8((char)shift), thresholds = _mm256_set1_epi8((char)threshold);
    uint16_t first[32];
    for (int i = 0; i < 32; i++) { first[i] = (uint16_t)i; }
    __m512i numbers = _mm512_loadu_si512(first);
    const __m512i step = _mm512_set1_epi16(32);
    for (size_t i = 0; i < count; i += 32) {
        size_t remaining = count - i;
        __mmask32 valid = remaining >= 32 ? 0xFFFFFFFFu : (1u << remaining) - 1;
        __m256i bins = _mm256_add_epi8(_mm256_loadu_si256((const __m256i *)(column + i)), shifts);
        __mmask32 below = _mm256_cmple_epu8_mask(bins, thresholds);
        __mmask32 goes_left = below & valid, goes_right = ~below & valid;
        size_t left_count = (size_t)_mm_popcnt_u32(goes_left);
        __m512i lefts = _mm512_maskz_compress_epi16(goes_left, numbers);
        if (remaining >= 32) {
            _mm512_storeu_si512(rows + left, lefts);
        } else { // what follows the last number is another leaf's
            _mm512_mask_storeu_epi16(rows + left, (1u << left_count) - 1, lefts);
        }
        _mm512_storeu_si512(scratch + right, _mm512_maskz_compress_epi16(goes_right, numbers));
        left += left_count;
        right += (size_t)_mm_popcnt_u32(goes_right);
        numbers = _mm512_add_epi16(numbers, step);
    }
    memcpy(rows + left, scratch, right * sizeof(uint16_t));
    return left;
}
#endif

size_t tree_kernel_partition(
    int level, uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold,
    uint16_t *scratch) {
#if defined(__x86_64__)
    if (level >= TREE_KERNEL_AVX512 && tree_kernel_best_level() >= TREE_KERNEL_AVX512) {
        return partition_avx512(rows, count, column, shift, threshold, scratch);
    }
#endif
    return partition_portable(rows, count, column, shift, threshold, scratch);
}

size_t tree_kernel_partition_all(
    int level, uint16_t *rows, size_t count, const uint8_t *column, uint8_t shift, uint8_t threshold,
    uint16_t *scratch) {
#if defined(__x86_64__)
    if (level >= TREE_KERNEL_AVX512 && tree_kernel_best_level() >= TREE_KERNEL_AVX512) {
        return partition_all_avx512(rows, count, column, shift, threshold, scratch);
    }
#endif
    return partition_all_portable(rows, count, column, shift, threshold, scratch);
}

size_t tree_kernel_partition_values(
    int level, uint16_t *rows, size_t count, const float *column, int nan_left, float threshold, uint16_t *scratch) {
#if defined(__x86_64__)
    if (level >= TREE_KERNEL_AVX512 && tree_kernel_best_level() >= TREE_KERNEL_AVX512) {
        return partition_values_avx512(rows, count, column, nan_left, threshold, scratch);
    }
#endif
    return partition_values_portable(rows, count, column, nan_left, threshold, scratch);
}
