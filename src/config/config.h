// The user's settings: a TOML file whose every key is an option of the command line.
//     preset = "small"          # of every command that has --preset
//     [describe]                # of one command only
//     rate = 1.5
//     lora = ["a.gguf"]         # options that may be given several times
#pragma once

#include "command_line/command_line.h"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::config {

// ECHOLLAMA_CONFIG, else $XDG_CONFIG_HOME/echollama/config.toml, else ~/.config/echollama/config.toml. Empty: the
// home folder is wanted and not known, so nothing can be set.
std::filesystem::path config_file();

// Most bytes of such a file.
inline constexpr std::size_t max_bytes = 1 << 20;

// `origin` names the file in messages. Texts that begin with "~/" begin with the home folder then. Throws Error with
// the line when it is not TOML, UsageError when a value is none that an option could take.
std::vector<Setting> parse_config(std::string_view text, std::string const& origin);

// Of the file; none where there is no file. Throws Error.
std::vector<Setting> load_config(std::filesystem::path const& file);

// The text with `key` set to `value` in [command], or above all tables; everything else stays as it is, comments too.
// The value is written as a number or true or false where it is one, else in quotation marks; an empty one takes the
// key out. Throws Error when the text is not TOML before or afterwards.
std::string with_setting(std::string const& text, std::string const& command, std::string const& key,
                         std::string const& value, std::string const& origin);

} // namespace echollama::config
