#include "models/stages.h"

#include "base/error.h"
#include "base/freed_memory.h"
#include "models/choice.h"
#include "models/keeping.h"
#include "models/memory_plan.h"

#include <algorithm>
#include <filesystem>
#include <vector>

namespace echollama {

std::shared_ptr<StageMemory> const& stage_memory(AppContext const& context) {
    if (!context.stages_decided) {
        context.stages_decided = true;
        auto const budget = memory_budget(context.memory);
        bool const close = !context.memory.empty() || plan_of_set(context).total() > budget;
        if (close) {
            return_large_memory();
            context.stages = std::make_shared<StageMemory>(budget - std::min(budget, program_bytes + left_bytes));
        }
    }
    return context.stages;
}

StageOptions stage_options(AppContext const& context, StageFiles const& stage, std::string const& device,
                           Timings& timings) {
    std::uint64_t bytes = 0;
    auto const here = names_gpu(device) ? std::vector<std::filesystem::path>() : stage.files;
    for (auto const& file : here) {
        bytes += model_bytes(file, stage.role);
    }
    auto const needed = program_bytes + left_bytes + bytes;
    if (!context.memory.empty() && !here.empty() && needed > parse_memory(context.memory)) {
        throw Error("The " + stage.name + " " + here.front().filename().string() + " alone takes about " +
                    size_words(needed) + " of memory, more than --memory " + context.memory +
                    "; choose a smaller one, or allow --memory " + std::to_string((needed >> 20) + 1) + "M.");
    }
    return {stage_memory(context), stage.name, bytes, &timings, context.stop};
}

bool voice_waits(AppContext const& context) {
    auto const& memory = stage_memory(context);
    return memory && !memory->fit_together(describer_stage, speaker_stage);
}

} // namespace echollama
