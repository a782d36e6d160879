// Apart from the rest of sight.cpp, for readers of requests need nothing that opens pictures.
#include "base/ascii.h"
#include "server/base64.h"
#include "server/sight.h"

namespace echollama::server {

Sight sight_of(std::string const& text, std::string const& param) {
    auto const begin = lower_case(text.substr(0, 8));
    if (begin.starts_with("http://") || begin == "https://") {
        return {{}, text};
    }
    return {bytes_of_data_url(text, param)};
}

} // namespace echollama::server
