// What a hub answers: model info, lists of files, the Link header; and the names in them. Addresses that clients name
// and servers redirect to.
#include "base/error.h"
#include "fuzz.h"
#include "http/address.h"
#include "http/public_address.h"
#include "hub/listing.h"
#include "hub/names.h"

#include <algorithm>
#include <cstdlib>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"id":"a/b","sha":"0123456789012345678901234567890123456789","gated":"auto","cardData":)"
                     R"({"license":"other","license_name":"llama3.2"},"tags":["license:mit"]})"),
            bytes_of(R"([{"type":"directory","path":"d"},{"type":"file","path":"d/m.gguf","size":7,"oid":"0",)"
                     R"("lfs":{"oid":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":7}},)"
                     R"({"type":"file","path":"c","size":2,"oid":"0123456789012345678901234567890123456789"}])"),
            bytes_of("<https://h/1>; rel=\"prev\", <https://h/2>; rel=\"next\""),
            bytes_of("https://Host.example:8443/a/b?c=1 //other.example/d"),
            bytes_of("http://[::ffff:10.0.0.1]:80/x /y")};
}

// "ADDRESS LOCATION": where an answer from there leads.
void run_address(std::string const& text) {
    auto const space = std::min(text.find(' '), text.size());
    auto const location = text.substr(std::min(space + 1, text.size()));
    auto const from = http::parse_file_address(text.substr(0, space));
    http::is_public_address(location);
    if (!from) {
        return;
    }
    auto const place = http::host_of(*from);
    auto const next = http::redirect_target(*from, location);
    bool const downgraded = next && from->server.starts_with("https:") && !next->server.starts_with("https:");
    if (place.port < 0 || place.port > 99999 || downgraded) {
        std::abort();
    }
}

void run(Input input) {
    auto const text = text_of(input);
    if (text.starts_with("http")) {
        run_address(std::string(text));
        return;
    }
    if (text.starts_with("<")) {
        hub::next_page(std::string(text));
        return;
    }
    if (text.starts_with("{")) {
        hub::parse_model_info(text);
        return;
    }
    auto const files = hub::parse_tree(text);
    for (auto const& file : files) {
        hub::check_file_name(file.path); // holds for all that get through
        if (!hub::is_content_name(file.content)) {
            std::abort();
        }
    }
}

} // namespace echollama::fuzz
