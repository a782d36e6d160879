#include "llm/llm_merge.h"

#include "base/error.h"
#include "formats/low_rank.h"
#include "nn/gguf_tensors.h"

#include <map>
#include <vector>

namespace echollama {
namespace {

using nn::GgufTensors;

constexpr char const *down = ".lora_a", *up = ".lora_b";

// The two small matrices of one large one: A is [columns, rank], B is [rank, rows], fastest dimension first.
struct Change {
    std::vector<float> a;
    std::int64_t rank = 0;
    double factor = 0;
};

class Adapter {
  public:
    Adapter(GgufTensors const& base, std::filesystem::path const& path, double strength) : file_(path) {
        if (file_.text("general.type") != "adapter" || file_.text("adapter.type") != "lora") {
            throw Error("The file " + path.string() + " is no LoRA adapter; name a GGUF file that is one.");
        }
        double const alpha = static_cast<double>(file_.number("adapter.lora.alpha", 0));
        for (auto const& name : file_.names()) {
            if (!name.ends_with(down)) {
                refuse_unless(base, name.ends_with(up) && file_.has(stem_of(name) + down), name);
                continue;
            }
            auto const module = stem_of(name);
            refuse_unless(base, fits(base, module), name);
            auto const rank = side(file_.shape(name), 1);
            double const factor = strength * (alpha == 0 ? 1 : alpha / static_cast<double>(rank));
            changes_[module] = {file_.rows(name, 0, rank), rank, factor};
        }
        refuse_unless(base, file_.text("general.architecture") == base.text("general.architecture"), "architecture");
    }

    // values, which begin at row `first` of the matrix, += factor B A
    void add_to(std::string const& module, std::int64_t first, std::int64_t count, std::vector<float>& values) const {
        auto const found = changes_.find(module);
        if (found == changes_.end()) {
            return;
        }
        auto const& change = found->second;
        auto const columns = static_cast<std::int64_t>(values.size()) / count;
        convert::add_low_rank(values, columns, change.a, file_.rows(module + up, first, count), change.rank,
                              change.factor);
    }

  private:
    static std::int64_t side(std::vector<std::int64_t> const& shape, std::size_t axis) {
        return axis < shape.size() ? shape[axis] : 1;
    }
    static std::string stem_of(std::string const& name) { return name.substr(0, name.rfind('.')); }

    // Embeddings are looked up and not multiplied: there A and B stand for something else.
    bool fits(GgufTensors const& base, std::string const& module) const {
        if (!base.has(module) || !file_.has(module + up) || module == "token_embd.weight") {
            return false;
        }
        auto const w = base.shape(module), a = file_.shape(module + down), b = file_.shape(module + up);
        bool const flat = w.size() <= 2 && a.size() <= 2 && b.size() <= 2;
        return flat && a[0] == w[0] && side(b, 1) == side(w, 1) && side(a, 1) == b[0];
    }

    void refuse_unless(GgufTensors const& base, bool sound, std::string const& where) const {
        if (!sound) {
            throw Error("The adapter " + file_.path().string() + " does not fit " + base.path().string() + " ('" +
                        where + "'); name the model that it was taught on.");
        }
    }

    GgufTensors file_;
    std::map<std::string, Change> changes_;
};

} // namespace

void merge_llm(std::filesystem::path const& base, std::filesystem::path const& adapter,
               std::filesystem::path const& output, convert::WeightType type, float strength,
               convert::WriteOptions const& options) {
    GgufTensors const model(base);
    Adapter const added(model, adapter, static_cast<double>(strength));
    convert::GgufWriter writer(model.text("general.architecture"));
    writer.set_all(model.header());
    writer.set("general.file_type", convert::file_type_of(type));
    for (auto const& name : model.names()) {
        auto const shape = model.shape(name);
        writer.add(
            name, shape,
            [&, name](std::int64_t first, std::int64_t count) {
                auto values = model.rows(name, first, count);
                added.add_to(name, first, count, values);
                return values;
            },
            shape.size() > 1 ? type : convert::WeightType::f32);
    }
    writer.write(output, options);
}

} // namespace echollama
