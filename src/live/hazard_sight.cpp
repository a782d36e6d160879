#include "live/hazard_sight.h"

#include "scene/boxes.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama {
namespace {

constexpr double z95 = 1.645;        // of a normal distribution, one side
constexpr double surely_s = 16;      // it will be here by then
constexpr double change_per_s = 0.1; // how much the share of its distance that is lost a second may change in one
constexpr double long_s = 1;         // after so long without a box all begins anew
constexpr float edge_px = 2, close_m = 3, beside_m = 1.6F;
constexpr int fewest = 3; // pictures

// The distance and its change, of an observer whose measurements err by a share of it that is known.
class Observer {
  public:
    void measure(double seconds, double metres, double share) {
        double const r = std::pow(share * metres, 2);
        if (begun_ && seconds - last_ > long_s) {
            *this = {};
        }
        if (!begun_) {
            begun_ = true;
            last_ = seconds;
            metres_ = metres;
            p00_ = r;
            p11_ = metres * metres; // any speed
            return;
        }
        double const dt = seconds - last_, q = std::pow(change_per_s * metres_, 2);
        last_ = seconds;
        metres_ += speed_ * dt;
        p00_ += 2 * dt * p01_ + dt * dt * p11_ + q * dt * dt * dt / 3;
        p01_ += dt * p11_ + q * dt * dt / 2;
        p11_ += q * dt;
        double const k0 = p00_ / (p00_ + r), k1 = p01_ / (p00_ + r), off = metres - metres_;
        metres_ += k0 * off;
        speed_ += k1 * off;
        p11_ -= k1 * p01_;
        p01_ -= k0 * p01_;
        p00_ -= k0 * p00_;
    }
    bool is_sure_that_it_comes() const { return begun_ && (-speed_ - z95 * std::sqrt(p11_)) * surely_s > metres_; }

  private:
    bool begun_ = false;
    double last_ = 0, metres_ = 0, speed_ = 0, p00_ = 0, p01_ = 0, p11_ = 0;
};

// The thing's own box among the detections, if it was found.
Detection const* detection_of(MovingMoment const& moment, MovingTruth const& truth) {
    Detection const* best = nullptr;
    float most = 0.5F;
    for (auto const& detection : moment.detections) {
        float const alike = detection.label == truth.label ? overlap(detection.box, truth.box) : 0;
        if (alike > most) {
            most = alike;
            best = &detection;
        }
    }
    return best;
}

// Another thing like it lies over it and was not found: then nobody knows whose box this is.
bool may_be_anothers(MovingMoment const& moment, MovingTruth const& truth, Detection const* own) {
    constexpr float over = 0.25F;
    auto const is_found = [&](MovingTruth const& other) {
        return std::any_of(moment.detections.begin(), moment.detections.end(), [&](Detection const& detection) {
            return &detection != own && detection.label == other.label && overlap(detection.box, other.box) > 0.5F;
        });
    };
    return std::any_of(moment.truth.begin(), moment.truth.end(), [&](MovingTruth const& other) {
        return other.identity != truth.identity && other.label == truth.label && overlap(other.box, truth.box) > over &&
               !is_found(other);
    });
}

bool is_close(MovingTruth const& truth) {
    float const angle = truth.bearing_deg * std::numbers::pi_v<float> / 180;
    return truth.metres < close_m && std::abs(std::sin(angle)) * truth.metres < beside_m;
}

struct Watched {
    Observer observer;
    int pictures = 0;
};

} // namespace

std::map<int, double> hazards_seen(MovingWorld const& world) {
    auto const& options = world.options;
    auto const right = static_cast<float>(options.width) - edge_px,
               bottom = static_cast<float>(options.height) - edge_px;
    double const share = static_cast<double>(options.jitter) * std::numbers::sqrt2; // both edges of a side err
    std::map<int, Watched> watched;
    std::map<int, double> seen;
    for (auto const& moment : world.moments) {
        for (auto const& truth : moment.truth) {
            auto const* found = truth.visible < seen_share ? nullptr : detection_of(moment, truth);
            if (!found || may_be_anothers(moment, truth, found)) {
                continue;
            }
            auto& own = watched[truth.identity];
            ++own.pictures;
            auto const metres = static_cast<double>(truth.metres);
            auto const measure = [&, at = moment.seconds](float true_side, float side) {
                own.observer.measure(at, metres * static_cast<double>(true_side / side), share);
            };
            if (truth.box.y0 > edge_px && truth.box.y1 < bottom) {
                measure(truth.box.height(), found->box.height());
            }
            if (truth.box.x0 > edge_px && truth.box.x1 < right) {
                measure(truth.box.width(), found->box.width());
            }
            bool const known = own.observer.is_sure_that_it_comes() || is_close(truth);
            if (is_hazard(truth) && own.pictures >= fewest && known) {
                seen.try_emplace(truth.identity, moment.seconds);
            }
        }
    }
    return seen;
}

} // namespace echollama
