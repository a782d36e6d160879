// Getting models and keeping them: pull, info, import, rm, verify. One file of options and texts each.
#pragma once

#include "app.h"
#include "hub/settings.h"
#include "store/plan.h"

#include <functional>
#include <string>
#include <vector>

namespace echollama {

void add_pull(Command& models, AppContext& context);
void add_info(Command& models, AppContext& context);
void add_import(Command& models, AppContext& context);
void add_remove(Command& models, AppContext& context);
void add_verify(Command& models, AppContext& context);

// Fetches a model anew whose terms were accepted before, and converts it.
void pull_again(AppContext const& context, std::string const& name);

// Models of the list by preset, by name, or by a name's beginning ("detr" for detr.gguf); each once. Throws UsageError
// that names near ones.
std::vector<store::ModelEntry> named_models(std::vector<std::string> const& names);

// The installed models, of the list and others (hf:…), by what lies in the models folder.
std::vector<std::string> installed_names(std::filesystem::path const& models_dir);

// "167 MB", "3.7 GB".
std::string size_words(std::uint64_t bytes);

// Where scripts/fetch-package lies beside the list of models of a source tree; empty: an installed program.
std::filesystem::path package_fetcher();

} // namespace echollama
