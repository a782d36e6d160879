// Whisper models in CTranslate2's format, made for tests.
#pragma once

#include <ggml.h>

#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace echollama::test {

template <typename T>
void put(std::string& bytes, T value) {
    bytes.append(reinterpret_cast<char const*>(&value), sizeof value);
}

inline void put_text(std::string& bytes, std::string const& text) {
    put(bytes, static_cast<std::uint16_t>(text.size() + 1));
    bytes += text;
    bytes += '\0';
}

// Writes CTranslate2 files for the tests; what the values are depends only on name and index.
class Ct2Writer {
  public:
    void floats(std::string const& name, std::vector<std::int64_t> const& shape) {
        std::string data;
        auto count = std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
        for (std::int64_t i = 0; i < count; ++i) {
            put(data, ggml_fp32_to_fp16(value(name, i)));
        }
        raw(name, shape, 4, data);
    }
    void integer(std::string const& name, std::int16_t number) {
        std::string data;
        put(data, number);
        raw(name, {}, 2, data);
    }
    void raw(std::string const& name, std::vector<std::int64_t> const& shape, std::uint8_t type,
             std::string const& data) {
        put_text(variables_, name);
        put(variables_, static_cast<std::uint8_t>(shape.size()));
        for (auto dimension : shape) {
            put(variables_, static_cast<std::uint32_t>(dimension));
        }
        put(variables_, type);
        put(variables_, static_cast<std::uint32_t>(data.size()));
        variables_ += data;
        ++count_;
    }
    std::string bytes(std::string const& specification = "WhisperSpec", std::uint32_t version = 6) const {
        std::string all;
        put(all, version);
        put_text(all, specification);
        put(all, std::uint32_t{3});
        put(all, count_);
        all += variables_;
        put(all, std::uint32_t{1});
        put_text(all, "alias");
        put_text(all, target_);
        return all;
    }
    void alias_to(std::string const& target) { target_ = target; }

    // Exact in float16.
    static float value(std::string const& name, std::int64_t index) {
        return static_cast<float>((std::hash<std::string>{}(name) % 64 + static_cast<std::size_t>(index) * 7) % 512) /
               8;
    }

  private:
    std::string variables_;
    std::uint32_t count_ = 0;
    std::string target_ = "a";
};

// A Whisper model of width 8 with one layer on each side.
inline Ct2Writer small_whisper() {
    constexpr std::int64_t n = 8, words = 51864;
    Ct2Writer writer;
    writer.alias_to("decoder/embeddings/weight");
    auto norm = [&](std::string const& name) {
        writer.floats(name + "/gamma", {n});
        writer.floats(name + "/beta", {n});
    };
    auto linear = [&](std::string const& name, std::int64_t rows, std::int64_t columns) {
        writer.floats(name + "/weight", {rows, columns});
        writer.floats(name + "/bias", {rows});
    };
    for (std::string const side : {"encoder", "decoder"}) {
        auto const layer = side + "/layer_0/";
        norm(side + "/layer_norm");
        norm(layer + "self_attention/layer_norm");
        linear(layer + "self_attention/linear_0", 3 * n, n);
        linear(layer + "self_attention/linear_1", n, n);
        norm(layer + "ffn/layer_norm");
        linear(layer + "ffn/linear_0", 4 * n, n);
        linear(layer + "ffn/linear_1", n, 4 * n);
        writer.integer(side + "/num_heads", 2);
    }
    norm("decoder/layer_0/attention/layer_norm");
    linear("decoder/layer_0/attention/linear_0", n, n);
    linear("decoder/layer_0/attention/linear_1", 2 * n, n);
    linear("decoder/layer_0/attention/linear_2", n, n);
    writer.floats("encoder/conv1/weight", {n, 80, 3});
    writer.floats("encoder/conv1/bias", {n});
    writer.floats("encoder/conv2/weight", {n, n, 3});
    writer.floats("encoder/conv2/bias", {n});
    writer.floats("encoder/position_encodings/encodings", {20, n});
    writer.floats("decoder/position_encodings/encodings", {30, n});
    writer.floats("decoder/embeddings/weight", {words, n});
    return writer;
}

} // namespace echollama::test
