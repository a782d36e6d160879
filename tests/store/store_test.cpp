#include "base/error.h"
#include "store/install.h"
#include "store/manifest.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <set>

namespace echollama::store {
namespace {

namespace fs = std::filesystem;

void write(fs::path const& path, std::string const& text) {
    fs::create_directories(path.parent_path());
    std::ofstream(path) << text;
}

std::string read(fs::path const& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

// "abc" and its SHA-256, the example of FIPS 180-2.
constexpr char abc_sha256[] = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

struct Folders {
    test::TempDir temp;
    fs::path packages = temp / "packages";
    fs::path models = temp / "models";
    ModelEntry entry{"model.bin", "detector", "A model", "CC0", "things", "copy", true, {{"data/abc", 3, abc_sha256}}};
    int conversions = 0;

    Folders() { write(packages / "things-1.0/data/abc", "abc"); }
    void install() {
        install_model(entry, packages, models, [&](auto const& sources, auto const& output) {
            ++conversions;
            fs::copy_file(sources.at(0), output);
        });
    }
};

TEST(Manifest, TheShippedListIsValidAndNamesEveryRolesStarter) {
    std::set<std::string> roles;
    for (auto const& entry : load_manifest()) {
        if (entry.starter) {
            roles.insert(entry.role);
        }
    }
    EXPECT_EQ(roles, (std::set<std::string>{"describer", "detector", "listener", "reader", "speaker"}));
}

TEST(Manifest, RefusesBrokenOrEscapingEntries) {
    EXPECT_THROW(parse_manifest("", "x"), Error);
    EXPECT_THROW(parse_manifest("{}", "x"), Error);
    EXPECT_THROW(parse_manifest(R"({"models":[{"name":"../evil","role":"r","title":"t","package":"p","convert":"copy",
        "sources":[]}]})",
                                "x"),
                 Error);
}

TEST(Install, ConvertsOnceAndAgainWhenTheSourcesChange) {
    Folders f;
    EXPECT_FALSE(is_installed(f.entry, f.models));
    f.install();
    f.install();
    EXPECT_EQ(f.conversions, 1);
    EXPECT_TRUE(is_installed(f.entry, f.models));
    EXPECT_EQ(read(f.models / "model.bin"), "abc");
    f.entry.convert = "another";
    EXPECT_FALSE(is_installed(f.entry, f.models));
}

TEST(Install, DamagedSourceIsRefusedAndNamed) {
    Folders f;
    write(f.packages / "things-1.0/data/abc", "abd");
    try {
        f.install();
        FAIL() << "a damaged file was installed";
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("data/abc"), std::string::npos) << error.what();
    }
    EXPECT_FALSE(fs::exists(f.models / "model.bin"));
}

TEST(Install, FailedConversionKeepsTheOldModel) {
    Folders f;
    f.install();
    f.entry.convert = "another";
    EXPECT_THROW(install_model(f.entry, f.packages, f.models,
                               [](auto const&, auto const& output) {
                                   write(output, "half");
                                   throw Error("disk full");
                               }),
                 Error);
    EXPECT_EQ(read(f.models / "model.bin"), "abc");
    EXPECT_FALSE(fs::exists(f.models / ".model.bin.new"));
}

TEST(Install, MissingPackageSaysHowToGetIt) {
    Folders f;
    f.entry.package = "absent";
    try {
        f.install();
        FAIL() << "installed from nothing";
    } catch (Error const& error) {
        EXPECT_NE(std::string(error.what()).find("fetch-package absent"), std::string::npos) << error.what();
    }
}

} // namespace
} // namespace echollama::store
