// What is looked for inside photos: the second picture of an MPO file and the depth that phones store.
#include "fuzz.h"
#include "media/depth/embedded_depth.h"
#include "media/depth/stereo.h"
#include "media/encode.h"
#include "media/mpo.h"

namespace echollama::fuzz {
namespace {

Bytes with_xmp(Bytes const& jpeg) {
    std::string const content =
        std::string("http://ns.adobe.com/xap/1.0/") + '\0' +
        R"(<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description GDepth:Format="RangeInverse" GDepth:Near="0.5" )"
        R"(GDepth:Far="4" GDepth:Units="m" GDepth:Data="iVBORw0KGgo="><rdf:li Item:Mime="image/png" )"
        R"(Item:Semantic="Depth" Item:Length="9"/></rdf:Description></x:xmpmeta>)";
    auto out = jpeg;
    auto const length = content.size() + 2;
    Bytes segment;
    segment.reserve(content.size() + 4);
    for (std::size_t byte : {std::size_t{0xFF}, std::size_t{0xE1}, length >> 8, length & 255}) {
        segment.push_back(static_cast<std::uint8_t>(byte));
    }
    segment.insert(segment.end(), content.begin(), content.end());
    out.insert(out.begin() + 2, segment.begin(), segment.end());
    return out;
}

} // namespace

std::vector<Bytes> seeds() {
    auto const jpeg = test::encode_jpeg({.width = 16, .height = 8}, test::gradient(16, 8).rgb);
    return {test::mpo(jpeg, jpeg, {}), with_xmp(jpeg)};
}

void run(Input input) {
    if (auto const pair = find_mpo_pair(input)) {
        for (auto const part : {pair->left, pair->right}) {
            if (!part.empty() &&
                (part.data() < input.data() || part.data() + part.size() > input.data() + input.size())) {
                std::abort();
            }
        }
    }
    find_embedded_depth(input, "input");
}

} // namespace echollama::fuzz
