#include "server/reply.h"

#include "base/log.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace echollama::server {
namespace {

using namespace std::chrono_literals;

char const* error_type(int status) {
    switch (status) {
    case 401:
        return "authentication_error";
    case 403:
        return "permission_error";
    case 404:
        return "not_found_error";
    case 501:
        return "not_supported_error";
    case 503:
        return "unavailable_error";
    default:
        return status < 500 ? "invalid_request_error" : "server_error";
    }
}

// Asks again and again whether the client is still there.
class ClientWatch {
  public:
    ClientWatch(httplib::Request const& request, std::stop_token const& server)
        : server_(server, [this] { stop_.request_stop(); }), thread_([this, &request](std::stop_token ended) {
              std::unique_lock lock(mutex_);
              while (!changed_.wait_for(lock, ended, 50ms, [] { return false; }) && !ended.stop_requested()) {
                  if (request.is_connection_closed()) {
                      stop_.request_stop();
                      return;
                  }
              }
          }) {}

    std::stop_token token() const { return stop_.get_token(); }
    void leave() { stop_.request_stop(); }

  private:
    std::stop_source stop_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::stop_callback<std::function<void()>> server_;
    std::jthread thread_;
};

// What the work throws, told as far as there is anybody to be told.
template <typename Work, typename Tell>
bool run_and_tell(Work const& work, Tell const& tell) {
    try {
        work();
        return true;
    } catch (ApiError const& error) {
        tell(error);
    } catch (Error const& error) {
        tell(ApiError(500, error.what()));
    } catch (Cancelled const&) {
        tell(ApiError(503, "The server is ending; try again later."));
    } catch (std::bad_alloc const&) {
        tell(ApiError(503, "There is too little memory for this request; send a smaller picture or text."));
    } catch (std::exception const& error) {
        log::warning(std::string("A request failed: ") + error.what() + ".");
        tell(ApiError(500, "The request failed; the server's log tells more."));
    }
    return false;
}

} // namespace

std::string one_line(Json const& value) {
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void reply_json(httplib::Response& response, Json const& body, int status) {
    response.status = status;
    response.set_content(one_line(body), "application/json");
}

Json error_json(int status, std::string const& text, std::string const& param, std::string const& code) {
    return {{"error",
             {{"message", text},
              {"type", error_type(status)},
              {"param", param.empty() ? Json(nullptr) : Json(param)},
              {"code", code.empty() ? Json(nullptr) : Json(code)}}},
            {"detail", text}};
}

Json ollama_error(Json const& error) {
    return {{"error", error.at("error").at("message")}};
}

void reply_error(httplib::Response& response, ApiError const& error) {
    bool const busy = error.status() == 429 || error.status() == 503;
    if (busy) {
        response.set_header("Retry-After", "1");
    }
    response.set_header("x-should-retry", busy ? "true" : "false");
    reply_json(response, error_json(error.status(), error.what(), error.param(), error.code()), error.status());
}

bool while_client_waits(httplib::Request const& request, httplib::Response& response, std::stop_token const& server,
                        std::function<void(std::stop_token)> const& work) {
    ClientWatch client(request, server);
    return run_and_tell([&] { work(client.token()); }, [&](ApiError const& error) { reply_error(response, error); });
}

void stream_reply(httplib::Request const& request, httplib::Response& response, std::stop_token const& server,
                  char const* content_type, std::function<void(Write const&, std::stop_token)> work,
                  std::function<std::string(Json const& error)> failure) {
    response.set_header("Cache-Control", "no-cache");
    response.set_chunked_content_provider(
        content_type,
        [&request, server, work = std::move(work), failure = std::move(failure)](std::size_t, httplib::DataSink& sink) {
            ClientWatch client(request, server);
            bool whole = true;
            auto const write = [&](std::string_view bytes) {
                if (!bytes.empty() && !sink.write(bytes.data(), bytes.size())) {
                    client.leave();
                    throw Cancelled();
                }
            };
            run_and_tell([&] { work(write, client.token()); },
                         [&](ApiError const& error) {
                             auto const line =
                                 failure(error_json(error.status(), error.what(), error.param(), error.code()));
                             whole = !line.empty() && sink.write(line.data(), line.size());
                         });
            if (whole) {
                sink.done();
            }
            return whole;
        });
}

std::string event(Json const& data) {
    return "data: " + one_line(data) + "\n\n";
}

std::string named_event(std::string const& name, Json const& data) {
    return "event: " + name + "\n" + event(data);
}

} // namespace echollama::server
