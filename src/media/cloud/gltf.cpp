// glTF 2.0 by tinygltf: every mesh of the default scene in its place, with colours, base-colour textures and the
// camera. What tinygltf does not check, the bounds of accessors above all, is checked here.
#include "base/error.h"
#include "media/cloud/cloud_builder.h"
#include "media/cloud/point_cloud.h"
#include "media/picture/image_io.h"

#include <tiny_gltf.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <set>

namespace echollama {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t most_bytes = 1ULL << 30;
constexpr int deepest_node = 64;

using Matrix = std::array<double, 16>; // column by column, as glTF stores it

constexpr Matrix identity{1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1};

Matrix product(Matrix const& a, Matrix const& b) {
    Matrix out{};
    for (std::size_t column = 0; column < 4; ++column) {
        for (std::size_t row = 0; row < 4; ++row) {
            for (std::size_t k = 0; k < 4; ++k) {
                out[4 * column + row] += a[4 * k + row] * b[4 * column + k];
            }
        }
    }
    return out;
}

Matrix matrix_of(tinygltf::Node const& node) {
    if (node.matrix.size() == 16) {
        Matrix m;
        std::copy(node.matrix.begin(), node.matrix.end(), m.begin());
        return m;
    }
    Matrix m = identity;
    if (node.rotation.size() == 4) { // quaternion x, y, z, w
        double const x = node.rotation[0], y = node.rotation[1], z = node.rotation[2], w = node.rotation[3];
        m = {1 - 2 * (y * y + z * z),
             2 * (x * y + z * w),
             2 * (x * z - y * w),
             0,
             2 * (x * y - z * w),
             1 - 2 * (x * x + z * z),
             2 * (y * z + x * w),
             0,
             2 * (x * z + y * w),
             2 * (y * z - x * w),
             1 - 2 * (x * x + y * y),
             0,
             0,
             0,
             0,
             1};
    }
    for (std::size_t i = 0; i < 12 && node.scale.size() == 3; ++i) {
        m[i] *= node.scale[i / 4];
    }
    for (std::size_t i = 0; i < 3 && node.translation.size() == 3; ++i) {
        m[12 + i] = node.translation[i];
    }
    return m;
}

Vec3 turned(Matrix const& m, std::size_t column, double sign) {
    Vec3 v{};
    double size = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        size += m[4 * column + i] * m[4 * column + i];
    }
    for (std::size_t i = 0; i < 3; ++i) {
        v[i] = static_cast<float>(sign * m[4 * column + i] / std::sqrt(size));
    }
    return v;
}

// glTF's cameras look along -z with y up.
Viewpoint viewpoint_of(Matrix const& m, std::array<double, 3> const& origin) {
    return {{static_cast<float>(m[12] - origin[0]), static_cast<float>(m[13] - origin[1]),
             static_cast<float>(m[14] - origin[2])},
            turned(m, 0, 1),
            turned(m, 1, -1),
            turned(m, 2, -1)};
}

class GltfReader {
  public:
    GltfReader(tinygltf::Model& model, std::string const& name) : model_(model), name_(name) {}

    PointCloud take() {
        cloud_.y_up = true;
        for (auto& image : model_.images) {
            bool const usable = image.width > 0 && image.height > 0;
            cloud_.textures.push_back(usable ? Image{image.width, image.height, std::move(image.image)}
                                             : Image{1, 1, {255, 255, 255}});
        }
        cloud_.surfaces.emplace_back(); // 0: no material
        for (auto const& material : model_.materials) {
            cloud_.surfaces.push_back(surface_of(material));
        }
        for (int node : roots()) {
            add_node(node, identity, 0);
        }
        places_.finish(cloud_);
        if (camera_) {
            cloud_.camera = viewpoint_of(*camera_, cloud_.origin);
        }
        if (cloud_.triangles.empty()) {
            cloud_.surface_of.clear();
        }
        return std::move(cloud_);
    }

  private:
    [[noreturn]] void fail(std::string const& reason) const {
        throw Error("The mesh " + name_ + " cannot be used: " + reason + "; export it again.");
    }

    template <typename T>
    T const& at(std::vector<T> const& list, int index) const {
        if (index < 0 || index >= static_cast<int>(list.size())) {
            fail("it names a part that does not exist");
        }
        return list[static_cast<std::size_t>(index)];
    }

