// What a hub answers: model info, lists of files, the Link header; and the names in them.
#include "base/error.h"
#include "fuzz.h"
#include "hub/listing.h"
#include "hub/names.h"

#include <cstdlib>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"id":"a/b","sha":"0123456789012345678901234567890123456789","gated":"auto","cardData":)"
                     R"({"license":"other","license_name":"llama3.2"},"tags":["license:mit"]})"),
            bytes_of(R"([{"type":"directory","path":"d"},{"type":"file","path":"d/m.gguf","size":7,"oid":"0",)"
                     R"("lfs":{"oid":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef","size":7}},)"
                     R"({"type":"file","path":"c","size":2,"oid":"0123456789012345678901234567890123456789"}])"),
            bytes_of("<https://h/1>; rel=\"prev\", <https://h/2>; rel=\"next\"")};
}

void run(Input input) {
    auto const text = text_of(input);
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
