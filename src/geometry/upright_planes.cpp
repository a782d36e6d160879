#include "geometry/upright_planes.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace echollama {
namespace {

constexpr float degree = std::numbers::pi_v<float> / 180;
constexpr float most_lean = 10 * degree;
constexpr int directions = 72; // 5 degrees each
constexpr float offset_m = 0.15F;
constexpr int offsets = 100;                // up to 15 m
constexpr float systematic = 0.4F * degree; // walls are not built, nor cameras calibrated, better than that
constexpr double readings_together = 16;    // noise of neighbours goes together: so many readings tell no more than one

struct Votes {
    std::vector<float> of = std::vector<float>(static_cast<std::size_t>(directions) * offsets, 0.0F);

    float& at(int direction, int offset) {
        return of[static_cast<std::size_t>(direction) * offsets + static_cast<std::size_t>(offset)];
    }
};

struct Plane {
    Vector3 normal;     // towards the camera
    float distance = 0; // normal . p = -distance
    PlaneSums sums;     // weighted with the readings' noise
    std::size_t patches = 0;
};

class Finder {
  public:
    Finder(std::vector<Patch> const& patches, Vector3 up, DepthNoise const& noise)
        : noise_(noise), up_(up), all_(patches.size()) {
        Vector3 const some = std::abs(up.x) < 0.7F ? Vector3{1, 0, 0} : Vector3{0, 0, 1};
        across_ = normalised(cross(up, some));
        along_ = cross(up, across_);
        for (auto const& patch : patches) {
            if (std::abs(dot(patch.normal, up)) < std::sin(most_lean) + 2 * patch.doubt && patch.doubt < 0.5F) {
                open_.push_back(&patch);
            }
        }
    }

    std::vector<UprightPlane> run() {
        std::vector<UprightPlane> planes;
        constexpr int most = 10;
        for (int i = 0; i < most; ++i) {
            auto plane = strongest();
            if (!plane) {
                break;
            }
            std::vector<Patch const*> members;
            for (float widen : {3.0F, 2.0F, 1.3F, 1.0F, 1.0F}) {
                members = members_of(*plane, widen);
                if (!refit(*plane, members)) {
                    break;
                }
            }
            if (members.empty()) {
                break;
            }
            std::erase_if(open_, [&](auto const* patch) {
                return std::find(members.begin(), members.end(), patch) != members.end();
            });
            add(*plane, planes);
        }
        return planes;
    }

  private:
    Vector3 direction(int index) const {
        float const angle = static_cast<float>(index) * 5 * degree;
        return std::cos(angle) * across_ + std::sin(angle) * along_;
    }

    // A level direction and a distance for which many patches speak.
    std::optional<Plane> strongest() const {
        Votes votes;
        for (auto const* patch : open_) {
            float const reach = std::cos(std::min(1.0F, 5 * degree + 1.5F * patch->doubt));
            auto const weight = std::sqrt(static_cast<float>(patch->readings));
            for (int d = 0; d < directions; ++d) {
                auto const normal = direction(d);
                if (dot(normal, patch->normal) < reach) {
                    continue;
                }
                int const offset = static_cast<int>(-dot(normal, patch->centre) / offset_m);
                if (offset >= 0 && offset + 1 < offsets) {
                    votes.at(d, offset) += weight;
                    votes.at(d, offset + 1) += weight;
                }
            }
        }
        auto const best = std::max_element(votes.of.begin(), votes.of.end());
        if (*best <= 0) {
            return std::nullopt;
        }
        auto const at = static_cast<int>(best - votes.of.begin());
        Plane plane;
        plane.normal = direction(at / offsets);
        plane.distance = static_cast<float>(at % offsets) * offset_m;
        return plane;
    }

    std::vector<Patch const*> members_of(Plane const& plane, float widen) const {
        std::vector<Patch const*> members;
        for (auto const* patch : open_) {
            float const off = std::abs(dot(plane.normal, patch->centre) + plane.distance);
            float const z = std::max(patch->centre.z, nearest_reading_m);
            float const facing = std::abs(dot(plane.normal, patch->centre)) / z;
            float const allowed = 0.02F + noise_.at(z) * facing;
            float const turn = std::acos(std::clamp(dot(plane.normal, patch->normal), -1.0F, 1.0F));
            if (off < widen * allowed && turn < std::min(1.0F, widen * 5 * degree + 2 * patch->doubt)) {
                members.push_back(patch);
            }
        }
        return members;
    }

