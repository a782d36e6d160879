#include "rows/parquet.h"

#include "base/ascii.h"
#include "base/bundled_library.h"
#include "base/error.h"
#include "base/output_file.h"
#include "rows/parquet_module.h"
#include "rows/row_lines.h"

#include <dlfcn.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <exception>
#include <fstream>

namespace echollama::rows {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t longest_row = std::size_t{64} << 20;

struct Module {
    ReadParquet read = nullptr;
    WriteParquet write = nullptr;
};

Module const& module() {
    static Module const found = [] {
        Module m;
        if (void* library = open_bundled_library(ECHOLLAMA_PARQUET_FILE, ECHOLLAMA_PARQUET_DIR)) {
            m.read = reinterpret_cast<ReadParquet>(dlsym(library, read_parquet_name));
            m.write = reinterpret_cast<WriteParquet>(dlsym(library, write_parquet_name));
        }
        return m;
    }();
    return found;
}

Module const& needed_module() {
    auto const& found = module();
    if (!found.read || !found.write) {
        throw Error(why_no_parquet());
    }
    return found;
}

// What visits rows on this side of the module.
struct Visitor {
    std::function<void(std::size_t, std::string const&)> const& visit;
    std::size_t number = 0;
    std::exception_ptr thrown = {};

    static int take(void* self, char const* line, std::size_t bytes) {
        auto& visitor = *static_cast<Visitor*>(self);
        try {
            visitor.visit(++visitor.number, std::string(line, bytes));
            return 0;
        } catch (...) { // nothing is thrown through the module; read_parquet() throws it again
            visitor.thrown = std::current_exception();
            return 1;
        }
    }
};

// One sentence of what Arrow says, which may be many lines.
std::string reason(char const* why) {
    std::string text = why;
    text = text.substr(0, std::min(text.find('\n'), std::size_t{300}));
    while (!text.empty() && (text.back() == '.' || text.back() == ' ')) {
        text.pop_back();
    }
    for (char& c : text) {
        c = c >= 0x20 && c < 0x7F ? c : '?';
    }
    return text;
}

// The columns that any row has.
std::array<bool, columns.size()> columns_of(fs::path const& jsonl) {
    std::array<bool, columns.size()> wanted{};
    for_each_line(jsonl, longest_row, [&](std::size_t, std::string const& line) {
        auto const row = nlohmann::json::parse(line, nullptr, false);
        for (std::size_t i = 0; i < columns.size(); ++i) {
            wanted[i] = wanted[i] || (row.is_object() && row.contains(columns[i].name));
        }
    });
    return wanted;
}

} // namespace

bool is_parquet(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    char begin[4] = {};
    bool const marked = file.read(begin, sizeof(begin)) && std::string_view(begin, sizeof(begin)) == "PAR1";
    return marked || lower_case(path.extension().string()) == ".parquet";
}

std::string why_no_parquet() {
    if (module().read && module().write) {
        return "";
    }
    return "This build reads and writes no Parquet; use JSONL, or install Apache Arrow's C++ library and build again "
           "(docs/dataset.md).";
}

void read_parquet(fs::path const& path, std::function<void(std::size_t, std::string const&)> const& visit) {
    Visitor visitor{visit};
    char why[1024] = "";
    auto const end = needed_module().read(path.c_str(), &Visitor::take, &visitor, why, sizeof(why));
    if (visitor.thrown) {
        std::rethrow_exception(visitor.thrown);
    }
    if (end != module_done) {
        throw Error("The Parquet file " + path.string() + " cannot be read (" + reason(why) +
                    "); it is damaged or no Parquet, so fetch or make it again.");
    }
}

void write_parquet(fs::path const& jsonl, fs::path const& path) {
    auto const write = needed_module().write;
    auto const wanted = columns_of(jsonl);
    OutputFile file(path, "the Parquet file");
    auto const place = "/proc/self/fd/" + std::to_string(::fileno(file.stream()));
    char why[1024] = "";
    if (write(jsonl.c_str(), place.c_str(), wanted.data(), why, sizeof(why)) != module_done) {
        throw Error("Cannot write the Parquet file " + path.string() + " (" + reason(why) +
                    "); make room, or name another place.");
    }
    file.commit();
}

} // namespace echollama::rows
