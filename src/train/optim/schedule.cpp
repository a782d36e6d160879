#include "train/optim/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace echollama::train {

double Schedule::factor(std::int64_t step) const {
    auto const at = static_cast<double>(step), warm = static_cast<double>(warm_up), all = static_cast<double>(steps);
    if (step < warm_up) {
        return at / warm;
    }
    double const rest = std::max(1.0, all - warm);
    switch (kind) {
    case ScheduleKind::linear:
        return std::max(0.0, (all - at) / rest);
    case ScheduleKind::cosine:
        return std::max(0.0, 0.5 * (1.0 + std::cos(std::numbers::pi * (at - warm) / rest)));
    case ScheduleKind::constant:
        break;
    }
    return 1;
}

} // namespace echollama::train
