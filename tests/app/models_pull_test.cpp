// Models from an imitation of the hub, fetched by the program as a user would.
#include "hub/digest.h"
#include "run_program.h"
#include "support/imitation_hub.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <thread>

namespace echollama::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

// A program that is running.
class Running {
  public:
    Running(std::vector<std::string> arguments, std::vector<std::string> environment) {
        arguments.insert(arguments.begin(), built_program().string());
        for (char** one = environ; *one; ++one) {
            std::string const text = *one;
            if (!text.starts_with("HF_") && !text.starts_with("ECHOLLAMA_MODELS")) {
                environment.push_back(text);
            }
        }
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
        auto const raw = [](std::vector<std::string>& texts) {
            std::vector<char*> all;
            for (auto& text : texts) {
                all.push_back(text.data());
            }
            all.push_back(nullptr);
            return all;
        };
        posix_spawn(&pid_, arguments[0].c_str(), &actions, nullptr, raw(arguments).data(), raw(environment).data());
        posix_spawn_file_actions_destroy(&actions);
    }
    ~Running() { kill_now(); }
    Running(Running const&) = delete;
    Running& operator=(Running const&) = delete;

    bool ended() {
        int status = 0;
        if (pid_ > 0 && waitpid(pid_, &status, WNOHANG) == pid_) {
            pid_ = -1;
            code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
        return pid_ < 0;
    }
    void kill_now() {
        if (!ended()) {
            ::kill(pid_, SIGKILL);
            waitpid(pid_, nullptr, 0);
            pid_ = -1;
        }
    }
    int code() const { return code_; }

  private:
    pid_t pid_ = -1;
    int code_ = -1;
};

struct ModelsPull : testing::Test {
    std::string environment() const {
        return "HF_ENDPOINT=" + hub.endpoint() + " HF_HOME=" + (temp / "hf").string() +
               " ECHOLLAMA_MODELS=" + models().string() + " ECHOLLAMA_CACHE=" + (temp / "cache").string() +
               " HF_TOKEN= HF_HUB_OFFLINE=";
    }
    fs::path models() const { return temp / "models"; }
    Result run(std::string const& arguments) const { return echollama("models " + arguments, environment()); }

