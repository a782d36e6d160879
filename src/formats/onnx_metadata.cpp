#include "formats/onnx_metadata.h"

#include "formats/protobuf.h"

#include <cstdint>
#include <utility>

namespace echollama {
namespace {

constexpr std::uint64_t metadata_field = 14, ir_version_field = 1;
constexpr std::size_t longest_entry = 1 << 16, most_entries = 1000;

// StringStringEntryProto {key = 1, value = 2}
std::optional<std::pair<std::string, std::string>> read_entry(std::string_view message) {
    std::pair<std::string, std::string> entry;
    while (!message.empty()) {
        auto const field = protobuf::take_field(message);
        if (!field || (field->number != 1 && field->number != 2)) {
            return std::nullopt;
        }
        (field->number == 1 ? entry.first : entry.second) = field->bytes;
    }
    return entry;
}

} // namespace

std::optional<std::map<std::string, std::string>> onnx_metadata(std::string_view file) {
    std::map<std::string, std::string> entries;
    if (file.empty()) {
        return std::nullopt;
    }
    for (bool first = true; !file.empty(); first = false) {
        auto const field = protobuf::take_field(file);
        if (!field || (first && field->number != ir_version_field)) {
            return std::nullopt;
        }
        if (field->number != metadata_field) {
            continue;
        }
        auto const entry = field->bytes.size() <= longest_entry ? read_entry(field->bytes) : std::nullopt;
        if (!entry || entries.size() >= most_entries) {
            return std::nullopt;
        }
        entries.insert(*entry);
    }
    return entries;
}

} // namespace echollama
