// How the results of eval are printed.
#pragma once

#include "evaluation/metrics.h"
#include "pipeline/json.h"

#include <string>

namespace echollama {

// "99.5 percent": cut, not rounded, to tenths; only what is all right is 100 percent.
std::string percent(double share);
std::string percent(Tally const& tally); // "99.5 percent of 200"

Json to_json(Tally const& tally);

} // namespace echollama
