// Brings files into a repository of a hub, as its own client does (huggingface_hub, _commit_api.py and lfs.py): small
// files in the commit itself, large ones by Git LFS's basic transfer before it.
#pragma once

#include "http/client.h"
#include "hub/settings.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::hub {

enum class RepositoryKind { model, dataset };

struct Upload {
    RepositoryKind kind = RepositoryKind::model;
    std::string repository; // "OWNER/NAME"; made where it is not there
    bool is_private = false;
    std::string message; // of the commit
    struct File {
        std::string path; // in the repository
        std::filesystem::path from;
    };
    std::vector<File> files;
    http::RetryPolicy retry = {4, std::chrono::milliseconds(500), std::chrono::milliseconds(60'000)};
};

// The largest file: those above would have to be sent in parts.
inline constexpr std::uint64_t largest_upload = std::uint64_t{2} << 30;

// One commit on the branch main with all files; those that are there are replaced, others stay. `told` hears of each
// file before it is sent. Gives the address of the repository's page. Throws Error when there is no token, it may not
// write, a file cannot be read, or the hub fails again and again; then nothing was committed. Cancelled when stopped.
std::string upload(Settings const& settings, Upload const& what, std::function<void(std::string const&)> const& told,
                   std::stop_token const& stop);

// "https://huggingface.co/datasets/OWNER/NAME".
std::string page_of(Settings const& settings, RepositoryKind kind, std::string const& repository);

} // namespace echollama::hub
