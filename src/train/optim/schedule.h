// How the learning rate goes up and down (transformers, optimization.py, get_linear_schedule_with_warmup and
// get_cosine_schedule_with_warmup).
#pragma once

#include <cstdint>

namespace echollama::train {

enum class ScheduleKind { constant, linear, cosine };

struct Schedule {
    ScheduleKind kind = ScheduleKind::cosine;
    std::int64_t steps = 0;   // of the whole run
    std::int64_t warm_up = 0; // the rate rises from 0 over so many steps, so the first of them changes nothing

    // What multiplies the base rate in step `step`, counted from 0.
    double factor(std::int64_t step) const;
};

} // namespace echollama::train
