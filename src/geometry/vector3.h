// Three numbers as a direction or a place.
#pragma once

#include <array>
#include <cmath>

namespace echollama {

struct Vector3 {
    float x = 0, y = 0, z = 0;
};

inline Vector3 operator+(Vector3 a, Vector3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
inline Vector3 operator-(Vector3 a, Vector3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
inline Vector3 operator-(Vector3 a) {
    return {-a.x, -a.y, -a.z};
}
inline Vector3 operator*(float k, Vector3 a) {
    return {k * a.x, k * a.y, k * a.z};
}
inline float dot(Vector3 a, Vector3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
inline Vector3 cross(Vector3 a, Vector3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float norm(Vector3 a) {
    return std::sqrt(dot(a, a));
}
// Of length 1; a vector without a length stays what it is.
inline Vector3 normalised(Vector3 a) {
    float const length = norm(a);
    return length > 0 ? 1 / length * a : a;
}

// A symmetric 3 x 3 matrix: sums of outer products.
struct Symmetric3 {
    double xx = 0, xy = 0, xz = 0, yy = 0, yz = 0, zz = 0;

    void add_outer(Vector3 v, double weight);
    Symmetric3& operator+=(Symmetric3 const& other);
};

struct Eigen3 {
    std::array<double, 3> values{}; // smallest first
    std::array<Vector3, 3> vectors; // of length 1, orthogonal, in the same order
};

// By Jacobi rotations (Golub, Van Loan, Matrix Computations, section 8.5).
Eigen3 eigen_of(Symmetric3 const& matrix);

} // namespace echollama
