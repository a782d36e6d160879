#include "models/keeping.h"

#include "base/error.h"
#include "base/folder.h"
#include "base/installed_file.h"
#include "command_line/nearest_word.h"
#include "models/conversion.h"
#include "output/progress_line.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <future>
#include <iostream>
#include <memory>
#include <mutex>

namespace echollama {
namespace {

namespace fs = std::filesystem;

// The entry of the list, or one that knows only its name.
store::ModelEntry entry_of(std::string const& name) {
    for (auto const& entry : store::load_manifest()) {
        if (entry.name == name) {
            return entry;
        }
    }
    store::ModelEntry entry;
    entry.name = name;
    return entry;
}

// Installed models by name, or by what stands before the dot. Throws UsageError.
std::vector<std::string> choose_installed(AppContext const& context, std::vector<std::string> const& wanted) {
    auto const installed = installed_names(context.models_dir);
    std::vector<std::string> chosen;
    for (auto const& name : wanted) {
        auto const found = std::find_if(installed.begin(), installed.end(), [&](std::string const& one) {
            return one == name || fs::path(one).stem() == name;
        });
        if (found == installed.end()) {
            auto const near = nearest_word(name, installed);
            throw UsageError(
                "The model '" + name + "' is not installed" +
                (near.empty() ? "; 'echollama models list' names those that are." : "; did you mean " + near + "?"));
        }
        chosen.push_back(*found);
    }
    return chosen;
}

void remove_models(AppContext const& context, std::vector<std::string> const& names, bool originals) {
    if (!originals) {
        for (auto const& name : choose_installed(context, names)) {
            store::remove_model(name, context.models_dir);
            print_line(name + " is removed.");
        }
        return;
    }
    auto const settings = hub::settings_from_environment();
    for (auto const& entry : named_models(names)) {
        auto const bytes = store::remove_originals(entry, settings, context.models_dir);
        print_line("Of " + entry.name + " the original is removed, " + size_words(bytes) + ".");
    }
}

// Checks several models at a time, since one processor computes checksums no faster than a good disk reads. `found` is
// told in the order of the names, from the caller's thread.
void check_all(AppContext const& context, std::vector<std::string> const& names,
               std::function<void(std::string const& name, store::ModelCheck const& check)> const& found) {
    std::atomic<std::uint64_t> all_bytes{0};
    ProgressLine line(context.quiet);
    std::mutex line_mutex;
    auto const check_one = [&](std::string const& name) {
        std::uint64_t before = 0;
        auto const show = [&](std::uint64_t done) {
            auto const sum = all_bytes += done - before;
            before = done;
            if (sum >= (512U << 20)) { // what takes less than a second is not worth a word
                std::lock_guard lock(line_mutex);
                line.show("checking, " + size_words(sum));
            }
        };
        return store::check_model(name, context.models_dir, show, context.stop);
    };
    auto const at_once = static_cast<std::size_t>(std::clamp(context.threads, 1, 4));
    std::deque<std::future<store::ModelCheck>> running;
    for (std::size_t next = 0, done = 0; done < names.size(); ++done) {
        for (; next < names.size() && next < done + at_once; ++next) {
            running.push_back(std::async(std::launch::async, check_one, names[next]));
        }
        auto const check = running.front().get();
        running.pop_front();
        std::lock_guard lock(line_mutex);
        line.finish();
        found(names[done], check);
    }
}

void verify(AppContext const& context, std::vector<std::string> const& names) {
    auto const chosen = names.empty() ? installed_names(context.models_dir) : choose_installed(context, names);
    if (chosen.empty()) {
        print_line("No models are installed.");
        return;
    }
    std::vector<std::string> damaged;
    std::uint64_t bytes = 0;
    auto const begin = std::chrono::steady_clock::now();
    check_all(context, chosen, [&](std::string const& name, store::ModelCheck const& check) {
        bytes += check.bytes;
        switch (check.soundness) {
        case store::Soundness::good:
            print_line(name + " is good.");
            break;
        case store::Soundness::unknown:
            print_line(name + " cannot be checked: an older version installed it and kept no checksum.");
            break;
        case store::Soundness::damaged:
            print_line(name + " is damaged.");
            damaged.push_back(name);
            break;
        }
    });
    if (context.verbose) {
        auto const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        std::cerr << size_words(bytes) << " read in " << seconds << " s\n";
    }
    if (!damaged.empty()) {
        throw Error("Damaged: " + joined_words(damaged, " and ") + "; 'echollama models verify --repair " +
                    joined_words(damaged, " ") + "' makes " + (damaged.size() == 1 ? "it" : "them") +
                    " anew from what was fetched, and fetches of that only what is damaged.");
    }
}

// Sets aside what is damaged of what was fetched, and the model itself; the next pull makes both good.
void set_aside(AppContext const& context, store::ModelEntry const& entry) {
    if (!entry.repository.empty()) {
        auto const settings = hub::settings_from_environment();
        hub::Cache const cache(settings.cache);
        auto const commit = cache.commit_of(entry.repository, entry.revision);
        for (auto const& path : commit ? cache.files(entry.repository, *commit) : std::vector<std::string>()) {
            auto const content = hub::Cache::content_of(cache.snapshot(entry.repository, *commit) / path);
            if (content.empty()) {
                continue;
            }
            auto const verdict = hub::verify_blob(cache, entry.repository, content, {}, context.stop);
            if (!verdict.good) {
                std::cerr << path << " is damaged"
                          << (verdict.located ? ", " + std::to_string(verdict.changed.size()) + " pieces of it" : "")
                          << "\n";
                hub::set_aside(cache, entry.repository, content, verdict, context.stop);
            }
        }
    }
    store::remove_model(entry.name, context.models_dir);
}

void import_models(AppContext const& context, fs::path const& folder, std::vector<std::string> const& names) {
    std::error_code failed;
    if (!fs::is_directory(folder, failed)) {
        throw Error("There is no folder " + folder.string() + "; name the one that the models were copied to.");
    }
    auto const entries = names.empty() ? store::load_manifest() : named_models(names);
    int imported = 0;
    for (auto const& entry : entries) {
        bool done = store::is_installed(entry, context.models_dir);
        if (done) {
            continue;
        }
        for (auto const& place : {folder, folder / "models"}) {
            done = done || store::import_model(entry, place, context.models_dir, context.stop);
        }
        if (!done && entry.package.empty()) {
            auto const sources = store::find_sources(entry, folder, context.stop);
            if (!sources.files.empty()) {
                store::install_files(entry, sources, context.models_dir, conversion_of(context, entry, Placing::copy));
                done = true;
            }
        }
        imported += done ? 1 : 0;
        if (done) {
            print_line(entry.name + " is ready.");
        } else if (!names.empty()) {
            throw Error("The folder " + folder.string() + " does not hold " + entry.title +
                        "; copy the files that 'echollama models info " + entry.name + "' names there.");
        }
    }
    if (imported == 0) {
        print_line("Nothing new was found in " + folder.string() + ".");
    }
}

} // namespace

std::vector<std::string> installed_names(fs::path const& models_dir) {
    std::vector<std::string> names;
    for (auto const& stamp :
         entries_of(models_dir, [](auto const& name) { return name.starts_with(".") && name.ends_with(".stamp"); })) {
        auto const name = stamp.filename().string();
        auto const model = name.substr(1, name.size() - 7);
        std::error_code failed;
        if (fs::exists(models_dir / model, failed)) {
            names.push_back(model);
        }
    }
    return names;
}

fs::path package_fetcher() {
    std::error_code failed;
    auto const beside = store::manifest_file().parent_path().parent_path() / "scripts" / "fetch-package";
    return fs::exists(beside, failed) ? beside : fs::path();
}

void add_remove(Command& models, AppContext& context) {
    struct Options {
        std::vector<std::string> names;
        bool originals = false;
    };
    auto options = std::make_shared<Options>();
    auto& command = models.subcommand("rm", "Remove models from this computer");
    command.list("models", options->names, "Models that are installed").required();
    command.flag("--originals", options->originals,
                 "Remove instead what was fetched and is not needed any more since it was converted");
    command.example = "echollama models rm moondream2\nechollama models rm --originals paper";
    command.run = [&context, options] { remove_models(context, options->names, options->originals); };
}

void add_verify(Command& models, AppContext& context) {
    struct Options {
        std::vector<std::string> names;
        bool repair = false;
    };
    auto options = std::make_shared<Options>();
    auto& command = models.subcommand("verify", "Check that models are what was installed, byte for byte");
    command.list("models", options->names, "Models that are installed; without, all");
    command.flag("--repair", options->repair,
                 "Make the named models anew; of what was fetched, only what is damaged is fetched again");
    command.example = "echollama models verify";
    command.run = [&context, options] {
        if (!options->repair) {
            verify(context, options->names);
            return;
        }
        for (auto const& name : choose_installed(context, options->names)) {
            auto const entry = entry_of(name);
            set_aside(context, entry);
            if (entry.role.empty()) {
                print_line(name + " is set aside; fetch it by its hf: name again.");
            } else {
                pull_again(context, name);
            }
        }
    };
}

void add_import(Command& models, AppContext& context) {
    struct Options {
        fs::path folder;
        std::vector<std::string> names;
    };
    auto options = std::make_shared<Options>();
    auto& command = models.subcommand("import", "Install models from a folder or a stick, without the network");
    command
        .positional("folder", options->folder, "Folder with files of the hub, its cache, or another computer's models")
        .value_name("FOLDER")
        .required();
    command.list("models", options->names, "Only these models or presets");
    command.example = "echollama models import /media/stick";
    command.run = [&context, options] { import_models(context, options->folder, options->names); };
}

} // namespace echollama
