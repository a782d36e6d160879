// A run's adapter and its data, ready for a model hub.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

namespace echollama {

struct Publication {
    std::filesystem::path run;  // its output_dir, with adapter/
    std::string base;           // what the hub calls the model that was trained: "OWNER/NAME"
    std::string to, data_to;    // repositories; empty: nothing is sent
    std::filesystem::path data; // rows; empty: no data are published
    std::filesystem::path eval; // rows kept for evaluation, beside them
    std::string licence, data_licence;
    std::filesystem::path folder; // where everything is made ready
    bool only_tells = false;      // writes and sends nothing
    bool is_private = false;
};

// Tells each file with its size and where it goes, then writes the folder: model/ and, with data, dataset/, each with
// its card, and sends what has a repository. Throws Error; Cancelled.
void publish(Publication const& what, std::function<void(std::string const&)> const& told, std::stop_token stop);

} // namespace echollama
