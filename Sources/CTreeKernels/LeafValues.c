#include "CTreeKernels.h"
#if defined(__x86_64__)
#include <immintrin.h>
#endif

// Instead of walking down a tree, all of its tests are made for a block of rows at once; each test that sends a row to the
// right strikes out the leaves on its left. The leftmost leaf that remains is the row's (QuickScorer: Lucchese et al.,
// SIGIR 2015; vectorised over rows as in V-QuickScorer, SIGIR 2016).

enum { BLOCK = 32 };

static inline __attribute__((always_inline)) void test_numbers(
    const TreeKernelTest *tests, size_t default_left, size_t test_count, const float *const *columns, size_t offset,
    size_t count, uint32_t *leaves) {
    for (size_t i = 0; i < count; i++) { leaves[i] = 0xFFFFFFFFu; }
    for (size_t t = 0; t < default_left; t++) {
        const float *values = columns[tests[t].feature] + offset;
        float threshold = tests[t].threshold;
        uint32_t lost = tests[t].left_leaves;
        for (size_t i = 0; i < count; i++) { leaves[i] &= ~(values[i] > threshold ? lost : 0); }
    }
    for (size_t t = default_left; t < test_count; t++) {
        const float *values = columns[tests[t].feature] + offset;
        float threshold = tests[t].threshold;
        uint32_t lost = tests[t].left_leaves;
        for (size_t i = 0; i < count; i++) { leaves[i] &= ~(values[i] <= threshold ? 0 : lost); }
    }
}

static inline __attribute__((always_inline)) void add_block(
    const TreeKernelTest *tests, size_t default_left, size_t test_count, const double *leaf_values,
    const float *const *columns, size_t offset, size_t count, double *sums) {
    uint32_t leaves[BLOCK];
    test_numbers(tests, default_left, test_count, columns, offset, count, leaves);
    for (size_t i = 0; i < count; i++) { sums[i] += leaf_values[__builtin_clz(leaves[i])]; }
}

static inline __attribute__((always_inline)) void test_categories(
    const TreeKernelCategoryTest *test, const uint32_t *words, float above, const float *values, size_t count,
    uint32_t *leaves) {
    const uint32_t *set = words + test->first_word;
    for (size_t i = 0; i < count; i++) {
        float value = values[i];
        uint32_t bit = tree_kernel_category(value, above) - test->first_code;
        // A word is loaded in any case, so that the loop has no branches.
        uint32_t is_near = bit < test->bit_count ? 1 : 0;
        uint32_t is_member = set[is_near ? bit >> 5 : 0] >> (bit & 31) & is_near;
        uint32_t is_missing = value == value ? 0 : 1;
        leaves[i] &= ~(is_member | (is_missing & test->nan_goes_left) ? 0 : test->left_leaves);
    }
}

static inline __attribute__((always_inline)) void add_all_with_categories(
    const TreeKernelTest *tests, size_t default_left, size_t test_count,
    const TreeKernelCategoryTest *category_tests, size_t category_test_count, const uint32_t *words, float above,
    const double *leaf_values, const float *const *columns, size_t offset, size_t count, double *sums) {
    for (size_t done = 0; done < count; done += BLOCK) {
        size_t length = count - done < BLOCK ? count - done : BLOCK;
        uint32_t leaves[BLOCK];
        test_numbers(tests, default_left, test_count, columns, offset + done, length, leaves);
        for (size_t t = 0; t < category_test_count; t++) {
            const float *values = columns[category_tests[t].feature] + offset + done;
            test_categories(&category_tests[t], words, above, values, length, leaves);
        }
        for (size_t i = 0; i < length; i++) { sums[done + i] += leaf_values[__builtin_clz(leaves[i])]; }
    }
}

static inline __attribute__((always_inline)) void add_all(
    const TreeKernelTest *tests, size_t default_left, size_t test_count, const double *leaf_values,
    const float *const *columns, size_t offset, size_t count, double *sums) {
    size_t done = 0;
    for (; done + BLOCK <= count; done += BLOCK) {
        add_block(tests, default_left, test_count, leaf_values, columns, offset + done, BLOCK, sums + done);
    }
    if (done < count) {
        add_block(tests, default_left, test_count, leaf_values, columns, offset + done, count - done, sums + done);
    }
}

#if defined(__x86_64__)
__attribute__((target("avx2,lzcnt"))) static void add_avx2(
    const TreeKernelTest *tests, size_t default_left, size_t test_count, const double *leaf_values,
    const float *const *columns, size_t offset, size_t count, double *sums) {
    add_all(tests, default_left, test_count, leaf_values, columns, offset, count, sums);
}

__attribute__((target("avx2,lzcnt"))) static void add_with_categories_avx2(
    const TreeKernelTest *tests, size_t default_left, size_t test_count,
    const TreeKernelCategoryTest *category_tests, size_t category_test_count, const uint32_t *words, float above,
    const double *leaf_values, const float *const *columns, size_t offset, size_t count, double *sums) {
    add_all_with_categories(
        tests, default_left, test_count, category_tests, category_test_count, words, above, leaf_values, columns,
        offset, count, sums);
}

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512cd")))

