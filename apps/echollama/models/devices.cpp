#include "models/devices.h"

#include "command_line/command_line.h"
#include "llm/llm.h"
#include "llm/llm_memory.h"
#include "models/choice.h"
#include "models/memory_plan.h"
#include "nn/gguf_head.h"

#include <algorithm>
#include <array>
#include <mutex>

namespace echollama {

// What was decided so far.
class DeviceDecisions {
  public:
    std::mutex mutex;
    bool asked = false;                 // the devices, for their memory
    std::vector<nn::GpuDevice> devices; // free_bytes: what is left for models
    struct Waiting {
        std::string stage;
        std::string device;
    };
    std::vector<Waiting> planned; // and not loaded yet
};

namespace {

namespace fs = std::filesystem;
constexpr std::uint64_t megabyte = 1'000'000;

// Intermediate results of networks as a GPU computes them, with convolutions as products of copied windows: what
// bench_detr and bench_midas say with --ggml of DETR at 800×1333 and of DPT-Hybrid at 512×384 (docs/gpu.md); of those
// that were not measured, more than they can need.
struct NetworkWork {
    char const* architecture;
    unsigned megabytes;
    nn::Gain gain;
};
constexpr std::array<NetworkWork, 8> networks{{{"detr", 450, nn::Gain::detector},
                                               {"dpt-hybrid", 1000, nn::Gain::depth},
                                               {"midas-small", 100, nn::Gain::none},
                                               {"centernet", 250, nn::Gain::none},
                                               {"nanodet", 100, nn::Gain::none},
                                               {"efficientnet-lite", 100, nn::Gain::none},
                                               {"moondream-vision", 900, nn::Gain::captions},
                                               {"clip", 900, nn::Gain::captions}}};

constexpr std::uint64_t codec_work = 150 * megabyte, listener_work = 300 * megabyte, adapter_work = 10 * megabyte;

std::uint64_t size_of(fs::path const& file) {
    std::error_code failed;
    auto const bytes = fs::file_size(file, failed);
    return failed ? 0 : bytes;
}

// Weights, what is kept of the text, and results for a batch; not the copies that a processor makes of weights.
std::uint64_t language_bytes(fs::path const& file, int at_once) {
    constexpr int context = 4096;
    auto const memory = llm_memory(file, context, llm_batch({.device = nn::auto_device}));
    return size_of(file) + static_cast<std::uint64_t>(at_once) * memory.cache + memory.work + 64 * megabyte;
}

nn::DeviceNeed need_of_networks(StageFiles const& stage) {
    nn::DeviceNeed need{stage.name};
    for (auto const& file : stage.files) {
        auto const architecture = size_of(file) > 0 ? nn::gguf_architecture(file) : "";
        auto const* const known = std::find_if(networks.begin(), networks.end(),
                                               [&](auto const& one) { return architecture == one.architecture; });
        if (known != networks.end()) {
            need.bytes += size_of(file) + known->megabytes * megabyte;
            need.gain = std::min(need.gain, known->gain);
        }
    }
    return need;
}

nn::DeviceNeed need_of_language(StageFiles const& stage, nn::Gain gain) {
    nn::DeviceNeed need{stage.name, 0, gain};
    for (auto const& file : stage.files) {
        auto const role = kind_of_model(file).role;
        need.bytes += role == "codec"     ? size_of(file) + codec_work
                      : role == "adapter" ? size_of(file) + adapter_work
                      : role == "encoder" ? need_of_networks({stage.name, stage.role, {file}}).bytes
                                          : language_bytes(file, stage.at_once);
    }
    return need;
}

DeviceDecisions& decisions_of(AppContext const& context) {
    if (!context.devices) {
        context.devices = std::make_shared<DeviceDecisions>();
    }
    return *context.devices;
}

// None without a GPU or with --device cpu; then nothing is woken up.
std::vector<nn::GpuDevice>& devices_of(AppContext const& context, DeviceDecisions& decisions) {
    if (!decisions.asked && nn::gpu_handle(context.device)) {
        for (auto device : nn::gpu_devices()) {
            if (context.device == nn::auto_device || context.device == device.name) {
                device.free_bytes = nn::usable_bytes(device);
                decisions.devices.push_back(device);
            }
        }
    }
    decisions.asked = true;
    return decisions.devices;
}

std::string key_of(StageFiles const& stage) {
    return stage.name + (stage.files.empty() ? "" : " " + stage.files.front().string());
}

void warn_of(std::vector<std::string> const& without_room, std::vector<nn::GpuDevice> const& devices) {
    if (without_room.empty()) {
        return;
    }
    std::vector<std::string> names;
    for (auto const& device : devices) {
        names.push_back(device.name);
    }
    log::warning("There is too little free memory on " + joined_words(names, " and ") +
                 " for: " + joined_words(without_room, " and ") + "; the processor computes that, which takes longer.");
}

void plan(AppContext const& context, DeviceDecisions& decisions, std::vector<StageFiles> const& stages) {
    auto& devices = devices_of(context, decisions);
    std::vector<nn::DeviceNeed> needs;
    std::vector<std::string> keys;
    for (auto const& stage : stages) {
        auto const need = devices.empty() ? std::nullopt : device_need(stage);
        if (need) {
            needs.push_back(*need);
            keys.push_back(key_of(stage));
        } else {
            decisions.planned.push_back({key_of(stage), names_gpu(context.device) ? nn::cpu_device : context.device});
        }
    }
    auto const placed = nn::plan_devices(devices, needs, context.device != nn::auto_device);
    for (std::size_t i = 0; i < needs.size(); ++i) {
        decisions.planned.push_back({keys[i], placed.places[i].device});
        log::debug("The " + placed.places[i].stage + ", " + std::to_string(needs[i].bytes / megabyte) +
                   " MB, is computed on " + placed.places[i].device + ".");
    }
    for (std::size_t i = 0; i < devices.size(); ++i) {
        devices[i].free_bytes = placed.free_left[i];
    }
    warn_of(placed.without_room(), devices);
}

} // namespace

std::optional<nn::DeviceNeed> device_need(StageFiles const& stage) {
    if (stage.files.empty()) {
        return std::nullopt;
    }
    auto const& file = stage.files.front();
    if (stage.role == "detector" || stage.role == "depth") {
        return need_of_networks(stage);
    }
    if (stage.role == "listener") {
        return nn::DeviceNeed{stage.name, 2 * size_of(file) + listener_work, nn::Gain::listener};
    }
    if (file.extension() != ".gguf") { // ONNX Runtime reads and speaks
        return std::nullopt;
    }
    if (stage.role == "captioner") {
        return need_of_language(stage, nn::Gain::captions);
    }
    return need_of_language(stage, stage.role == "speaker" ? nn::Gain::voice : nn::Gain::language);
}

void decide_devices(AppContext const& context, std::vector<std::vector<StageFiles>> const& stages) {
    std::vector<StageFiles> all;
    for (auto const& some : stages) {
        all.insert(all.end(), some.begin(), some.end());
    }
    auto& decisions = decisions_of(context);
    std::lock_guard const lock(decisions.mutex);
    plan(context, decisions, all);
}

std::string device_of(AppContext const& context, StageFiles const& stage) {
    auto& decisions = decisions_of(context);
    std::lock_guard const lock(decisions.mutex);
    auto const find = [&] {
        return std::find_if(decisions.planned.begin(), decisions.planned.end(),
                            [key = key_of(stage)](auto const& one) { return one.stage == key; });
    };
    auto found = find();
    if (found == decisions.planned.end()) {
        plan(context, decisions, {stage});
        found = find();
    }
    auto const device = found->device;
    decisions.planned.erase(found);
    return device;
}

bool names_gpu(std::string const& device) {
    return device != nn::cpu_device && device != nn::plain_device;
}

} // namespace echollama
