// Files from an imitation of the hub that behaves and misbehaves.
#include "hub/pull.h"
#include "support/imitation_hub.h"
#include "support/support.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>
#include <thread>

namespace echollama::hub {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using test::HubFile;
using test::ImitationHub;

constexpr std::uint64_t piece = PartialFile::piece_bytes;

std::string read_all(fs::path const& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// A hub with one repository: 18 MB that lie on another server, and a small file.
struct Pull : testing::Test {
    explicit Pull(ImitationHub::Scheme scheme = ImitationHub::Scheme::http) : hub(scheme) {
        auto& repository = hub.repositories["maker/model"];
        repository.files["model.bin"] = {bytes, true};
        repository.files["sub/config.json"] = {std::make_shared<std::string const>("{\"a\": 1}\n"), false};
        settings.endpoint = hub.endpoint();
        settings.cache = temp / "hub";
        options.fetch.retry = {3, 1ms, 100ms};
        options.fetch.idle_timeout = 5s;
        options.tell = [this](std::string const& what) { told += what + "\n"; };
    }

    Listing list() { return list_files(settings, "maker/model", "main", stop.get_token()); }
    fs::path pull(std::string const& path = "model.bin") {
        auto const listing = list();
        return pull_file(settings, listing, chosen_files(listing, {path}).at(0), options, stop.get_token());
    }
    // What the refusal says; nothing may be left where a complete file would be.
    std::string refused() {
        auto const text = test::refusal([&] { pull(); });
        EXPECT_NE(text, "") << "it came";
        EXPECT_FALSE(Cache(settings.cache).find("maker/model", std::string(40, 'a'), "model.bin"));
        EXPECT_FALSE(fs::exists(Cache(settings.cache).blob("maker/model", content())));
        return text;
    }
    std::string content() {
        Digest digest(Digest::Kind::sha256, bytes->size());
        digest.add(bytes->data(), bytes->size());
        return digest.text();
    }
    void expect_whole(fs::path const& path) { EXPECT_TRUE(read_all(path) == *bytes) << path; }

    test::TempDir temp;
    std::shared_ptr<std::string const> bytes = test::noise(18'000'001);
    ImitationHub hub;
    Settings settings;
    PullOptions options;
    std::stop_source stop;
    std::string told;
};

TEST_F(Pull, FilesComeAndLieWhereTheHubsClientsLook) {
    auto const large = pull();
    expect_whole(large);
    EXPECT_EQ(large, settings.cache / "models--maker--model/snapshots" / std::string(40, 'a') / "model.bin");
    EXPECT_EQ(fs::read_symlink(large), fs::path("../../blobs") / content());
    auto const small = pull("sub/config.json");
    EXPECT_EQ(read_all(small), "{\"a\": 1}\n");
    EXPECT_EQ(fs::read_symlink(small).parent_path(), "../../../blobs");
    EXPECT_EQ(read_all(settings.cache / "models--maker--model/refs/main"), std::string(40, 'a'));
    auto const sent = hub.bytes_sent();
    EXPECT_EQ(sent, bytes->size());
    pull();
    EXPECT_EQ(hub.bytes_sent(), sent) << "what is there is not fetched again";
    for (auto const& item : fs::directory_iterator(settings.cache / "models--maker--model/blobs")) {
        EXPECT_EQ(item.path().string().find("-part"), std::string::npos) << item.path();
    }
}

TEST_F(Pull, TheTokenIsShownToTheHubAndToNobodyElse) {
    hub.repositories["maker/model"].needs_token = "hf_right";
    auto const without = refused();
    EXPECT_NE(without.find("terms"), std::string::npos) << without;
    EXPECT_NE(without.find("HF_TOKEN"), std::string::npos) << without;
    settings.token = "hf_wrong";
    auto const wrong = refused();
    EXPECT_NE(wrong.find("403"), std::string::npos) << wrong;
    EXPECT_EQ(wrong.find("hf_wrong"), std::string::npos) << wrong;
    settings.token = "hf_right";
    expect_whole(pull());
    for (auto const& shown : hub.tokens_shown_elsewhere()) {
        EXPECT_EQ(shown, "");
    }
    EXPECT_GT(hub.tokens_shown_elsewhere().size(), 0U);
}

TEST_F(Pull, WhatIsNotThereIsNamed) {
    EXPECT_NE(test::refusal([&] { list_files(settings, "maker/other", "main", {}); }).find("maker/other"),
              std::string::npos);
    EXPECT_NE(test::refusal([&] { list_files(settings, "maker/model", "v9", {}); }).find("revision"),
              std::string::npos);
    auto const told_file = test::refusal([&] { chosen_files(list(), {"absent.bin"}); });
    EXPECT_NE(told_file.find("absent.bin"), std::string::npos);
    EXPECT_EQ(chosen_files(list(), {"*.bin", "absent.bin?"}).size(), 1U);
    settings.offline = true;
    EXPECT_NE(test::refusal([&] { list(); }).find("offline"), std::string::npos);
}

// Everything a server can answer instead of a file.
TEST_F(Pull, RefusalsAreToldInWords) {
    struct Case {
        int status;
        std::string says;
    };
    for (auto const& c : {Case{401, "401"},
                          {403, "terms"},
                          {404, "does not have"},
                          {416, "less of"},
                          {429, "too much to do"},
                          {500, "fault of its own"},
                          {503, "fault of its own"}}) {
        hub.faults.status = c.status;
        hub.faults.status_times = 1000;
        EXPECT_NE(refused().find(c.says), std::string::npos) << c.status << ": " << refused();
    }
    hub.faults.status_times = 0;
    hub.faults.api_status = 500;
    EXPECT_NE(test::refusal([&] { list(); }).find("fault of its own"), std::string::npos);
    hub.faults.api_status = 0;
    expect_whole(pull());
}

TEST_F(Pull, AServerThatIsBusyForAWhileIsAskedAgain) {
    hub.faults.status = 503;
    hub.faults.status_times = 3;
    expect_whole(pull());
    EXPECT_EQ(hub.bytes_sent(), bytes->size());
}

TEST_F(Pull, AServerThatAsksForAnHourIsNotWaitedFor) {
    hub.faults.status = 429;
    hub.faults.status_times = 1000;
    hub.faults.asks_to_wait_long = true;
    EXPECT_NE(refused().find("3600 seconds"), std::string::npos);
}

// The connection ends after any number of bytes: nothing that came is fetched again.
TEST_F(Pull, GoesOnWhereConnectionsBreakOff) {
    int round = 0;
    for (std::uint64_t const after : {std::uint64_t{1} << 20, piece, piece - 1, piece + 1, std::uint64_t{777'777}}) {
        settings.cache = temp / ("hub" + std::to_string(++round));
        auto const before = hub.bytes_sent();
        hub.faults.cut_after = after;
        expect_whole(pull());
        auto const sent = hub.bytes_sent() - before;
        EXPECT_LE(sent, bytes->size() * 101 / 100) << "cut after " << after;
    }
}

TEST_F(Pull, AServerThatAlwaysBreaksOffIsGivenUp) {
    hub.faults.whole_only = true;
    hub.faults.cut_after = 1000;
    EXPECT_NE(refused().find("broke off"), std::string::npos);
}

TEST_F(Pull, AServerWithoutRangesSendsTheWhole) {
    hub.faults.whole_only = true;
    expect_whole(pull());
}

TEST_F(Pull, SignedAddressesThatNoLongerHoldAreMadeAnew) {
    hub.faults.cut_after = 3 << 20;
    std::jthread spoiler([&](std::stop_token const& over) {
        while (!over.stop_requested() && hub.bytes_sent() < bytes->size() / 2) {
            std::this_thread::sleep_for(1ms);
        }
        hub.faults.expired = hub.signatures();
    });
    expect_whole(pull());
    spoiler.join();
    EXPECT_GT(hub.signatures(), hub.faults.expired) << "another was asked for";
    EXPECT_LE(hub.bytes_sent(), bytes->size() * 101 / 100);
}

TEST_F(Pull, StoppedAnywhereItGoesOnThere) {
    hub.faults.bytes_per_second = 60'000'000;
    int stops = 0;
    for (; stops < 100; ++stops) {
        stop = std::stop_source();
        std::jthread stopper([source = stop]() mutable {
            std::this_thread::sleep_for(30ms);
            source.request_stop();
        });
        try {
            expect_whole(pull());
            break;
        } catch (Cancelled const&) {
            EXPECT_FALSE(Cache(settings.cache).find("maker/model", std::string(40, 'a'), "model.bin"));
        }
    }
    EXPECT_GT(stops, 3);
    // A stop leaves what the system holds of each connection, which this server counts as sent.
    EXPECT_LE(hub.bytes_sent(), bytes->size() + static_cast<std::uint64_t>(stops) * 256 * 1024);
}

TEST_F(Pull, AChangedByteOnTheDiskCostsItsPieceOnly) {
    // Half of it comes, then a byte of what lies on the disk changes.
    hub.faults.bytes_per_second = 60'000'000;
    options.fetch.connections = 1;
    options.fetch.progress = [&](std::uint64_t done) {
        if (done > bytes->size() / 2) {
            stop.request_stop();
        }
    };
    EXPECT_THROW(pull(), Cancelled);
    options.fetch.progress = {};
    stop = std::stop_source();
    Cache const cache(settings.cache);
    {
        std::fstream file(cache.part("maker/model", content()), std::ios::in | std::ios::out | std::ios::binary);
        char const wrong = static_cast<char>((*bytes)[1000] ^ 1);
        file.seekp(1000);
        file.put(wrong);
    }
    hub.faults.bytes_per_second = 0;
    auto const before = hub.bytes_sent();
    auto const half = PartialFile(cache.part("maker/model", content()), cache.part_note("maker/model", content()),
                                  bytes->size(), content())
                          .done_bytes();
    ASSERT_GT(half, piece) << "the first piece was there";
    expect_whole(pull());
    EXPECT_EQ(hub.bytes_sent() - before, bytes->size() - half + piece);
    EXPECT_NE(told.find("1 piece"), std::string::npos) << told;
}

TEST_F(Pull, AByteChangedLaterIsFoundAndItsPieceFetchedAgain) {
    auto const path = pull();
    Cache const cache(settings.cache);
    EXPECT_TRUE(verify_blob(cache, "maker/model", content(), {}, {}).good);
    for (std::size_t const at : {std::size_t{0}, std::size_t{2 * piece - 1}, bytes->size() - 1}) {
        {
            std::fstream file(cache.blob("maker/model", content()), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(at));
            file.put(static_cast<char>((*bytes)[at] ^ 0x20));
        }
        auto const verdict = verify_blob(cache, "maker/model", content(), {}, {});
        EXPECT_FALSE(verdict.good);
        EXPECT_EQ(verdict.changed, std::vector<std::size_t>{at / piece});
        set_aside(cache, "maker/model", content(), verdict, {});
        auto const before = hub.bytes_sent();
        expect_whole(pull());
        EXPECT_EQ(hub.bytes_sent() - before, std::min<std::uint64_t>(piece, bytes->size() - at / piece * piece));
        EXPECT_TRUE(verify_blob(cache, "maker/model", content(), {}, {}).good);
    }
}

TEST_F(Pull, AByteThatComesWrongIsNotKept) {
    hub.faults.flip_byte = 5'000'000;
    hub.faults.flip_times = 1;
    expect_whole(pull());
    EXPECT_NE(told.find("once more"), std::string::npos) << told;
    settings.cache = temp / "again";
    hub.faults.flip_times = 1000;
    EXPECT_NE(refused().find("not what the hub has"), std::string::npos);
}

TEST_F(Pull, AServerWithAnotherFileIsRefused) {
    hub.faults.length_lie = 5;
    EXPECT_NE(refused().find("bytes"), std::string::npos);
    hub.faults.length_lie = -5;
    EXPECT_NE(refused().find("bytes"), std::string::npos);
    hub.faults.length_lie = 0;
    hub.faults.other_part = true;
    EXPECT_NE(refused().find("another part"), std::string::npos);
    hub.faults.other_part = false;
    expect_whole(pull());
}

TEST_F(Pull, AFileThatChangesMeanwhileIsRefused) {
    hub.faults.new_tag_after = 2;
    auto const sentence = refused();
    EXPECT_NE(sentence.find("changed"), std::string::npos) << sentence;
}

TEST_F(Pull, AServerThatDripsIsLeft) {
    hub.faults.drip = true;
    options.fetch.slowest_bytes_per_second = 100'000;
    options.fetch.slow_after = 100ms;
    options.fetch.retry = {1000, 1ms, 10ms};
    auto const begin = std::chrono::steady_clock::now();
    // It is left again and again, until it sends as it should.
    std::jthread stopper([&] {
        std::this_thread::sleep_for(1500ms);
        hub.faults.drip = false;
    });
    expect_whole(pull());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 60s);
}

TEST_F(Pull, AServerThatDripsForEverIsGivenUp) {
    hub.faults.drip = true;
    options.fetch.slowest_bytes_per_second = 100'000;
    options.fetch.slow_after = 100ms;
    options.fetch.retry = {2, 1ms, 10ms};
    EXPECT_NE(refused().find("hardly anything"), std::string::npos);
    hub.faults.drip = false;
    expect_whole(pull()); // what dripped is kept
}

TEST_F(Pull, AHubWhoseListDripsIsGivenUp) {
    hub.faults.api_drips = true;
    settings.patience = 200ms;
    auto const begin = std::chrono::steady_clock::now();
    EXPECT_NE(test::refusal([&] { list(); }).find("hardly anything"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 10s);
    EXPECT_FALSE(fs::exists(settings.cache / "models--maker--model/snapshots"));
    hub.faults.api_drips = false;
    expect_whole(pull());
}

// The connection ends exactly at a border of pieces, and so does the program; the next one goes on there.
TEST_F(Pull, InterruptedAtEveryBorderOfPiecesNothingComesTwice) {
    options.fetch.connections = 1;
    std::uint64_t borders = 0;
    for (std::uint64_t border = piece; border < bytes->size(); border += piece) {
        settings.cache = temp / ("hub" + std::to_string(border));
        auto const before = hub.bytes_sent();
        hub.faults.cut_after = border;
        stop = std::stop_source();
        options.fetch.progress = [&](std::uint64_t done) {
            if (done == border) {
                stop.request_stop();
            }
        };
        EXPECT_THROW(pull(), Cancelled);
        Cache const cache(settings.cache);
        EXPECT_FALSE(cache.find("maker/model", std::string(40, 'a'), "model.bin"));
        EXPECT_EQ(PartialFile(cache.part("maker/model", content()), cache.part_note("maker/model", content()),
                              bytes->size(), content())
                      .done_bytes(),
                  border);
        hub.faults.cut_after = 0;
        options.fetch.progress = {};
        stop = std::stop_source();
        expect_whole(pull());
        EXPECT_EQ(hub.bytes_sent() - before, bytes->size()) << border;
        ++borders;
    }
    EXPECT_EQ(borders, 4U);
}

// What a hub lists must not write anywhere else, nor over itself on disks that know no case.
TEST_F(Pull, NamesThatLeadOutOrClashAreRefused) {
    auto& repository = hub.repositories["maker/model"];
    std::string const git(40, 'c');
    auto const entry = [&](std::string const& path) {
        return R"({"type":"file","path":")" + path + R"(","size":3,"oid":")" + git + R"("})";
    };
    for (char const* path :
         {"../../../evil", "/etc/evil", "a/../../evil", "..", "a\\\\..\\\\evil", "a//b", "C:\\\\evil"}) {
        repository.raw_tree = "[" + entry(path) + "]";
        EXPECT_NE(test::refusal([&] { list(); }), "") << path;
    }
    repository.raw_tree = "[" + entry("Model.bin") + "," + entry("model.BIN") + "]";
    auto const listing = list();
    auto const told_clash = test::refusal([&] { chosen_files(listing, {"*"}); });
    EXPECT_NE(told_clash.find("'Model.bin'"), std::string::npos) << told_clash;
    EXPECT_FALSE(fs::exists(temp / "evil"));
    EXPECT_FALSE(fs::exists("/etc/evil"));
    EXPECT_FALSE(fs::exists(settings.cache)) << "nothing was begun";
}

TEST_F(Pull, AFullDiskIsToldBeforeAnythingIsFetched) {
    options.room = [](auto const&) { return std::uint64_t{70'000'000}; };
    auto const sentence = refused();
    EXPECT_NE(sentence.find("70 MB free"), std::string::npos) << sentence;
    EXPECT_EQ(hub.bytes_sent(), 0U);
}

TEST_F(Pull, ADiskThatTakesNoMoreIsTold) {
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const small{8 << 20, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    auto const sentence = refused();
    setrlimit(RLIMIT_FSIZE, &before);
    EXPECT_NE(sentence.find("full"), std::string::npos) << sentence;
    expect_whole(pull());
}

TEST_F(Pull, LinksOutOfTheCacheAreNotUsed) {
    fs::create_directories(temp / "elsewhere");
    std::ofstream(temp / "elsewhere/secret") << "secret";
    auto const snapshot = Cache(settings.cache).snapshot("maker/model", std::string(40, 'a'));
    fs::create_directories(snapshot);
    fs::create_symlink(temp / "elsewhere/secret", snapshot / "model.bin");
    EXPECT_NE(test::refusal([&] { pull(); }).find("leads out"), std::string::npos);
    fs::remove(snapshot / "model.bin");
    fs::create_symlink(temp / "elsewhere", snapshot / "sub");
    EXPECT_NE(test::refusal([&] { pull("sub/config.json"); }).find("leads out"), std::string::npos);
    EXPECT_FALSE(fs::exists(temp / "elsewhere/config.json"));
    fs::remove_all(Cache(settings.cache).repository("maker/model") / "blobs");
    fs::create_directory_symlink(temp / "elsewhere", Cache(settings.cache).repository("maker/model") / "blobs");
    EXPECT_NE(test::refusal([&] { pull(); }).find("leads out"), std::string::npos);
}

TEST_F(Pull, SeveralAtOnceFetchItOnce) {
    std::vector<std::jthread> all;
    std::atomic<int> good{0};
    for (int i = 0; i < 4; ++i) {
        all.emplace_back([&] {
            auto quiet = options;
            quiet.tell = {};
            auto const listing = list();
            auto const path = pull_file(settings, listing, chosen_files(listing, {"model.bin"}).at(0), quiet, {});
            good += read_all(path) == *bytes ? 1 : 0;
        });
    }
    all.clear();
    EXPECT_EQ(good, 4);
    EXPECT_EQ(hub.bytes_sent(), bytes->size());
}

TEST_F(Pull, FilesThatAreOnNoHub) {
    http::Request request{{settings.endpoint, "/maker/model/resolve/main/model.bin"}, "HEAD"};
    auto const answer = ask(settings, request, "x", {});
    auto const location = http::header_of(answer.headers, "location");
    ASSERT_NE(location, "") << answer.status << " " << answer.headers.size();
    pull_address(settings, location, content(), temp / "plain.bin", options, {});
    expect_whole(temp / "plain.bin");
    pull_address(settings, settings.endpoint + "/maker/model/resolve/main/model.bin", "", temp / "followed.bin",
                 options, {});
    expect_whole(temp / "followed.bin");
    EXPECT_NE(test::refusal([&] {
                  pull_address(settings, location, std::string(64, '0'), temp / "other.bin", options, {});
              }).find("not what"),
              std::string::npos);
    EXPECT_FALSE(fs::exists(temp / "other.bin"));
}

struct SecurePull : Pull {
    SecurePull() : Pull(ImitationHub::Scheme::https) {}
};

TEST_F(SecurePull, OverTlsOnlyFromWhomIsTrusted) {
    unsetenv("SSL_CERT_FILE");
    EXPECT_NE(test::refusal([&] { list(); }).find("does not prove"), std::string::npos);
    setenv("SSL_CERT_FILE", hub.certificate().c_str(), 1);
    expect_whole(pull());
    hub.faults.cut_after = 1 << 20;
    settings.cache = temp / "again";
    expect_whole(pull());
    unsetenv("SSL_CERT_FILE");
}

} // namespace
} // namespace echollama::hub
