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

} // namespace
} // namespace echollama::test
