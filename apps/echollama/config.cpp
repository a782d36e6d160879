#include "config/config.h"

#include "app.h"
#include "base/atomic_file.h"
#include "base/error.h"
#include "command_line/nearest_word.h"
#include "pipeline/json.h"

#include <fstream>
#include <iterator>
#include <memory>

namespace echollama {
namespace {

namespace fs = std::filesystem;

std::string text_of(fs::path const& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void show(bool as_json) {
    auto const file = config::config_file();
    auto const settings = config::load_config(file);
    if (as_json) {
        Json json{{"file", file.string()}, {"settings", Json::array()}};
        for (auto const& one : settings) {
            json["settings"].push_back({{"command", one.command.empty() ? Json(nullptr) : Json(one.command)},
                                        {"option", one.option},
                                        {"value", one.value}});
        }
        print_line(dump(json));
        return;
    }
    print_line((settings.empty() ? "Nothing is set in " : "Settings of ") + file.string() +
               (settings.empty() ? "." : ":"));
    for (auto const& one : settings) {
        print_line((one.command.empty() ? "" : one.command + ": ") + "--" + one.option + " " + one.value);
    }
}

// "rate" or "describe.rate" → command and option. Throws UsageError that suggests what may be meant.
Option const& find_key(Command const& root, std::string const& key, std::string& command, std::string& name) {
    auto const dot = key.rfind('.');
    command = dot == std::string::npos ? "" : key.substr(0, dot);
    for (char& c : command) {
        c = c == '.' ? ' ' : c;
    }
    name = key.substr(dot == std::string::npos ? 0 : dot + 1);
    while (name.starts_with('-')) {
        name.erase(0, 1);
    }
    auto const* option = find_option(root, command, name);
    if (!option) {
        throw UsageError("There is no option --" + name + (command.empty() ? "" : " of " + command) +
                         "; a key is an option without its dashes, such as rate, or describe.rate for one command.");
    }
    return *option;
}

void set(Command const& root, std::string const& key, std::string const& value) {
    std::string command, name;
    auto const& option = find_key(root, key, command, name);
    bool const flag = option.kind == ValueKind::none;
    if (flag && !value.empty() && value != "true" && value != "false") {
        throw UsageError(name + " is true or false, not '" + value + "'.");
    }
    if (!flag && !value.empty()) {
        read_option(name, option, value);
    }
    auto const file = config::config_file();
    if (file.empty()) {
        throw Error("There is no home folder to keep settings in; set HOME, or name a file in ECHOLLAMA_CONFIG.");
    }
    auto table = command;
    for (char& c : table) {
        c = c == ' ' ? '.' : c;
    }
    auto const text = config::with_setting(text_of(file), table, name, value, file.string());
    std::error_code failed;
    fs::create_directories(file.parent_path(), failed);
    write_file_atomically(file, text, "the settings");
    print_line(value.empty() ? key + " is no longer set." : key + " is " + value + " from now on.");
}

} // namespace

void add_config(Command& root, AppContext&) {
    auto& command = root.subcommand("config", "Show and change the settings that every command heeds");
    auto json = std::make_shared<bool>(false);
    auto& shows = command.subcommand("show", "Say what is set, and in which file");
    shows.flag("--json", *json, "Print JSON");
    shows.run = [json] { show(*json); };
    struct Words {
        std::string key, value;
    };
    auto words = std::make_shared<Words>();
    auto& sets = command.subcommand("set", "Set an option for good, or without a value take it back");
    sets.positional("key", words->key, "An option without its dashes; for one command only: describe.rate").required();
    sets.positional("value", words->value, "What it shall be; for a flag true or false");
    sets.example = "echollama config set preset small\nechollama config set describe.rate 1.5";
    sets.notes = "The file is config.toml in ~/.config/echollama, or what ECHOLLAMA_CONFIG names. What is given on the "
                 "command line comes first.";
    sets.run = [&root, words] { set(root, words->key, words->value); };
}

} // namespace echollama
