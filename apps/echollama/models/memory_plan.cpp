#include "models/memory_plan.h"

#include "base/ascii.h"
#include "base/error.h"
#include "models/choice.h"
#include "store/install.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

namespace echollama {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t megabyte = 1'000'000;

// What one model adds to the peak beside its weights, measured as docs/models.md tells; of models that are not in the
// table, by their role.
struct Work {
    char const* model; // what its name begins with; or a role
    unsigned megabytes;
};
constexpr std::array<Work, 13> measured{{{"centernet", 54},
                                         {"nanodet", 34},
                                         {"efficientnet", 14},
                                         {"ppocr", 98},
                                         {"piper", 94},
                                         {"smollm2", 108},
                                         {"detector", 250},
                                         {"depth", 250},
                                         {"captioner", 900},
                                         {"describer", 350},
                                         {"speaker", 400},
                                         {"codec", 100},
                                         {"", 20}}};

std::uint64_t work_bytes(store::ModelEntry const& entry) {
    auto const* const found = std::find_if(measured.begin(), measured.end(), [&](Work const& one) {
        return entry.name.starts_with(one.model) || entry.role == one.model;
    });
    return found->megabytes * megabyte;
}

bool is_for_describing(store::ModelEntry const& entry) {
    return entry.role != "listener" && entry.role != "pauses";
}

// The model that another one was taught from is only loaded where what was taught is an adapter for it.
bool is_replaced(store::ModelEntry const& entry, std::vector<store::ModelEntry> const& entries,
                 fs::path const& models_dir) {
    return std::any_of(entries.begin(), entries.end(), [&](store::ModelEntry const& other) {
        return other.base == entry.name && kind_of_model(models_dir / other.name).role != "adapter";
    });
}

// Large weights lose or keep their width when they are converted: from 32 bits of the safetensors of vision networks,
// or from 16.
std::uint64_t about_weights(store::ModelEntry const& entry) {
    auto const bytes = entry.about_bytes();
    bool const from_f32 = entry.role == "detector" || entry.role == "depth";
    if (entry.convert != "published") {
        return bytes;
    }
    if (entry.type == "q8_0") {
        return bytes * 17 / (from_f32 ? 64 : 32);
    }
    return from_f32 && entry.type != "f32" ? bytes / 2 : bytes;
}

// The memory that this container may use, or no limit.
std::uint64_t container_limit() {
    std::ifstream file("/sys/fs/cgroup/memory.max");
    std::uint64_t bytes = 0;
    return file >> bytes ? bytes : std::numeric_limits<std::uint64_t>::max();
}

} // namespace

std::uint64_t MemoryPlan::total() const {
    auto sum = program;
    for (auto const& part : parts) {
        sum += part.weights + part.work;
    }
    return sum;
}

MemoryPlan plan_memory(fs::path const& models_dir, std::vector<store::ModelEntry> const& entries) {
    MemoryPlan plan;
    plan.program = 28 * megabyte;
    for (auto const& entry : entries) {
        if (!is_for_describing(entry) || is_replaced(entry, entries, models_dir)) {
            continue;
        }
        MemoryPart part{entry.name, about_weights(entry), work_bytes(entry), false};
        std::uint64_t found = 0;
        for (auto const& file : store::installed_files(entry.name, models_dir)) {
            std::error_code failed;
            auto const bytes = fs::is_regular_file(file, failed) ? fs::file_size(file, failed) : 0;
            found += failed ? 0 : bytes;
        }
        if (found > 0) {
            part.weights = found;
            part.installed = true;
        }
        plan.parts.push_back(part);
    }
    return plan;
}

std::uint64_t parse_memory(std::string const& text) {
    double number = 0;
    auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
    auto const unit =
        lower_case(std::string_view(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr)));
    double const factor = unit == "g" || unit == "gb" || unit == "gib"   ? 1073741824.0
                          : unit == "m" || unit == "mb" || unit == "mib" ? 1048576.0
                          : unit == "k" || unit == "kb"                  ? 1024.0
                          : unit.empty()                                 ? 1.0
                                                                         : 0.0;
    if (read.ec != std::errc() || factor == 0 || !std::isfinite(number) || number <= 0 || number * factor > 1e15) {
        throw UsageError("--memory needs a size such as 4G or 800M, not '" + text + "'.");
    }
    return static_cast<std::uint64_t>(number * factor);
}

std::uint64_t memory_budget(std::string const& memory) {
    if (!memory.empty()) {
        return parse_memory(memory);
    }
    std::ifstream file("/proc/meminfo");
    std::string line;
    while (std::getline(file, line)) {
        std::istringstream words(line);
        std::string name;
        std::uint64_t kilobytes = 0;
        if (words >> name >> kilobytes && name == "MemAvailable:") {
            return std::min(kilobytes * 1024, container_limit());
        }
    }
    return container_limit();
}

} // namespace echollama
