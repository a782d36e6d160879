// What has to be fetched for a model, and fetching it: from the hub, from behind an address, or from a folder.
#pragma once

#include "hub/pull.h"
#include "store/install.h"
#include "store/manifest.h"

#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::store {

struct Plan {
    ModelEntry entry;
    bool installed = false;                  // nothing is to be done
    hub::Listing listing = {};               // of the hub
    std::vector<hub::RemoteFile> files = {}; // in the order of the entry's sources; patterns are told apart
    std::uint64_t bytes = 0;                 // of all files, as the hub says, else about, as the list says
    std::uint64_t missing = 0;               // of them, what is not on this computer
};

// Asks the hub what the model's files are; of models of packages, and of addresses, the list knows. Without the network
// what the cache holds counts. Throws Error when the hub does not have them or does not give them.
Plan plan_model(ModelEntry const& entry, hub::Settings const& settings, std::filesystem::path const& models_dir,
                std::stop_token const& stop);

// The name by which the terms of the model must be accepted before it is fetched: the list's, or the hub's licence
// where the hub gives it only to who accepted terms, or where it forbids commercial use. Empty: there is nothing to
// accept.
std::string terms_of(Plan const& plan);

// "hf:OWNER/NAME[:QUANT]" or "hf:OWNER/NAME@REVISION[:QUANT]".
struct Reference {
    std::string repository, revision = "main", quant = {};
};
// nullopt: it does not begin with "hf:". Throws Error when what follows is no such name.
std::optional<Reference> parse_reference(std::string const& text);

// The GGUF files of a repository that QUANT names, in any case of letters; without it Q4_K_M, else the only one, else
// Throws Error that lists what there is. All parts of a split file, and of picture encoders (mmproj) the f16 one, last.
std::vector<std::string> choose_gguf(std::vector<std::string> const& paths, Reference const& reference);

// The model that a reference names, as an entry: called like its file.
Plan plan_reference(Reference const& reference, hub::Settings const& settings, std::filesystem::path const& models_dir,
                    std::stop_token const& stop);

// Fetches what is missing. `one` is told before each file.
FoundSources fetch_sources(Plan const& plan, hub::Settings const& settings, hub::PullOptions const& options,
                           std::function<void(hub::RemoteFile const& file)> const& one, std::stop_token const& stop);

// The sources of an entry in a folder that somebody copied them to: the hub's cache (models--OWNER--NAME/…), folders
// OWNER/NAME or NAME, or the files alone where only this model can be meant by their name. Empty: not there. Throws
// Error when a file is not what the list says.
FoundSources find_sources(ModelEntry const& entry, std::filesystem::path const& folder, std::stop_token const& stop);

// Where the file behind an address is kept.
std::filesystem::path download_path(ModelEntry const& entry);

// Takes away what was fetched for the entry and is not needed to run it. Returns the bytes. Throws Error when the model
// runs from it.
std::uint64_t remove_originals(ModelEntry const& entry, hub::Settings const& settings,
                               std::filesystem::path const& models_dir);

} // namespace echollama::store
