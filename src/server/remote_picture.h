// Pictures that clients name by their address.
#pragma once

#include "http/public_fetch.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama::server {

// What is taken: 20 MiB within 10 seconds, of pictures, point clouds, meshes and what says nothing of itself.
http::PublicFetch picture_limits();

// The bytes of a picture on the public internet. Throws ApiError 400 where it may not be or cannot be fetched,
// Cancelled when stopped.
std::vector<std::uint8_t> fetch_picture(std::string const& address, http::PublicFetch const& how,
                                        std::stop_token const& stop);

} // namespace echollama::server
