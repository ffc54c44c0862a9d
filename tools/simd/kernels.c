/* The products of matrices of regnet_edu/widgets/trainer.js with four numbers at a time, for WebAssembly SIMD.
 *
 * Both do what `plainKernels` does; places are counted in floats from the start of the memory. `python tools/simd/build.py` builds it. */
#include <wasm_simd128.h>

#define F(place) (((float *)0) + (place))
#define ROWS 4

/* Columns j to j + 8 of up to four rows of C. */
static inline void eight(const float *const w[ROWS], int right, const float *b, float *const c[ROWS], int n, int inner, int add) {
    v128_t s[ROWS][2];
    for (int r = 0; r < ROWS; r++) s[r][0] = s[r][1] = wasm_f32x4_splat(0);
    for (int k = 0; k < inner; k++, b += n) {
        v128_t x0 = wasm_v128_load(b), x1 = wasm_v128_load(b + 4);
        for (int r = 0; r < ROWS; r++) {
            v128_t a = wasm_v128_load32_splat(w[r] + k * right);
            s[r][0] = wasm_f32x4_add(s[r][0], wasm_f32x4_mul(a, x0));
            s[r][1] = wasm_f32x4_add(s[r][1], wasm_f32x4_mul(a, x1));
        }
    }
    for (int r = 0; r < ROWS; r++) {
        if (!c[r]) continue;
        for (int h = 0; h < 2; h++) {
            float *to = c[r] + 4 * h;
            wasm_v128_store(to, add ? wasm_f32x4_add(wasm_v128_load(to), s[r][h]) : s[r][h]);
        }
    }
}

__attribute__((export_name("product"))) void product(int a, int down, int right, int b, int c, int rows, int n, int inner, int add) {
    for (int i = 0; i < rows; i += ROWS) {
        const float *w[ROWS];
        float *to[ROWS];
        for (int r = 0; r < ROWS; r++) w[r] = F(a + (i + r < rows ? i + r : i) * down);
        int j = 0;
        for (; j + 8 <= n; j += 8) {
            for (int r = 0; r < ROWS; r++) to[r] = i + r < rows ? F(c + (i + r) * n + j) : 0;
            eight(w, right, F(b + j), to, n, inner, add);
        }
        for (; j < n; j++) {
            for (int r = 0; r < ROWS && i + r < rows; r++) {
                float sum = 0, *out = F(c + (i + r) * n + j);
                for (int k = 0; k < inner; k++) sum += w[r][k * right] * *F(b + k * n + j);
                *out = add ? *out + sum : sum;
            }
        }
    }
}

__attribute__((export_name("dots"))) void dots(int a, int b, int c, int rows, int columns, int n) {
    for (int i = 0; i < rows; i += 2) {
        const float *x0 = F(a + i * n), *x1 = i + 1 < rows ? x0 + n : x0;
        for (int j = 0; j < columns; j += 4) {
            const float *y[4];
            v128_t s[2][4];
            for (int q = 0; q < 4; q++) {
                y[q] = F(b + (j + q < columns ? j + q : j) * n);
                s[0][q] = s[1][q] = wasm_f32x4_splat(0);
            }
            int k = 0;
            for (; k + 4 <= n; k += 4) {
                v128_t p = wasm_v128_load(x0 + k), o = wasm_v128_load(x1 + k);
                for (int q = 0; q < 4; q++) {
                    v128_t z = wasm_v128_load(y[q] + k);
                    s[0][q] = wasm_f32x4_add(s[0][q], wasm_f32x4_mul(p, z));
                    s[1][q] = wasm_f32x4_add(s[1][q], wasm_f32x4_mul(o, z));
                }
            }
            for (int r = 0; r < 2 && i + r < rows; r++) {
                for (int q = 0; q < 4 && j + q < columns; q++) {
                    v128_t t = s[r][q];
                    float sum = wasm_f32x4_extract_lane(t, 0) + wasm_f32x4_extract_lane(t, 1) + wasm_f32x4_extract_lane(t, 2) + wasm_f32x4_extract_lane(t, 3);
                    for (int z = k; z < n; z++) sum += (r ? x1 : x0)[z] * y[q][z];
                    *F(c + (i + r) * columns + j + q) += sum;
                }
            }
        }
    }
}
