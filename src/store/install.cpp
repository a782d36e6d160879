#include "store/install.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "hub/partial_file.h"

#include <array>
#include <fstream>
#include <iterator>
#include <memory>

namespace echollama::store {
namespace fs = std::filesystem;
namespace {

// Raised whenever a converter writes something new, so that installed models are converted again.
constexpr int conversion_version = 1;

// What an installed model was made from; written last, so an interrupted installation does not count.
std::string stamp_of(ModelEntry const& entry) {
    std::string stamp = entry.convert + " " + std::to_string(conversion_version) + "\n";
    for (auto const& source : entry.sources) {
        stamp += source.sha256 + "\n";
    }
    return stamp;
}

fs::path stamp_path(ModelEntry const& entry, fs::path const& models_dir) {
    return models_dir / ("." + entry.name + ".stamp");
}

// The file inside whichever version of its package is there.
fs::path find_source(ModelEntry const& entry, SourceFile const& source, fs::path const& packages) {
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

} // namespace

std::string sha256_of_file(fs::path const& path) {
    return hub::digests_of_file(path, hub::Digest::Kind::sha256, hub::PartialFile::piece_bytes).content;
}

bool is_installed(ModelEntry const& entry, fs::path const& models_dir) {
    std::ifstream file(stamp_path(entry, models_dir));
    std::string found(std::istreambuf_iterator<char>(file), {});
    return found == stamp_of(entry) && fs::exists(models_dir / entry.name);
}

void install_model(ModelEntry const& entry, fs::path const& packages, fs::path const& models_dir,
                   Converter const& convert) {
    std::error_code ignored;
    fs::create_directories(models_dir, ignored);
    FileLock const lock(models_dir / ".lock");
    if (is_installed(entry, models_dir)) {
        return;
    }
    std::vector<fs::path> sources;
    for (auto const& source : entry.sources) {
        sources.push_back(find_source(entry, source, packages));
        check_source(source, sources.back());
    }
    auto output = models_dir / entry.name;
    auto fresh = models_dir / ("." + entry.name + ".new");
    fs::remove_all(fresh);
    try {
        convert(sources, fresh);
        if (entry.result) {
            check_source(*entry.result, fresh);
        }
        fs::remove(stamp_path(entry, models_dir));
        fs::remove_all(output);
        fs::rename(fresh, output);
        std::ofstream(stamp_path(entry, models_dir)) << stamp_of(entry);
    } catch (fs::filesystem_error const& error) {
        fs::remove_all(fresh, ignored);
        throw Error("Cannot install " + entry.title + " in " + models_dir.string() + " (" + error.code().message() +
                    ").");
    } catch (...) {
        fs::remove_all(fresh, ignored);
        throw;
    }
}

} // namespace echollama::store
