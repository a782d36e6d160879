// Depth pictures, made in memory for the tests.
#pragma once

#include "media/containers.h"

#include <ImfChannelList.h>
#include <ImfFrameBuffer.h>
#include <ImfHeader.h>
#include <ImfIO.h>
#include <ImfOutputFile.h>

#include <bit>
#include <cmath>
#include <cstring>

namespace echollama::test {

template <typename T>
Bytes samples(std::vector<float> const& values) {
    Bytes bytes(values.size() * sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const value = static_cast<T>(values[i]);
        std::memcpy(bytes.data() + i * sizeof(T), &value, sizeof value);
    }
    return bytes;
}

// IEEE 754 binary16 of numbers that it holds exactly.
inline std::uint16_t half_of(float value) {
    if (value == 0) {
        return 0;
    }
    int exponent = 0;
    auto const fraction = std::frexp(std::abs(value), &exponent); // 0.5 to 1
    auto const bits = static_cast<std::uint16_t>(std::lround((fraction * 2 - 1) * 1024));
    return static_cast<std::uint16_t>((value < 0 ? 0x8000 : 0) | (exponent + 14) << 10 | bits);
}

inline std::uint64_t bits_of(float value, char kind, int bytes) {
    if (kind == 'f') {
        return bytes == 2   ? half_of(value)
               : bytes == 4 ? std::bit_cast<std::uint32_t>(value)
                            : std::bit_cast<std::uint64_t>(static_cast<double>(value));
    }
    return static_cast<std::uint64_t>(static_cast<std::int64_t>(value));
}

// `type` as NumPy writes it, "<f4"; `values` row by row.
inline Bytes npy(std::vector<float> const& values, int width, std::string const& type, std::string const& shape,
                 bool by_columns = false, int version = 1) {
    std::string header = "{'descr': '" + type + "', 'fortran_order': " + (by_columns ? "True" : "False") +
                         ", 'shape': " + shape + ", }\n";
    auto bytes = bytes_from(std::string_view("\x93NUMPY", 6));
    bytes.insert(bytes.end(), {static_cast<std::uint8_t>(version), 0});
    put_number(bytes, header.size(), version == 1 ? 2 : 4, false);
    bytes.insert(bytes.end(), header.begin(), header.end());
    int const size = type.size() == 3 && type[2] >= '1' && type[2] <= '8' ? type[2] - '0' : 4;
    auto const columns = static_cast<std::size_t>(width), rows = values.size() / columns;
    for (std::size_t i = 0; i < values.size(); ++i) {
        auto const at = by_columns ? i % rows * columns + i / rows : i;
        auto const bits = bits_of(values[at], type.size() > 1 ? type[1] : 'f', size);
        put_number(bytes, bits, size, type.starts_with('>'));
    }
    return bytes;
}

class ExrMemory : public Imf::OStream {
  public:
    ExrMemory() : Imf::OStream("memory") {}
    void write(char const from[], int count) override {
        auto const size = static_cast<std::size_t>(count);
        bytes.resize(std::max(bytes.size(), at_ + size));
        std::memcpy(bytes.data() + at_, from, size);
        at_ += size;
    }
    std::uint64_t tellp() override { return at_; }
    void seekp(std::uint64_t at) override { at_ = at; }

    Bytes bytes;

  private:
    std::size_t at_ = 0;
};

// The last of the channels gets the values, the others zeros.
inline Bytes exr(std::vector<float> const& values, int width, int height, std::vector<std::string> const& channels,
                 int compression) {
    ExrMemory memory;
    {
        Imf::Header header(width, height);
        header.compression() = static_cast<Imf::Compression>(compression);
        Imf::FrameBuffer buffer;
        std::vector<float> none(values.size());
        for (auto const& channel : channels) {
            header.channels().insert(channel, Imf::Channel(Imf::FLOAT));
            auto* data = const_cast<float*>((channel == channels.back() ? values : none).data());
            buffer.insert(channel, Imf::Slice(Imf::FLOAT, reinterpret_cast<char*>(data), sizeof(float),
                                              sizeof(float) * static_cast<std::size_t>(width)));
        }
        Imf::OutputFile file(memory, header, 0);
        file.setFrameBuffer(buffer);
        file.writePixels(height);
    }
    return memory.bytes;
}

} // namespace echollama::test
