// The directory of a zip file whose entries are stored without compression, as PyTorch writes them
// (PKWARE APPNOTE 4.3: end of central directory, zip64 records, central and local headers).
#pragma once

#include "formats/file_bytes.h"

#include <cstdint>
#include <map>
#include <string>

namespace echollama::convert {

struct ZipEntry {
    std::uint64_t offset = 0; // of the data, bytes from the start of the file
    std::uint64_t bytes = 0;
};

// True when the file begins with a local file header.
bool looks_like_zip(FileBytes& file);

// Throws Error when the directory is damaged, an entry is compressed or encrypted, or lies outside the file.
std::map<std::string, ZipEntry> read_zip_directory(FileBytes& file);

} // namespace echollama::convert
