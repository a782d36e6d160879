// One section of a configuration, whose keys are taken one after the other: each from the command line where it is
// given there, else from the file.
#pragma once

#include "train/config.h"

#include <toml++/toml.h>

#include <cstdint>
#include <deque>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echollama::train {

inline constexpr double any_number = 1e12; // told as "any"

// For messages: what a file says may be anything.
std::string shown(std::string_view text);

// Where the values come from.
struct ConfigSource {
    toml::table file;
    std::string name;             // for messages; empty: there is no file
    std::filesystem::path folder; // that the file's paths are seen from
    std::vector<ConfigFlag> const* flags = nullptr;
};

class Section {
  public:
    // Each key that is asked for is written down in `keys`, with the value that holds.
    Section(ConfigSource const& source, std::vector<ConfigKey>& keys, std::string name);

    // The value stays as it is where the key is not set. Throws Error naming key and what it may be; UsageError where a
    // flag is wrong.
    void number(char const* key, double& value, double least, double most);
    void flag(char const* key, bool& value);
    void text(char const* key, std::string const& wanted, std::string& value);
    void path(char const* key, std::string const& wanted, std::filesystem::path& value);
    template <typename Whole>
    void whole(char const* key, Whole& value, std::int64_t least, std::int64_t most) {
        std::int64_t found = 0;
        if (whole_number(key, found, least, most)) {
            value = static_cast<Whole>(found);
        }
        keys_.back().value = std::to_string(value);
    }
    template <typename Value>
    void choice(char const* key, Value& value, std::initializer_list<std::pair<char const*, Value>> choices) {
        std::string words, found;
        for (auto const& [word, meaning] : choices) {
            words += (words.empty() ? "one of \"" : ", \"") + std::string(word) + "\"";
        }
        bool const set = text_node(key, words, ConfigKey::Kind::text, found);
        bool known = !set;
        for (auto const& [word, meaning] : choices) {
            if (set && found == word) {
                value = meaning;
                known = true;
            }
            if (value == meaning) {
                keys_.back().value = word;
            }
        }
        if (!known) {
            refuse(key, words);
        }
    }
    // The words of a list, on the command line between commas; nothing where it is not set. `otherwise` then holds.
    std::vector<std::string> words(char const* key, std::string const& wanted, std::string const& otherwise);

    // Refuses the keys of the file that nobody asked for.
    void end() const;

    [[noreturn]] void refuse(std::string const& key, std::string const& wanted) const;
    [[noreturn]] void miss(std::string const& key, std::string const& wanted) const;

  private:
    toml::node const* take(char const* key, std::string const& wanted, ConfigKey::Kind kind);
    bool whole_number(char const* key, std::int64_t& value, std::int64_t least, std::int64_t most);
    bool text_node(char const* key, std::string const& wanted, ConfigKey::Kind kind, std::string& value);
    ConfigFlag const* flag_for(std::string const& key) const;

    ConfigSource const& source_;
    std::vector<ConfigKey>& keys_;
    std::string name_, known_;
    toml::table const* table_ = nullptr;
    std::vector<std::string> taken_;
    std::deque<toml::table> given_; // what flags say, as if it stood in a file
};

} // namespace echollama::train
