#include "hub/pull.h"

#include "base/error.h"
#include "base/file_lock.h"
#include "hub/names.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

namespace echollama::hub {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t spare_bytes = 64 << 20; // left on the disk for everybody else

std::uint64_t free_bytes(fs::path folder) {
    struct statvfs status {};
    while (statvfs(folder.c_str(), &status) != 0 && folder.has_relative_path()) {
        folder = folder.parent_path(); // not made yet
    }
    return std::uint64_t{status.f_bavail} * status.f_frsize;
}

// By a file, on its disk.
std::uint64_t room_taken(fs::path const& file) {
    struct stat status {};
    return stat(file.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_blocks) * 512 : 0;
}

bool has_size(fs::path const& path, std::uint64_t bytes) {
    std::error_code failed;
    return fs::is_regular_file(path, failed) && fs::file_size(path, failed) == bytes && !failed;
}

void tell(PullOptions const& options, std::string const& what) {
    if (options.tell) {
        options.tell(what);
    }
}

void move_file(fs::path const& from, fs::path const& to) {
    std::error_code failed;
    fs::rename(from, to, failed);
    if (failed) {
        throw Error("Cannot write " + to.string() + " (" + failed.message() + "); check the folder's permissions.");
    }
}

// Computes the digest of what lies on the disk behind the fetching, so that little is left when the last byte comes.
class Follower {
  public:
    Follower(PartialFile const& file, Digest::Kind kind)
        : file_(file), digest_(kind, file.bytes()), thread_([this](std::stop_token const& stop) { run(stop); }) {}

    // When the file is complete: its content name.
    std::string finish() {
        thread_.join();
        return digest_.text();
    }

  private:
    void run(std::stop_token const& stop) {
        std::vector<char> block(1 << 20);
        std::uint64_t at = 0;
        while (at < file_.bytes() && !stop.stop_requested()) {
            auto const there = file_.done_from_beginning();
            if (there <= at) { // less where a server makes everything begin anew
                std::this_thread::sleep_for(std::chrono::milliseconds(2));
                continue;
            }
            auto const wanted = std::min<std::uint64_t>(there - at, block.size());
            auto const count = pread(file_.descriptor(), block.data(), wanted, static_cast<off_t>(at));
            if (count <= 0) {
                return; // the digest will not fit
            }
            digest_.add(block.data(), static_cast<std::size_t>(count));
            at += static_cast<std::uint64_t>(count);
        }
    }

    PartialFile const& file_;
    Digest digest_;
    std::jthread thread_;
};

struct Target {
    fs::path part, note;
    std::uint64_t bytes;
    std::string content; // what it must be; empty: not known
    std::string noted;   // what the note is called by
};

// Fetches until the whole is what it is called. A piece that changed on the disk is fetched again; if no piece did, the
// whole came wrong, and is fetched once more.
void fetch_checked(Settings const& settings, Origin const& origin, Target const& target, PullOptions const& options,
                   std::stop_token const& stop) {
    PartialFile file(target.part, target.note, target.bytes, target.noted);
    auto const kind = digest_kind(target.content);
    for (int attempt = 0; attempt < 3; ++attempt) {
        std::string found;
        {
            Follower follower(file, kind);
            fetch(settings, origin, file, options.fetch, stop);
            found = follower.finish();
        }
        if (target.content.empty() || found == target.content) {
            return;
        }
        auto const on_disk = digests_of_file(target.part, kind, PartialFile::piece_bytes, {}, stop);
        auto const changed = file.changed_pieces(on_disk.pieces);
        if (changed.empty()) {
            tell(options, "what came of " + origin.what + " is not what the hub has; fetching it once more");
            file.forget_all();
        } else {
            tell(options, std::to_string(changed.size()) + (changed.size() == 1 ? " piece of " : " pieces of ") +
                              origin.what + " changed on the disk; fetching that again");
            for (auto const piece : changed) {
                file.forget(piece);
            }
        }
    }
    file.forget_all();
    throw Error("What comes of " + origin.what +
                " is not what the hub has, again and again, so it is not used; check the disk and the network, or try "
                "another mirror.");
}

} // namespace

std::vector<RemoteFile> chosen_files(Listing const& listing, std::vector<std::string> const& patterns) {
    std::vector<RemoteFile> chosen;
    std::set<std::string> paths;
    for (auto pattern : patterns) {
        bool const optional = pattern.ends_with('?');
        pattern = optional ? pattern.substr(0, pattern.size() - 1) : pattern;
        bool found = false;
        for (auto const& file : listing.files) {
            if (matches(file.path, pattern)) {
                found = true;
                if (paths.insert(file.path).second) {
                    chosen.push_back(file);
                }
            }
        }
        if (!found && !optional) {
            throw Error("The repository " + listing.repository + " has no file " + pattern + " at revision " +
                        listing.revision + "; look at its page for what it has now.");
        }
    }
    check_no_clash({paths.begin(), paths.end()});
    return chosen;
}

std::uint64_t missing_bytes(Cache const& cache, Listing const& listing, std::vector<RemoteFile> const& files) {
    std::uint64_t missing = 0;
    for (auto const& file : files) {
        if (has_size(cache.blob(listing.repository, file.content), file.bytes)) {
            continue;
        }
        auto const taken = room_taken(cache.part(listing.repository, file.content));
        missing += file.bytes - std::min(file.bytes, taken);
    }
    return missing;
}

