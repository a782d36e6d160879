// A TIFF file in memory, opened by libtiff; used by the readers of TIFF photos and TIFF depth.
#pragma once

#include <tiffio.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace echollama::codecs {

struct TiffClose {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
};

class TiffFile {
  public:
    // The bytes must outlive it. Throws Error where it is no TIFF that libtiff can open. libtiff may take no more
    // memory at once than `most_bytes`.
    TiffFile(std::span<std::uint8_t const> bytes, std::string const& name, std::size_t most_bytes = 1ULL << 30);

    TIFF* get() const { return tiff_.get(); }
    // A tag of one number; `otherwise` where it is not there.
    std::uint32_t number(std::uint32_t tag, std::uint32_t otherwise) const;
    std::uint16_t small_number(std::uint32_t tag, std::uint16_t otherwise) const;

  private:
    struct Source {
        std::span<std::uint8_t const> bytes;
        std::uint64_t at = 0;
    };
    static tmsize_t read(thandle_t handle, void* to, tmsize_t count);
    static tmsize_t refuse_write(thandle_t, void*, tmsize_t) { return 0; }
    static toff_t seek(thandle_t handle, toff_t offset, int from);
    static int leave_open(thandle_t) { return 0; }
    static toff_t size(thandle_t handle);

    Source source_;
    std::unique_ptr<TIFF, TiffClose> tiff_;
};

} // namespace echollama::codecs
