// Rows of preference data: what is read is written and read as the same.
#include "dataset/preference.h"

#include "fuzz.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"prompt":"What is ahead?","chosen":"A cup.","rejected":"A dog."})"),
            bytes_of(R"({"system":"s","prompt":"p\u00e9","chosen":"c","rejected":"r","image":"a.png","teacher":"t",)"
                     R"("base":"b","chosen_claims":{"supported":2,"contradicted":0,"unknown":1},)"
                     R"("rejected_claims":{"supported":0},"other":[1,{"a":null}]})")};
}

void run(Input input) {
    auto const row = dataset::parse_preference(text_of(input));
    auto const line = dataset::to_json_line(row);
    if (line.find('\n') != std::string::npos) {
        throw std::logic_error("a row has more than one line");
    }
    if (dataset::parse_preference(line) != row) {
        throw std::logic_error("a row changes when it is written and read");
    }
}

} // namespace echollama::fuzz
