// The page of web/, for people.
#include "server/routes.h"

#include <page_files.h>

#include <array>
#include <utility>

namespace echollama::server {
namespace {

void reply_file(httplib::Response& response, std::string_view text, char const* type) {
    // Everything comes from here: no other place's code, pictures or letters.
    response.set_header("Content-Security-Policy",
                        "default-src 'self'; img-src 'self' blob: data:; media-src 'self' "
                        "blob:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'");
    response.set_header("Cache-Control", "no-cache");
    response.set_content(text.data(), text.size(), type);
}

} // namespace

void add_page(httplib::Server& server, RouteContext const& context) {
    get(server, "/", context, [](httplib::Request const& request, httplib::Response& response) {
        if (request.get_header_value("Accept").find("text/html") != std::string::npos) {
            reply_file(response, index_html, "text/html; charset=utf-8");
        } else {
            response.set_content("Ollama is running", "text/plain"); // what Ollama's clients look for
        }
    });
    get(server, "/page.css", context,
        [](auto const&, httplib::Response& response) { reply_file(response, page_css, "text/css; charset=utf-8"); });
    constexpr std::array scripts{std::pair("/page.js", page_js), std::pair("/server.js", server_js),
                                 std::pair("/sound.js", sound_js)};
    for (auto const& [path, text] : scripts) {
        get(server, path, context, [script = text](auto const&, httplib::Response& response) {
            reply_file(response, script, "text/javascript; charset=utf-8");
        });
    }
}

} // namespace echollama::server
