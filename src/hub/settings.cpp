#include "hub/settings.h"

#include "base/ascii.h"
#include "base/error.h"
#include "base/home_dir.h"
#include "http/client.h"

#include <algorithm>
#include <fstream>

namespace echollama::hub {
namespace {

namespace fs = std::filesystem;

std::string text_of(char const* name) {
    return path_from_environment(name).string();
}

std::string without_spaces(std::string const& text) {
    auto const begin = text.find_first_not_of(" \t\r\n");
    auto const end = text.find_last_not_of(" \t\r\n");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

// "~/x" as clients in Python read it.
fs::path with_home(fs::path const& path) {
    auto const text = path.string();
    return text == "~" || text.starts_with("~/") ? home_dir() / text.substr(std::min<std::size_t>(2, text.size()))
                                                 : path;
}

fs::path hub_home() {
    if (auto dir = path_from_environment("HF_HOME"); !dir.empty()) {
        return with_home(dir);
    }
    if (auto dir = path_from_environment("XDG_CACHE_HOME"); !dir.empty()) {
        return with_home(dir) / "huggingface";
    }
    return home_dir() / ".cache" / "huggingface";
}

std::string first_line(fs::path const& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return without_spaces(line.substr(0, 4096));
}

bool is_true(std::string const& text) {
    auto const word = lower_case(text);
    return word == "1" || word == "on" || word == "yes" || word == "true";
}

void read_token(Settings& settings) {
    auto const named = path_from_environment("HF_TOKEN_PATH");
    settings.token_file = named.empty() ? hub_home() / "token" : with_home(named);
    std::string where = "HF_TOKEN";
    settings.token = without_spaces(text_of("HF_TOKEN"));
    if (settings.token.empty()) {
        where = "HUGGING_FACE_HUB_TOKEN";
        settings.token = without_spaces(text_of("HUGGING_FACE_HUB_TOKEN"));
    }
    if (settings.token.empty()) {
        where = settings.token_file.string();
        settings.token = first_line(settings.token_file);
    }
    bool const clean =
        std::all_of(settings.token.begin(), settings.token.end(), [](unsigned char c) { return c > 0x20 && c < 0x7F; });
    if (!clean) {
        throw Error("What " + where + " holds is not a token of the hub; put a token of your account there.");
    }
}

} // namespace

Settings settings_from_environment() {
    Settings settings;
    if (auto endpoint = text_of("HF_ENDPOINT"); !endpoint.empty()) {
        auto const address = http::parse_address(endpoint);
        if (!address) {
            throw Error("HF_ENDPOINT is '" + endpoint +
                        "', which is no address; set it to one such as https://huggingface.co, or unset it.");
        }
        settings.endpoint = address->server + address->path;
    }
    settings.cache = path_from_environment("HF_HUB_CACHE");
    if (settings.cache.empty()) {
        settings.cache = path_from_environment("HUGGINGFACE_HUB_CACHE");
    }
    settings.cache = settings.cache.empty() ? hub_home() / "hub" : with_home(settings.cache);
    settings.offline = is_true(text_of("HF_HUB_OFFLINE"));
    read_token(settings);
    return settings;
}

} // namespace echollama::hub
