#include "train/config_section.h"

#include "base/error.h"

#include <algorithm>
#include <cstdio>
#include <sstream>

namespace echollama::train {
namespace {

std::string plain(double value) {
    auto text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    return value >= any_number ? "any" : text.ends_with('.') ? text.substr(0, text.size() - 1) : text;
}

// What a flag says, as the file would say it; without quotation marks.
toml::table table_of(std::string const& value, ConfigKey::Kind kind) {
    toml::table table;
    if (kind == ConfigKey::Kind::words) {
        toml::array words;
        std::istringstream stream(value);
        for (std::string word; std::getline(stream, word, ',');) {
            words.push_back(word);
        }
        table.insert("value", std::move(words));
    } else if (kind == ConfigKey::Kind::text || kind == ConfigKey::Kind::path) {
        table.insert("value", value);
    } else {
        try {
            table = toml::parse("value = " + value);
        } catch (toml::parse_error const&) { // then it is no number either, which the key refuses
            table.insert("value", value);
        }
    }
    return table;
}

} // namespace

std::string shown(std::string_view text) {
    std::string out;
    for (char c : text.substr(0, 60)) {
        out += c >= 0x20 && c < 0x7F ? c : '?';
    }
    return "'" + out + "'";
}

std::string flag_of(std::string const& key) {
    auto flag = "--" + key;
    std::replace(flag.begin(), flag.end(), '_', '-');
    return flag;
}

Section::Section(ConfigSource const& source, std::vector<ConfigKey>& keys, std::string name)
    : source_(source), keys_(keys), name_(std::move(name)) {
    if (auto const* node = source.file.get(name_)) {
        table_ = node->as_table();
        if (!table_) {
            throw Error("The configuration " + source.name + " has " + name_ + " without brackets; write [" + name_ +
                        "] and its keys below.");
        }
    }
}

void Section::refuse(std::string const& key, std::string const& wanted) const {
    if (auto const* given = flag_for(key)) {
        throw UsageError(flag_of(key) + " needs " + wanted + ", not " + shown(given->value) + ".");
    }
    throw Error("The configuration " + source_.name + " sets " + key + " in [" + name_ + "] to something else than " +
                wanted + ".");
}

void Section::miss(std::string const& key, std::string const& wanted) const {
    if (source_.name.empty()) {
        throw UsageError(flag_of(key) + " is missing: " + wanted + "; give it, or name a configuration.");
    }
    throw Error("The configuration " + source_.name + " does not set " + key + " in [" + name_ + "]: " + wanted +
                "; set it there, or give " + flag_of(key) + ".");
}

ConfigFlag const* Section::flag_for(std::string const& key) const {
    if (source_.flags) {
        for (auto const& flag : *source_.flags) {
            if (flag.key == key) {
                return &flag;
            }
        }
    }
    return nullptr;
}

toml::node const* Section::take(char const* key, std::string const& wanted, ConfigKey::Kind kind) {
    known_ += (known_.empty() ? "" : ", ") + std::string(key);
    taken_.emplace_back(key);
    keys_.push_back({name_, key, wanted, kind});
    if (auto const* given = flag_for(key)) {
        return given_.emplace_back(table_of(given->value, kind)).get("value");
    }
    return table_ ? table_->get(key) : nullptr;
}

void Section::number(char const* key, double& value, double least, double most) {
    auto const wanted = "a number from " + plain(least) + " to " + plain(most);
    if (auto const* node = take(key, wanted, ConfigKey::Kind::other)) {
        auto const found = node->value<double>();
        if (!node->is_number() || !found || !(*found >= least && *found <= most)) {
            refuse(key, wanted);
        }
        value = *found;
    }
    char text[40];
    std::snprintf(text, sizeof(text), "%.9g", value);
    keys_.back().value = text;
}

bool Section::whole_number(char const* key, std::int64_t& value, std::int64_t least, std::int64_t most) {
    auto const wanted = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
    auto const* node = take(key, wanted, ConfigKey::Kind::other);
    if (!node) {
        return false;
    }
    auto const found = node->value<std::int64_t>();
    if (!node->is_integer() || !found || *found < least || *found > most) {
        refuse(key, wanted);
    }
    value = *found;
    return true;
}

void Section::flag(char const* key, bool& value) {
    if (auto const* node = take(key, "true or false", ConfigKey::Kind::other)) {
        if (!node->is_boolean()) {
            refuse(key, "true or false");
        }
        value = *node->value<bool>();
    }
    keys_.back().value = value ? "true" : "false";
}

bool Section::text_node(char const* key, std::string const& wanted, ConfigKey::Kind kind, std::string& value) {
    auto const* node = take(key, wanted, kind);
    if (!node) {
        return false;
    }
    if (!node->is_string()) {
        refuse(key, wanted + " in quotation marks");
    }
    value = *node->value<std::string>();
    return true;
}

void Section::text(char const* key, std::string const& wanted, std::string& value) {
    text_node(key, wanted, ConfigKey::Kind::text, value);
    keys_.back().value = value;
}

// Those of flags are seen from the working folder, as everywhere on a command line.
void Section::path(char const* key, std::string const& wanted, std::filesystem::path& value) {
    std::string written;
    if (text_node(key, wanted, ConfigKey::Kind::path, written) && !written.empty()) {
        value = flag_for(key) ? std::filesystem::path(written) : source_.folder / written;
    }
}

std::vector<std::string> Section::words(char const* key, std::string const& wanted, std::string const& otherwise) {
    std::vector<std::string> all;
    auto const* node = take(key, wanted, ConfigKey::Kind::words);
    if (node && !node->is_array()) {
        refuse(key, wanted);
    }
    if (node) {
        for (auto const& element : *node->as_array()) {
            all.push_back(element.value_or<std::string>(""));
            keys_.back().value += (keys_.back().value.empty() ? "" : ", ") + all.back();
        }
        if (all.empty()) {
            refuse(key, wanted);
        }
    }
    keys_.back().value = node ? keys_.back().value : otherwise;
    return all;
}

void Section::end() const {
    if (!table_) {
        return;
    }
    for (auto const& [key, value] : *table_) {
        if (std::find(taken_.begin(), taken_.end(), key.str()) == taken_.end()) {
            throw Error("The configuration " + source_.name + " sets " + shown(key.str()) + " in [" + name_ +
                        "], which is not known; known are " + known_ + ".");
        }
    }
}

} // namespace echollama::train
