// What tests share: where golden numbers, samples and models are, and skipping with a reason when they are absent.
#pragma once

#include "base/error.h"
#include "support/paths.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

namespace echollama::test {

inline std::filesystem::path shared_dir() {
    char const* env = std::getenv("ECHOLLAMA_SHARED");
    return env ? std::filesystem::path(env) : default_shared_dir();
}
inline std::filesystem::path golden(std::string const& file) {
    return shared_dir() / "golden" / file;
}
inline std::filesystem::path sample(std::string const& file) {
    return shared_dir() / "samples" / file;
}
inline std::filesystem::path data(std::string const& file) {
    return data_dir() / file;
}

// The folder of installed model files: ECHOLLAMA_MODELS, else the user's cache, as the program itself looks.
inline std::filesystem::path models_dir() {
    if (char const* dir = std::getenv("ECHOLLAMA_MODELS")) {
        return dir;
    }
    if (char const* cache = std::getenv("ECHOLLAMA_CACHE")) {
        return std::filesystem::path(cache) / "models";
    }
    if (char const* xdg = std::getenv("XDG_CACHE_HOME")) {
        return std::filesystem::path(xdg) / "echollama" / "models";
    }
    char const* home = std::getenv("HOME");
    return std::filesystem::path(home ? home : ".") / ".cache" / "echollama" / "models";
}

// A fresh folder that is removed at the end of the test.
class TempDir {
  public:
    TempDir() {
        std::string pattern = (std::filesystem::temp_directory_path() / "echollama-test-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TempDir() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    TempDir(TempDir const&) = delete;
    TempDir& operator=(TempDir const&) = delete;
    std::filesystem::path operator/(std::string const& name) const { return path_ / name; }
    std::filesystem::path const& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

// The sentence of the Error that the work ends with, checked for form; empty when it succeeds.
std::string refusal(auto const& work) {
    try {
        work();
    } catch (Error const& error) {
        std::string const text = error.what();
        EXPECT_TRUE(text.ends_with('.')) << text;
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        return text;
    }
    return "";
}

} // namespace echollama::test

// Skips the test, with the reason, unless the file or folder exists.
#define SKIP_WITHOUT(path)                                                                                             \
    do {                                                                                                               \
        if (!std::filesystem::exists(path)) {                                                                          \
            GTEST_SKIP() << "needs " << (path) << ", which is not on this machine";                                    \
        }                                                                                                              \
    } while (0)
