// What every fuzz target shares. A target is one file fuzz/NAME.cpp that defines seeds() and run(); it is built twice:
// with libFuzzer (clang, ECHOLLAMA_FUZZ, scripts/fuzz), and with replay.cpp, so that ./test runs it over its seeds and
// some thousand mutations of them.
#pragma once

#include "base/memory_file.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echollama::fuzz {

using Bytes = std::vector<std::uint8_t>;
using Input = std::span<std::uint8_t const>;

// --- what a target defines ---

// Small inputs of every kind the parser knows. They are made, not stored, and must be accepted: run() may not throw.
std::vector<Bytes> seeds();

// Parses the input. May throw Error, which is how parsers refuse; any other exception, a crash, a sanitizer's report,
// too much memory or time is a finding.
void run(Input input);

// --- helpers ---

Bytes bytes_of(std::string_view text);
std::string_view text_of(Input input);

// Four bytes, the least significant first.
void put_u32(Bytes& bytes, std::int64_t value);

// What `write` puts into a file of the given name.
Bytes written(std::string const& name, std::function<void(std::filesystem::path const&)> const& write);

// Two files in one input, for formats that come in pairs: three bytes length of the first, the first, the second.
Bytes joined(Bytes const& first, Bytes const& second);
std::pair<Input, Input> parted(Input input);

} // namespace echollama::fuzz
