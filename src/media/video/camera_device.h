// Cameras through Video4Linux 2 (docs.kernel.org/userspace-api/media/v4l): memory-mapped buffers, YUYV or Motion JPEG.
#pragma once

#include "media/video/frame_source.h"

#include <cstddef>
#include <functional>
#include <string>

namespace echollama {

// What is asked of the system, so that tests can be the camera. Each returns as the function of its name does, with
// errno.
struct CameraSystem {
    std::function<int(char const* device)> open;
    std::function<int(int descriptor, unsigned long request, void* argument)> ioctl; // again after EINTR
    std::function<void*(int descriptor, std::size_t length, long offset)> map;       // null: it failed
    std::function<void(void* memory, std::size_t length)> unmap;
    std::function<int(int descriptor, int milliseconds)> wait; // poll() for a picture: 1 there is one, 0 none, -1 gone
    std::function<void(int descriptor)> close;
};

CameraSystem real_camera_system();

// Opens the device at about 1280 by 720 and gives its newest pictures. Throws Error when there is no such camera, it is
// in use, or gives nothing that can be read; the reader throws Error when it is unplugged or silent for five seconds.
NextFrame open_camera_device(std::string const& device, CameraSystem const& system);

// Two pixels in four bytes: Y0 U Y1 V, BT.601 with 16..235, as cameras send. `stride` bytes a row.
Image image_of_yuyv(std::uint8_t const* bytes, int width, int height, std::size_t stride);

} // namespace echollama