void check_room(Cache const& cache, std::uint64_t bytes, PullOptions const& options) {
    auto const room = options.room ? options.room(cache.root()) : free_bytes(cache.root());
    if (bytes > 0 && room < bytes + spare_bytes) {
        auto const megabytes = [](std::uint64_t n) { return std::to_string((n + 999'999) / 1'000'000) + " MB"; };
        throw Error("The disk of " + cache.root().string() + " has " + megabytes(room) + " free, and " +
                    megabytes(bytes + spare_bytes) +
                    " are needed; make room, or set HF_HOME to a folder on another disk.");
    }
}

fs::path pull_file(Settings const& settings, Listing const& listing, RemoteFile const& file, PullOptions const& options,
                   std::stop_token const& stop) {
    check_file_name(file.path);
    Cache const cache(settings.cache);
    auto const& name = listing.repository;
    auto const here = [&] {
        auto found = cache.find(name, listing.commit, file.path);
        return found && has_size(*found, file.bytes) ? found : std::nullopt;
    };
    if (auto const found = here()) {
        cache.note_commit(name, listing.revision, listing.commit);
        return *found;
    }
    FileLock const lock(cache.lock(name, file.content), stop,
                        [&] { tell(options, "another program is fetching " + file.path + "; waiting for it"); });
    auto const blob = cache.blob(name, file.content);
    std::error_code failed;
    fs::create_directories(blob.parent_path(), failed);
    check_inside(settings.cache, blob);
    if (!has_size(blob, file.bytes)) {
        check_room(cache, missing_bytes(cache, listing, {file}), options);
        Origin const origin{"the file " + file.path + " of " + name, [&] {
                                auto located = locate(settings, name, listing.commit, file.path, stop);
                                if (!located.content.empty() && is_content_name(located.content) &&
                                    located.content != file.content) {
                                    throw Error("The file " + file.path + " of " + name +
                                                " changed while it was fetched; run the same command again to fetch "
                                                "the new one.");
                                }
                                return located;
                            }};
        Target const target{cache.part(name, file.content), cache.part_note(name, file.content), file.bytes,
                            file.content, file.content};
        fetch_checked(settings, origin, target, options, stop);
        move_file(target.note, cache.pieces(name, file.content));
        move_file(target.part, blob);
    }
    auto const pointer = cache.link(name, listing.commit, file);
    cache.note_commit(name, listing.revision, listing.commit);
    return pointer;
}

void pull_address(Settings const& settings, std::string const& url, std::string const& content, fs::path const& data,
                  PullOptions const& options, std::stop_token const& stop) {
    FileLock const lock(data.string() + ".lock", stop,
                        [&] { tell(options, "another program is fetching " + url + "; waiting for it"); });
    std::error_code failed;
    if (fs::exists(data, failed)) {
        return;
    }
    auto const what = "the file " + data.filename().string();
    auto const first = locate_address(settings, url, what, stop);
    if (!first.bytes) {
        throw Error(first.address.server + " does not say how long " + what + " is, so it cannot be fetched.");
    }
    check_room(Cache(data.parent_path()), *first.bytes, options);
    Origin const origin{what, [&] { return locate_address(settings, url, what, stop); }};
    Target const target{data.string() + ".echollama-part", data.string() + ".echollama-note", *first.bytes, content,
                        content.empty() ? first.content.substr(0, 100) : content};
    fetch_checked(settings, origin, target, options, stop);
    move_file(target.note, data.string() + ".echollama-pieces");
    move_file(target.part, data);
}

Verdict verify_blob(Cache const& cache, std::string const& repository, std::string const& content,
                    std::function<void(std::uint64_t bytes)> const& progress, std::stop_token const& stop) {
    auto const blob = cache.blob(repository, content);
    std::error_code failed;
    auto const bytes = fs::file_size(blob, failed);
    auto const found = digests_of_file(blob, digest_kind(content), PartialFile::piece_bytes, progress, stop);
    auto const noted = noted_pieces(cache.pieces(repository, content), bytes, content);
    if (found.content == content) {
        if (noted != found.pieces) { // fetched by another program, or an older note
            write_note(cache.pieces(repository, content), bytes, content, found.pieces);
        }
        return {true, {}, true};
    }
    Verdict verdict;
    verdict.located = noted.size() == found.pieces.size();
    for (std::size_t i = 0; verdict.located && i < noted.size(); ++i) {
        if (noted[i] != found.pieces[i]) {
            verdict.changed.push_back(i);
        }
    }
    return verdict;
}

void set_aside(Cache const& cache, std::string const& repository, std::string const& content, Verdict const& verdict,
               std::stop_token const& stop) {
    FileLock const lock(cache.lock(repository, content), stop);
    auto const blob = cache.blob(repository, content);
    std::error_code failed;
    if (!verdict.located || verdict.changed.empty()) {
        fs::remove(blob, failed);
        fs::remove(cache.pieces(repository, content), failed);
        return;
    }
    auto const bytes = fs::file_size(blob, failed);
    auto const part = cache.part(repository, content), note = cache.part_note(repository, content);
    move_file(cache.pieces(repository, content), note);
    move_file(blob, part);
    PartialFile file(part, note, bytes, content);
    for (auto const piece : verdict.changed) {
        file.forget(piece);
    }
}

} // namespace echollama::hub
