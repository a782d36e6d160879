#include "media/video/camera_device.h"

#include "base/error.h"
#include "media/picture/image_io.h"

#include <fcntl.h>
#include <linux/videodev2.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <memory>

namespace echollama {
namespace {

constexpr std::uint32_t wanted_width = 1280, wanted_height = 720, wanted_buffers = 4;
constexpr int wait_ms = 100, silent_ms = 5000;
constexpr std::size_t most_buffer_bytes = 128U << 20;

class Camera {
  public:
    Camera(std::string device, CameraSystem system) : device_(std::move(device)), system_(std::move(system)) {
        descriptor_ = system_.open(device_.c_str());
        if (descriptor_ < 0) {
            throw Error(errno == ENOENT || errno == ENODEV || errno == ENXIO
                            ? "There is no camera " + device_ + "; plug one in, or name another."
                        : errno == EBUSY
                            ? "The camera " + device_ + " is in use; close the other program."
                            : "The camera " + device_ + " may not be opened; add yourself to the group video.");
        }
        try {
            choose_format();
            map_buffers();
            start();
        } catch (...) {
            release();
            throw;
        }
    }
    ~Camera() { release(); }
    Camera(Camera const&) = delete;
    Camera& operator=(Camera const&) = delete;

    std::optional<Frame> next(std::stop_token const& stop) {
        for (int silent = 0; !stop.stop_requested();) {
            int const there = system_.wait(descriptor_, wait_ms);
            if (there < 0) {
                throw unplugged();
            }
            silent = there > 0 ? silent : silent + wait_ms;
            if (silent >= silent_ms) {
                throw Error("The camera " + device_ + " sends no more pictures.");
            }
            auto frame = there > 0 ? newest() : std::nullopt;
            if (frame) {
                return frame;
            }
        }
        return std::nullopt;
    }

  private:
    struct Buffer {
        void* memory = nullptr;
        std::size_t length = 0;
    };

    bool ask(unsigned long request, void* argument) { return system_.ioctl(descriptor_, request, argument) >= 0; }

    Error unplugged() const { return Error("The camera " + device_ + " was unplugged."); }

    Error useless() const {
        return Error("The camera " + device_ + " gives no pictures that can be read; choose another camera.");
    }

    void choose_format() {
        v4l2_capability can{};
        if (!ask(VIDIOC_QUERYCAP, &can)) {
            throw Error(device_ + " is no camera; name another device.");
        }
        auto const capabilities = can.capabilities & V4L2_CAP_DEVICE_CAPS ? can.device_caps : can.capabilities;
        if (!(capabilities & V4L2_CAP_VIDEO_CAPTURE) || !(capabilities & V4L2_CAP_STREAMING)) {
            throw useless();
        }
        for (auto const kind :
             {V4L2_PIX_FMT_MJPEG, V4L2_PIX_FMT_YUYV}) { // the first is let through at full rate by USB
            v4l2_format format{};
            format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
            format.fmt.pix.width = wanted_width;
            format.fmt.pix.height = wanted_height;
            format.fmt.pix.pixelformat = kind;
            format.fmt.pix.field = V4L2_FIELD_ANY;
            bool const set = ask(VIDIOC_S_FMT, &format);
            if (!set && errno == EBUSY) {
                throw Error("The camera " + device_ + " is in use; close the other program.");
            }
            if (set && format.fmt.pix.pixelformat == kind && fits(format.fmt.pix)) {
                format_ = format.fmt.pix;
                return;
            }
        }
        throw useless();
    }

    static bool fits(v4l2_pix_format const& format) {
        auto const pixels = static_cast<std::uint64_t>(format.width) * format.height;
        return pixels > 0 && pixels <= static_cast<std::uint64_t>(max_frame_pixels) && format.width % 2 == 0;
    }

    void map_buffers() {
        v4l2_requestbuffers request{};
        request.count = wanted_buffers;
        request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
        request.memory = V4L2_MEMORY_MMAP;
        if (!ask(VIDIOC_REQBUFS, &request) || request.count == 0) {
            throw useless();
        }
        for (std::uint32_t i = 0; i < std::min(request.count, wanted_buffers); ++i) {
            auto buffer = described(i);
            if (!ask(VIDIOC_QUERYBUF, &buffer) || buffer.length == 0 || buffer.length > most_buffer_bytes) {
                throw useless();
            }
            void* const memory = system_.map(descriptor_, buffer.length, static_cast<long>(buffer.m.offset));
            if (!memory) {
                throw useless();
            }
            buffers_.push_back({memory, buffer.length});
            if (!ask(VIDIOC_QBUF, &buffer)) {
                throw useless();
            }
        }
    }

    static v4l2_buffer described(std::uint32_t index) {
        v4l2_buffer buffer{};
        buffer.type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
        buffer.memory = V4L2_MEMORY_MMAP;
        buffer.index = index;
        return buffer;
    }

    void start() {
        int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
        if (!ask(VIDIOC_STREAMON, &type)) {
            throw useless();
        }
        streaming_ = true;
    }

