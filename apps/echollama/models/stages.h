// Loading models as the memory allows: all of them for good, or each while it works.
#pragma once

#include "app.h"
#include "pipeline/loading.h"
#include "pipeline/stage_memory.h"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace echollama {

// What the models share when they come and go: with --memory, and where those that were chosen do not fit into what is
// free at once. None: each is loaded once and stays.
std::shared_ptr<StageMemory> const& stage_memory(AppContext const& context);

// A model, or several that only work together.
struct StageFiles {
    std::string name;                         // as for load_in_background: "voice"
    std::string role;                         // detector, depth, captioner, describer, speaker or reader
    std::vector<std::filesystem::path> files; // files and folders; those that do not exist take nothing
};
inline constexpr char const *describer_stage = "language model", *speaker_stage = "voice";

// For staged(). Throws Error, saying what to choose, when the model alone is larger than --memory.
StageOptions stage_options(AppContext const& context, StageFiles const& stage, Timings& timings);

// Whether the voice is loaded only when everything is written, because both together do not fit.
bool voice_waits(AppContext const& context);

// As load_in_background and load_when_wanted, where the models stay.
enum class LoadingTime { at_once, when_wanted };
template <typename Role, typename Make>
Loading<Role> load_stage(AppContext const& context, StageFiles const& stage, LoadingTime time, Timings& timings,
                         Make make) {
    if (stage_memory(context)) {
        MakeRole<Role> const make_shared = [make] { return std::shared_ptr<Role>(make()); };
        return ready<Role>(staged(stage_options(context, stage, timings), make_shared));
    }
    return time == LoadingTime::at_once ? load_in_background<Role>(timings, stage.name, std::move(make))
                                        : load_when_wanted<Role>(timings, stage.name, std::move(make));
}

} // namespace echollama
