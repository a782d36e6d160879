#include "listener/whisper_file.h"

#include "base/error.h"

#include <ggml.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <set>
#include <string>
#include <utility>

namespace echollama {
namespace {

constexpr std::uint32_t ggml_magic = 0x67676d6c;

// Reads forward and compares every length with what is left.
class GgmlReader {
  public:
    GgmlReader(std::filesystem::path const& path, std::string what) : path_(path), what_(std::move(what)) {
        std::error_code failed;
        bool const folder = std::filesystem::is_directory(path, failed);
        left_ = std::filesystem::file_size(path, failed);
        file_.open(path, std::ios::binary);
        if (folder || failed || !file_) {
            throw Error("Cannot read the " + what_ + " " + path.string() +
                        "; check that it exists, or install the models with: echollama models install.");
        }
        if (number<std::uint32_t>() != ggml_magic) {
            fail("it is not a whisper.cpp model file");
        }
    }

    template <typename T>
    T number() {
        T value{};
        need(sizeof value);
        file_.read(reinterpret_cast<char*>(&value), sizeof value);
        left_ -= sizeof value;
        return value;
    }

    // A number that must be in [low, high].
    std::int32_t number_in(char const* name, std::int32_t low, std::int32_t high) {
        auto value = number<std::int32_t>();
        if (value < low || value > high) {
            fail(std::string("its ") + name + " is " + std::to_string(value));
        }
        return value;
    }

    std::string text(std::uint64_t length) {
        need(length);
        std::string value(static_cast<std::size_t>(length), '\0');
        file_.read(value.data(), static_cast<std::streamsize>(length));
        left_ -= length;
        return value;
    }

    void skip(std::uint64_t bytes) {
        need(bytes);
        constexpr std::uint64_t within_buffer = 4096; // seeking throws the buffer away
        if (bytes <= within_buffer) {
            file_.ignore(static_cast<std::streamsize>(bytes));
        } else {
            file_.seekg(static_cast<std::streamoff>(bytes), std::ios::cur);
        }
        left_ -= bytes;
    }

    bool at_end() const { return left_ == 0; }

    [[noreturn]] void fail(std::string const& reason) const {
        throw Error("The " + what_ + " " + path_.string() + " cannot be used: " + reason + "; install it again.");
    }

  private:
    void need(std::uint64_t bytes) const {
        if (bytes > left_ || !file_) {
            fail("it ends too early");
        }
    }

