#include "train/merge.h"

#include "base/error.h"
#include "base/input_file.h"
#include "convert/lora_config.h"
#include "formats/checkpoint.h"
#include "formats/low_rank.h"
#include "formats/safetensors_writer.h"

#include <ggml.h>

#include <cmath>
#include <cstring>
#include <map>

namespace echollama::train {
namespace {

namespace fs = std::filesystem;
using convert::Checkpoint;
using convert::CheckpointTensor;
using convert::DType;

std::string const prefix = "base_model.model.";

// "base_model.model.X.lora_A.weight" → "X"
std::string module_of(std::string const& name) {
    auto const at = name.find(".lora_");
    return name.starts_with(prefix) && at != std::string::npos ? name.substr(prefix.size(), at - prefix.size()) : "";
}

class Adapter {
  public:
    explicit Adapter(fs::path const& folder)
        : file_(convert::open_checkpoint(folder / "adapter_model.safetensors")), config_(read_config(folder)) {
        for (auto const& tensor : file_.tensors()) {
            if (module_of(tensor.name).empty()) {
                throw Error("The adapter " + file_.file() + " holds '" + tensor.name +
                            "', which is no part of a LoRA and cannot be merged.");
            }
            ++parts_[module_of(tensor.name)];
        }
    }

    // Every module that it changes must be a matrix of the base that it fits.
    void check(Checkpoint const& base) const {
        for (auto const& [module, parts] : parts_) {
            bool fits = parts == 2 && base.has(module + ".weight");
            if (fits) {
                auto const& w = base.tensor(module + ".weight").shape;
                auto const &a = a_of(module).shape, &b = b_of(module).shape;
                fits = w.size() == 2 && a.size() == 2 && b.size() == 2 && a[0] == b[1] && a[0] > 0 && b[0] == w[0] &&
                       a[1] == w[1];
            }
            if (!fits) {
                throw Error("The adapter " + file_.file() + " does not fit '" + module + "' of " + base.file() +
                            "; name the model that it was trained on.");
            }
        }
    }

    bool changes(std::string const& tensor) const { return parts_.contains(module_with(tensor)); }

    // values += factor B A
    void add_to(std::string const& tensor, std::vector<float>& values) const {
        auto const module = module_with(tensor);
        auto const rank = a_of(module).shape[0], columns = a_of(module).shape[1];
        convert::add_low_rank(values, columns, file_.read(a_of(module).name), file_.read(b_of(module).name), rank,
                              factor_of(module, rank));
    }

  private:
    static convert::LoraConfig read_config(fs::path const& folder) {
        auto const path = folder / "adapter_config.json";
        auto const bytes = read_input(path, {.what = "adapter's configuration", .most_bytes = 1U << 20U});
        return convert::parse_lora_config({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, path.string());
    }
    static std::string module_with(std::string const& tensor) {
        constexpr std::string_view end = ".weight";
        return tensor.ends_with(end) ? tensor.substr(0, tensor.size() - end.size()) : "";
    }
    CheckpointTensor const& a_of(std::string const& module) const {
        return file_.tensor(prefix + module + ".lora_A.weight");
    }
    CheckpointTensor const& b_of(std::string const& module) const {
        return file_.tensor(prefix + module + ".lora_B.weight");
    }
    double factor_of(std::string const& module, std::int64_t rank) const {
        std::vector<bool> used(config_.alpha_pattern.size());
        auto const alpha = convert::number_for(config_.alpha_pattern, module, config_.alpha, used);
        auto const size = static_cast<double>(rank);
        return alpha / (config_.root_of_rank ? std::sqrt(size) : size);
    }

    Checkpoint file_;
    convert::LoraConfig config_;
    std::map<std::string, int> parts_;
};

// Numbers as the base stores them; whole numbers and float64 become float32.
DType stored_type(DType type) {
    return type == DType::f16 || type == DType::bf16 ? type : DType::f32;
}

std::vector<std::uint8_t> bytes_of(std::vector<float> const& values, DType type) {
    std::vector<std::uint8_t> bytes(values.size() * convert::dtype_bytes(type));
    auto const count = static_cast<std::int64_t>(values.size());
    if (type == DType::f16) {
        ggml_fp32_to_fp16_row(values.data(), reinterpret_cast<ggml_fp16_t*>(bytes.data()), count);
    } else if (type == DType::bf16) {
        ggml_fp32_to_bf16_row(values.data(), reinterpret_cast<ggml_bf16_t*>(bytes.data()), count);
    } else {
        std::memcpy(bytes.data(), values.data(), bytes.size());
    }
    return bytes;
}

// What a model needs beside its weights.
void copy_companions(fs::path const& from, fs::path const& to) {
    for (auto const& entry : fs::directory_iterator(from)) {
        auto const name = entry.path().filename().string();
        auto const kind = entry.path().extension();
        bool const wanted = kind == ".json" || kind == ".jinja" || kind == ".txt" || kind == ".model" || kind == ".md";
        if (entry.is_regular_file() && wanted && name.find(".index.json") == std::string::npos) {
            fs::copy_file(entry.path(), to / name, fs::copy_options::overwrite_existing);
        }
    }
}

} // namespace

void merge_adapter(fs::path const& base, fs::path const& adapter, fs::path const& output) {
    auto const model = convert::open_checkpoint(base);
    Adapter const added(adapter);
    added.check(model);
    std::error_code error;
    fs::create_directories(output, error);
    if (!fs::is_directory(output) || fs::equivalent(output, model.folder(), error)) {
        throw Error("The merged model cannot be written to " + output.string() +
                    "; name a folder of its own, not the base model's.");
    }
    std::vector<convert::SafetensorsOutput> tensors;
    for (auto const& tensor : model.tensors()) {
        auto const type = stored_type(tensor.type);
        auto& out = tensors.emplace_back();
        out.name = tensor.name;
        out.dtype = convert::dtype_name(type);
        out.shape = tensor.shape;
        out.made_bytes = static_cast<std::uint64_t>(convert::element_count(tensor.shape)) * convert::dtype_bytes(type);
        out.make = [&model, &added, name = tensor.name, type] {
            auto values = model.read(name);
            if (added.changes(name)) {
                added.add_to(name, values);
            }
            return bytes_of(values, type);
        };
    }
    convert::write_safetensors(output / "model.safetensors", tensors, {{"format", "pt"}}, "the merged model");
    copy_companions(model.folder(), output);
}

} // namespace echollama::train
