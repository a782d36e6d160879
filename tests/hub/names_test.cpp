// Names, lists and settings: what comes from outside before it becomes a path or an address.
#include "http/proxy.h"
#include "hub/client.h"
#include "hub/names.h"
#include "hub/settings.h"
#include "support/support.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

namespace echollama::hub {
namespace {

TEST(Names, WhatLeadsOutIsRefused) {
    for (char const* bad : {"", "/", "/etc/passwd", "../x", "a/../b", "a/..", "..", ".", "a/./b", "a//b", "a/", "/a",
                            "a\\b", "..\\b", "a\nb", "a\x7F", "C:\\x"}) {
        EXPECT_NE(test::refusal([&] { check_file_name(bad); }), "") << bad;
    }
    EXPECT_NE(test::refusal([] { check_file_name(std::string(300, 'x')); }), "");
    EXPECT_NE(test::refusal([] { check_file_name(std::string("a\0b", 3)); }), "");
    for (char const* good : {"model.safetensors", "a/b/c.json", "..a", "a..b", ".gitattributes", "voix é.bin"}) {
        EXPECT_EQ(test::refusal([&] { check_file_name(good); }), "") << good;
    }
    for (char const* bad : {"", "/", "a/", "/a", "a/b/c", "../a", "a/..", "a b/c", "a/b?c", "a--b/c", ".a/b", "-a/b"}) {
        EXPECT_NE(test::refusal([&] { check_repository(bad); }), "") << bad;
    }
    for (char const* good : {"gpt2", "facebook/detr-resnet-50", "lex-au/Orpheus-3b-FT-Q8_0.gguf", "A_b/c.d"}) {
        EXPECT_EQ(test::refusal([&] { check_repository(good); }), "") << good;
    }
    EXPECT_NE(test::refusal([] { check_revision("../../x"); }), "");
    EXPECT_EQ(test::refusal([] { check_revision("refs/pr/1"); }), "");
}

TEST(Names, ClashesAreNamed) {
    EXPECT_EQ(test::refusal([] { check_no_clash({"a", "b", "A2", "c/d", "c/e"}); }), "");
    auto const told = test::refusal([] { check_no_clash({"Model.gguf", "model.GGUF"}); });
    EXPECT_NE(told.find("'Model.gguf'"), std::string::npos) << told;
    EXPECT_NE(told.find("'model.GGUF'"), std::string::npos) << told;
    EXPECT_NE(test::refusal([] { check_no_clash({"a", "A/b"}); }), "");
}

TEST(Names, PatternsMatchWithinAFolder) {
    EXPECT_TRUE(matches("model-00001-of-00004.safetensors", "model-*.safetensors"));
    EXPECT_TRUE(matches("a", "*"));
    EXPECT_FALSE(matches("onnx/model.bin", "*.bin"));
    EXPECT_TRUE(matches("onnx/model.bin", "onnx/*.bin"));
    EXPECT_FALSE(matches("model.bin2", "*.bin"));
    EXPECT_TRUE(matches("aXbXc", "a*b*c"));
    EXPECT_EQ(address_path("a b/ü+.bin"), "a%20b/%C3%BC%2B.bin");
}

TEST(Listing, InfoAndTree) {
    auto const info = parse_model_info(R"({"id":"a/b","sha":"0123456789012345678901234567890123456789","gated":"auto",
        "cardData":{"license":"other","license_name":"llama3.2"}})");
    EXPECT_EQ(info.licence, "llama3.2");
    EXPECT_TRUE(info.gated);
    EXPECT_EQ(
        parse_model_info(R"({"sha":"0123456789012345678901234567890123456789","tags":["x","license:mit"]})").licence,
        "mit");
    std::string const sha(64, 'b'), git(40, 'c');
    auto const files = parse_tree(R"([{"type":"directory","path":"d","oid":"x"},
        {"type":"file","path":"d/m.gguf","size":7,"oid":")" +
                                  git + R"(","lfs":{"oid":")" + sha + R"(","size":7}},
        {"type":"file","path":"c.json","size":2,"oid":")" +
                                  git + R"("}])");
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].content, sha);
    EXPECT_EQ(files[1].content, git);
    EXPECT_EQ(files[1].bytes, 2U);
}