    std::filesystem::path path_;
    std::string what_;
    std::ifstream file_;
    std::uint64_t left_ = 0;
};

// All tensors to the end of the file: each once, and complete.
void check_tensors(GgmlReader& file, int min_dimensions) {
    std::set<std::string> names;
    while (!file.at_end()) {
        auto const dimensions = file.number_in("number of dimensions", min_dimensions, 3);
        auto const length = file.number_in("length of a name", 1, 128);
        auto const type = static_cast<ggml_type>(file.number_in("type of a tensor", 0, GGML_TYPE_COUNT - 1));
        std::int64_t elements = 1;
        std::int64_t row = 1;
        for (int i = 0; i < dimensions; ++i) {
            std::int64_t const dimension = file.number_in("dimension", 1, 1 << 24);
            row = i == 0 ? dimension : row;
            elements *= dimension;
            if (elements > INT32_MAX) {
                file.fail("one of its tensors is impossibly large");
            }
        }
        auto const name = file.text(static_cast<std::uint64_t>(length));
        if (!names.insert(name).second) {
            file.fail("it holds '" + name + "' twice");
        }
        if (ggml_blck_size(type) == 0 || row % ggml_blck_size(type) != 0) {
            file.fail("'" + name + "' is of an unknown type");
        }
        file.skip(static_cast<std::uint64_t>(elements / ggml_blck_size(type)) * ggml_type_size(type));
    }
    if (names.empty()) {
        file.fail("it holds no weights");
    }
}

// The type of the large matrices. ggml ends the program when it does not know it, or when rows are no whole blocks.
void check_number_format(GgmlReader& file, std::int32_t row) {
    auto const format = file.number_in("number format", 0, 9999) % GGML_QNT_VERSION_FACTOR;
    for (auto const& [known, type] : {std::pair{GGML_FTYPE_ALL_F32, GGML_TYPE_F32},
                                      {GGML_FTYPE_MOSTLY_F16, GGML_TYPE_F16},
                                      {GGML_FTYPE_MOSTLY_Q4_0, GGML_TYPE_Q4_0},
                                      {GGML_FTYPE_MOSTLY_Q4_1, GGML_TYPE_Q4_1},
                                      {GGML_FTYPE_MOSTLY_Q5_0, GGML_TYPE_Q5_0},
                                      {GGML_FTYPE_MOSTLY_Q5_1, GGML_TYPE_Q5_1},
                                      {GGML_FTYPE_MOSTLY_Q8_0, GGML_TYPE_Q8_0},
                                      {GGML_FTYPE_MOSTLY_Q2_K, GGML_TYPE_Q2_K},
                                      {GGML_FTYPE_MOSTLY_Q3_K, GGML_TYPE_Q3_K},
                                      {GGML_FTYPE_MOSTLY_Q4_K, GGML_TYPE_Q4_K},
                                      {GGML_FTYPE_MOSTLY_Q5_K, GGML_TYPE_Q5_K},
                                      {GGML_FTYPE_MOSTLY_Q6_K, GGML_TYPE_Q6_K}}) {
        if (format == known && row % ggml_blck_size(type) == 0) {
            return;
        }
    }
    file.fail("its number format " + std::to_string(format) + " is unknown");
}

} // namespace

void check_whisper_file(std::filesystem::path const& path) {
    GgmlReader file(path, "speech recognition model");
    // All Whisper models ever published have these contexts and 64 numbers per attention head.
    auto const words = file.number_in("vocabulary size", 51864, 51866);
    file.number_in("audio context", 1500, 1500);
    auto const state = file.number_in("audio width", 64, 1280);
    if (state % 64 != 0) {
        file.fail("its audio width is " + std::to_string(state));
    }
    file.number_in("number of audio heads", state / 64, state / 64);
    file.number_in("number of audio layers", 1, 32);
    file.number_in("text context", 448, 448);
    file.number_in("text width", state, state);
    file.number_in("number of text heads", state / 64, state / 64);
    file.number_in("number of text layers", 1, 32);
    auto const mels = file.number_in("number of mel bands", 80, 128);
    check_number_format(file, state);
    file.number_in("number of filters", mels, mels);
    auto const bins = file.number_in("number of frequencies", 201, 201);
    file.skip(sizeof(float) * static_cast<std::uint64_t>(mels) * static_cast<std::uint64_t>(bins));
    auto const tokens = file.number_in("number of tokens", 50256, words);
    bool blank = false; // whisper.cpp looks it up by its text and trusts that it is there
    for (std::int32_t i = 0; i < tokens; ++i) {
        auto const length = static_cast<std::uint64_t>(file.number_in("length of a token", 0, 1024));
        length == 1 ? void(blank = file.text(length) == " " || blank) : file.skip(length);
    }
    if (!blank) {
        file.fail("its vocabulary has no space");
    }
    check_tensors(file, 1);
}

void check_silero_file(std::filesystem::path const& path) {
    GgmlReader file(path, "voice activity model");
    if (file.text(static_cast<std::uint64_t>(file.number_in("length of its kind", 1, 64))) != "silero-16k") {
        file.fail("it is not a Silero model for 16 kHz");
    }
    file.skip(3 * sizeof(std::int32_t)); // version
    file.number_in("window", 512, 512);
    file.number_in("context", 0, 512);
    // Channels in and out and kernel of the four convolutions, LSTM sizes, last convolution: all fixed in whisper.cpp.
    constexpr std::array<std::int32_t, 17> expected{4, 129, 128, 3, 128, 64,  3,   64, 64,
                                                    3, 64,  128, 3, 128, 128, 128, 1};
    for (auto value : expected) {
        file.number_in("layer size", value, value);
    }
    check_tensors(file, 0);
}

} // namespace echollama
