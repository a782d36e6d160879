#include "store/install.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "hub/cache.h"
#include "hub/digest.h"
#include "hub/names.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>

namespace echollama::store {
namespace fs = std::filesystem;
namespace {

// Raised whenever a converter writes something new, so that installed models are converted again.
// Of conversions that have changed; a model that was made by an older one is made anew.
int conversion_version(std::string const& convert) {
    return convert == "piper" ? 2 : 1;
}

// What every installation of the entry begins its stamp with.
std::string stamp_begin(ModelEntry const& entry) {
    auto stamp = entry.convert + (entry.type.empty() ? "" : " " + entry.type) + " " +
                 std::to_string(conversion_version(entry.convert)) + "\n";
    if (entry.package.empty()) {
        stamp += entry.repository.empty() ? entry.url + "\n" : entry.repository + " " + entry.revision + "\n";
    }
    return stamp;
}

// What an installed model was made from; written last, so an interrupted installation does not count.
std::string stamp_of(ModelEntry const& entry, std::vector<std::string> const& digests) {
    auto stamp = stamp_begin(entry);
    for (auto const& digest : digests) {
        stamp += digest + "\n";
    }
    return stamp;
}

std::vector<std::string> listed_digests(ModelEntry const& entry) {
    std::vector<std::string> digests;
    for (auto const& source : entry.sources) {
        digests.push_back(source.sha256);
    }
    return digests;
}

fs::path stamp_path(std::string const& name, fs::path const& models_dir) {
    return models_dir / ("." + name + ".stamp");
}

fs::path sums_path(std::string const& name, fs::path const& models_dir) {
    return models_dir / ("." + name + ".sums");
}

// The file inside whichever version of its package is there.
fs::path find_source(ModelEntry const& entry, SourceFile const& source, fs::path const& packages) {
    if (source.own) {
        return manifest_file().parent_path() / source.path;
    }
    auto const& package = source.package.empty() ? entry.package : source.package;
    std::error_code ignored;
    for (auto const& item : fs::directory_iterator(packages, ignored)) {
        auto name = item.path().filename().string();
        bool versioned = name.starts_with(package + "-") && name.size() > package.size() + 1 &&
                         std::isdigit(static_cast<unsigned char>(name[package.size() + 1]));
        if (versioned && fs::exists(item.path() / source.path, ignored)) {
            return item.path() / source.path;
        }
    }
    throw Error("The package " + package + ", which carries " + entry.title + ", is not in " + packages.string() +
                "; run scripts/fetch-package " + package + " first.");
}

void check_source(SourceFile const& source, fs::path const& path) {
    std::error_code failed;
    auto bytes = fs::file_size(path, failed);
    if (failed) {
        throw Error("The file " + path.string() + " is missing; fetch its package again.");
    }
    if (bytes != source.bytes || sha256_of_file(path) != source.sha256) {
        throw Error("The file " + path.string() +
                    " is damaged or another version; delete its folder and fetch the package again.");
    }
}

std::string text_of(fs::path const& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A line of .NAME.sums: SHA-256, two spaces, the path inside the models folder, as sha256sum writes it.
struct Sum {
    std::string sha256, path;
};

std::vector<Sum> read_sums(std::string const& name, fs::path const& models_dir) {
    std::istringstream lines(text_of(sums_path(name, models_dir)));
    std::vector<Sum> sums;
    for (std::string line; std::getline(lines, line);) {
        if (line.size() < 67 || !hub::is_content_name(std::string_view(line).substr(0, 64))) {
            return {};
        }
        sums.push_back({line.substr(0, 64), line.substr(66)});
        hub::check_file_name(sums.back().path);
    }
    return sums;
}

// Every file of a folder and below, as paths inside it, in order; links to files count as files.
std::vector<std::string> files_below(fs::path const& folder) {
    std::vector<std::string> found;
    for (auto const& item : fs::recursive_directory_iterator(folder)) {
        if (item.is_regular_file()) {
            found.push_back(item.path().lexically_relative(folder).string());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

// Of a link into the hub's cache the checksum was compared when the file came, and is its name there.
std::string sum_of(fs::path const& file) {
    std::error_code failed;
    auto const pointer = fs::read_symlink(file, failed);
    auto const content = failed ? std::string() : hub::Cache::content_of(pointer);
    return content.size() == 64 ? content : sha256_of_file(file);
}

std::string sums_of(fs::path const& folder) {
    std::string text;
    for (auto const& path : files_below(folder)) {
        text += sum_of(folder / path) + "  " + path + "\n";
    }
    return text;
}

// What was made in `fresh` takes its place in the models folder, the stamp last.
void take_place(std::string const& name, std::string const& stamp, fs::path const& fresh, fs::path const& models_dir) {
    auto const sums = sums_of(fresh);
    fs::remove(stamp_path(name, models_dir));
    for (auto const& item : fs::directory_iterator(fresh)) {
        auto const place = models_dir / item.path().filename();
        fs::remove_all(place);
        fs::rename(item.path(), place);
    }
    fs::remove_all(fresh);
    std::ofstream(sums_path(name, models_dir)) << sums;
    std::ofstream(stamp_path(name, models_dir)) << stamp;
}

void install_locked(ModelEntry const& entry, FoundSources const& sources, fs::path const& models_dir,
                    Converter const& convert) {
    auto const fresh = models_dir / ("." + entry.name + ".new");
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    try {
        fs::create_directory(fresh);
        convert(sources.files, fresh / entry.name);
        if (entry.result) {
            check_source(*entry.result, fresh / entry.name);
        }
        take_place(entry.name, stamp_of(entry, sources.digests), fresh, models_dir);
    } catch (fs::filesystem_error const& error) {
        fs::remove_all(fresh, ignored);
        throw Error("Cannot install " + entry.title + " in " + models_dir.string() + " (" + error.code().message() +
                    ").");
    } catch (...) {
        fs::remove_all(fresh, ignored);
        throw;
    }
}

FileLock lock_folder(fs::path const& models_dir) {
    return FileLock(models_dir / ".lock");
}

} // namespace

std::string sha256_of_file(fs::path const& path) {
    return hub::digests_of_file(path, hub::Digest::Kind::sha256, 0).content;
}

bool is_installed(ModelEntry const& entry, fs::path const& models_dir) {
    auto const found = text_of(stamp_path(entry.name, models_dir));
    bool const same =
        entry.package.empty() ? found.starts_with(stamp_begin(entry)) : found == stamp_of(entry, listed_digests(entry));
    std::error_code ignored;
    return same && fs::exists(models_dir / entry.name, ignored);
}

void install_model(ModelEntry const& entry, fs::path const& packages, fs::path const& models_dir,
                   Converter const& convert) {
    auto const lock = lock_folder(models_dir);
    if (is_installed(entry, models_dir)) {
        return;
    }
    FoundSources sources{{}, listed_digests(entry)};
    for (auto const& source : entry.sources) {
        sources.files.push_back(find_source(entry, source, packages));
        check_source(source, sources.files.back());
    }
    install_locked(entry, sources, models_dir, convert);
}

void install_files(ModelEntry const& entry, FoundSources const& sources, fs::path const& models_dir,
                   Converter const& convert) {
    auto const lock = lock_folder(models_dir);
    if (!is_installed(entry, models_dir) ||
        text_of(stamp_path(entry.name, models_dir)) != stamp_of(entry, sources.digests)) {
        install_locked(entry, sources, models_dir, convert);
    }
}

std::vector<fs::path> installed_files(std::string const& name, fs::path const& models_dir) {
    std::vector<fs::path> files;
    for (auto const& sum : read_sums(name, models_dir)) {
        files.push_back(models_dir / sum.path);
    }
    if (files.empty()) {
        files.push_back(models_dir / name);
    }
    return files;
}

ModelCheck check_model(std::string const& name, fs::path const& models_dir,
                       std::function<void(std::uint64_t bytes)> const& progress, std::stop_token const& stop) {
    auto const sums = read_sums(name, models_dir);
    ModelCheck check;
    if (sums.empty()) {
        check.soundness = Soundness::unknown;
        return check;
    }
    for (auto const& sum : sums) {
        auto const file = models_dir / sum.path;
        std::error_code failed;
        auto const bytes = fs::file_size(file, failed);
        auto const more = [&](std::uint64_t done) {
            if (progress) {
                progress(check.bytes + done);
            }
        };
        if (failed || hub::digests_of_file(file, hub::Digest::Kind::sha256, 0, more, stop).content != sum.sha256) {
            check.damaged.push_back(file);
            check.soundness = Soundness::damaged;
        }
        check.bytes += failed ? 0 : bytes;
    }
    return check;
}

bool remove_model(std::string const& name, fs::path const& models_dir) {
    hub::check_file_name(name);
    auto const lock = lock_folder(models_dir);
    auto const files = installed_files(name, models_dir);
    std::error_code failed;
    fs::remove(stamp_path(name, models_dir), failed);
    bool removed = false;
    for (auto const& file : files) {
        removed = fs::remove_all(file, failed) > 0 || removed;
    }
    removed = fs::remove_all(models_dir / name, failed) > 0 || removed;
    fs::remove(sums_path(name, models_dir), failed);
    return removed;
}

bool import_model(ModelEntry const& entry, fs::path const& other, fs::path const& models_dir,
                  std::stop_token const& stop) {
    if (!is_installed(entry, other) || read_sums(entry.name, other).empty()) {
        return false;
    }
    auto const check = check_model(entry.name, other, {}, stop);
    if (check.soundness == Soundness::damaged) {
        throw Error("The file " + check.damaged.front().string() +
                    " is damaged, so it is not imported; copy it from its source again.");
    }
    auto const lock = lock_folder(models_dir);
    auto const fresh = models_dir / ("." + entry.name + ".new");
    std::error_code ignored;
    fs::remove_all(fresh, ignored);
    try {
        for (auto const& sum : read_sums(entry.name, other)) {
            fs::create_directories((fresh / sum.path).parent_path());
            fs::copy_file(fs::canonical(other / sum.path), fresh / sum.path);
        }
        take_place(entry.name, text_of(stamp_path(entry.name, other)), fresh, models_dir);
    } catch (fs::filesystem_error const& error) {
        fs::remove_all(fresh, ignored);
        throw Error("Cannot import " + entry.title + " into " + models_dir.string() + " (" + error.code().message() +
                    "); check the disk's room and permissions.");
    }
    return true;
}

} // namespace echollama::store
