// The list of models.
#include "store/manifest.h"

#include "fuzz.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of(R"({"models":[{"name":"a.gguf","role":"detector","title":"A","licence":"MIT","package":"a","convert":)"
                 R"("copy","starter":true,"sources":[{"path":"x/y.bin","bytes":12,"sha256":)"
                 R"("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}]}]})")};
}

void run(Input input) {
    store::parse_manifest(std::string(text_of(input)), "input");
}

} // namespace echollama::fuzz