    std::vector<int> roots() const {
        if (!model_.scenes.empty()) {
            return at(model_.scenes, std::max(model_.defaultScene, 0)).nodes;
        }
        std::vector<int> all;
        std::set<int> children;
        for (auto const& node : model_.nodes) {
            children.insert(node.children.begin(), node.children.end());
        }
        for (int i = 0; i < static_cast<int>(model_.nodes.size()); ++i) {
            if (!children.contains(i)) {
                all.push_back(i);
            }
        }
        return all;
    }

    Surface surface_of(tinygltf::Material const& material) const {
        Surface surface;
        auto const& base = material.pbrMetallicRoughness;
        for (std::size_t i = 0; i < 3 && base.baseColorFactor.size() == 4; ++i) {
            // Factors are linear light, pictures are sRGB.
            surface.color[i] = static_cast<float>(std::pow(std::clamp(base.baseColorFactor[i], 0.0, 1.0), 1 / 2.2));
        }
        if (base.baseColorTexture.index >= 0 && base.baseColorTexture.texCoord == 0) {
            int const source = at(model_.textures, base.baseColorTexture.index).source;
            surface.texture = source >= 0 && source < static_cast<int>(cloud_.textures.size()) ? source : -1;
        }
        return surface;
    }

    void add_node(int index, Matrix const& parent, int depth) {
        if (depth > deepest_node || ++nodes_ > 1'000'000) {
            fail("its parts are nested without end");
        }
        auto const& node = at(model_.nodes, index);
        auto const matrix = product(parent, matrix_of(node));
        if (node.camera >= 0 && !camera_ && std::isfinite(turned(matrix, 2, 1)[0])) {
            camera_ = matrix;
        }
        if (node.mesh >= 0) {
            for (auto const& primitive : at(model_.meshes, node.mesh).primitives) {
                add_primitive(primitive, matrix);
            }
        }
        for (int child : node.children) {
            add_node(child, matrix, depth + 1);
        }
    }

    // Numbers of an accessor, `width` for each element; whole ones are scaled to 0..1 when `unit`.
    std::vector<float> numbers(int index, std::size_t width, bool unit) const {
        auto const& accessor = at(model_.accessors, index);
        auto const components = static_cast<std::size_t>(
            std::max(tinygltf::GetNumComponentsInType(static_cast<std::uint32_t>(accessor.type)), 0));
        auto const size = static_cast<std::size_t>(
            std::max(tinygltf::GetComponentSizeInBytes(static_cast<std::uint32_t>(accessor.componentType)), 0));
        if (components < width || size == 0) {
            fail("it stores points in an unknown way");
        }
        if (accessor.bufferView < 0) {
            fail("it is compressed or sparse, which is not supported");
        }
        auto const& view = at(model_.bufferViews, accessor.bufferView);
        auto const& data = at(model_.buffers, view.buffer).data;
        auto const stride = view.byteStride > 0 ? view.byteStride : components * size;
        auto const begin = view.byteOffset + accessor.byteOffset;
        if (accessor.count == 0) {
            return {};
        }
        if (accessor.count > max_cloud_points || begin > data.size() || stride > data.size() ||
            (accessor.count - 1) > (data.size() - begin) / stride ||
            (accessor.count - 1) * stride + width * size > data.size() - begin) {
            fail("it claims more points than it holds");
        }
        std::vector<float> values;
        values.reserve(accessor.count * width);
        for (std::size_t i = 0; i < accessor.count; ++i) {
            for (std::size_t c = 0; c < width; ++c) {
                values.push_back(number(data.data() + begin + i * stride + c * size, accessor.componentType, unit));
            }
        }
        return values;
    }

    float number(unsigned char const* bytes, int type, bool unit) const {
        auto const as = [bytes]<typename T>(T value) {
            std::memcpy(&value, bytes, sizeof value);
            return value;
        };
        switch (type) {
        case TINYGLTF_COMPONENT_TYPE_FLOAT:
            return as(float{});
        case TINYGLTF_COMPONENT_TYPE_UNSIGNED_BYTE:
            return static_cast<float>(as(std::uint8_t{})) / (unit ? 255.0F : 1.0F);
        case TINYGLTF_COMPONENT_TYPE_UNSIGNED_SHORT:
            return static_cast<float>(as(std::uint16_t{})) / (unit ? 65535.0F : 1.0F);
        default:
            fail("it stores points in an unknown way");
        }
    }

