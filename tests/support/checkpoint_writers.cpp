// Writes checkpoints as Python would, to be read back by the real readers.
#include "support/synthetic.h"

#include <cstring>
#include <fstream>

namespace echollama::test {
namespace {

void append(std::string& out, std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) {
        out += static_cast<char>(value >> (8 * i));
    }
}

std::string bytes_of(std::vector<float> const& values) {
    std::string bytes(values.size() * sizeof(float), '\0');
    std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
}

std::uint64_t byte_count(SyntheticTensor const& tensor) {
    return static_cast<std::uint64_t>(convert::element_count(tensor.shape)) * sizeof(float);
}

// --- pickle, protocol 2 ---
std::string text_op(std::string const& text) {
    std::string out = "X";
    append(out, text.size(), 4);
    return out + text;
}
std::string integer_op(std::int64_t value) {
    std::string out = "J";
    append(out, static_cast<std::uint64_t>(value), 4);
    return out;
}
std::string tuple_op(std::vector<std::int64_t> const& values) {
    std::string out = "(";
    for (auto value : values) {
        out += integer_op(value);
    }
    return out + "t";
}
// torch._utils._rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())
std::string tensor_op(SyntheticTensor const& tensor, std::string const& key, bool old) {
    std::string out = "ctorch._utils\n_rebuild_tensor_v2\n((";
    out += text_op("storage") + "ctorch\nFloatStorage\n" + text_op(key) + text_op("cpu") +
           integer_op(convert::element_count(tensor.shape)) + (old ? "N" : "") + "tQ";
    out += integer_op(0) + tuple_op(tensor.shape) + tuple_op(convert::row_major_strides(tensor.shape));
    return out + "\x89" + "ccollections\nOrderedDict\n)RtR";
}
std::string state_pickle(std::vector<SyntheticTensor> const& tensors, std::string const& container, bool old) {
    std::string out = "\x80\x02";
    if (!container.empty()) {
        out += "}" + text_op(container);
    }
    out += "ccollections\nOrderedDict\n)R(";
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        out += text_op(tensors[i].name) + tensor_op(tensors[i], std::to_string(i), old);
    }
    out += "u";
    return out + (container.empty() ? "." : "s.");
}

class ZipWriter {
  public:
    explicit ZipWriter(std::filesystem::path const& path) : file_(path, std::ios::binary) {}

    void add(std::string const& name, std::string const& data) {
        std::string shared; // version, flags, method, time, date, checksum (not looked at), sizes, name length
        append(shared, 20, 2);
        append(shared, 0, 2);
        append(shared, 0, 2);
        append(shared, 0, 4);
        append(shared, 0, 4);
        append(shared, data.size(), 4);
        append(shared, data.size(), 4);
        append(shared, name.size(), 2);
        directory_ += "PK\x01\x02";
        append(directory_, 20, 2);
        directory_ += shared;
        append(directory_, 0, 2 + 2 + 2 + 2);
        append(directory_, 0, 4);
        append(directory_, at_, 4);
        directory_ += name;
        // PyTorch pads so that the numbers begin at multiples of 64
        std::uint64_t data_at = at_ + 30 + name.size() + 4;
        std::size_t padding = (64 - data_at % 64) % 64;
        std::string header = "PK\x03\x04" + shared;
        append(header, 4 + padding, 2);
        header += name;
        append(header, 0x4246, 2);
        append(header, padding, 2);
        header += std::string(padding, 'Z');
        write(header);
        write(data);
        ++count_;
    }
    void finish() {
        std::string end = "PK\x05\x06";
        append(end, 0, 4);
        append(end, count_, 2);
        append(end, count_, 2);
        append(end, directory_.size(), 4);
        append(end, at_, 4);
        append(end, 0, 2);
        write(directory_ + end);
    }

  private:
    void write(std::string const& bytes) {
        file_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        at_ += bytes.size();
    }
    std::ofstream file_;
    std::string directory_;
    std::uint64_t at_ = 0, count_ = 0;
};

} // namespace

void write_safetensors(std::filesystem::path const& path, std::vector<SyntheticTensor> const& tensors) {
    std::string header = "{\"__metadata__\":{\"format\":\"pt\"}";
    std::uint64_t at = 0;
    for (auto const& tensor : tensors) {
        header += ",\"" + tensor.name + "\":{\"dtype\":\"F32\",\"shape\":[";
        for (std::size_t i = 0; i < tensor.shape.size(); ++i) {
            header += (i ? "," : "") + std::to_string(tensor.shape[i]);
        }
        header += "],\"data_offsets\":[" + std::to_string(at) + "," + std::to_string(at + byte_count(tensor)) + "]}";
        at += byte_count(tensor);
    }
    header += "}";
    std::ofstream file(path, std::ios::binary);
    std::string length;
    append(length, header.size(), 8);
    file << length << header;
    for (auto const& tensor : tensors) {
        file << bytes_of(tensor.values());
    }
}

void write_torch_zip(std::filesystem::path const& path, std::vector<SyntheticTensor> const& tensors,
                     std::string const& container) {
    ZipWriter zip(path);
    zip.add("archive/data.pkl", state_pickle(tensors, container, false));
    zip.add("archive/byteorder", "little");
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        zip.add("archive/data/" + std::to_string(i), bytes_of(tensors[i].values()));
    }
    zip.add("archive/version", "3\n");
    zip.finish();
}

void write_torch_old(std::filesystem::path const& path, std::vector<SyntheticTensor> const& tensors,
                     std::string const& container) {
    std::ofstream file(path, std::ios::binary);
    file << std::string("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15); // magic number
    file << std::string("\x80\x02M\xe9\x03.", 6);                                         // protocol 1001
    file << "\x80\x02}(" + text_op("protocol_version") + "M\xe9\x03" + text_op("little_endian") + "\x88" + "u.";
    file << state_pickle(tensors, container, true);
    std::string keys = "\x80\x02](";
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        keys += text_op(std::to_string(i));
    }
    file << keys + "e.";
    for (auto const& tensor : tensors) {
        std::string count;
        append(count, byte_count(tensor) / sizeof(float), 8);
        file << count << bytes_of(tensor.values());
    }
}

} // namespace echollama::test
