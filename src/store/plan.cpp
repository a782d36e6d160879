#include "store/plan.h"

#include "base/ascii.h"
#include "base/error.h"
#include "hub/names.h"
#include "store/paths.h"

#include <algorithm>
#include <set>

namespace echollama::store {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> alternatives(std::string const& pattern) {
    std::vector<std::string> all{""};
    for (char const c : pattern) {
        if (c == '|') {
            all.emplace_back();
        } else {
            all.back() += c;
        }
    }
    return all;
}

// The patterns of the entry's sources for what there is: of alternatives the first that something fits.
std::vector<std::string> patterns_for(ModelEntry const& entry, std::vector<std::string> const& paths) {
    std::vector<std::string> patterns;
    for (auto const& source : entry.sources) {
        auto const all = alternatives(source.path);
        auto const fits = std::find_if(all.begin(), all.end(), [&](std::string const& pattern) {
            return std::any_of(paths.begin(), paths.end(),
                               [&](std::string const& path) { return hub::matches(path, pattern); });
        });
        patterns.push_back((fits == all.end() ? all.front() : *fits) + (source.optional ? "?" : ""));
    }
    return patterns;
}

std::vector<std::string> paths_of(hub::Listing const& listing) {
    std::vector<std::string> paths;
    for (auto const& file : listing.files) {
        paths.push_back(file.path);
    }
    return paths;
}

// What the cache holds of a repository, as if the hub had said it. Throws Error when that is nothing.
hub::Listing cached_listing(hub::Settings const& settings, std::string const& repository, std::string const& revision) {
    hub::check_repository(repository);
    hub::check_revision(revision);
    hub::Cache const cache(settings.cache);
    auto const commit = cache.commit_of(repository, revision);
    hub::Listing listing{repository, revision, commit.value_or(""), ""};
    for (auto const& path : commit ? cache.files(repository, *commit) : std::vector<std::string>()) {
        auto const file = cache.find(repository, *commit, path);
        auto const content = file ? hub::Cache::content_of(*file) : "";
        if (!content.empty()) {
            listing.files.push_back({path, fs::file_size(*file), content});
        }
    }
    if (listing.files.empty()) {
        throw Error("Nothing of " + repository + " is in " + settings.cache.string() +
                    ", and the network is not used; allow the network, or import the model from a folder.");
    }
    return listing;
}

hub::Listing listing_of(hub::Settings const& settings, std::string const& repository, std::string const& revision,
                        std::stop_token const& stop) {
    return settings.offline ? cached_listing(settings, repository, revision)
                            : hub::list_files(settings, repository, revision, stop);
}

void choose_files(Plan& plan, hub::Settings const& settings) {
    plan.files = hub::chosen_files(plan.listing, patterns_for(plan.entry, paths_of(plan.listing)));
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        plan.bytes += plan.files[i].bytes;
    }
    plan.missing = hub::missing_bytes(hub::Cache(settings.cache), plan.listing, plan.files);
    for (auto const& source : plan.entry.sources) { // what the list knows exactly must hold
        for (auto const& file : plan.files) {
            if (!source.sha256.empty() && file.path == source.path && file.content != source.sha256) {
                throw Error("The hub's " + file.path + " of " + plan.entry.repository +
                            " is not the one that this version knows; update the program, or fetch it as hf:" +
                            plan.entry.repository + ".");
            }
        }
    }
}

bool is_gguf(std::string const& path) {
    return lower_case(path).ends_with(".gguf");
}

bool is_encoder(std::string const& path) {
    return lower_case(fs::path(path).filename().string()).find("mmproj") != std::string::npos;
}

// Does the file's name say the quantisation, as a word of its own?
bool says(std::string const& path, std::string const& quant) {
    auto const name = lower_case(fs::path(path).filename().string());
    auto const word = lower_case(quant);
    for (auto at = name.find(word); at != std::string::npos; at = name.find(word, at + 1)) {
        auto const end = at + word.size();
        auto const edge = [&](std::size_t i) {
            return std::string_view("-._").find(name[i]) != std::string_view::npos;
        };
        if ((at == 0 || edge(at - 1)) && (end == name.size() || (edge(end) && name[end] != '_'))) {
            return true;
        }
    }
    return false;
}

// "x-00002-of-00003.gguf" → "x"; "" for a file that is whole.
std::string split_stem(std::string const& path) {
    auto const stem = path.substr(0, path.size() - 5);
    auto const of = stem.rfind("-of-");
    if (of == std::string::npos || of < 6 || stem.size() - of != 9 || stem[of - 6] != '-') {
        return "";
    }
    auto const digits = stem.substr(of - 5, 5) + stem.substr(of + 4);
    return digits.find_first_not_of("0123456789") == std::string::npos ? stem.substr(0, of - 6) : "";
}

void add_encoder(std::vector<std::string> const& paths, std::vector<std::string>& chosen) {
    std::string encoder;
    for (auto const& path : paths) {
        if (is_gguf(path) && is_encoder(path) && (encoder.empty() || says(path, "f16"))) {
            encoder = path;
        }
    }
    if (!encoder.empty()) {
        chosen.push_back(encoder);
    }
}

} // namespace

