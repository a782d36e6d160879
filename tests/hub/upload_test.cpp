// Files that go to a hub.
#include "hub/upload.h"
#include "support/receiving_hub.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>

namespace echollama::hub {
namespace {

struct Uploads : testing::Test {
    Uploads() {
        settings.endpoint = hub.endpoint();
        settings.token = test::ReceivingHub::token;
        for (std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{2}, std::size_t{700}}) {
            add("card-" + std::to_string(size) + ".md", std::string(size, 'x'));
        }
        add("README.md", "# é\n");
        add("adapter.safetensors", std::string(100'000, '\0') + "end");
    }
    void add(std::string const& name, std::string const& bytes) {
        std::ofstream(temp / name, std::ios::binary) << bytes;
        contents[name] = bytes;
        what.files.push_back({name, temp / name});
    }
    std::string send() {
        return upload(
            settings, what, [this](std::string const& file) { told += file + "\n"; }, stop.get_token());
    }

    test::TempDir temp;
    test::ReceivingHub hub;
    Settings settings;
    Upload what{.repository = "me/adapter",
                .message = "A message",
                .files = {},
                .retry = {3, std::chrono::milliseconds(1), std::chrono::milliseconds(10)}};
    std::map<std::string, std::string> contents;
    std::string told;
    std::stop_source stop;
};

TEST_F(Uploads, MakeARepositoryAndCommitEverything) {
    EXPECT_EQ(send(), hub.endpoint() + "/me/adapter");
    EXPECT_EQ(hub.repositories["models/me/adapter"], contents);
    EXPECT_EQ(hub.messages, std::vector<std::string>{"A message"});
    EXPECT_EQ(told, "adapter.safetensors\n") << "the large one";
    EXPECT_EQ(hub.token_elsewhere, "") << "the token is the hub's alone";
    add("README.md", "changed");
    send();
    EXPECT_EQ(hub.repositories["models/me/adapter"]["README.md"], "changed") << "a repository that is there";
    what.kind = RepositoryKind::dataset;
    EXPECT_EQ(send(), hub.endpoint() + "/datasets/me/adapter");
    EXPECT_EQ(hub.repositories["datasets/me/adapter"].size(), contents.size());
}

TEST_F(Uploads, WaitForABusyHub) {
    hub.busy = 2;
    send();
    EXPECT_EQ(hub.repositories["models/me/adapter"], contents);
}

TEST_F(Uploads, RefusalsAreOneSentenceAndCommitNothing) {
    auto const refused = [&] { return test::refusal([&] { send(); }); };
    settings.token = "hf_reads";
    EXPECT_NE(refused().find("token"), std::string::npos);
    settings.token = "";
    EXPECT_NE(refused().find("HF_TOKEN"), std::string::npos);
    settings.token = test::ReceivingHub::token;
    for (std::string const name : {"adapter", "me/../adapter", ""}) {
        what.repository = name;
        EXPECT_NE(refused(), "") << name;
    }
    what.repository = "me/adapter";
    what.files.push_back({"../outside", temp / "README.md"});
    EXPECT_NE(refused(), "");
    what.files.back() = {"none", temp / "none"};
    EXPECT_NE(refused().find("none"), std::string::npos);
    what.files.pop_back();
    for (std::string const wrong : {"no JSON", "[]"}) {
        hub.wrong_answer = wrong;
        EXPECT_NE(refused().find("nothing was published"), std::string::npos) << wrong;
    }
    hub.wrong_answer = "";
    hub.loses_large = true;
    EXPECT_NE(refused().find("400"), std::string::npos);
    EXPECT_TRUE(hub.repositories["models/me/adapter"].empty());
    settings.endpoint = "http://127.0.0.1:1";
    EXPECT_NE(refused().find("does not answer"), std::string::npos);
    settings.endpoint = hub.endpoint();
    stop.request_stop();
    EXPECT_THROW(send(), Cancelled);
}

} // namespace
} // namespace echollama::hub
