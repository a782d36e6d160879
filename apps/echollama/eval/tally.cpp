#include "eval/tally.h"

#include <cmath>

namespace echollama {

std::string percent(double share) {
    auto const tenths = static_cast<long>(1000 * share);
    return std::to_string(tenths / 10) + (tenths % 10 ? "." + std::to_string(tenths % 10) : "") + " percent";
}

std::string percent(Tally const& tally) {
    return percent(tally.share()) + " of " + std::to_string(tally.all);
}

Json to_json(Tally const& tally) {
    return {{"right", tally.right}, {"all", tally.all}, {"share", std::round(1e4 * tally.share()) / 1e4}};
}

} // namespace echollama