Plan plan_model(ModelEntry const& entry, hub::Settings const& settings, fs::path const& models_dir,
                std::stop_token const& stop) {
    Plan plan{entry, is_installed(entry, models_dir), {}, {}, entry.about_bytes()};
    if (plan.installed) {
        return plan;
    }
    if (entry.repository.empty()) {
        std::error_code failed;
        bool const there = !entry.url.empty() && fs::exists(download_path(entry), failed);
        plan.missing = there ? 0 : plan.bytes;
        return plan;
    }
    plan.bytes = 0;
    plan.listing = listing_of(settings, entry.repository, entry.revision, stop);
    choose_files(plan, settings);
    return plan;
}

std::string terms_of(Plan const& plan) {
    if (!plan.entry.terms.empty()) {
        return plan.entry.terms;
    }
    auto const licence = lower_case(plan.listing.licence);
    bool const not_commercial =
        licence.find("-nc") != std::string::npos || licence.find("noncommercial") != std::string::npos ||
        licence.find("non-commercial") != std::string::npos || licence.find("research") != std::string::npos;
    if (plan.listing.gated || not_commercial) {
        return licence.empty() ? "gated" : licence;
    }
    return "";
}

std::optional<Reference> parse_reference(std::string const& text) {
    if (!text.starts_with("hf:")) {
        return std::nullopt;
    }
    Reference reference;
    auto rest = text.substr(3);
    if (auto const colon = rest.find(':'); colon != std::string::npos) {
        reference.quant = rest.substr(colon + 1);
        rest.resize(colon);
    }
    if (auto const at = rest.find('@'); at != std::string::npos) {
        reference.revision = rest.substr(at + 1);
        rest.resize(at);
    }
    reference.repository = rest;
    hub::check_repository(reference.repository);
    hub::check_revision(reference.revision);
    return reference;
}

std::vector<std::string> choose_gguf(std::vector<std::string> const& paths, Reference const& reference) {
    std::vector<std::string> models;
    std::copy_if(paths.begin(), paths.end(), std::back_inserter(models),
                 [](auto const& path) { return is_gguf(path) && !is_encoder(path); });
    auto const with = [&](std::string const& quant) {
        std::vector<std::string> found;
        std::copy_if(models.begin(), models.end(), std::back_inserter(found),
                     [&](auto const& path) { return says(path, quant); });
        return found;
    };
    auto found = with(reference.quant.empty() ? "q4_k_m" : reference.quant);
    found = found.empty() && reference.quant.empty() ? models : found;
    std::sort(found.begin(), found.end());
    bool const one_split = !found.empty() && !split_stem(found.front()).empty() &&
                           std::all_of(found.begin(), found.end(),
                                       [&](auto const& path) { return split_stem(path) == split_stem(found.front()); });
    if (found.empty() || (found.size() > 1 && !one_split)) {
        std::string names;
        for (std::size_t i = 0; i < models.size() && i < 30; ++i) {
            names += (i == 0 ? "" : ", ") + models[i];
        }
        throw Error(models.empty() ? "The repository " + reference.repository +
                                         " has no GGUF files; fetch its files by other means and use 'echollama models "
                                         "convert'."
                                   : "Say which GGUF of " + reference.repository + " is meant, as in hf:" +
                                         reference.repository + ":Q8_0; it has " + names + ".");
    }
    add_encoder(paths, found);
    return found;
}

Plan plan_reference(Reference const& reference, hub::Settings const& settings, fs::path const& models_dir,
                    std::stop_token const& stop) {
    Plan plan;
    plan.listing = listing_of(settings, reference.repository, reference.revision, stop);
    auto const chosen = choose_gguf(paths_of(plan.listing), reference);
    auto& entry = plan.entry;
    entry.name = fs::path(chosen.front()).filename().string();
    entry.role = is_encoder(chosen.back()) ? "captioner" : "describer";
    entry.title = fs::path(chosen.front()).stem().string() + " of " + reference.repository;
    entry.licence = plan.listing.licence.empty() ? "not stated" : plan.listing.licence;
    entry.repository = reference.repository;
    entry.revision = reference.revision;
    entry.convert = "copy";
    for (auto const& path : chosen) {
        entry.sources.push_back({path});
    }
    plan.installed = is_installed(entry, models_dir);
    choose_files(plan, settings);
    return plan;
}

fs::path download_path(ModelEntry const& entry) {
    return cache_dir() / "downloads" / entry.sources.front().path;
}

FoundSources fetch_sources(Plan const& plan, hub::Settings const& settings, hub::PullOptions const& options,
                           std::function<void(hub::RemoteFile const& file)> const& one, std::stop_token const& stop) {
    FoundSources found;
    if (!plan.entry.url.empty()) {
        auto const path = download_path(plan.entry);
        one({path.filename().string(), plan.bytes, ""});
        hub::pull_address(settings, plan.entry.url, plan.entry.sources.front().sha256, path, options, stop);
        found.files.push_back(path);
        found.digests.push_back(sha256_of_file(path));
        return found;
    }
    for (auto const& file : plan.files) {
        one(file);
        found.files.push_back(hub::pull_file(settings, plan.listing, file, options, stop));
        found.digests.push_back(file.content);
    }
    return found;
}