    TempDir temp;
    ImitationHub hub;
};

TEST_F(ModelsPull, AKilledProgramGoesOnWhereItWas) {
    auto const bytes = noise(300'000'000, 7);
    hub.repositories["maker/large"].files["large-Q4_K_M.gguf"] = {bytes, true};
    hub.faults.bytes_per_second = 60'000'000;
    std::vector<std::string> const variables{"HF_ENDPOINT=" + hub.endpoint(), "HF_HOME=" + (temp / "hf").string(),
                                             "ECHOLLAMA_MODELS=" + models().string()};
    int kills = 0;
    std::uint64_t next = 0, unread = 0;
    for (; kills < 200; ++kills) {
        next += bytes->size() / 53;
        Running program({"models", "pull", "hf:maker/large"}, variables);
        while (!program.ended() && (hub.bytes_sent() < next || kills >= 50)) {
            std::this_thread::sleep_for(1ms);
        }
        if (program.ended()) {
            EXPECT_EQ(program.code(), 0);
            break;
        }
        hub.faults.pause = true;
        std::this_thread::sleep_for(5ms);
        unread += hub.bytes_in_queues(); // was sent, but not fetched: the program never had it
        program.kill_now();
        hub.faults.pause = false;
        next = std::max<std::uint64_t>(next, hub.bytes_sent());
        EXPECT_FALSE(fs::exists(models() / "large-Q4_K_M.gguf")) << "a part looks like a whole";
    }
    EXPECT_EQ(kills, 50);
    EXPECT_TRUE(read_text(models() / "large-Q4_K_M.gguf") == *bytes);
    auto const twice = static_cast<std::int64_t>(hub.bytes_sent() - unread - bytes->size());
    EXPECT_LT(std::abs(twice), static_cast<std::int64_t>(bytes->size() / 100));
    std::cout << "fetched twice: " << twice << " bytes of " << bytes->size()
              << "; lost in the system's queues: " << unread << "\n";
}

// What each command says and does, with a model that needs no conversion.
TEST_F(ModelsPull, AModelOfTheListComesIsCheckedMendedAndRemoved) {
    auto const bytes = noise(9'000'000, 3);
    hub.repositories["ggerganov/whisper.cpp"].files["ggml-base.en.bin"] = {bytes, true};
    auto const said = run("pull whisper-base.en --dry-run");
    EXPECT_EQ(said.code, 0) << said.err;
    EXPECT_NE(said.out.find("9 MB from ggerganov/whisper.cpp, licence MIT (the hub says apache-2.0)"),
              std::string::npos)
        << said.out;
    EXPECT_FALSE(fs::exists(models() / "whisper-base.en.bin"));
    auto const pulled = run("pull whisper-base.en");
    EXPECT_EQ(pulled.code, 0) << pulled.err;
    EXPECT_EQ(pulled.out, "whisper-base.en.bin is ready.\n");
    EXPECT_TRUE(read_text(models() / "whisper-base.en.bin") == *bytes);
    EXPECT_NE(run("list").out.find("whisper base.en (paper, fast, small), licence MIT, installed as"),
              std::string::npos);
    EXPECT_EQ(run("verify").out, "whisper-base.en.bin is good.\n");
    EXPECT_NE(run("info whisper-base.en.bin").out.find("Installed as"), std::string::npos);

    auto const blob = fs::canonical(models() / "whisper-base.en.bin");
    std::fstream(blob, std::ios::in | std::ios::out | std::ios::binary).seekp(5'000'000).put('!').put('!');
    auto const damaged = run("verify");
    EXPECT_EQ(damaged.code, 1);
    EXPECT_EQ(damaged.out, "whisper-base.en.bin is damaged.\n");
    EXPECT_NE(damaged.err.find("--repair whisper-base.en.bin"), std::string::npos) << damaged.err;
    auto const before = hub.bytes_sent();
    EXPECT_EQ(run("verify --repair whisper-base.en.bin").code, 0);
    EXPECT_EQ(hub.bytes_sent() - before, std::uint64_t{4} << 20) << "one piece";
    EXPECT_EQ(run("verify").out, "whisper-base.en.bin is good.\n");

    EXPECT_NE(run("rm --originals whisper-base.en.bin").err.find("runs from the very file"), std::string::npos);
    EXPECT_EQ(run("rm whisper-base.en").out, "whisper-base.en.bin is removed.\n");
    EXPECT_FALSE(fs::exists(models() / "whisper-base.en.bin"));
    auto const offline = run("pull whisper-base.en --offline");
    EXPECT_EQ(offline.code, 0) << offline.err << "it is still in the cache";
    EXPECT_NE(run("rm whisper-bsae.en").err.find("did you mean whisper-base.en.bin?"), std::string::npos);
    EXPECT_NE(run("pull detr --offline").err.find("the network is not used"), std::string::npos);
}

TEST_F(ModelsPull, TermsAreAcceptedByName) {
    auto& repository = hub.repositories["bartowski/Llama-3.2-1B-Instruct-GGUF"];
    repository.files["Llama-3.2-1B-Instruct-Q4_K_M.gguf"] = {noise(1'000'000, 4), true};
    auto const refused = run("pull llama-3.2-1b-instruct-q4_k_m");
    EXPECT_EQ(refused.code, 1);
    EXPECT_NE(refused.err.find("--accept llama3.2"), std::string::npos) << refused.err;
    EXPECT_EQ(hub.bytes_sent(), 0U);
    EXPECT_NE(run("pull llama-3.2-1b-instruct-q4_k_m --accept mit").code, 0);
    EXPECT_EQ(run("pull llama-3.2-1b-instruct-q4_k_m --accept Llama3.2").code, 0);
    hub.repositories["some/voice"].files["v.gguf"] = {noise(1000, 5), true};
    hub.repositories["some/voice"].licence = "cc-by-nc-4.0";
    EXPECT_NE(run("pull hf:some/voice").err.find("--accept cc-by-nc-4.0"), std::string::npos);
}

TEST_F(ModelsPull, AnyGgufOfTheHubByItsQuantisation) {
    auto& files = hub.repositories["maker/chat-GGUF"].files;
    for (char const* name : {"chat-Q4_K_M.gguf", "chat-Q4_K_S.gguf", "chat-Q8_0.gguf", "mmproj-chat-f16.gguf",
                             "mmproj-chat-Q8_0.gguf", "big-Q6_K-00001-of-00002.gguf", "big-Q6_K-00002-of-00002.gguf"}) {
        files[name] = {noise(2000 + std::strlen(name), std::strlen(name)), true};
    }
    EXPECT_EQ(run("pull hf:maker/chat-GGUF").out, "chat-Q4_K_M.gguf is ready.\n");
    EXPECT_TRUE(fs::exists(models() / "chat-Q4_K_M-vision.gguf")) << "where the picture encoder is looked for";
    EXPECT_EQ(run("pull hf:maker/chat-GGUF:q8_0").out, "chat-Q8_0.gguf is ready.\n");
    EXPECT_EQ(run("pull hf:maker/chat-GGUF:Q6_K").code, 0);
    EXPECT_TRUE(fs::exists(models() / "big-Q6_K-00002-of-00002.gguf"));
    auto const none = run("pull hf:maker/chat-GGUF:Q2_K");
    EXPECT_NE(none.err.find("chat-Q4_K_S.gguf"), std::string::npos) << none.err;
    EXPECT_NE(run("pull hf:maker/nothing").err.find("maker/nothing"), std::string::npos);
    EXPECT_NE(run("pull hf:../../etc").err.find("not the name of a repository"), std::string::npos);
    EXPECT_NE(run("list").out.find("other: chat-Q8_0.gguf"), std::string::npos);
}

TEST_F(ModelsPull, FromAFolderWithoutTheNetwork) {
    auto const bytes = noise(3'000'000, 8);
    hub.repositories["ggerganov/whisper.cpp"].files["ggml-base.en.bin"] = {bytes, true};
    ASSERT_EQ(run("pull whisper-base.en").code, 0);
    auto const elsewhere = [&](std::string const& name) {
        return "HF_ENDPOINT=http://127.0.0.1:9 HF_HOME=" + (temp / name).string() +
               " ECHOLLAMA_MODELS=" + (temp / name).string() + "/models";
    };
    for (std::string const& from : {models().string(), (temp / "hf").string()}) { // models, or the hub's cache
        auto const name = "other" + std::to_string(from.size());
        auto const got = echollama("models import " + from, elsewhere(name));
        EXPECT_EQ(got.out, "whisper-base.en.bin is ready.\n") << from << got.err;
        auto const file = temp / name / "models/whisper-base.en.bin";
        EXPECT_FALSE(fs::is_symlink(file)) << "the stick is taken out again";
        EXPECT_TRUE(read_text(file) == *bytes);
    }
    EXPECT_NE(echollama("models import " + (temp / "none").string(), elsewhere("o")).err.find("no folder"),
              std::string::npos);
}

TEST_F(ModelsPull, AFileThatIsNoModelDoesNotBecomeOne) {
    auto& files = hub.repositories["facebook/detr-resnet-50"].files;
    hub.repositories["facebook/detr-resnet-50"].commit = "1d5f47bd3bdd2c4bbfa585418ffe6da5028b4c0b";
    files["model.safetensors"] = {noise(100'000, 2), true};
    auto const result = run("pull detr");
    EXPECT_EQ(result.code, 1);
    EXPECT_NE(result.err.find("model.safetensors"), std::string::npos) << result.err;
    EXPECT_FALSE(fs::exists(models() / "detr.gguf"));
    EXPECT_NE(run("list").out.find("DETR ResNet-50, 91 COCO classes (paper), licence Apache-2.0, not installed"),
              std::string::npos);
}

// The hub's own client in Python, and our cache: each finds what the other fetched.
TEST_F(ModelsPull, SharesItsCacheWithTheHubsOwnClient) {
    char const* named = std::getenv("ECHOLLAMA_HUB_PYTHON"); // a Python that has huggingface_hub
    std::string const python = named ? named : "python3";
    if (std::system((python + " -c 'import huggingface_hub' 2>/dev/null").c_str()) != 0) {
        GTEST_SKIP() << "needs a Python with huggingface_hub: python3, or what ECHOLLAMA_HUB_PYTHON names";
    }
    auto& files = hub.repositories["ggerganov/whisper.cpp"].files;
    files["ggml-base.en.bin"] = {noise(9'000'000, 3), true};
    files["README.md"] = {std::make_shared<std::string const>("words\n"), false};
    auto const client = [&](std::string const& file) {
        auto const script = "from huggingface_hub import hf_hub_download as get; print(get('ggerganov/whisper.cpp', '" +
                            file + "'), end='')";
        auto const out = (temp / "python.out").string();
        auto const code = std::system((environment() + " HF_HUB_DISABLE_XET=1 " + python + " -c \"" + script + "\" >" +
                                       out + " 2>" + out + ".err")
                                          .c_str());
        EXPECT_EQ(code, 0) << read_text(out + ".err");
        return read_text(out);
    };
    ASSERT_EQ(run("pull whisper-base.en").code, 0);
    auto const ours = hub.bytes_sent();
    auto const found = client("ggml-base.en.bin");
    EXPECT_EQ(hub.bytes_sent(), ours) << "what we fetched is found";
    EXPECT_TRUE(read_text(found) == *files["ggml-base.en.bin"].bytes);
    EXPECT_EQ(read_text(client("README.md")), "words\n");

    fs::remove_all(temp / "hf");
    fs::remove_all(models());
    client("ggml-base.en.bin");
    auto const theirs = hub.bytes_sent();
    EXPECT_EQ(theirs, 2 * ours);
    auto const pulled = run("pull whisper-base.en");
    EXPECT_EQ(pulled.code, 0) << pulled.err;
    EXPECT_EQ(hub.bytes_sent(), theirs) << "what it fetched is found";
    EXPECT_EQ(run("pull whisper-base.en --offline").code, 0);
}

} // namespace
} // namespace echollama::test
