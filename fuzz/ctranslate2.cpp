// CTranslate2 model files, with every variable read.
#include "formats/ctranslate2.h"

#include "fuzz.h"
#include "support/ct2_writer.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    test::Ct2Writer writer;
    writer.floats("a", {3, 2});
    writer.integer("b", 5);
    writer.raw("c", {4}, 1, std::string(4, 'x'));
    writer.raw("d", {1, 2}, 0, std::string(8, '\0'));
    return {bytes_of(writer.bytes())};
}

void run(Input input) {
    MemoryFile const file(input);
    convert::Ct2File const model({file.path()});
    for (auto const* name : {"a", "b", "c", "d", "alias"}) {
        if (!model.contains(name)) {
            continue;
        }
        auto const& variable = model.variable(name);
        if (variable.shape.empty()) {
            model.integer(name);
        } else if (variable.type != convert::Ct2Type::i8) {
            model.floats(name, variable.shape);
        }
    }
}

} // namespace echollama::fuzz
