#include "dataset/shard.h"

#include "base/error.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>

namespace echollama::dataset {
namespace {

std::optional<std::size_t> number(std::string_view text) {
    std::size_t value = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), value);
    bool const whole = read.ec == std::errc() && read.ptr == text.data() + text.size() && value <= 1'000'000;
    return whole ? std::optional(value) : std::nullopt;
}

std::optional<std::size_t> from_environment(char const* name) {
    char const* value = std::getenv(name);
    return value ? number(value) : std::nullopt;
}

} // namespace

Shard parse_shard(std::string const& text) {
    auto const slash = text.find('/');
    auto const part = number(std::string_view(text).substr(0, slash));
    auto const all = slash == std::string::npos ? std::nullopt : number(std::string_view(text).substr(slash + 1));
    if (!part || !all || *part < 1 || *part > *all) {
        throw UsageError("--shard needs a part and their number, as 2/8 is the second of eight, not '" + text + "'.");
    }
    return {*part - 1, *all};
}

std::optional<Shard> shard_from_environment() {
    struct Launcher {
        char const *rank, *size;
    };
    static constexpr Launcher launchers[] = {{"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                             {"PMI_RANK", "PMI_SIZE"},
                                             {"RANK", "WORLD_SIZE"},
                                             {"SLURM_PROCID", "SLURM_NTASKS"}};
    for (auto const& launcher : launchers) {
        auto const rank = from_environment(launcher.rank), size = from_environment(launcher.size);
        if (!rank || !size || *size == 1) {
            continue;
        }
        if (*rank >= *size) {
            throw Error(std::string("The environment says that this is number ") + std::to_string(*rank) + " (" +
                        launcher.rank + ") of " + std::to_string(*size) + " (" + launcher.size +
                        "), counted from 0; set them right, or say which part this is with --shard.");
        }
        return Shard{*rank, *size};
    }
    return std::nullopt;
}

std::string shard_name(std::string const& name, Shard const& shard) {
    if (shard.count == 1) {
        return name;
    }
    std::filesystem::path path(name);
    auto const part = "." + std::to_string(shard.index + 1) + "-of-" + std::to_string(shard.count);
    return (path.parent_path() / (path.stem().string() + part + path.extension().string())).string();
}

} // namespace echollama::dataset
