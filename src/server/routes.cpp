#include "server/routes.h"

#include "server/api_error.h"
#include "server/reply.h"

#include <random>

namespace echollama::server {

std::string read_body(httplib::ContentReader const& reader, std::size_t most_bytes) {
    std::string body;
    bool const whole = reader([&](char const* data, std::size_t length) {
        if (body.size() + length > most_bytes) {
            throw ApiError(413, "The request is larger than " + std::to_string(most_bytes >> 20) +
                                    " MiB; send a smaller picture.");
        }
        body.append(data, length);
        return true;
    });
    if (!whole) {
        throw ApiError(400, "The request broke off; send it again.");
    }
    return body;
}

bool is_at(Route const& route, std::string const& path) {
    auto const variable = route.path.find('{');
    return variable == std::string::npos ? route.path == path
                                         : path.size() > variable && path.starts_with(route.path.substr(0, variable));
}

namespace {

// What is in braces becomes a group of letters.
std::string pattern_of(std::string const& path) {
    auto const variable = path.find('{');
    return variable == std::string::npos ? path : path.substr(0, variable) + "(.+)";
}

} // namespace

void get(httplib::Server& server, std::string const& path, RouteContext const& context,
         httplib::Server::Handler handler) {
    context.routes.push_back({"GET", path});
    server.Get(pattern_of(path), std::move(handler));
}

void del(httplib::Server& server, std::string const& path, RouteContext const& context,
         httplib::Server::Handler handler) {
    context.routes.push_back({"DELETE", path});
    server.Delete(pattern_of(path), std::move(handler));
}

void post(httplib::Server& server, std::string const& path, RouteContext const& context, BodyHandler handler) {
    context.routes.push_back({"POST", path});
    server.Post(pattern_of(path), [most = context.most_bytes, handler = std::move(handler)](
                                      httplib::Request const& request, httplib::Response& response,
                                      httplib::ContentReader const& reader) {
        try {
            if (request.is_multipart_form_data()) {
                throw ApiError(415, "This address takes JSON, no form; send the body as application/json.");
            }
            handler(request, response, read_body(reader, most));
        } catch (ApiError const& error) {
            reply_error(response, error);
        }
    });
}

bool fetch_first(RouteContext const& context, httplib::Request const& http, httplib::Response& response, Sight& sight) {
    return sight.address.empty() || while_client_waits(http, response, context.stop, [&](std::stop_token stop) {
               sight = context.engine.fetched(std::move(sight), stop);
           });
}

std::string new_id(std::string const& prefix) {
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    thread_local std::mt19937_64 random{std::random_device{}()};
    std::uniform_int_distribution<std::size_t> letter(0, letters.size() - 1);
    std::string id = prefix;
    for (int i = 0; i < 24; ++i) {
        id += letters[letter(random)];
    }
    return id;
}

} // namespace echollama::server
