// Which hub, who asks, and where its files are kept: as its own clients in Python and llama.cpp read the environment.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace echollama::hub {

struct Settings {
    std::string endpoint = "https://huggingface.co"; // no slash at its end
    std::string token = {};                          // empty: nobody in particular asks
    std::filesystem::path token_file = {};           // where it is looked for
    std::filesystem::path cache = {};                // holds models--OWNER--NAME folders
    bool offline = false;                            // nothing is asked of the network
    std::chrono::milliseconds patience{60'000};      // with an answer of which hardly anything comes
};

// HF_ENDPOINT; HF_TOKEN, else HUGGING_FACE_HUB_TOKEN, else the first line of HF_TOKEN_PATH, else of HF_HOME/token;
// HF_HUB_CACHE, else HUGGINGFACE_HUB_CACHE, else HF_HOME/hub; HF_HUB_OFFLINE (1, ON, YES or TRUE). HF_HOME is
// $XDG_CACHE_HOME/huggingface, else ~/.cache/huggingface, where it is not set. Throws Error when an endpoint is no
// address, a token is none, or the home folder is wanted and not known.
Settings settings_from_environment();

} // namespace echollama::hub
