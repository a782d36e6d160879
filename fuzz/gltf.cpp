// glTF meshes as GLB and as JSON, drawn.
#include "cloud.h"

#include <cstring>

namespace echollama::fuzz {
namespace {

std::string const json =
    R"({"asset":{"version":"2.0"},"scenes":[{"nodes":[0]}],"nodes":[{"mesh":0,"translation":[0,0,-3]}],)"
    R"("meshes":[{"primitives":[{"attributes":{"POSITION":0},"indices":1}]}],"accessors":[)"
    R"({"bufferView":0,"componentType":5126,"count":3,"type":"VEC3","min":[0,0,0],"max":[1,1,0]},)"
    R"({"bufferView":1,"componentType":5123,"count":3,"type":"SCALAR"}],"bufferViews":[)"
    R"({"buffer":0,"byteLength":36},{"buffer":0,"byteOffset":36,"byteLength":6}],"buffers":[{)";
std::string const own_buffer = R"("byteLength":44}]} )";
std::string const written_buffer =
    R"("uri":"data:application/octet-stream;base64,)" + std::string(59, 'A') + "=\"," + own_buffer;

Bytes glb() {
    Bytes file = bytes_of("glTF");
    auto const put = [&](std::int64_t value) { put_u32(file, value); };
    auto padded = json + own_buffer;
    padded.resize((padded.size() + 3) / 4 * 4, ' ');
    put(2), put(static_cast<std::int64_t>(28 + padded.size() + 44)), put(static_cast<std::int64_t>(padded.size()));
    put(0x4E4F534A);
    file.insert(file.end(), padded.begin(), padded.end());
    put(44), put(0x004E4942);
    for (float value : {0.0F, 0.0F, 0.0F, 1.0F, 0.0F, 0.0F, 0.0F, 1.0F, 0.0F}) {
        std::uint32_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        put(bits);
    }
    put(0x00010000), put(2);
    return file;
}

} // namespace

std::vector<Bytes> seeds() {
    return {glb(), bytes_of(json + written_buffer)};
}

void run(Input input) {
    draw(parse_gltf(characters(input), "input"));
}

} // namespace echollama::fuzz
