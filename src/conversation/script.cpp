#include "conversation/script.h"

#include "base/error.h"
#include "base/input_file.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace echollama {
namespace {

using Json = nlohmann::json;

constexpr std::size_t most_lines = 100'000;
constexpr std::size_t longest_line = 1 << 16;
constexpr double latest_s = 86400;

[[noreturn]] void refuse(std::size_t line, std::string const& what) {
    throw Error("Line " + std::to_string(line) + " of the script " + what + ".");
}

double time_of(Json const& value, std::size_t line) {
    double const seconds = value.is_number() ? value.get<double>() : -1;
    if (!(seconds >= 0 && seconds <= latest_s)) {
        refuse(line, "has no time from 0 to 86400 seconds");
    }
    return seconds;
}

ScriptStep step_of(std::string_view text, std::size_t line) {
    auto const json = text.size() <= longest_line ? Json::parse(text, nullptr, false) : Json();
    if (!json.is_object() || json.size() != 2) {
        refuse(line, R"(is not like {"at": 1.5, "text": "where is the cup?"})");
    }
    ScriptStep step;
    bool timed = false, told = false;
    for (auto const& [key, value] : json.items()) {
        if (key == "at" || key == "after") {
            step.seconds = time_of(value, line);
            step.after_quiet = key == "after";
            timed = true;
        } else if ((key == "text" || key == "sound" || key == "key") && value.is_string()) {
            step.kind = key == "text"    ? ScriptStep::Kind::text
                        : key == "sound" ? ScriptStep::Kind::sound
                                         : ScriptStep::Kind::key;
            step.value = value.get<std::string>();
            told = true;
        }
    }
    if (!timed || !told) {
        refuse(line, R"(needs "at" or "after", and "text", "sound" or "key")");
    }
    if (step.kind == ScriptStep::Kind::key && step.value != "stop" && step.value != "talk") {
        refuse(line, "names a key other than stop and talk");
    }
    return step;
}

} // namespace

std::vector<ScriptStep> parse_script(std::string_view text) {
    std::vector<ScriptStep> steps;
    double last_s = 0;
    for (std::size_t line = 1; !text.empty(); ++line) {
        auto const end = std::min(text.find('\n'), text.size());
        auto const one = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (one.find_first_not_of(" \t\r") == std::string_view::npos) {
            continue;
        }
        steps.push_back(step_of(one, line));
        if (!steps.back().after_quiet) {
            if (steps.back().seconds < last_s) {
                refuse(line, "comes before the line above it");
            }
            last_s = steps.back().seconds;
        }
        if (steps.size() > most_lines) {
            refuse(line, "is one too many; a script has at most 100000 lines");
        }
    }
    return steps;
}

std::vector<ScriptStep> read_script(std::filesystem::path const& file) {
    auto const bytes = read_input(file, {"script", 64U << 20});
    return parse_script({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
}

} // namespace echollama
