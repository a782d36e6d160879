// What a hub says of a repository: its commit, licence, whether terms must be accepted, and its files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace echollama::hub {

struct RemoteFile {
    std::string path; // checked: inside the repository
    std::uint64_t bytes = 0;
    std::string content; // its name in the cache: SHA-256 of a large file, else SHA-1 as a git blob
};

struct Listing {
    std::string repository; // as asked for
    std::string revision;   // likewise: branch, tag or commit
    std::string commit;
    std::string licence; // as the hub writes it ("apache-2.0"); empty: not said
    bool gated = false;  // terms must be accepted on the hub's page
    std::vector<RemoteFile> files = {};
};

// Most bytes of an answer that are read, and most files of a repository.
inline constexpr std::size_t max_answer_bytes = 32 << 20;
inline constexpr std::size_t max_files = 100'000;

// The answer to /api/models/NAME/revision/REVISION. Throws Error when it is not one.
Listing parse_model_info(std::string_view json);

// The answer to /api/models/NAME/tree/COMMIT?recursive=true: its files, not its folders. Throws Error when it is not
// one, names a file outside, or has a file without size or content name.
std::vector<RemoteFile> parse_tree(std::string_view json);

// The address of the next part of a long list, from the Link header (RFC 8288: <address>; rel="next"); empty: none.
std::string next_page(std::string const& link_header);

} // namespace echollama::hub
