// Lists of recordings, and names of pictures in the order of time.
#include "fuzz.h"
#include "media/video/recording.h"
#include "media/video/time_order.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of("# color images\n# file: 'a.bag'\n# timestamp filename\n1305031102.175304 rgb/1305031102.175304.png\n"
                 "1305031102.211214 rgb/1305031102.211214.png\n"),
        bytes_of("1.0 a.png\n1.01 b.png\n1.02 frame10.png\n"), bytes_of("1e3 frame2.png\r\n.5 frame02.png\r\n")};
}

void run(Input input) {
    auto const entries = parse_recording_list(text_of(input), "input");
    auto const pairs = pair_in_time(entries, entries);
    if (pairs.size() > entries.size()) {
        throw std::logic_error("more pairs than pictures");
    }
    for (auto const& a : entries) {
        for (auto const& b : entries) {
            if (comes_before(a.file.string(), b.file.string()) && comes_before(b.file.string(), a.file.string())) {
                throw std::logic_error("two names come before each other");
            }
        }
    }
}

} // namespace echollama::fuzz
