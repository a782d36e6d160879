#include "base/error.h"
#include "convert/detr.h"
#include "formats/checkpoint.h"
#include "media/encode.h"
#include "media/picture/image_io.h"
#include "media/picture/resize.h"
#include "networks/detr.h"
#include "networks/net_checks.h"
#include "support/devices.h"
#include "support/synthetic.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

namespace echollama::test {
namespace {

using convert::WeightType;

void convert_synthetic(std::filesystem::path const& gguf, WeightType type) {
    TempDir dir;
    write_safetensors(dir / "model.safetensors", synthetic_weights(golden("detr/weights.tsv")));
    convert::convert_detr(convert::open_checkpoint(dir / "model.safetensors"), gguf, type);
}

// The golden checkpoint with everything that is added to a residual stream multiplied by `gain`: like trained networks
// it then keeps more of its input than it changes, and multiplies rounding less.
std::vector<SyntheticTensor> damped_weights(float gain) {
    auto tensors = synthetic_weights(golden("detr/weights.tsv"));
    for (auto& tensor : tensors) {
        auto const branch = tensor.name.substr(0, tensor.name.rfind('.'));
        if (branch.ends_with("bn3") || branch.ends_with("out_proj") || branch.ends_with("fc2")) {
            tensor.values = [values = tensor.values, gain] {
                auto scaled = values();
                std::transform(scaled.begin(), scaled.end(), scaled.begin(), [&](float x) { return gain * x; });
                return scaled;
            };
        }
    }
    return tensors;
}

bool holds_tokens(std::string const& tap) {
    return tap.starts_with("encoder") || tap.starts_with("decoder") || tap == "logits" || tap == "boxes";
}

void expect_taps(Detr const& net, Golden const& reference) {
    for (auto const& tap : reference.taps()) {
        if (tap.find("position") == std::string::npos) {
            EXPECT_EQ(reference.compare(tap, tap_values(net.graph(), tap, holds_tokens(tap))), "");
        }
    }
}

void expect_detections(Golden const& reference, std::string const& prefix, DetrOutput const& output,
                       DetrParams const& params, int width, int height) {
    auto found = detr_decode(output, params.labels, 0.5F, width, height);
    auto const& numbers = reference.numbers();
    auto queries = numbers.read(prefix + "detections.query");
    auto scores = numbers.read(prefix + "detections.score");
    auto labels = numbers.read(prefix + "detections.label");
    auto boxes = numbers.read(prefix + "detections.box");
    ASSERT_EQ(found.size(), queries.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto const& d = found[i].detection;
        EXPECT_EQ(found[i].query, static_cast<int>(queries[i]));
        EXPECT_EQ(d.label_id, static_cast<int>(labels[i]));
        EXPECT_NEAR(d.score, scores[i], 1e-3);
        float const got[] = {d.box.x0, d.box.y0, d.box.x1, d.box.y1};
        for (std::size_t k = 0; k < 4; ++k) {
            EXPECT_NEAR(got[k], boxes[4 * i + k], 0.3);
        }
    }
}

void expect_position(Golden const& reference, std::vector<std::vector<std::uint8_t>> const& valid, int width,
                     int height) {
    auto index = reference.numbers().read("position.token_index");
    auto expected = reference.numbers().read("position.tokens");
    std::size_t at = 0;
    for (auto const& v : valid) {
        auto code = sine_position_code(v, width, height, 256, 10000);
        for (auto token : index) {
            for (std::size_t k = 0; k < 256; ++k, ++at) {
                ASSERT_NEAR(code[static_cast<std::size_t>(token) * 256 + k], expected[at], 1e-5);
            }
        }
    }
}

std::string file_bytes(std::filesystem::path const& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream all;
    all << file.rdbuf();
    return all.str();
}

TEST(DetrPictures, InputSizesFollowTheOriginalRule) {
    SKIP_WITHOUT(golden("detr/resize-sizes.tsv"));
    int rows = 0;
    for (auto const& row : read_table(golden("detr/resize-sizes.tsv"))) {
        auto size = detr_input_size(std::stoi(row.at("width")), std::stoi(row.at("height")), 800, 1333);
        EXPECT_EQ(size, std::pair(std::stoi(row.at("resized_width")), std::stoi(row.at("resized_height"))));
        ++rows;
    }
    EXPECT_GT(rows, 10);
}

TEST(DetrPictures, InputEqualsPillowsExactly) {
    SKIP_WITHOUT(golden("detr/preprocess.safetensors"));
    auto numbers = convert::open_checkpoint(golden("detr/preprocess.safetensors"));
    DetrParams params;
    params.short_side = 800;
    params.long_side = 1333;
    params.mean = {0.485F, 0.456F, 0.406F};
    params.std = {0.229F, 0.224F, 0.225F};
    for (std::string const photo : {"chelsea", "coffee", "astronaut"}) {
        auto input = detr_input(load_image(golden("images/" + photo + ".png")).image, params);
        auto planar = to_planar(input.values, 3, input.width, input.height);
        auto expected = numbers.read(photo + ".input");
        ASSERT_EQ(expected.size(), (planar.size() + 996) / 997);
        for (std::size_t i = 0; i < expected.size(); ++i) {
            ASSERT_NEAR(planar[i * 997], expected[i], 1e-6) << photo << " " << i; // a grey level is 0.017
        }
    }
}

TEST(DetrPictures, DecodingDropsNoObjectAndWeakScores) {
    DetrOutput output{3, 3, {0, 9, 0, 0, 0, 9, 2, 0, 0}, {0.5F, 0.5F, 0.5F, 1, 0, 0, 0, 0, 0.25F, 0.5F, 0.1F, 0.2F}};
    auto found = detr_decode(output, {"cat", "dog", "no object"}, 0.7F, 200, 100);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[0].detection.label, "dog");
    EXPECT_NEAR(found[0].detection.box.x0, 50, 1e-4);
    EXPECT_NEAR(found[0].detection.box.y1, 100, 1e-4);
    EXPECT_EQ(found[1].query, 2);
    EXPECT_NEAR(found[1].detection.score, std::exp(2.0) / (std::exp(2.0) + 2), 1e-6);
}

// A network that somebody trained for other things, with their names beside it.
TEST(Detr, KeepsTheClassesOfItsConfiguration) {
    SKIP_WITHOUT(golden("detr/weights.tsv"));
    TempDir dir;
    auto tensors = synthetic_weights(golden("detr/weights.tsv"));
    for (auto& tensor : tensors) {
        if (tensor.name.starts_with("class_labels_classifier")) {
            tensor.shape[0] = 3;
            tensor.values = [name = tensor.name, count = tensor.shape.size() == 1 ? 3U : 3U * 256U] {
                return values_from_name(name, count);
            };
        }
    }
    write_safetensors(dir / "model.safetensors", tensors);
    std::ofstream(dir / "config.json") << R"({"id2label": {"0": "door", "1": "handrail"}})";
    convert::convert_detr(convert::open_checkpoint(dir / "model.safetensors"), dir / "own.gguf", WeightType::f16);
    Detr net(dir / "own.gguf", 2);
    EXPECT_EQ(net.params().labels, (std::vector<std::string>{"door", "handrail", "no object"}));
    auto input = named_input("input", 64, 64, 1.6F);
    EXPECT_EQ(net.run(std::span(&input, 1)).at(0).classes, 3);
}

TEST(Detr, EqualsTheOriginalFromBothNamings) {
    SKIP_WITHOUT(golden("detr/weights.tsv"));
    TempDir dir;
    convert_synthetic(dir / "hf.gguf", WeightType::f32);
    write_torch_zip(dir / "original.pth",
                    synthetic_original_weights(golden("detr/weights.tsv"), golden("detr/weights-original-names.tsv")),
                    "model");
    convert::convert_detr(convert::open_checkpoint(dir / "original.pth"), dir / "original.gguf", WeightType::f32);
    EXPECT_TRUE(file_bytes(dir / "hf.gguf") == file_bytes(dir / "original.gguf"));

    Golden small("detr/small.safetensors"), batch("detr/batch.safetensors"), coffee("detr/coffee.safetensors");
    auto alone = convert::open_checkpoint(golden("detr/batch-single.safetensors"));
    for (auto const& device : devices()) { // the second as a GPU would compute
        SCOPED_TRACE(device);
        Detr net(dir / "hf.gguf", 2, device, true);
        auto input = named_input("input", 320, 224, 1.6F);
        auto first = net.run(std::span(&input, 1));
        expect_taps(net, small);
        expect_detections(small, "", first[0], net.params(), 320, 224);
        expect_position(small, {std::vector<std::uint8_t>(70, 1)}, 10, 7);

        // a padded batch, and each of its pictures alone
        std::vector<DetrInput> two{named_input("input.0", 310, 200, 1.6F), named_input("input.1", 230, 224, 1.6F)};
        auto both = net.run(two);
        expect_taps(net, batch);
        expect_detections(batch, "0.", both[0], net.params(), 310, 200);
        expect_detections(batch, "1.", both[1], net.params(), 230, 224);
        for (std::size_t i = 0; i < 2; ++i) {
            auto output = net.run(std::span(&two[i], 1))[0];
            auto expected = alone.read(std::to_string(i) + ".logits");
            for (std::size_t k = 0; k < expected.size(); ++k) {
                ASSERT_NEAR(output.logits[k], expected[k], 2e-3);
            }
            expected = alone.read(std::to_string(i) + ".boxes");
            for (std::size_t k = 0; k < expected.size(); ++k) {
                ASSERT_NEAR(output.boxes[k], expected[k], 3e-4);
            }
        }

        auto photo = detr_input(load_image(golden("images/coffee.png")).image, net.params());
        auto output = net.run(std::span(&photo, 1));
        expect_taps(net, coffee);
        expect_detections(coffee, "", output[0], net.params(), 600, 400);

        // the first size again: the same numbers, bit for bit
        auto again = net.run(std::span(&input, 1));
        EXPECT_EQ(again[0].logits, first[0].logits);
        EXPECT_EQ(again[0].boxes, first[0].boxes);
    }
}

// Largest change of any class score (after the softmax).
double score_change(DetrOutput const& a, DetrOutput const& b) {
    double largest = 0;
    auto classes = static_cast<std::size_t>(a.classes);
    for (std::size_t row = 0; row < a.logits.size(); row += classes) {
        auto sum = [&](DetrOutput const& x) {
            double all = 0;
            for (std::size_t i = row; i < row + classes; ++i) {
                all += std::exp(static_cast<double>(x.logits[i]));
            }
            return all;
        };
        double all_a = sum(a), all_b = sum(b);
        for (std::size_t i = row; i < row + classes; ++i) {
            largest = std::max(largest, std::abs(std::exp(static_cast<double>(a.logits[i])) / all_a -
                                                 std::exp(static_cast<double>(b.logits[i])) / all_b));
        }
    }
    return largest;
}

// Largest change of any side of any box, pixels.
double box_change(DetrOutput const& a, DetrOutput const& b, int width, int height) {
    double largest = 0;
    for (std::size_t i = 0; i < a.boxes.size(); ++i) {
        bool const horizontal = i % 2 == 0;
        std::size_t const size = i % 4 < 2 ? i + 2 : i, center = size - 2;
        for (float sign : {-0.5F, 0.5F}) {
            double const side_a = a.boxes[center] + sign * a.boxes[size];
            double const side_b = b.boxes[center] + sign * b.boxes[size];
            largest = std::max(largest, std::abs(side_a - side_b) * (horizontal ? width : height));
        }
    }
    return largest;
}

TEST(Detr, F16MovesScoresByLessThanAHundredthAndBoxesByLessThanAPixel) {
    SKIP_WITHOUT(golden("detr/weights.tsv"));
    TempDir dir;
    convert_synthetic(dir / "f32.gguf", WeightType::f32);
    convert_synthetic(dir / "f16.gguf", WeightType::f16);
    EXPECT_LT(std::filesystem::file_size(dir / "f16.gguf"), std::filesystem::file_size(dir / "f32.gguf") * 9 / 10);
    Detr exact(dir / "f32.gguf", 2), reduced(dir / "f16.gguf", 2, device());
    for (auto [width, height] : {std::pair{320, 224}, {288, 256}, {448, 320}}) {
        auto input = named_input("input", width, height, 1.6F);
        auto a = exact.run(std::span(&input, 1))[0], b = reduced.run(std::span(&input, 1))[0];
        EXPECT_LT(score_change(a, b), 0.01) << width;
        EXPECT_LT(box_change(a, b, width, height), 1) << width;
        EXPECT_GT(box_change(a, b, width, height), 0) << width;
    }
}

// This network is not trained and multiplies rounding about tenfold, more than the coarser types can bear
// (docs/performance.md).
TEST(Detr, ReducedWeightsMoveTheOutputsAsTheirRoundingDoes) {
    SKIP_WITHOUT(golden("detr/weights.tsv"));
    TempDir dir;
    convert_synthetic(dir / "f32.gguf", WeightType::f32);
    auto input = named_input("input", 320, 224, 1.6F);
    auto exact = Detr(dir / "f32.gguf", 2).run(std::span(&input, 1))[0];
    struct Limit {
        WeightType type;
        double distance, score;
    };
    for (auto [type, limit, score] : {Limit{WeightType::bf16, 0.12, 0.3}, {WeightType::q8_0, 0.25, 0.5}}) {
        convert_synthetic(dir / "reduced.gguf", type);
        auto output = Detr(dir / "reduced.gguf", 2).run(std::span(&input, 1))[0];
        double moved = distance(output.logits, exact.logits);
        EXPECT_LT(moved, limit) << static_cast<int>(type);
        EXPECT_GT(moved, 0);
        EXPECT_LT(distance(output.boxes, exact.boxes), limit) << static_cast<int>(type);
        EXPECT_LT(score_change(output, exact), score) << static_cast<int>(type);
    }
}

// What a photo loses as a JPEG file of quality 95 nobody sees, and no detector may depend on it. On a network that does
// not multiply every change as the untrained one does, all types of weights move the boxes less than that.
TEST(Detr, ReducedWeightsMoveADampedNetworkLessThanAJpegDoes) {
    SKIP_WITHOUT(golden("detr/weights.tsv"));
    TempDir dir;
    write_safetensors(dir / "model.safetensors", damped_weights(0.1F));
    auto const file = convert::open_checkpoint(dir / "model.safetensors");
    constexpr int width = 320, height = 208;
    auto const photo = resize_bilinear(load_image(golden("images/coffee.png")).image, width, height);
    auto const bytes = encode_jpeg({.width = width, .height = height, .quality = 95}, photo.rgb);
    auto const run = [&](WeightType type, Image const& image) {
        convert::convert_detr(file, dir / "model.gguf", type);
        Detr net(dir / "model.gguf", 2);
        auto const input = normalised(image, net.params().mean, net.params().std);
        return net.run(std::span(&input, 1))[0];
    };
    auto const exact = run(WeightType::f32, photo);
    auto const stored = run(WeightType::f32, decode_image(bytes, "photo.jpg").image);
    double const boxes = box_change(exact, stored, width, height), scores = score_change(exact, stored);
    EXPECT_GT(boxes, 0.5);
    for (auto type : {WeightType::f16, WeightType::bf16, WeightType::q8_0}) {
        auto const output = run(type, photo);
        EXPECT_LT(box_change(exact, output, width, height), boxes) << static_cast<int>(type);
        EXPECT_LT(score_change(exact, output), scores) << static_cast<int>(type);
        EXPECT_GT(box_change(exact, output, width, height), 0) << static_cast<int>(type);
    }
}

TEST(Detr, NoMemoryGrowsOver1000RunsOfChangingSizes) {
    SKIP_WITHOUT(golden("detr/weights.tsv"));
    TempDir dir;
    convert_synthetic(dir / "f16.gguf", WeightType::f16);
    Detr net(dir / "f16.gguf", 1);
    std::vector<DetrInput> inputs{named_input("input.0", 32, 32, 1.6F), named_input("input.1", 40, 20, 1.6F)};
    std::vector<std::vector<float>> alone;
    for (auto const& input : inputs) {
        alone.push_back(net.run(std::span(&input, 1))[0].logits);
    }
    long before = 0;
    for (std::size_t i = 0; i < 1000; ++i) {
        if (i % 50 == 0) {
            net.run(inputs); // together, with padding
        }
        std::size_t k = i / 4 % 2;
        ASSERT_EQ(net.run(std::span(&inputs[k], 1))[0].logits, alone[k]);
        before = i == 100 ? resident_kib() : before;
    }
    EXPECT_LT(resident_kib(), before + 2048);
}

} // namespace
} // namespace echollama::test