TEST(Listing, WhatIsNoAnswerIsRefused) {
    std::string const git(40, 'c');
    for (std::string const& bad :
         {std::string("<html>"), std::string("{}"), std::string("[5]"), std::string("[{\"type\":\"file\"}]"),
          "[{\"type\":\"file\",\"path\":\"../x\",\"size\":1,\"oid\":\"" + git + "\"}]",
          "[{\"type\":\"file\",\"path\":\"/x\",\"size\":1,\"oid\":\"" + git + "\"}]",
          "[{\"type\":\"file\",\"path\":\"x\",\"size\":-1,\"oid\":\"" + git + "\"}]",
          "[{\"type\":\"file\",\"path\":\"x\",\"size\":1e300,\"oid\":\"" + git + "\"}]",
          std::string("[{\"type\":\"file\",\"path\":\"x\",\"size\":1,\"oid\":\"../../../etc\"}]"),
          std::string(100'000, '[')}) {
        EXPECT_NE(test::refusal([&] { parse_tree(bad); }), "") << bad.substr(0, 100);
        EXPECT_NE(test::refusal([&] { parse_model_info(bad); }), "") << bad.substr(0, 100);
    }
}

TEST(Listing, LongListsHaveANextPage) {
    EXPECT_EQ(next_page("<https://h/api?cursor=x>; rel=\"next\""), "https://h/api?cursor=x");
    EXPECT_EQ(next_page("<https://h/1>; rel=\"prev\", <https://h/2>; rel=\"next\""), "https://h/2");
    EXPECT_EQ(next_page("<https://h/1>; rel=\"prev\""), "");
    EXPECT_EQ(next_page(""), "");
    EXPECT_EQ(next_page("<<<>>><"), "");
}

// Environment variables for the time of a test.
class Variables {
  public:
    explicit Variables(std::map<std::string, std::string> const& values) {
        for (char const* name : {"HF_ENDPOINT", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HOME",
                                 "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE", "XDG_CACHE_HOME", "HOME"}) {
            char const* old = std::getenv(name);
            before_[name] = old ? std::optional<std::string>(old) : std::nullopt;
            unsetenv(name);
        }
        for (auto const& [name, value] : values) {
            setenv(name.c_str(), value.c_str(), 1);
        }
    }
    ~Variables() {
        for (auto const& [name, value] : before_) {
            value ? setenv(name.c_str(), value->c_str(), 1) : unsetenv(name.c_str());
        }
    }
    Variables(Variables const&) = delete;
    Variables& operator=(Variables const&) = delete;

  private:
    std::map<std::string, std::optional<std::string>> before_;
};

TEST(Settings, AreThoseOfTheHubsOwnClients) {
    test::TempDir home;
    {
        Variables const v({{"HOME", home.path()}});
        auto const usual = settings_from_environment();
        EXPECT_EQ(usual.endpoint, "https://huggingface.co");
        EXPECT_EQ(usual.cache, home / ".cache/huggingface/hub");
        EXPECT_EQ(usual.token, "");
        EXPECT_FALSE(usual.offline);
    }
    std::ofstream(home / "token") << " hf_fromfile \n";
    {
        Variables const v(
            {{"HF_HOME", home.path()}, {"HF_ENDPOINT", "https://mirror.example/hub/"}, {"HF_HUB_OFFLINE", "YES"}});
        auto const set = settings_from_environment();
        EXPECT_EQ(set.endpoint, "https://mirror.example/hub");
        EXPECT_EQ(set.cache, home / "hub");
        EXPECT_EQ(set.token, "hf_fromfile");
        EXPECT_TRUE(set.offline);
    }
    {
        Variables const v({{"HOME", "/h"}, {"XDG_CACHE_HOME", "/x"}, {"HF_TOKEN", "hf_a"}, {"HF_HUB_CACHE", "~/c"}});
        auto const set = settings_from_environment();
        EXPECT_EQ(set.token, "hf_a");
        EXPECT_EQ(set.cache, "/h/c");
        EXPECT_EQ(set.token_file, "/x/huggingface/token");
    }
    {
        Variables const v({{"HOME", home.path()}, {"HF_TOKEN", "hf_a\nHost: evil"}});
        auto const told = test::refusal([] { settings_from_environment(); });
        EXPECT_NE(told.find("HF_TOKEN"), std::string::npos);
        EXPECT_EQ(told.find("evil"), std::string::npos) << "a token is not shown";
    }
    {
        Variables const v({{"HOME", home.path()}, {"HF_ENDPOINT", "ftp://x"}});
        EXPECT_NE(test::refusal([] { settings_from_environment(); }).find("HF_ENDPOINT"), std::string::npos);
    }
}

TEST(Settings, TheTokenGoesToTheHubAlone) {
    Settings settings;
    settings.token = "hf_secret";
    auto const shown = [&](std::string const& server) {
        for (auto const& [name, value] : headers_for(settings, {server, "/x"})) {
            if (name == "Authorization") {
                return value;
            }
        }
        return std::string();
    };
    EXPECT_EQ(shown("https://huggingface.co"), "Bearer hf_secret");
    for (char const* other : {"https://cdn.example", "http://huggingface.co", "https://huggingface.co.evil.example",
                              "https://huggingface.co:444"}) {
        EXPECT_EQ(shown(other), "") << other;
    }
    settings.endpoint = "http://mirror.example";
    EXPECT_EQ(shown("http://mirror.example"), "") << "everybody on the way could read it";
}

TEST(Proxy, IsReadAsCurlReadsIt) {
    std::map<std::string, std::string> variables;
    auto const environment = [&](std::string const& name) { return variables[name]; };
    auto const proxy = [&](std::string const& server) { return http::proxy_for(server, environment); };
    EXPECT_FALSE(proxy("https://hub.example"));
    variables["https_proxy"] = "http://us%40er:p%3Aw@proxy.example:3128/";
    EXPECT_EQ(proxy("https://hub.example"), (http::Proxy{"proxy.example", 3128, "us@er", "p:w"}));
    EXPECT_FALSE(proxy("http://hub.example")) << "that is another variable";
    EXPECT_FALSE(proxy("https://localhost:8080"));
    EXPECT_FALSE(proxy("https://127.0.0.1:1"));
    EXPECT_FALSE(proxy("https://[::1]:1"));
    variables["no_proxy"] = "other.example, .inside.example,hub2.example:443";
    EXPECT_TRUE(proxy("https://hub.example"));
    EXPECT_FALSE(proxy("https://a.inside.example"));
    EXPECT_FALSE(proxy("https://hub2.example"));
    EXPECT_FALSE(proxy("https://www.other.example"));
    EXPECT_TRUE(proxy("https://another.example"));
    variables["no_proxy"] = "*";
    EXPECT_FALSE(proxy("https://hub.example"));
    variables["no_proxy"] = "";
    variables["HTTP_PROXY"] = "http://evil.example";
    EXPECT_FALSE(proxy("http://hub.example")) << "may be a visitor's header";
    variables["all_proxy"] = "proxy2.example";
    EXPECT_EQ(proxy("http://hub.example"), (http::Proxy{"proxy2.example", 80, "", ""}));
    for (char const* bad : {"socks5://x:1", "http://", "http://x:0", "http://x:99999", "http://x:y"}) {
        variables["all_proxy"] = bad;
        EXPECT_FALSE(proxy("http://hub.example")) << bad;
    }
}

TEST(Client, RedirectionsStaySafe) {
    http::Address const from{"https://a.example", "/x"};
    EXPECT_EQ(redirected(from, "/y?z=1").server, "https://a.example");
    EXPECT_EQ(redirected(from, "//b.example/y").server, "https://b.example");
    EXPECT_EQ(redirected(from, "https://b.example/y?s=1%2B2").path, "/y?s=1%2B2");
    for (char const* bad : {"http://b.example/y", "ftp://b", "", "y", "https://u@b.example/", "file:///etc/passwd"}) {
        EXPECT_NE(test::refusal([&] { redirected(from, bad); }), "") << bad;
    }
}

} // namespace
} // namespace echollama::hub
