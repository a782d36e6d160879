// A model of a command, or several that only work together, by their files.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace echollama {

struct StageFiles {
    std::string name;                         // as for load_in_background: "voice"
    std::string role;                         // detector, depth, captioner, describer, speaker, listener or reader
    std::vector<std::filesystem::path> files; // files and folders; those that do not exist take nothing
    int at_once = 1;                          // conversations that a language model has at a time
};
inline constexpr char const *describer_stage = "language model", *speaker_stage = "voice", *listener_stage = "listener";

} // namespace echollama
