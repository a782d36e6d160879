#include "geometry/vector3.h"

#include <algorithm>
#include <numeric>

namespace echollama {

void Symmetric3::add_outer(Vector3 v, double weight) {
    auto const x = static_cast<double>(v.x), y = static_cast<double>(v.y), z = static_cast<double>(v.z);
    xx += weight * x * x;
    xy += weight * x * y;
    xz += weight * x * z;
    yy += weight * y * y;
    yz += weight * y * z;
    zz += weight * z * z;
}

Symmetric3& Symmetric3::operator+=(Symmetric3 const& other) {
    xx += other.xx, xy += other.xy, xz += other.xz;
    yy += other.yy, yz += other.yz, zz += other.zz;
    return *this;
}

Eigen3 eigen_of(Symmetric3 const& m) {
    constexpr int sweeps = 12; // converges quadratically; far fewer are needed
    std::array<std::array<double, 3>, 3> a{{{m.xx, m.xy, m.xz}, {m.xy, m.yy, m.yz}, {m.xz, m.yz, m.zz}}};
    std::array<std::array<double, 3>, 3> v{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}};
    for (int sweep = 0; sweep < sweeps; ++sweep) {
        for (std::size_t p = 0; p < 2; ++p) {
            for (std::size_t q = p + 1; q < 3; ++q) {
                if (a[p][q] == 0) {
                    continue;
                }
                double const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
                double const t = (theta >= 0 ? 1 : -1) / (std::abs(theta) + std::sqrt(theta * theta + 1));
                double const c = 1 / std::sqrt(t * t + 1), s = t * c;
                for (std::size_t k = 0; k < 3; ++k) { // columns
                    double const kp = a[k][p], kq = a[k][q];
                    a[k][p] = c * kp - s * kq;
                    a[k][q] = s * kp + c * kq;
                }
                for (std::size_t k = 0; k < 3; ++k) { // rows, and the vectors
                    double const pk = a[p][k], qk = a[q][k];
                    a[p][k] = c * pk - s * qk;
                    a[q][k] = s * pk + c * qk;
                    double const vp = v[k][p], vq = v[k][q];
                    v[k][p] = c * vp - s * vq;
                    v[k][q] = s * vp + c * vq;
                }
            }
        }
    }
    std::array<std::size_t, 3> order{0, 1, 2};
    std::sort(order.begin(), order.end(), [&](auto i, auto j) { return a[i][i] < a[j][j]; });
    Eigen3 result;
    for (std::size_t i = 0; i < 3; ++i) {
        auto const k = order[i];
        result.values[i] = a[k][k];
        result.vectors[i] = {static_cast<float>(v[0][k]), static_cast<float>(v[1][k]), static_cast<float>(v[2][k])};
    }
    return result;
}

} // namespace echollama
