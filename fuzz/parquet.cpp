// Rows in Parquet, read by Apache Arrow's library and turned into lines of JSON.
#include "rows/parquet.h"

#include "fuzz.h"

#include <fstream>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

Bytes packed(std::string_view jsonl) {
    return written("rows.parquet", [&](std::filesystem::path const& path) {
        auto const rows = path.parent_path() / "rows.jsonl";
        std::ofstream(rows) << jsonl;
        rows::write_parquet(rows, path);
    });
}

} // namespace

std::vector<Bytes> seeds() {
    return {packed(R"({"prompt":"What is ahead?","chosen":"A cup.","rejected":"A dog.","image":"a.png",)"
                   R"("chosen_claims":{"supported":1,"contradicted":0,"unknown":2}})"
                   "\n"
                   R"({"system":"s","prompt":"p","chosen":"c","rejected":"r"})"
                   "\n"),
            packed(R"({"prompt_ids":[1,2,3],"chosen_ids":[4],"rejected_ids":[5,6]})"
                   "\n")};
}

void run(Input input) {
    MemoryFile const file(input);
    rows::read_parquet(file.path(), [](std::size_t, std::string const& line) {
        if (line.find('\n') != std::string::npos) {
            throw std::logic_error("a row has more than one line");
        }
    });
}

} // namespace echollama::fuzz
