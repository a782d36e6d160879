#include "config/config.h"

#include "base/error.h"
#include "base/home_dir.h"
#include "base/input_file.h"

#include <toml++/toml.h>

#include <charconv>
#include <cmath>
#include <sstream>

namespace echollama::config {
namespace {

namespace fs = std::filesystem;

// For messages: what a file says may be anything.
std::string shown(std::string_view text) {
    std::string out;
    for (char const c : text.substr(0, 60)) {
        out += c >= 0x20 && c < 0x7F ? c : '?';
    }
    return out;
}

std::string with_home(std::string const& text) {
    return text.starts_with("~/") ? (home_dir() / text.substr(2)).string() : text;
}

std::string number_text(double number) {
    char digits[64];
    auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return {digits, end};
}

// What stands for it on the command line; "true" and "false" of a flag.
std::string text_of(toml::node const& node, std::string const& key, std::string const& origin) {
    if (auto const* text = node.as_string()) {
        return with_home(text->get());
    }
    if (auto const* number = node.as_integer()) {
        return std::to_string(number->get());
    }
    if (auto const* number = node.as_floating_point(); number && std::isfinite(number->get())) {
        return number_text(number->get());
    }
    if (auto const* yes = node.as_boolean()) {
        return yes->get() ? "true" : "false";
    }
    throw UsageError("In " + origin + " " + shown(key) + " is neither a text, a number, nor true or false.");
}

void add_settings(std::vector<Setting>& settings, std::string const& command, std::string const& key,
                  toml::node const& node, std::string const& origin) {
    if (auto const* list = node.as_array()) {
        for (auto const& one : *list) {
            settings.push_back({command, key, text_of(one, key, origin), origin});
        }
        return;
    }
    settings.push_back({command, key, text_of(node, key, origin), origin});
}

void add_table(std::vector<Setting>& settings, std::string const& command, toml::table const& table,
               std::string const& origin, int depth) {
    for (auto const& [name, node] : table) {
        std::string const key(name.str());
        if (auto const* inner = node.as_table()) {
            if (depth > 3) {
                throw UsageError("In " + origin + " the tables lie too deep in each other.");
            }
            add_table(settings, command.empty() ? key : command + " " + key, *inner, origin, depth + 1);
        } else {
            add_settings(settings, command, key, node, origin);
        }
    }
}

std::string trimmed_line(std::string const& line) {
    auto const begin = line.find_first_not_of(" \t");
    auto const end = line.find_last_not_of(" \t\r");
    return begin == std::string::npos ? "" : line.substr(begin, end - begin + 1);
}

// "[describe] # words" → "[describe]"; empty for other lines.
std::string table_head(std::string const& line) {
    auto const text = trimmed_line(line);
    return text.starts_with('[') ? text.substr(0, std::min(text.find(']'), text.size() - 1) + 1) : "";
}

bool sets(std::string const& line, std::string const& key) {
    auto const text = trimmed_line(line);
    if (!text.starts_with(key)) {
        return false;
    }
    auto const after = text.find_first_not_of(" \t", key.size());
    return after != std::string::npos && text[after] == '=';
}

bool is_plain(std::string const& value) {
    double number = 0;
    auto const read = std::from_chars(value.data(), value.data() + value.size(), number);
    return value == "true" || value == "false" ||
           (read.ec == std::errc() && read.ptr == value.data() + value.size() && std::isfinite(number) &&
            value.find_first_not_of("-.0123456789") == std::string::npos && value.front() != '.' &&
            value.back() != '.' && !value.starts_with("-.") &&
            (value == "0" || value.starts_with("0.") || value.front() != '0'));
}

std::string quoted(std::string const& value) {
    std::string text = "\"";
    for (char const c : value) {
        text += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return text + "\"";
}

} // namespace

fs::path config_file() {
    if (auto file = path_from_environment("ECHOLLAMA_CONFIG"); !file.empty()) {
        return file;
    }
    auto folder = path_from_environment("XDG_CONFIG_HOME");
    if (!folder.is_absolute()) {
        try {
            folder = home_dir() / ".config";
        } catch (Error const&) { // most commands work without
            return {};
        }
    }
    return folder / "echollama" / "config.toml";
}

std::vector<Setting> parse_config(std::string_view text, std::string const& origin) {
    if (text.size() > max_bytes) {
        throw Error("The settings " + origin + " are larger than a megabyte; make them shorter.");
    }
    toml::table table;
    try {
        table = toml::parse(text, origin);
    } catch (toml::parse_error const& error) {
        throw Error("The settings " + origin + " cannot be read: line " + std::to_string(error.source().begin.line) +
                    ", " + shown(error.description()) + ".");
    }
    std::vector<Setting> settings;
    add_table(settings, "", table, origin, 0);
    return settings;
}

std::vector<Setting> load_config(fs::path const& file) {
    std::error_code failed;
    if (!fs::exists(file, failed)) {
        return {};
    }
    auto const bytes = read_input(file, {"settings", max_bytes});
    return parse_config({reinterpret_cast<char const*>(bytes.data()), bytes.size()}, file.string());
}

std::string with_setting(std::string const& text, std::string const& command, std::string const& key,
                         std::string const& value, std::string const& origin) {
    parse_config(text, origin);
    std::string const wanted_table = command.empty() ? "" : "[" + command + "]";
    std::string const line = value.empty() ? "" : key + " = " + (is_plain(value) ? value : quoted(value)) + "\n";
    std::istringstream lines(text);
    std::string result, table;
    bool done = false;
    for (std::string one; std::getline(lines, one);) {
        if (auto const head = table_head(one); !head.empty()) {
            if (!done && table == wanted_table) { // the table ends without the key
                result += line;
                done = true;
            }
            table = head;
        } else if (!done && table == wanted_table && sets(one, key)) {
            result += line;
            done = true;
            continue;
        }
        result += one + "\n";
    }
    if (!done) {
        result += (table == wanted_table ? "" : (result.empty() ? "" : "\n") + wanted_table + "\n") + line;
    }
    parse_config(result, origin);
    return result;
}

} // namespace echollama::config