    std::vector<std::uint32_t> indices(tinygltf::Primitive const& primitive, std::size_t points) const {
        std::vector<std::uint32_t> found;
        if (primitive.indices < 0) {
            for (std::uint32_t i = 0; i < points; ++i) {
                found.push_back(i);
            }
            return found;
        }
        auto const& accessor = at(model_.accessors, primitive.indices);
        if (accessor.componentType == TINYGLTF_COMPONENT_TYPE_UNSIGNED_INT) { // floats do not hold them exactly
            tinygltf::Accessor const& whole = accessor;
            auto const& view = at(model_.bufferViews, whole.bufferView);
            auto const& data = at(model_.buffers, view.buffer).data;
            auto const begin = view.byteOffset + whole.byteOffset;
            if (begin > data.size() || whole.count > (data.size() - begin) / 4) {
                fail("it claims more corners than it holds");
            }
            found.resize(whole.count);
            std::memcpy(found.data(), data.data() + begin, 4 * whole.count);
        } else {
            for (float value : numbers(primitive.indices, 1, false)) {
                found.push_back(static_cast<std::uint32_t>(value));
            }
        }
        for (auto index : found) {
            if (index >= points) {
                fail("a face names a point that does not exist");
            }
        }
        return found;
    }

    std::vector<float> attribute(tinygltf::Primitive const& primitive, char const* name, std::size_t width,
                                 std::size_t points) const {
        auto const known = primitive.attributes.find(name);
        if (known == primitive.attributes.end()) {
            return {};
        }
        auto values = numbers(known->second, width, true);
        if (values.size() != width * points) {
            fail("its points have colours or textures of another number");
        }
        return values;
    }

    void add_primitive(tinygltf::Primitive const& primitive, Matrix const& m) {
        bool const faces = primitive.mode == TINYGLTF_MODE_TRIANGLES ||
                           primitive.mode == TINYGLTF_MODE_TRIANGLE_STRIP ||
                           primitive.mode == TINYGLTF_MODE_TRIANGLE_FAN;
        auto const position = primitive.attributes.find("POSITION");
        if ((!faces && primitive.mode != TINYGLTF_MODE_POINTS) || position == primitive.attributes.end()) {
            return; // lines are not drawn
        }
        auto const points = numbers(position->second, 3, false);
        auto const count = points.size() / 3;
        auto const colors = attribute(primitive, "COLOR_0", 3, count);
        auto const texture = attribute(primitive, "TEXCOORD_0", 2, count);
        auto const first = static_cast<std::uint32_t>(places_.size());
        if (first + count > max_cloud_points) {
            fail("it has more than 50 million points");
        }
        for (std::size_t i = 0; i < count; ++i) {
            std::array<double, 3> p{};
            for (std::size_t row = 0; row < 3; ++row) {
                p[row] = m[row] * static_cast<double>(points[3 * i]) +
                         m[4 + row] * static_cast<double>(points[3 * i + 1]) +
                         m[8 + row] * static_cast<double>(points[3 * i + 2]) + m[12 + row];
            }
            places_.add(p[0], p[1], p[2]);
        }
        add_colors(colors, first, count);
        cloud_.texture_at.resize(places_.size());
        for (std::size_t i = 0; i < texture.size() / 2; ++i) {
            cloud_.texture_at[first + i] = {texture[2 * i], texture[2 * i + 1]};
        }
        if (faces) {
            add_faces(primitive, indices(primitive, count), first);
        }
    }

    // Points without colours among coloured ones are white: their surface colours them. Some writers store 0..255 as
    // floats, which are 0..1.
    void add_colors(std::vector<float> const& colors, std::size_t first, std::size_t count) {
        if (colors.empty() && cloud_.colors.empty()) {
            return;
        }
        cloud_.colors.resize(first, {255, 255, 255});
        auto const brightest = colors.empty() ? colors.end() : std::max_element(colors.begin(), colors.end());
        float const full = brightest != colors.end() && *brightest > 2 ? 1.0F : 255.0F;
        for (std::size_t i = 0; i < count; ++i) {
            std::array<std::uint8_t, 3> color{255, 255, 255};
            for (std::size_t c = 0; c < 3 && !colors.empty(); ++c) {
                float const value = full * colors[3 * i + c] + 0.5F;
                color[c] = value > 0 ? static_cast<std::uint8_t>(std::min(value, 255.0F)) : std::uint8_t{0};
            }
            cloud_.colors.push_back(color);
        }
    }