namespace {

// Folders in which the repository's files may lie below `folder`, likelier first.
std::vector<fs::path> places(ModelEntry const& entry, fs::path const& folder) {
    std::vector<fs::path> all;
    auto const slash = entry.repository.find('/');
    auto const name = slash == std::string::npos ? entry.repository : entry.repository.substr(slash + 1);
    if (!entry.repository.empty()) {
        for (auto const& root : {folder, folder / "hub"}) {
            hub::Cache const cache(root);
            if (auto const commit = cache.commit_of(entry.repository, entry.revision)) {
                all.push_back(cache.snapshot(entry.repository, *commit));
            }
        }
        all.push_back(folder / entry.repository);
        all.push_back(folder / name);
    }
    all.push_back(folder);
    return all;
}

// Is a file's name enough to know the model by? "model.safetensors" is not.
bool is_telling(std::string const& path) {
    for (char const* usual : {"model.safetensors", "pytorch_model.bin", "config.json", "tokenizer.json", "*"}) {
        if (path.find(usual) != std::string::npos) {
            return false;
        }
    }
    return true;
}

std::vector<std::string> files_directly_in(fs::path const& folder) {
    std::vector<std::string> paths;
    std::error_code failed;
    for (auto const& item : fs::directory_iterator(folder, failed)) {
        if (item.is_regular_file(failed)) {
            paths.push_back(item.path().filename().string());
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

} // namespace

FoundSources find_sources(ModelEntry const& entry, fs::path const& folder, std::stop_token const& stop) {
    bool const alone = std::all_of(entry.sources.begin(), entry.sources.end(),
                                   [](auto const& source) { return source.optional || is_telling(source.path); });
    for (auto const& place : places(entry, folder)) {
        auto const paths = files_directly_in(place);
        FoundSources found;
        bool complete = !paths.empty() && (alone || place != folder || place.filename() == entry.repository);
        for (auto const& pattern : complete ? patterns_for(entry, paths) : std::vector<std::string>()) {
            bool const optional = pattern.ends_with('?');
            bool fits = optional;
            for (auto const& path : paths) {
                if (hub::matches(path, optional ? pattern.substr(0, pattern.size() - 1) : pattern)) {
                    fits = true;
                    if (std::find(found.files.begin(), found.files.end(), place / path) == found.files.end()) {
                        found.files.push_back(place / path);
                    }
                }
            }
            complete = complete && fits;
        }
        if (!complete || found.files.empty()) {
            continue;
        }
        for (auto const& file : found.files) {
            if (stop.stop_requested()) {
                throw Cancelled();
            }
            found.digests.push_back(sha256_of_file(file));
            for (auto const& source : entry.sources) {
                if (source.path == file.filename() && !source.sha256.empty() && source.sha256 != found.digests.back()) {
                    throw Error("The file " + file.string() +
                                " is damaged or another version, so it is not imported; copy it from its source "
                                "again.");
                }
            }
        }
        return found;
    }
    return {};
}

std::uint64_t remove_originals(ModelEntry const& entry, hub::Settings const& settings, fs::path const& models_dir) {
    std::uint64_t bytes = 0;
    std::error_code failed;
    auto const remove = [&](fs::path const& file) {
        auto const size = fs::file_size(file, failed);
        bytes += !failed && fs::remove(file, failed) ? size : 0;
    };
    for (auto const& file : installed_files(entry.name, models_dir)) {
        if (fs::is_symlink(file, failed)) {
            throw Error("The model " + entry.name +
                        " runs from the very file that was fetched, so there is no "
                        "original to remove; 'echollama models rm " +
                        entry.name + "' removes the model.");
        }
    }
    if (!entry.url.empty()) {
        remove(download_path(entry));
        remove(download_path(entry).string() + ".echollama-pieces");
        return bytes;
    }
    if (entry.repository.empty()) {
        return 0;
    }
    hub::Cache const cache(settings.cache);
    auto const commit = cache.commit_of(entry.repository, entry.revision);
    auto const paths = commit ? cache.files(entry.repository, *commit) : std::vector<std::string>();
    for (auto const& pattern : patterns_for(entry, paths)) {
        for (auto const& path : paths) {
            if (!hub::matches(path, pattern.ends_with('?') ? pattern.substr(0, pattern.size() - 1) : pattern)) {
                continue;
            }
            auto const pointer = cache.snapshot(entry.repository, *commit) / path;
            auto const content = hub::Cache::content_of(pointer);
            if (!content.empty()) {
                remove(cache.blob(entry.repository, content));
                fs::remove(cache.pieces(entry.repository, content), failed);
            }
            fs::remove(pointer, failed);
        }
    }
    return bytes;
}

} // namespace echollama::store
