#include "formats/torch_file.h"

#include "formats/pickle.h"
#include "formats/zip_reader.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace echollama::convert {
namespace {

using pickle::Index;
using pickle::Kind;
using pickle::Pickle;

constexpr std::uint64_t max_pickle = 256U << 20U;

// 0x1950a86a20f9469cfc6c as a protocol 2 pickle
constexpr std::uint8_t old_magic[] = {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c,
                                      0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19};

// Where the numbers of a storage begin and how many bytes there are.
using StoragePlace = std::function<ZipEntry(pickle::Value const& storage)>;

std::vector<std::int64_t> integers(FileBytes const& file, Pickle const& p, Index sequence) {
    std::vector<std::int64_t> numbers;
    for (Index item : p.values[sequence].items) {
        auto const& value = p.values[item];
        if (value.kind != Kind::integer || value.integer < 0 ||
            static_cast<std::uint64_t>(value.integer) > max_dimension || numbers.size() == max_dimensions) {
            file.fail("one of its tensors has an impossible shape");
        }
        numbers.push_back(value.integer);
    }
    return numbers;
}

CheckpointTensor make_tensor(FileBytes const& file, Pickle const& p, std::string const& name, Index index,
                             StoragePlace const& place) {
    auto const& value = p.values[index];
    auto const& storage = p.values[value.items[0]];
    CheckpointTensor tensor;
    tensor.name = name;
    tensor.type = storage.type;
    tensor.shape = integers(file, p, value.items[1]);
    tensor.strides = integers(file, p, value.items[2]);
    auto count = element_count(tensor.shape);
    auto entry = place(storage);
    auto stored = entry.bytes / dtype_bytes(tensor.type);
    if (count < 0 || tensor.strides.size() != tensor.shape.size() || value.integer < 0 ||
        static_cast<std::uint64_t>(storage.integer) > stored) {
        file.fail("the tensor '" + name + "' is damaged");
    }
    // position of the last element; every step is bounded by the stored count, so that nothing overflows
    auto position = static_cast<std::uint64_t>(value.integer);
    for (std::size_t d = 0; d < tensor.shape.size() && count > 0 && position < stored; ++d) {
        auto steps = static_cast<std::uint64_t>(tensor.shape[d] - 1);
        auto stride = static_cast<std::uint64_t>(tensor.strides[d]);
        bool repeats = steps > 0 && stride == 0; // an expanded tensor could be far larger than the file
        position = repeats || (steps > 0 && stride > stored / steps) ? stored : position + steps * stride;
    }
    if (count > 0 && (position >= stored || static_cast<std::uint64_t>(count) > stored)) {
        file.fail("the tensor '" + name + "' reaches outside its numbers");
    }
    tensor.offset = entry.offset + static_cast<std::uint64_t>(value.integer) * dtype_bytes(tensor.type);
    return tensor;
}

bool holds_tensors(Pickle const& p, Index dictionary) {
    auto const& items = p.values[dictionary].items;
    for (std::size_t i = 1; i < items.size(); i += 2) {
        if (p.values[items[i]].kind == Kind::tensor) {
            return true;
        }
    }
    return false;
}

// The dictionary of tensors: the root or one level below it.
std::optional<Index> find_state_dict(Pickle const& p) {
    if (p.values[p.root].kind != Kind::dictionary) {
        return std::nullopt;
    }
    if (holds_tensors(p, p.root)) {
        return p.root;
    }
    std::vector<Index> candidates;
    auto const& items = p.values[p.root].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (p.values[items[i + 1]].kind != Kind::dictionary || !holds_tensors(p, items[i + 1])) {
            continue;
        }
        auto const& key = p.values[items[i]].text;
        if (key == "model" || key == "state_dict" || key == "model_state_dict") {
            return items[i + 1];
        }
        candidates.push_back(items[i + 1]);
    }
    return candidates.size() == 1 ? std::optional(candidates[0]) : std::nullopt;
}

