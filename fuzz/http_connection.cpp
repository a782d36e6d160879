// What a client sends on one connection to the server's HTTP and WebSocket layer (cpp-httplib), with the server's
// limits and handlers of every kind that it has: bodies as they come, forms, streamed replies, WebSockets that answer
// each message.
#include "fuzz.h"

#include <cpp-httplib/httplib.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

namespace echollama::fuzz {
namespace {

constexpr std::size_t most_bytes = 1U << 20;

// Gives the input as a client would, and swallows the answers.
class Wire : public httplib::Stream {
  public:
    explicit Wire(std::string_view text) : text_(text) {}
    bool is_readable() const override { return true; }
    bool wait_readable() const override { return true; }
    bool wait_writable() const override { return true; }
    ssize_t read(char* bytes, std::size_t size) override {
        auto const count = std::min(size, text_.size());
        std::memcpy(bytes, text_.data(), count);
        text_.remove_prefix(count);
        return static_cast<ssize_t>(count);
    }
    ssize_t write(char const* bytes, std::size_t size) override {
        written_.append(bytes, size);
        return static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string& ip, int& port) const override {
        ip = "127.0.0.1";
        port = 1;
    }
    void get_local_ip_and_port(std::string& ip, int& port) const override { get_remote_ip_and_port(ip, port); }
    socket_t socket() const override { return INVALID_SOCKET; }
    time_t duration() const override { return 0; }
    bool is_over() const { return text_.empty(); }
    std::string const& written() const { return written_; }

  private:
    std::string_view text_;
    std::string written_;
};

class Server : public httplib::Server {
  public:
    Server() {
        set_payload_max_length(most_bytes);
        set_websocket_ping_interval(0); // it has no thread
        Get("/models/(.+)", [](auto const& request, auto& response) {
            response.set_content(std::string(request.matches[1]), "text/plain");
        });
        Post("/chat", [](auto const&, auto& response, auto const& reader) {
            std::string body;
            reader([&](char const* bytes, std::size_t length) {
                if (body.size() + length > most_bytes) {
                    std::abort(); // beyond the limit
                }
                body.append(bytes, length);
                return true;
            });
            response.set_chunked_content_provider("text/event-stream", [body](std::size_t, httplib::DataSink& sink) {
                sink.write(body.data(), std::min<std::size_t>(body.size(), 64));
                sink.done();
                return true;
            });
        });
        Post("/form", [](auto const& request, auto& response) {
            response.set_content(request.form.has_file("file") ? request.form.get_file("file").content : "",
                                 "text/plain");
        });
        WebSocket(
            "/realtime",
            [](auto const&, httplib::ws::WebSocket& socket) {
                std::string message;
                while (socket.read(message) != httplib::ws::Fail) {
                    socket.send(message.substr(0, 64));
                }
            },
            [](auto const& offered) { return offered.empty() ? std::string() : offered.front(); });
    }
    void serve(Wire& wire) {
        bool closed = false;
        for (int request = 0; request < 8 && !closed && !wire.is_over(); ++request) {
            bool upgraded = false;
            if (!process_request(wire, "127.0.0.1", 1, "127.0.0.1", 2, false, closed, nullptr, &upgraded) || upgraded) {
                return;
            }
        }
    }
};

// A client's frame, masked with zeros.
std::string frame(unsigned char first, std::string const& payload) {
    std::string bytes{static_cast<char>(first), static_cast<char>(0x80 | payload.size())};
    return bytes + std::string(4, '\0') + payload;
}

} // namespace

std::vector<Bytes> seeds() {
    std::string const upgrade = "GET /realtime HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: realtime\r\n"
                                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";
    return {
        bytes_of("GET /models/a%2Fb?x=1 HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        bytes_of("POST /chat HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello"),
        bytes_of("POST /chat HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
        bytes_of("POST /form HTTP/1.1\r\nHost: h\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: "
                 "83\r\n\r\n"
                 "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nsound\r\n--x--\r\n"),
        bytes_of(upgrade + frame(0x81, "{}") + frame(0x01, "a") + frame(0x80, "b") + frame(0x89, "p") +
                 frame(0x88, "")),
        bytes_of(upgrade + frame(0x82, "binary"))};
}

void run(Input input) {
    static Server server;
    Wire wire(text_of(input));
    server.serve(wire);
    if (!wire.written().empty() && !wire.written().starts_with("HTTP/1.1 ")) {
        std::abort();
    }
}

} // namespace echollama::fuzz
