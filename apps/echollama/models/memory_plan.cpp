#include "models/memory_plan.h"

#include "base/ascii.h"
#include "base/error.h"
#include "llm/llm_memory.h"
#include "models/choice.h"
#include "store/install.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

namespace echollama {
namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t megabyte = 1'000'000;

constexpr std::uint64_t caption_work = 750 * megabyte; // of Moondream2's picture encoder

// What one model adds to the peak beside its weights, measured as docs/models.md tells; of models that are not in the
// table, by their role.
struct Work {
    char const* model; // what its name begins with; or a role
    unsigned megabytes;
};
constexpr std::array<Work, 24> measured{{{"centernet", 54},
                                         {"nanodet", 34},
                                         {"efficientnet", 14},
                                         {"ppocr", 98},
                                         {"piper", 94},      // on ONNX Runtime
                                         {"model.gguf", 34}, // of a voice, on our own layers
                                         {"midas-small", 75},
                                         {"detr-q8_0", 166},
                                         {"detr", 450},
                                         {"smollm2", 114},
                                         {"qwen2.5-coder-0.5b", 113},
                                         {"llama-3.2-1b-instruct.", 200},
                                         {"echollama-1b", 200},
                                         {"llama-3.2-1b", 650},
                                         {"orpheus-elise", 550},
                                         {"orpheus-3b-0.1-ft.", 550},
                                         {"orpheus", 1750},
                                         {"detector", 250},
                                         {"depth", 340},
                                         {"captioner", 1310},
                                         {"describer", 350},
                                         {"speaker", 400},
                                         {"codec", 100},
                                         {"", 20}}};

// Of a language model, whatever it is for, its head tells more than the table.
std::uint64_t language_work(fs::path const& model, std::string const& role) {

    constexpr int caption_context = 2048, caption_batch = 730; // captioner/moondream.cpp
    bool const captions = role == "captioner";
    auto const memory = captions ? llm_memory(model, caption_context, caption_batch) : llm_memory(model);
    return memory.total() == 0 ? 0 : memory.total() + (captions ? caption_work : 0);
}

std::uint64_t work_bytes(fs::path const& model, std::string const& role) {
    std::error_code failed;
    bool const own_voice = fs::is_regular_file(model / "model.gguf", failed);
    auto const name = own_voice ? "model.gguf" : model.filename().string();
    if (auto const bytes = language_work(model, role); bytes > 0) {
        return bytes;
    }
    auto const* const found = std::find_if(measured.begin(), measured.end(), [&](Work const& one) {
        return name.starts_with(one.model) || role == one.model;
    });
    return found->megabytes * megabyte;
}

// Of a file, or of all in a folder.
std::uint64_t bytes_of(fs::path const& model) {
    std::error_code failed;
    if (!fs::is_directory(model, failed)) {
        auto const bytes = fs::file_size(model, failed);
        return failed ? 0 : bytes;
    }
    std::uint64_t sum = 0;
    for (auto const& item : fs::directory_iterator(model, failed)) {
        sum += item.is_regular_file(failed) ? item.file_size(failed) : 0;
    }
    return sum;
}

// What is loaded together.
std::string stage_of(MemoryPart const& part) {
    return part.role == "codec" ? "speaker" : part.role;
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

std::uint64_t MemoryPlan::staged() const {
    std::map<std::string, std::uint64_t> stages;
    for (auto const& part : parts) {
        stages[stage_of(part)] += part.weights + part.work;
    }
    auto const by_bytes = [](auto const& a, auto const& b) { return a.second < b.second; };
    auto const most = std::max_element(stages.begin(), stages.end(), by_bytes);
    return program + left_bytes + (most == stages.end() ? 0 : most->second);
}

MemoryPart const& MemoryPlan::largest() const {
    return *std::max_element(parts.begin(), parts.end(),
                             [](auto const& a, auto const& b) { return a.weights + a.work < b.weights + b.work; });
}

std::uint64_t model_bytes(fs::path const& model, std::string const& role) {
    auto const bytes = bytes_of(model);
    auto const kind = kind_of_model(model).role;
    bool const told = !kind.empty() && kind != "language"; // a language model may describe or caption
    return bytes == 0 ? 0 : bytes + work_bytes(model, told ? kind : role);
}

namespace {

// A voice that turned out to be an adapter is loaded with the model it belongs to.
std::vector<store::ModelEntry> with_bases(fs::path const& models_dir, std::vector<store::ModelEntry> entries) {
    for (auto const& base : store::load_manifest()) {
        auto const named = [&](auto const& entry) { return entry.name == base.name; };
        auto const needs = [&](auto const& entry) {
            return entry.role == "speaker" && entry.base == base.name &&
                   kind_of_model(models_dir / entry.name).role == "adapter";
        };
        if (std::any_of(entries.begin(), entries.end(), needs) && std::none_of(entries.begin(), entries.end(), named)) {
            entries.push_back(base);
        }
    }
    return entries;
}

} // namespace

MemoryPlan plan_memory(fs::path const& models_dir, std::vector<store::ModelEntry> const& listed) {
    auto const entries = with_bases(models_dir, listed);
    MemoryPlan plan;
    plan.program = program_bytes;
    for (auto const& entry : entries) {
        if (!is_for_describing(entry) || is_replaced(entry, entries, models_dir)) {
            continue;
        }
        MemoryPart part{entry.name, entry.role, about_weights(entry), work_bytes(models_dir / entry.name, entry.role),
                        false};
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
