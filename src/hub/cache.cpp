#include "hub/cache.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/folder.h"
#include "hub/names.h"

#include <algorithm>
#include <fstream>
#include <system_error>

namespace echollama::hub {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(fs::path const& place, std::error_code const& why) {
    throw Error("Cannot write to " + place.string() + " (" + why.message() +
                "); check its permissions and its room, or set HF_HOME to another folder.");
}

void make_folder(fs::path const& folder) {
    std::error_code failed;
    fs::create_directories(folder, failed);
    if (failed) {
        fail(folder, failed);
    }
}

} // namespace

void check_inside(fs::path const& folder, fs::path const& inside) {
    std::error_code failed;
    auto const root = fs::canonical(folder, failed);
    auto const real = failed ? fs::path() : fs::weakly_canonical(inside, failed);
    auto const end = std::mismatch(root.begin(), root.end(), real.begin(), real.end()).first;
    if (failed || end != root.end()) {
        throw Error("The file " + inside.string() + " is a link that leads out of " + folder.string() +
                    ", so it is not used; remove it and fetch the model again.");
    }
}

fs::path Cache::repository(std::string const& name) const {
    return root_ / repository_folder(name);
}

fs::path Cache::snapshot(std::string const& name, std::string const& commit) const {
    return repository(name) / "snapshots" / commit;
}

fs::path Cache::blob(std::string const& name, std::string const& content) const {
    return repository(name) / "blobs" / content;
}

fs::path Cache::lock(std::string const& name, std::string const& content) const {
    return root_ / ".locks" / repository_folder(name) / (content + ".lock");
}

fs::path Cache::part(std::string const& name, std::string const& content) const {
    return blob(name, content + ".echollama-part");
}

fs::path Cache::part_note(std::string const& name, std::string const& content) const {
    return blob(name, content + ".echollama-note");
}

fs::path Cache::pieces(std::string const& name, std::string const& content) const {
    return blob(name, content + ".echollama-pieces");
}

std::optional<std::string> Cache::commit_of(std::string const& name, std::string const& revision) const {
    if (is_commit(revision)) {
        return revision;
    }
    std::ifstream file(repository(name) / "refs" / revision);
    std::string commit;
    file >> commit;
    return is_commit(commit) ? std::optional(commit) : std::nullopt;
}

void Cache::note_commit(std::string const& name, std::string const& revision, std::string const& commit) const {
    if (is_commit(revision) || commit_of(name, revision) == commit) {
        return;
    }
    auto const file = repository(name) / "refs" / revision;
    make_folder(file.parent_path());
    check_inside(root_, file);
    write_file_atomically(file, commit, "the branch");
}

std::optional<fs::path> Cache::find(std::string const& name, std::string const& commit, std::string const& path) const {
    auto const file = snapshot(name, commit) / path;
    std::error_code failed;
    if (!fs::is_regular_file(file, failed)) {
        return std::nullopt;
    }
    check_inside(root_, file);
    return file;
}

std::vector<std::string> Cache::files(std::string const& name, std::string const& commit) const {
    std::vector<std::string> found;
    auto const folder = snapshot(name, commit);
    std::error_code failed;
    for (fs::recursive_directory_iterator it(folder, failed), end; !failed && it != end; it.increment(failed)) {
        if (it->is_regular_file(failed)) {
            found.push_back(it->path().lexically_relative(folder).string());
        }
    }
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<std::string> Cache::repositories() const {
    std::vector<std::string> names;
    for (auto const& folder : entries_of(root_, [](auto const& name) { return name.starts_with("models--"); })) {
        auto name = folder.filename().string().substr(8);
        if (auto const at = name.find("--"); at != std::string::npos) {
            name.replace(at, 2, "/");
        }
        names.push_back(name);
    }
    return names;
}

fs::path Cache::link(std::string const& name, std::string const& commit, RemoteFile const& file) const {
    auto const pointer = snapshot(name, commit) / file.path;
    make_folder(pointer.parent_path());
    check_inside(root_, pointer.parent_path());
    auto const source = blob(name, file.content);
    std::error_code failed;
    if (fs::exists(pointer, failed)) {
        return pointer;
    }
    auto const fresh = pointer.string() + ".echollama-new";
    fs::remove(fresh, failed);
    fs::create_symlink(source.lexically_relative(pointer.parent_path()), fresh, failed);
    if (failed) { // no links on this disk
        failed.clear();
        fs::create_hard_link(source, fresh, failed);
    }
    if (failed) {
        failed.clear();
        fs::copy_file(source, fresh, failed);
    }
    if (!failed) {
        fs::rename(fresh, pointer, failed); // appears complete, and replaces a link to nothing
    }
    if (failed) {
        fail(pointer, failed);
    }
    return pointer;
}

std::string Cache::content_of(fs::path const& file) {
    std::error_code failed;
    auto const target = fs::read_symlink(file, failed).filename().string();
    return !failed && is_content_name(target) ? target : "";
}

} // namespace echollama::hub
