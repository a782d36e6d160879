// Whole networks: a model file with missing, misnamed and misshapen tensors and wild values goes through the real
// loader, and what it accepts computes a picture. An input is a list of changes to a small network that is right
// (support/tiny_networks.h), because changed bytes of a GGUF seldom get past its header (target gguf).
#include "fuzz.h"
#include "networks/centernet.h"
#include "networks/detr.h"
#include "networks/midas.h"
#include "networks/moondream_vision.h"
#include "networks/nanodet.h"
#include "networks/vits.h"
#include "support/tiny_networks.h"

#include <algorithm>
#include <array>
#include <limits>

namespace echollama::fuzz {
namespace {

using test::TinyNetwork;

constexpr std::int64_t most_elements = 1 << 20; // of a tensor that a change makes

// One change: four bytes. What it does to which tensor or value, and with which number.
struct Change {
    std::uint8_t what = 0;
    std::size_t which = 0;
    std::uint8_t number = 0;
};

std::int64_t size_of(std::uint8_t number) {
    constexpr std::array sizes{1,  2,  3,  4,  5,  7,  8,   9,   12,  15,   16,   17,   24,
                               31, 32, 33, 48, 64, 81, 100, 128, 255, 1024, 4097, 65536};
    return sizes[number % sizes.size()];
}

float wild(std::uint8_t number) {
    constexpr float inf = std::numeric_limits<float>::infinity();
    constexpr std::array values{0.0F, -1.0F, 1e-30F, 1e30F, inf, -inf, std::numeric_limits<float>::quiet_NaN(), 0.5F};
    return values[number % values.size()];
}

std::uint32_t wild_count(std::uint8_t number) {
    constexpr std::array values{0U,  1U,  2U,  3U,   4U,    5U,    8U,     16U,         31U,         32U,        36U,
                                64U, 65U, 96U, 256U, 1024U, 4096U, 65536U, 0x7FFFFFFFU, 0x80000000U, 0xFFFFFFFFU};
    return values[number % values.size()];
}

void change_value(TinyNetwork::Value& value, std::size_t at, std::uint8_t number) {
    if (auto* count = std::get_if<std::uint32_t>(&value)) {
        *count = wild_count(number);
    } else if (auto* real = std::get_if<float>(&value)) {
        *real = wild(number);
    } else if (auto* text = std::get_if<std::string>(&value)) {
        *text = std::array{"squash", "tiles", "overlap", ""}[number % 4];
    } else if (auto* counts = std::get_if<std::vector<std::int32_t>>(&value)) {
        counts->resize(std::max<std::size_t>(counts->size(), 1));
        (*counts)[at % counts->size()] = static_cast<std::int32_t>(wild_count(number));
    } else if (auto* reals = std::get_if<std::vector<float>>(&value)) {
        reals->resize(std::max<std::size_t>(reals->size(), 1));
        (*reals)[at % reals->size()] = wild(number);
    } else if (auto* texts = std::get_if<std::vector<std::string>>(&value)) {
        texts->resize(number % 8, "thing");
    }
}

void resize_list(TinyNetwork::Value& value, std::uint8_t number) {
    std::visit(
        [&](auto& list) {
            if constexpr (requires { list.resize(1); }) {
                list.resize(number % 80);
            }
        },
        value);
}

// Every tensor of a block once more under another number: "encoder.0.…" also as "encoder.7.…".
void repeat_block(TinyNetwork& net, std::string const& name, std::uint8_t number) {
    auto const dot = name.find(".0.");
    if (dot == std::string::npos || net.tensors.size() > 500) {
        return;
    }
    auto const prefix = name.substr(0, dot + 3);
    auto const old = net.tensors;
    for (auto tensor : old) {
        if (tensor.name.starts_with(prefix)) {
            tensor.name.replace(dot + 1, 1, std::to_string(number % 8));
            net.tensors.push_back(tensor);
        }
    }
}

void apply(TinyNetwork& net, Change const& c) {
    if (net.tensors.empty() || net.values.empty()) {
        return;
    }
    auto& tensor = net.tensors[c.which % net.tensors.size()];
    auto& entry = net.values[c.which % net.values.size()];
    switch (c.what % 12) {
    case 0:
        net.tensors.erase(net.tensors.begin() + static_cast<std::ptrdiff_t>(c.which % net.tensors.size()));
        break;
    case 1:
        std::swap(tensor.name, net.tensors[c.number % net.tensors.size()].name);
        break;
    case 2:
        tensor.shape[c.which / 256 % tensor.shape.size()] = size_of(c.number);
        break;
    case 3:
        tensor.type = static_cast<convert::WeightType>(c.number % 4);
        break;
    case 4:
        for (auto& each : net.tensors) { // the whole network but CenterNet's first layer, which is always float32
            if (each.shape.size() == 2 && each.name.ends_with("weight") && each.name != "stem.weight") {
                each.type = static_cast<convert::WeightType>(c.number % 4);
            }
        }
        break;
    case 5:
        tensor.scale = wild(c.number);
        break;
    case 6:
        change_value(entry.second, c.which / 256, c.number);
        break;
    case 7:
        resize_list(entry.second, c.number);
        break;
    case 8:
        net.values.erase(net.values.begin() + static_cast<std::ptrdiff_t>(c.which % net.values.size()));
        break;
    case 9:
        entry.second = net.values[c.number % net.values.size()].second; // often of another type
        break;
    case 10:
        repeat_block(net, tensor.name, c.number);
        break;
    case 11:
        tensor.shape.resize(1 + c.number % 4, 1);
        break;
    }
}

bool small_enough(TinyNetwork const& net) {
    return std::all_of(net.tensors.begin(), net.tensors.end(), [](auto const& tensor) {
        std::int64_t count = 1;
        for (auto n : tensor.shape) {
            count *= n;
        }
        return count <= most_elements;
    });
}

PictureInput picture(int width, int height) {
    return {width, height, std::vector<float>(static_cast<std::size_t>(3 * width * height), 0.25F)};
}

void use(std::string const& architecture, std::filesystem::path const& file, std::string const& device) {
    if (architecture == "detr") {
        Detr net(file, 1, device);
        std::vector<DetrInput> const padded{picture(40, 32), picture(32, 64)};
        for (auto const& output : net.run(padded)) {
            detr_decode(output, net.params().labels, 0.1F, 40, 32);
        }
    } else if (architecture == "centernet") {
        CenterNet net(file, 1);
        auto const side = static_cast<std::size_t>(net.params().input_size);
        centernet_decode(net.run(std::vector<float>(3 * side * side, 100)), net.params(), 0.1F, 40, 32);
    } else if (architecture == "nanodet") {
        NanoDet net(file, 1, device);
        auto const side = net.params().input_size;
        nanodet_decode(net.run(picture(side, side)), net.params(), 0.1F, 40, 32);
    } else if (architecture == "moondream-vision") {
        Image const image{40, 30, std::vector<std::uint8_t>(3600, 70)};
        MoondreamVision(file, 1, device).embed(image);
    } else if (architecture == "vits") {
        Vits vits(file, 1);
        std::vector<std::int64_t> const symbols{1, 0, 2, 0, 1};
        vits.samples(vits.prepare(symbols, {}, {}), 0, 5);
    } else {
        Midas net(file, 1, device);
        std::vector<PictureInput> const two{picture(64, 32), picture(32, 96)};
        for (auto const& depth : net.run(two)) {
            midas_depth(two[0], std::span(depth).first(std::min<std::size_t>(depth.size(), 2048)), 20, 10);
        }
    }
}

} // namespace

// The first byte names the network, its highest bit ggml's own operations instead of ours.
std::vector<Bytes> seeds() {
    std::vector<Bytes> all;
    for (std::uint8_t kind = 0; kind < test::tiny_networks().size(); ++kind) {
        for (std::uint8_t type = 0; type < 4; ++type) {
            auto const device = static_cast<std::uint8_t>(type % 2 == 0 ? 0 : 0x80);
            all.push_back({static_cast<std::uint8_t>(kind | device), 4, 0, 0, type});
        }
    }
    return all;
}

void run(Input input) {
    if (input.empty()) {
        return;
    }
    static auto const networks = test::tiny_networks();
    auto net = networks[(input[0] & 0x7F) % networks.size()];
    auto const* device = (input[0] & 0x80) != 0 ? nn::plain_device : nn::cpu_device;
    constexpr std::size_t most_changes = 16;
    std::size_t changes = 0;
    for (auto rest = input.subspan(1); rest.size() >= 4 && changes < most_changes; rest = rest.subspan(4), ++changes) {
        apply(net, {rest[0], static_cast<std::size_t>(rest[1] | rest[2] << 8), rest[3]});
    }
    if (!small_enough(net)) {
        return;
    }
    bool possible = true;
    auto const bytes = written("network.gguf", [&](auto const& path) { possible = net.write(path); });
    if (possible) {
        MemoryFile const file(bytes);
        use(net.architecture, file.path(), device);
    }
}

} // namespace echollama::fuzz