Checkpoint collect(FileBytes const& file, std::filesystem::path const& path, Pickle const& p,
                   StoragePlace const& place) {
    auto dictionary = find_state_dict(p);
    if (!dictionary) {
        file.fail("there is no state dict with tensors in it");
    }
    std::vector<CheckpointTensor> tensors;
    auto const& items = p.values[*dictionary].items;
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
        if (p.values[items[i]].kind == Kind::text && p.values[items[i + 1]].kind == Kind::tensor) {
            tensors.push_back(make_tensor(file, p, p.values[items[i]].text, items[i + 1], place));
        }
    }
    return {path, std::move(tensors)};
}

Checkpoint open_zip(FileBytes& file, std::filesystem::path const& path) {
    auto entries = read_zip_directory(file);
    auto is_list = [](auto const& entry) { return entry.first == "data.pkl" || entry.first.ends_with("/data.pkl"); };
    auto list = std::find_if(entries.begin(), entries.end(), is_list);
    if (list == entries.end()) {
        file.fail("it is a zip file, but not one of PyTorch (data.pkl is missing)");
    }
    std::string const root = list->first.substr(0, list->first.size() - std::string("data.pkl").size());
    if (auto order = entries.find(root + "byteorder"); order != entries.end()) {
        auto text = file.read(order->second.offset, std::min<std::uint64_t>(order->second.bytes, 16), "its byte order");
        if (std::string(text.begin(), text.end()).starts_with("big")) {
            file.fail("it was written by a big-endian machine");
        }
    }
    if (list->second.bytes > max_pickle) {
        file.fail("its list of tensors is longer than any model's");
    }
    auto bytes = file.read(list->second.offset, list->second.bytes, "its list of tensors");
    auto p = pickle::read_pickle(bytes, 0, [&](std::string const& reason) { file.fail(reason); });
    return collect(file, path, p, [&](pickle::Value const& storage) {
        auto found = entries.find(root + "data/" + storage.text);
        if (found == entries.end()) {
            file.fail("the numbers '" + storage.text + "' are missing");
        }
        return found->second;
    });
}

// magic, protocol, system, state dict, list of storage keys: five pickles; then for each key the count (8 bytes) and
// the numbers.
Checkpoint open_old(FileBytes& file, std::filesystem::path const& path) {
    auto fail = [&](std::string const& reason) { file.fail(reason); };
    // The pickles come first and are small beside the numbers.
    auto bytes = file.read(0, std::min<std::uint64_t>(file.size(), max_pickle / 4), "its list of tensors");
    std::size_t at = 0;
    for (int i = 0; i < 3; ++i) {
        at = pickle::read_pickle(bytes, at, fail).end;
    }
    auto p = pickle::read_pickle(bytes, at, fail);
    auto keys = pickle::read_pickle(bytes, p.end, fail);
    std::map<std::string, DType> types;
    for (auto const& value : p.values) {
        if (value.kind == Kind::storage) {
            types[value.text] = value.type;
        }
    }
    std::map<std::string, ZipEntry> places;
    std::uint64_t offset = keys.end;
    for (Index item : keys.values[keys.root].items) {
        auto const& key = keys.values[item].text;
        auto type = types.find(key);
        if (type == types.end()) {
            file.fail("its list of numbers is damaged");
        }
        auto count = little_endian(file.read(offset, 8, "the numbers '" + key + "'"), 0, 8);
        offset += 8;
        if (count > (file.size() - offset) / dtype_bytes(type->second)) {
            file.fail("it ends before the numbers '" + key + "' do");
        }
        places[key] = {offset, count * dtype_bytes(type->second)};
        offset += places[key].bytes;
    }
    return collect(file, path, p, [&](pickle::Value const& storage) {
        auto found = places.find(storage.text);
        if (found == places.end()) {
            file.fail("the numbers '" + storage.text + "' are missing");
        }
        return found->second;
    });
}

} // namespace

bool looks_like_torch(FileBytes& file) {
    if (looks_like_zip(file)) {
        return true;
    }
    if (file.size() < sizeof old_magic) {
        return false;
    }
    auto start = file.read(0, sizeof old_magic, "its header");
    return std::equal(start.begin(), start.end(), old_magic);
}

Checkpoint open_torch(std::filesystem::path const& path) {
    FileBytes file(path);
    return looks_like_zip(file) ? open_zip(file, path) : open_old(file, path);
}

} // namespace echollama::convert
