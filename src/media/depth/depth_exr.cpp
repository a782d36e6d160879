// Depth in OpenEXR: the channel Z, of whatever layer, or the only channel that there is.
#include "base/ascii.h"
#include "base/error.h"
#include "media/depth/depth_file.h"
#include "media/picture/codecs.h"

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfInputFile.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace echollama {
namespace {

class MemoryStream : public Imf::IStream {
  public:
    MemoryStream(std::span<std::uint8_t const> bytes, std::string const& name)
        : Imf::IStream(name.c_str()), bytes_(bytes) {}

    bool read(char to[], int count) override {
        auto const wanted = static_cast<std::size_t>(std::max(count, 0));
        if (at_ > bytes_.size() || wanted > bytes_.size() - at_) {
            throw std::runtime_error("the file ends too early");
        }
        std::memcpy(to, bytes_.data() + at_, wanted);
        at_ += wanted;
        return at_ < bytes_.size();
    }
    std::uint64_t tellg() override { return at_; }
    void seekg(std::uint64_t at) override { at_ = at; }

  private:
    std::span<std::uint8_t const> bytes_;
    std::uint64_t at_ = 0;
};

// "Z", "depth", "ViewLayer.Depth.Z"; else the only channel. Empty: there is none.
std::string depth_channel(Imf::ChannelList const& channels) {
    std::size_t count = 0;
    std::string only;
    for (auto at = channels.begin(); at != channels.end(); ++at) {
        auto const name = lower_case(at.name());
        if (name == "z" || name.ends_with(".z") || name.find("depth") != std::string::npos) {
            return at.name();
        }
        only = at.name();
        ++count;
    }
    return count == 1 ? only : std::string();
}

} // namespace

DepthReadings parse_depth_exr(std::span<std::uint8_t const> bytes, std::string const& name) {
    auto const refuse = [&](std::string const& why) {
        return Error("The depth picture " + name + " cannot be used: " + why + ".");
    };
    try {
        Imf::Header::setMaxImageSize(1 << 16, 1 << 16);
        MemoryStream stream(bytes, name);
        Imf::InputFile file(stream, 0);
        auto const& window = file.header().dataWindow();
        auto const width = std::int64_t{window.max.x} - window.min.x + 1,
                   height = std::int64_t{window.max.y} - window.min.y + 1;
        codecs::check_size(width, height, name);
        codecs::check_length(width, height, codecs::png_pixels_in_a_byte(8), bytes.size(), name);
        auto const channel = depth_channel(file.header().channels());
        if (channel.empty()) {
            throw refuse("it has several channels and none of them is called Z");
        }
        auto const& stored = file.header().channels()[channel];
        if (stored.xSampling != 1 || stored.ySampling != 1) {
            throw refuse("its depth has fewer pixels than it says");
        }
        DepthReadings readings{static_cast<int>(width), static_cast<int>(height),
                               std::vector<float>(static_cast<std::size_t>(width * height))};
        Imf::FrameBuffer buffer;
        buffer.insert(channel, Imf::Slice::Make(Imf::FLOAT, readings.values.data(), window, sizeof(float),
                                                sizeof(float) * static_cast<std::size_t>(width)));
        file.setFrameBuffer(buffer);
        file.readPixels(window.min.y, window.max.y);
        return readings;
    } catch (Error const&) {
        throw;
    } catch (std::exception const&) { // OpenEXR's
        throw refuse("it is damaged, cut short or of a kind of OpenEXR that cannot be read");
    }
}

} // namespace echollama
