// Names that come from a hub or a user and become paths: checked before they do.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace echollama::hub {

// "OWNER/NAME" or "NAME" of letters, digits, '-', '_' and '.', as the hub allows. Throws Error.
void check_repository(std::string const& repository);

// A branch, tag or commit that can be part of a path: parts of such letters, between slashes. Throws Error.
void check_revision(std::string const& revision);

// A path inside a repository that stays inside: relative, no empty part, no "." or "..", no backslash, no control
// characters, parts of at most 255 bytes. Throws Error that quotes it.
void check_file_name(std::string const& path);

// Throws Error that names two of the paths that differ only in the case of letters, or where one is a folder of the
// other: they could not lie beside each other on every disk.
void check_no_clash(std::vector<std::string> const& paths);

// 40 hexadecimal digits in small letters.
bool is_commit(std::string_view text);

// A name of content: 64 hexadecimal digits are its SHA-256, 40 its SHA-1 as a git blob.
bool is_content_name(std::string_view text);

// "models--OWNER--NAME", the folder in the cache.
std::string repository_folder(std::string const& repository);

// Does `text` match `pattern`, where '*' stands for any letters but '/'?
bool matches(std::string_view text, std::string_view pattern);

// A path as part of an address: everything but letters, digits and "-_.~/" as %XX (RFC 3986, section 2).
std::string address_path(std::string_view path);

} // namespace echollama::hub
