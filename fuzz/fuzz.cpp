#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace echollama::fuzz {
namespace fs = std::filesystem;

Bytes bytes_of(std::string_view text) {
    return {text.begin(), text.end()};
}

std::string_view text_of(Input input) {
    return {reinterpret_cast<char const*>(input.data()), input.size()};
}

void put_u32(Bytes& bytes, std::int64_t value) {
    for (int i = 0; i < 4; ++i) {
        bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
}

Bytes written(std::string const& name, std::function<void(fs::path const&)> const& write) {
    std::string folder = (fs::temp_directory_path() / "echollama-fuzz-XXXXXX").string();
    if (!mkdtemp(folder.data())) {
        throw std::runtime_error("no temporary folder");
    }
    auto const path = fs::path(folder) / name;
    write(path);
    std::ifstream file(path, std::ios::binary);
    Bytes bytes{std::istreambuf_iterator<char>(file), {}};
    fs::remove_all(folder);
    return bytes;
}

Bytes joined(Bytes const& first, Bytes const& second) {
    Bytes all;
    for (int i = 0; i < 3; ++i) {
        all.push_back(static_cast<std::uint8_t>(first.size() >> (8 * i)));
    }
    all.insert(all.end(), first.begin(), first.end());
    all.insert(all.end(), second.begin(), second.end());
    return all;
}

std::pair<Input, Input> parted(Input input) {
    if (input.size() < 3) {
        return {};
    }
    std::size_t const told = input[0] | input[1] << 8 | input[2] << 16;
    auto const rest = input.subspan(3);
    auto const first = std::min(told, rest.size());
    return {rest.first(first), rest.subspan(first)};
}

} // namespace echollama::fuzz