    // The last of all pictures that wait; none where it is broken.
    std::optional<Frame> newest() {
        std::optional<v4l2_buffer> last;
        while (true) {
            auto buffer = described(0);
            if (!ask(VIDIOC_DQBUF, &buffer)) {
                if (errno == EAGAIN) {
                    break;
                }
                throw unplugged();
            }
            if (buffer.index >= buffers_.size()) {
                throw unplugged();
            }
            if (last) {
                give_back(*last);
            }
            last = buffer;
        }
        if (!last) {
            return std::nullopt;
        }
        auto image = last->flags & V4L2_BUF_FLAG_ERROR ? std::nullopt : image_of(*last);
        give_back(*last);
        if (!image) {
            return std::nullopt;
        }
        Frame frame;
        frame.view.image = std::move(*image);
        double const time =
            static_cast<double>(last->timestamp.tv_sec) + static_cast<double>(last->timestamp.tv_usec) * 1e-6;
        began_ = began_.value_or(time);
        seconds_ = std::max(seconds_ + 1e-3, time - *began_); // times of damaged drivers do not fall
        frame.seconds = seconds_;
        return frame;
    }

    void give_back(v4l2_buffer buffer) {
        if (!ask(VIDIOC_QBUF, &buffer)) {
            throw unplugged();
        }
    }

    std::optional<Image> image_of(v4l2_buffer const& buffer) const {
        auto const& memory = buffers_[buffer.index];
        auto const* bytes = static_cast<std::uint8_t const*>(memory.memory);
        auto const used = std::min<std::size_t>(buffer.bytesused, memory.length);
        if (format_.pixelformat == V4L2_PIX_FMT_MJPEG) {
            try {
                return decode_image({bytes, used}, device_).image;
            } catch (Error const&) {
                return std::nullopt; // broken on its way: the next one comes
            }
        }
        std::size_t const stride = std::max<std::size_t>(format_.bytesperline, 2 * std::size_t{format_.width});
        if (stride * format_.height > memory.length || used < stride * format_.height) {
            return std::nullopt;
        }
        return image_of_yuyv(bytes, static_cast<int>(format_.width), static_cast<int>(format_.height), stride);
    }

    void release() {
        if (streaming_) {
            int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
            ask(VIDIOC_STREAMOFF, &type);
        }
        for (auto const& buffer : buffers_) {
            system_.unmap(buffer.memory, buffer.length);
        }
        buffers_.clear();
        system_.close(descriptor_);
    }

    std::string device_;
    CameraSystem system_;
    int descriptor_ = -1;
    v4l2_pix_format format_{};
    std::vector<Buffer> buffers_;
    bool streaming_ = false;
    std::optional<double> began_;
    double seconds_ = -1e-3;
};

std::uint8_t byte_of(int value) {
    return static_cast<std::uint8_t>(std::clamp(value, 0, 255));
}

// BT.601, 16..235, in 256ths.
void put_rgb(std::uint8_t* target, int y, int u, int v) {
    int const luma = 298 * (y - 16) + 128, cb = u - 128, cr = v - 128;
    target[0] = byte_of((luma + 409 * cr) >> 8);
    target[1] = byte_of((luma - 100 * cb - 208 * cr) >> 8);
    target[2] = byte_of((luma + 516 * cb) >> 8);
}

} // namespace

Image image_of_yuyv(std::uint8_t const* bytes, int width, int height, std::size_t stride) {
    Image image{width, height, {}};
    image.rgb.resize(3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
    for (int y = 0; y < height; ++y) {
        auto const* row = bytes + static_cast<std::size_t>(y) * stride;
        for (int x = 0; x + 1 < width; x += 2, row += 4) {
            put_rgb(image.pixel(x, y), row[0], row[1], row[3]);
            put_rgb(image.pixel(x + 1, y), row[2], row[1], row[3]);
        }
    }
    return image;
}

CameraSystem real_camera_system() {
    CameraSystem system;
    system.open = [](char const* device) { return ::open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC); };
    system.ioctl = [](int descriptor, unsigned long request, void* argument) {
        int result = -1;
        do {
            result = ::ioctl(descriptor, request, argument);
        } while (result < 0 && errno == EINTR);
        return result;
    };
    system.map = [](int descriptor, std::size_t length, long offset) -> void* {
        void* const memory = mmap(nullptr, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
        return memory == MAP_FAILED ? nullptr : memory;
    };
    system.unmap = [](void* memory, std::size_t length) { munmap(memory, length); };
    system.wait = [](int descriptor, int milliseconds) {
        pollfd waiting{descriptor, POLLIN, 0};
        int const there = poll(&waiting, 1, milliseconds);
        if (there < 0) {
            return errno == EINTR ? 0 : -1;
        }
        return there == 0 ? 0 : waiting.revents & POLLIN ? 1 : -1;
    };
    system.close = [](int descriptor) { ::close(descriptor); };
    return system;
}

NextFrame open_camera_device(std::string const& device, CameraSystem const& system) {
    auto camera = std::make_shared<Camera>(device, system);
    return [camera](std::stop_token const& stop) { return camera->next(stop); };
}

FrameSource open_camera(std::string const& device) {
    auto source = returning_source(
        "camera", [device](std::stop_token const&) { return open_camera_device(device, real_camera_system()); });
    source.name = device;
    return source;
}

} // namespace echollama
