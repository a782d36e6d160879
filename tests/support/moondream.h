// A Moondream2 of the real layout at a small size, and the numbers that the original code gives for it
// (tests/tools/moondream_reference.py).
#pragma once

#include "convert/moondream.h"
#include "convert/published.h"
#include "media/picture/image.h"
#include "support/devices.h"
#include "support/golden.h"
#include "support/synthetic.h"

namespace echollama::test {

// The picture that moondream_reference.py makes by the same formula.
inline Image moondream_picture(int width, int height) {
    Image image{width, height, {}};
    for (int y = 0; y < height; ++y) {
        for (int x = 0; x < width; ++x) {
            for (int c = 0; c < 3; ++c) {
                image.rgb.push_back(
                    static_cast<std::uint8_t>((x * (3 + c) / 5 + y * (7 - c) / 4 + 40 * c + (x * y >> 6)) & 255));
            }
        }
    }
    return image;
}

inline Image moondream_picture(std::string const& name) {
    static std::map<std::string, std::pair<int, int>> const sizes{{"small", {451, 300}},
                                                                  {"wide", {700, 400}},
                                                                  {"tall", {400, 640}},
                                                                  {"square", {640, 640}},
                                                                  {"slip", {640, 427}}};
    return moondream_picture(sizes.at(name).first, sizes.at(name).second);
}

enum class MoondreamAge { march_2024, may_2024, january_2025 };

// Its published checkpoint as safetensors with tokenizer.json, converted; returns the text model's path.
inline std::filesystem::path tiny_moondream(std::filesystem::path const& folder, MoondreamAge age,
                                            convert::WeightType type = convert::WeightType::f32) {
    auto tensors = synthetic_weights(data("moondream/weights.tsv"));
    if (age == MoondreamAge::march_2024) {
        std::erase_if(tensors, [](auto const& t) { return t.name.starts_with("vision_encoder.projection."); });
        for (auto const& tensor : synthetic_weights(data("moondream/weights-narrow.tsv"))) {
            tensors.push_back(tensor);
        }
    }
    if (age == MoondreamAge::january_2025) {
        tensors.push_back(
            {"region_model.coordinate_encoder.weight", {4, 4}, [] { return std::vector<float>(16, 0.0F); }});
    }
    std::filesystem::create_directories(folder);
    write_safetensors(folder / "model.safetensors", tensors);
    std::filesystem::copy_file(data("moondream/tokenizer.json"), folder / "tokenizer.json",
                               std::filesystem::copy_options::overwrite_existing);
    convert::convert_published(folder / "model.safetensors", folder / "moondream.gguf", type);
    return folder / "moondream.gguf";
}

// Stored results of the original code.
class MoondreamNumbers {
  public:
    MoondreamNumbers() : file_(data("moondream/numbers.safetensors")) {}

    std::vector<float> values(std::string const& name) const { return file_.floats(name); }
    std::vector<std::int64_t> integers(std::string const& name) const { return file_.integers(name); }

    // Compares a whole tensor with the stored elements by the golden rule: relative L2 error at most 10 times, largest
    // error at most 20 times what the original's own float32 run has. Returns "" or what is wrong.
    std::string compare(std::string const& name, std::vector<float> const& whole) const {
        auto tap = golden_tap(file_, name);
        std::vector<float> picked;
        for (std::size_t i = 0; i < whole.size(); i += static_cast<std::size_t>(tap.stride)) {
            picked.push_back(whole[i]);
        }
        if (picked.size() != tap.values.size()) {
            return name + ": " + std::to_string(whole.size()) + " values";
        }
        std::istringstream yardstick(file_.metadata().at("dev." + name));
        double largest = 0, relative = 0;
        yardstick >> largest >> relative;
        auto d = deviation(picked, tap.values);
        bool good = d.rel_l2 <= slack() * std::max(10 * relative, 2e-6) && d.max_abs <= slack() * 20 * largest;
        return good ? ""
                    : name + ": relative error " + std::to_string(d.rel_l2 * 1e6) + "e-6 (yardstick " +
                          std::to_string(relative * 1e6) + "e-6), largest " + std::to_string(d.max_abs);
    }

  private:
    convert::Safetensors file_;
};

} // namespace echollama::test