    void add_faces(tinygltf::Primitive const& primitive, std::vector<std::uint32_t> const& corners,
                   std::uint32_t first) {
        auto const surface = primitive.material >= 0 && primitive.material < static_cast<int>(model_.materials.size())
                                 ? static_cast<std::uint32_t>(primitive.material) + 1
                                 : 0U;
        auto const add = [&](std::size_t a, std::size_t b, std::size_t c) {
            cloud_.triangles.push_back({first + corners[a], first + corners[b], first + corners[c]});
            cloud_.surface_of.push_back(surface);
        };
        bool const separate = primitive.mode == TINYGLTF_MODE_TRIANGLES;
        for (std::size_t i = 2; i < corners.size(); i += separate ? 3 : 1) {
            add(primitive.mode == TINYGLTF_MODE_TRIANGLE_FAN ? 0 : i - 2, i - 1, i);
        }
    }

    tinygltf::Model& model_;
    std::string const& name_;
    PlaceCollector places_;
    std::optional<Matrix> camera_; // of the first node that has one
    PointCloud cloud_;
    std::size_t nodes_ = 0;
};

// Pictures by our own decoders; one that cannot be read costs its colours, not the mesh.
bool load_texture(tinygltf::Image* image, int, std::string*, std::string*, int, int, unsigned char const* bytes,
                  int size, void*) {
    try {
        auto decoded = decode_image({bytes, static_cast<std::size_t>(std::max(size, 0))}, "texture").image;
        image->width = decoded.width;
        image->height = decoded.height;
        image->image = std::move(decoded.rgb);
    } catch (Error const&) {
        image->width = image->height = 0;
    }
    return true;
}

// Files beside the mesh only; `user` is its folder.
fs::path allowed(std::string const& path, void* user) {
    auto const& folder = *static_cast<fs::path const*>(user);
    std::error_code failed;
    auto const inside = fs::path(path).lexically_relative(folder);
    bool const usable = !folder.empty() && stays_below(inside) && fs::is_regular_file(path, failed) &&
                        fs::file_size(path, failed) <= most_bytes;
    return usable ? fs::path(path) : fs::path();
}

bool file_exists(std::string const& path, void* user) {
    return !allowed(path, user).empty();
}

std::string same_path(std::string const& path, void*) {
    return path;
}

bool read_file(std::vector<unsigned char>* out, std::string* error, std::string const& path, void* user) {
    auto const file = allowed(path, user);
    std::ifstream in(file, std::ios::binary);
    if (file.empty() || !in) {
        *error = "a file it names is not beside it";
        return false;
    }
    out->assign(std::istreambuf_iterator<char>(in), {});
    return true;
}

bool write_nothing(std::string*, std::string const&, std::vector<unsigned char> const&, void*) {
    return false;
}

} // namespace

PointCloud parse_gltf(std::span<char const> bytes, std::string const& name, fs::path const& folder) {
    tinygltf::TinyGLTF loader;
    auto own_folder = folder;
    loader.SetImageLoader(load_texture, nullptr);
    loader.SetFsCallbacks({file_exists, same_path, read_file, write_nothing, &own_folder});
    tinygltf::Model model;
    std::string error, warning;
    bool const binary = bytes.size() >= 4 && std::memcmp(bytes.data(), "glTF", 4) == 0;
    auto const length = static_cast<unsigned int>(bytes.size());
    bool loaded = false;
    try {
        loaded = binary ? loader.LoadBinaryFromMemory(&model, &error, &warning,
                                                      reinterpret_cast<unsigned char const*>(bytes.data()), length,
                                                      folder.string())
                        : loader.LoadASCIIFromString(&model, &error, &warning, bytes.data(), length, folder.string());
    } catch (std::exception const&) { // of its JSON parser
    }
    if (!loaded) {
        throw Error("The mesh " + name +
                    " is damaged or not glTF 2.0, or a file it names is not beside it; export it "
                    "again as one GLB file.");
    }
    for (auto const& extension : model.extensionsRequired) {
        if (extension == "KHR_draco_mesh_compression" || extension == "EXT_meshopt_compression") {
            throw Error("The mesh " + name + " is compressed (" + extension + "); export it without compression.");
        }
    }
    return GltfReader(model, name).take();
}

} // namespace echollama