AVX512 static inline __attribute__((always_inline)) void add_leaves_avx512(
    __m512i leaves, const double *leaf_values, double *sums) {
    __m512i leaf = _mm512_lzcnt_epi32(leaves);
    __m512d low = _mm512_i32gather_pd(_mm512_castsi512_si256(leaf), leaf_values, 8);
    __m512d high = _mm512_i32gather_pd(_mm512_extracti64x4_epi64(leaf, 1), leaf_values, 8);
    _mm512_storeu_pd(sums, _mm512_add_pd(_mm512_loadu_pd(sums), low));
    _mm512_storeu_pd(sums + 8, _mm512_add_pd(_mm512_loadu_pd(sums + 8), high));
}

AVX512 static void add_avx512(
    const TreeKernelTest *tests, size_t default_left, size_t test_count, const double *leaf_values,
    const float *const *columns, size_t offset, size_t count, double *sums) {
    size_t done = 0;
    for (; done + 64 <= count; done += 64) {
        __m512i a = _mm512_set1_epi32(-1), b = a, c = a, d = a;
        for (size_t t = 0; t < default_left; t++) {
            const float *values = columns[tests[t].feature] + offset + done;
            __m512 threshold = _mm512_set1_ps(tests[t].threshold);
            __m512i lost = _mm512_set1_epi32((int)tests[t].left_leaves);
            a = _mm512_mask_andnot_epi32(a, _mm512_cmp_ps_mask(_mm512_loadu_ps(values), threshold, _CMP_GT_OQ), lost, a);
            b = _mm512_mask_andnot_epi32(b, _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 16), threshold, _CMP_GT_OQ), lost, b);
            c = _mm512_mask_andnot_epi32(c, _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 32), threshold, _CMP_GT_OQ), lost, c);
            d = _mm512_mask_andnot_epi32(d, _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 48), threshold, _CMP_GT_OQ), lost, d);
        }
        for (size_t t = default_left; t < test_count; t++) {
            const float *values = columns[tests[t].feature] + offset + done;
            __m512 threshold = _mm512_set1_ps(tests[t].threshold);
            __m512i lost = _mm512_set1_epi32((int)tests[t].left_leaves);
            a = _mm512_mask_andnot_epi32(a, _mm512_cmp_ps_mask(_mm512_loadu_ps(values), threshold, _CMP_NLE_UQ), lost, a);
            b = _mm512_mask_andnot_epi32(b, _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 16), threshold, _CMP_NLE_UQ), lost, b);
            c = _mm512_mask_andnot_epi32(c, _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 32), threshold, _CMP_NLE_UQ), lost, c);
            d = _mm512_mask_andnot_epi32(d, _mm512_cmp_ps_mask(_mm512_loadu_ps(values + 48), threshold, _CMP_NLE_UQ), lost, d);
        }
        add_leaves_avx512(a, leaf_values, sums + done);
        add_leaves_avx512(b, leaf_values, sums + done + 16);
        add_leaves_avx512(c, leaf_values, sums + done + 32);
        add_leaves_avx512(d, leaf_values, sums + done + 48);
    }
    if (done < count) {
        add_avx2(
            tests, default_left, test_count, leaf_values, columns, offset + done, count - done, sums + done);
    }
}
#endif

void tree_kernel_add_leaf_values(
    int level, const TreeKernelTest *tests, size_t default_left, size_t test_count, const double *leaf_values,
    const float *const *columns, size_t offset, size_t count, double *sums) {
#if defined(__x86_64__)
    int best = tree_kernel_best_level();
    if (level > best) { level = best; }
    if (level >= TREE_KERNEL_AVX512) {
        return add_avx512(tests, default_left, test_count, leaf_values, columns, offset, count, sums);
    }
    if (level >= TREE_KERNEL_AVX2) {
        return add_avx2(tests, default_left, test_count, leaf_values, columns, offset, count, sums);
    }
#endif
    add_all(tests, default_left, test_count, leaf_values, columns, offset, count, sums);
}

void tree_kernel_add_leaf_values_with_categories(
    int level, const TreeKernelTest *tests, size_t default_left, size_t test_count,
    const TreeKernelCategoryTest *category_tests, size_t category_test_count, const uint32_t *words, float above,
    const double *leaf_values, const float *const *columns, size_t offset, size_t count, double *sums) {
#if defined(__x86_64__)
    if (level >= TREE_KERNEL_AVX2 && tree_kernel_best_level() >= TREE_KERNEL_AVX2) {
        return add_with_categories_avx2(
            tests, default_left, test_count, category_tests, category_test_count, words, above, leaf_values, columns,
            offset, count, sums);
    }
#endif
    add_all_with_categories(
        tests, default_left, test_count, category_tests, category_test_count, words, above, leaf_values, columns,
        offset, count, sums);
}
