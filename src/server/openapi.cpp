// The description of everything that is served, for programs (OpenAPI 3.1).
#include "server/routes.h"

#include <openapi_file.h>

namespace echollama::server {

void add_openapi(httplib::Server& server, RouteContext const& context) {
    std::string text(openapi_json);
    constexpr std::string_view place = "@version@";
    text.replace(text.find(place), place.size(), context.version);
    get(server, "/openapi.json", context,
        [text](auto const&, httplib::Response& response) { response.set_content(text, "application/json"); });
}

} // namespace echollama::server
