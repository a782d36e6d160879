#include "convert/whisper_vocabulary.h"

#include "base/error.h"

#include <nlohmann/json.hpp>

#include <array>
#include <fstream>
#include <iterator>
#include <map>

namespace echollama::convert {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr std::uintmax_t max_file_bytes = 64 << 20;

// Bytes that GPT-2 shows as they are; the other 68 are shown as U+0100, U+0101, ... in their order
// (bytes_to_unicode in GPT-2's encoder.py).
constexpr bool shown_as_is(int byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

constexpr int shifted_bytes = 68;

constexpr std::array<char, shifted_bytes> shifted() {
    std::array<char, shifted_bytes> table{};
    std::size_t next = 0;
    for (int byte = 0; byte < 256; ++byte) {
        if (!shown_as_is(byte)) {
            table[next++] = static_cast<char>(byte);
        }
    }
    return table;
}

std::string read_text(fs::path const& path) {
    std::error_code failed;
    auto bytes = fs::file_size(path, failed);
    std::ifstream file(path, std::ios::binary);
    if (failed || !file || bytes > max_file_bytes) {
        throw Error("Cannot read the vocabulary " + path.string() + "; fetch the model again.");
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(std::string const& text) {
    std::vector<std::string> lines;
    std::size_t begin = 0;
    while (begin < text.size()) {
        auto end = text.find('\n', begin);
        lines.push_back(text.substr(begin, end == std::string::npos ? end : end - begin));
        begin = end == std::string::npos ? text.size() : end + 1;
    }
    return lines;
}

// tokenizer.json keeps the numbers in an object, and special tokens apart.
std::vector<std::string> tokenizer_tokens(json const& document, std::size_t count) {
    std::vector<std::string> tokens(count);
    std::vector<bool> seen(count);
    for (auto const& [text, number] : document.at("model").at("vocab").items()) {
        auto index = number.get<std::size_t>();
        if (index < count) {
            tokens[index] = text;
            seen[index] = true;
        }
    }
    for (auto const& added : document.value("added_tokens", json::array())) {
        auto index = added.at("id").get<std::size_t>();
        if (index < count) {
            tokens[index] = added.at("content").get<std::string>();
            seen[index] = true;
        }
    }
    std::size_t known = 0;
    while (known < count && seen[known]) {
        ++known;
    }
    tokens.resize(known);
    return tokens;
}

std::vector<std::string> printable_tokens(fs::path const& file, std::string_view form, std::size_t count) {
    auto text = read_text(file);
    if (form == "vocabulary.txt") {
        return lines_of(text);
    }
    try {
        auto document = json::parse(text);
        return form == "vocabulary.json" ? document.get<std::vector<std::string>>() : tokenizer_tokens(document, count);
    } catch (json::exception const&) {
        throw Error("The vocabulary " + file.string() + " is damaged; fetch the model again.");
    }
}

} // namespace

std::string token_bytes(std::string_view printable) {
    static constexpr auto damaged = "a token holds a character that stands for no byte";
    static constexpr auto table = shifted();
    std::string bytes;
    for (std::size_t i = 0; i < printable.size(); ++i) {
        auto lead = static_cast<unsigned char>(printable[i]);
        unsigned code = lead;
        if (lead >= 0x80) { // all characters in use are below U+0144: two bytes of UTF-8
            auto next = i + 1 < printable.size() ? static_cast<unsigned char>(printable[i + 1]) : 0U;
            if ((lead & 0xE0) != 0xC0 || (next & 0xC0) != 0x80) {
                throw Error(damaged);
            }
            code = (lead & 0x1FU) << 6 | (next & 0x3FU);
            ++i;
        }
        if (code < 256 && shown_as_is(static_cast<int>(code))) {
            bytes += static_cast<char>(code);
        } else if (code >= 256 && code < 256 + shifted_bytes) {
            bytes += table[code - 256];
        } else {
            throw Error(damaged);
        }
    }
    return bytes;
}

std::vector<std::string> read_whisper_tokens_file(fs::path const& file, std::string_view form, std::size_t count) {
    auto tokens = printable_tokens(file, form, count);
    if (tokens.size() < count) {
        throw Error("The vocabulary " + file.string() + " holds " + std::to_string(tokens.size()) +
                    " tokens, but the model needs " + std::to_string(count) + "; fetch the model again.");
    }
    tokens.resize(count);
    for (auto& token : tokens) {
        try {
            token = token_bytes(token);
        } catch (Error const& error) {
            throw Error("The vocabulary " + file.string() + " is damaged: " + error.what() +
                        "; fetch the model again.");
        }
    }
    return tokens;
}

std::vector<std::string> read_whisper_tokens(fs::path const& dir, std::size_t count) {
    for (auto const* name : {"vocabulary.txt", "vocabulary.json", "tokenizer.json"}) {
        std::error_code ignored;
        if (auto const file = dir / name; fs::exists(file, ignored)) {
            return read_whisper_tokens_file(file, name, count);
        }
    }
    throw Error("There is no vocabulary.txt, vocabulary.json or tokenizer.json in " + dir.string() +
                "; put the model's vocabulary beside it.");
}

} // namespace echollama::convert
