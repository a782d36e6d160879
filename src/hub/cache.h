// The folder in which the hub's clients keep what they fetched, shared with Python's huggingface_hub and with
// llama.cpp:
//     models--OWNER--NAME/blobs/CONTENT             the bytes, called by their checksum
//     models--OWNER--NAME/snapshots/COMMIT/PATH     symbolic links to them
//     models--OWNER--NAME/refs/BRANCH               the commit that a branch was at
//     .locks/models--OWNER--NAME/CONTENT.lock       flock(2) while the blob is fetched
// Beside a blob that we fetched lies CONTENT.echollama-pieces (partial_file.h), by which a changed byte is found.
#pragma once

#include "hub/listing.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace echollama::hub {

class Cache {
  public:
    explicit Cache(std::filesystem::path root) : root_(std::move(root)) {}

    std::filesystem::path const& root() const { return root_; }
    std::filesystem::path repository(std::string const& name) const;
    std::filesystem::path snapshot(std::string const& repository, std::string const& commit) const;
    std::filesystem::path blob(std::string const& repository, std::string const& content) const;
    std::filesystem::path lock(std::string const& repository, std::string const& content) const;
    // Of our own making: what is being fetched, its note, and the note of what was fetched.
    std::filesystem::path part(std::string const& repository, std::string const& content) const;
    std::filesystem::path part_note(std::string const& repository, std::string const& content) const;
    std::filesystem::path pieces(std::string const& repository, std::string const& content) const;

    // The commit that a revision stands for here; none when it was never fetched.
    std::optional<std::string> commit_of(std::string const& repository, std::string const& revision) const;
    void note_commit(std::string const& repository, std::string const& revision, std::string const& commit) const;

    // The file of a snapshot, if it is here. Throws Error when it is a link that leads out of the cache.
    std::optional<std::filesystem::path> find(std::string const& repository, std::string const& commit,
                                              std::string const& path) const;
    // Every file of a snapshot that is here, as paths inside it, in order.
    std::vector<std::string> files(std::string const& repository, std::string const& commit) const;
    // Repositories that are here, "OWNER/NAME", in order.
    std::vector<std::string> repositories() const;

    // Makes the blob appear under its name in the snapshot: a relative link, where the disk has no links a second name
    // or a copy. Throws Error.
    std::filesystem::path link(std::string const& repository, std::string const& commit, RemoteFile const& file) const;

    // The content name of a snapshot's file, by the link that it is; empty when it is no link.
    static std::string content_of(std::filesystem::path const& file);

  private:
    std::filesystem::path root_;
};

// Throws Error when `inside`, its links followed, does not lie in `folder`.
void check_inside(std::filesystem::path const& folder, std::filesystem::path const& inside);

} // namespace echollama::hub
