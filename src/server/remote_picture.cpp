#include "server/remote_picture.h"

#include "base/error.h"
#include "server/api_error.h"

namespace echollama::server {

http::PublicFetch picture_limits() {
    http::PublicFetch how;
    how.types = {"image/", "model/", "application/octet-stream", "binary/octet-stream"};
    return how;
}

std::vector<std::uint8_t> fetch_picture(std::string const& address, http::PublicFetch const& how,
                                        std::stop_token const& stop) {
    std::optional<std::string> bytes;
    try {
        bytes = http::fetch_public(address, how, stop);
    } catch (Error const& error) {
        throw ApiError(400, error.what(), "image_url", "invalid_image_url");
    }
    if (!bytes) {
        throw Cancelled();
    }
    return {bytes->begin(), bytes->end()};
}

} // namespace echollama::server