    bool refit(Plane& plane, std::vector<Patch const*> const& members) const {
        PlaneSums sums;
        for (auto const* patch : members) {
            auto const z = static_cast<double>(patch->centre.z),
                       sigma = static_cast<double>(noise_.at(patch->centre.z));
            double const of_inverse = sigma / (z * z);
            sums.add(patch->sums, 1 / (of_inverse * of_inverse));
        }
        auto const fitted = fit_plane(sums);
        if (!fitted.valid) {
            return false;
        }
        plane.normal = fitted.normal();
        plane.distance = fitted.distance();
        plane.sums = sums;
        plane.patches = members.size();
        return true;
    }

    void add(Plane const& plane, std::vector<UprightPlane>& planes) const {
        constexpr std::size_t fewest = 5, share = 50; // of all patches: small pieces are as often curtains as walls
        constexpr float of_small = 2 * degree;        // of one patch's lean against a wall's, less for larger pieces
        constexpr float most_doubt = 4 * degree;
        if (plane.patches < std::max(fewest, all_ / share)) {
            return;
        }
        // The lean is a turn towards up: its variance from that of the plane's three numbers.
        auto const lean = normalised(up_ - dot(up_, plane.normal) * plane.normal);
        double const variance = readings_together * inverse_form(plane.sums, lean) *
                                static_cast<double>(plane.distance) * static_cast<double>(plane.distance);
        auto const size = std::sqrt(static_cast<float>(plane.patches));
        auto const doubt =
            std::hypot(systematic + of_small / size, static_cast<float>(std::sqrt(std::max(0.0, variance))));
        if (std::abs(dot(plane.normal, up_)) < std::sin(most_lean) && doubt < most_doubt) {
            planes.push_back({plane.normal, doubt, size});
        }
    }

    // vT A^-1 v, where A is the matrix of the normal equations.
    static double inverse_form(PlaneSums const& s, Vector3 v) {
        auto const eigen = eigen_of({s.xx, s.xy, s.x, s.yy, s.y, s.n});
        double sum = 0;
        for (std::size_t i = 0; i < 3; ++i) {
            auto const part = static_cast<double>(dot(eigen.vectors[i], v));
            sum += part * part / std::max(eigen.values[i], 1e-12);
        }
        return sum;
    }

    DepthNoise const& noise_;
    Vector3 up_, across_, along_;
    std::size_t all_; // patches, upright or not
    std::vector<Patch const*> open_;
};

} // namespace

std::vector<UprightPlane> upright_planes(std::vector<Patch> const& patches, Vector3 up, DepthNoise const& noise) {
    return Finder(patches, up, noise).run();
}

Vector3 common_up(std::vector<UprightPlane> const& planes, Vector3 up) {
    constexpr float alike = 1 * degree, usual_turn = 15 * degree;
    std::vector<Vector3> candidates{up};
    for (std::size_t i = 0; i < planes.size(); ++i) {
        auto const& normal = planes[i].normal;
        candidates.push_back(normalised(up - dot(up, normal) * normal));
        for (std::size_t k = i + 1; k < planes.size(); ++k) {
            auto const both = cross(normal, planes[k].normal);
            if (norm(both) > 0.3F) {
                candidates.push_back(dot(both, up) < 0 ? -normalised(both) : normalised(both));
            }
        }
    }
    auto best = up;
    float most = -1;
    for (auto const& candidate : candidates) {
        float sum = 0;
        for (auto const& plane : planes) {
            float const off = dot(plane.normal, candidate) / (alike + 2 * plane.doubt);
            sum += plane.size * std::exp(-off * off);
        }
        float const turn = std::acos(std::clamp(dot(candidate, up), -1.0F, 1.0F)) / usual_turn;
        if (float const score = sum * std::exp(-turn * turn / 2); score > most) {
            most = score;
            best = candidate;
        }
    }
    return best;
}

Symmetric3 uprightness(std::vector<UprightPlane> const& planes, Vector3 up, float forgiving) {
    Symmetric3 sum;
    for (auto const& plane : planes) {
        constexpr float outlier = 2; // standard deviations
        float const off = dot(plane.normal, up) / (forgiving + outlier * plane.doubt);
        float const share = 1 / (1 + off * off);
        sum.add_outer(plane.normal, static_cast<double>(share * share / (plane.doubt * plane.doubt)));
    }
    return sum;
}

} // namespace echollama
