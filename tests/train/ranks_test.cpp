// Several processes that learn as one: the sums, the same curve as one process with more accumulation, and what is said
// when one of them dies.
#include "base/error.h"
#include "tiny_run.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <thread>

namespace echollama::test {
namespace {

using namespace train;

// That nobody listens at now.
int free_port() {
    int const socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ::bind(socket, reinterpret_cast<sockaddr*>(&address), size);
    ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size);
    ::close(socket);
    return ntohs(address.sin_port);
}

// The work of each of so many ranks, at the same time.
template <class Work>
void together(int count, Work const& work) {
    int const port = free_port();
    std::vector<std::jthread> threads;
    for (int rank = 0; rank < count; ++rank) {
        threads.emplace_back([&, rank] {
            Ranks ranks({rank, count, "127.0.0.1", port}, std::chrono::seconds(30));
            work(ranks);
        });
    }
}

TEST(Ranks, SumInTheOrderOfRanks) {
    std::vector<std::vector<float>> sums(3);
    together(3, [&](Ranks& ranks) {
        std::vector<float> numbers(100'000, 1e-8F);
        numbers[0] = static_cast<float>(1 << (4 * ranks.rank()));
        ranks.sum(std::span(numbers));
        sums[static_cast<std::size_t>(ranks.rank())] = numbers;
        EXPECT_TRUE(ranks.any(ranks.rank() == 2));
        EXPECT_FALSE(ranks.any(false));
    });
    EXPECT_EQ(sums[0][0], 1 + 16 + 256);
    EXPECT_EQ(sums[0], sums[1]);
    EXPECT_EQ(sums[0], sums[2]);
    Ranks alone;
    double number[] = {2.5};
    alone.sum(std::span<double>(number));
    EXPECT_EQ(number[0], 2.5);
}

TEST(Ranks, StrangersAreNotCounted) {
    int const port = free_port();
    std::jthread const first([&] { Ranks({0, 2, "127.0.0.1", port}, std::chrono::seconds(30)); });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int const stranger = ::socket(AF_INET, SOCK_STREAM, 0);
    if (::connect(stranger, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
        EXPECT_EQ(::send(stranger, "GET / HTTP/1.0\r\n\r\n", 18, MSG_NOSIGNAL), 18);
    }
    Ranks const second({1, 2, "127.0.0.1", port}, std::chrono::seconds(30)); // is let in all the same
    ::close(stranger);
    EXPECT_EQ(second.count(), 2);
}

std::string refusal_of(RankPlace const& place) {
    try {
        Ranks ranks(place, std::chrono::seconds(1));
    } catch (Error const& error) {
        return error.what();
    }
    return "";
}

TEST(Ranks, SayWhoDoesNotCome) {
    int const port = free_port();
    EXPECT_NE(refusal_of({0, 2, "127.0.0.1", port}).find("Only 1 of 2"), std::string::npos);
    EXPECT_NE(refusal_of({1, 2, "127.0.0.1", port}).find("does not answer"), std::string::npos);
}

class Environment {
  public:
    Environment(std::initializer_list<std::pair<char const*, char const*>> values) {
        for (auto const& [name, value] : values) {
            setenv(name, value, 1);
            names_.push_back(name);
        }
    }
    ~Environment() {
        for (auto const* name : names_) {
            unsetenv(name);
        }
    }
    Environment(Environment const&) = delete;
    Environment& operator=(Environment const&) = delete;

  private:
    std::vector<char const*> names_;
};

TEST(Ranks, AreNamedByEveryLauncher) {
    EXPECT_EQ(rank_from_environment().count, 1);
    for (auto const& [rank, count] : {std::pair{"RANK", "WORLD_SIZE"},
                                      {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"},
                                      {"PMI_RANK", "PMI_SIZE"},
                                      {"SLURM_PROCID", "SLURM_NTASKS"}}) {
        Environment const environment{{rank, "3"}, {count, "4"}, {"MASTER_ADDR", "host"}, {"MASTER_PORT", "1234"}};
        auto const place = rank_from_environment();
        EXPECT_EQ(place.rank, 3) << rank;
        EXPECT_EQ(place.count, 4) << rank;
        EXPECT_EQ(place.address, "host");
        EXPECT_EQ(place.port, 1234);
    }
    Environment const wrong{{"RANK", "4"}, {"WORLD_SIZE", "4"}};
    EXPECT_THROW(rank_from_environment(), Error);
    Environment const words{{"RANK", "one"}};
    EXPECT_THROW(rank_from_environment(), Error);
}

std::vector<double> numbers_of(std::filesystem::path const& run, char const* key) {
    std::vector<double> all;
    std::ifstream log(run / "log.jsonl");
    for (std::string line; std::getline(log, line);) {
        auto const object = nlohmann::json::parse(line);
        if (object.contains(key)) {
            all.push_back(object[key]);
        }
    }
    return all;
}

// 32 pairs, 24 a step: the last step of an epoch has a micro-batch for one of the ranks only.
TEST(Ranks, LearnAsOneProcessWithMoreAccumulation) {
    TinyRun tiny;
    write_pairs(tiny.folder / "eval.jsonl", 7);
    tiny.evaluates = "eval = \"eval.jsonl\"\n";
    tiny.run_settings = "micro_batch_size = 4\nnum_epochs = 3\neval_steps = 2\ngradient_accumulation_steps = ";
    auto const settings = tiny.run_settings;
    tiny.run_settings = settings + "6\n";
    tiny.settings += "dropout = 0.1\n"; // leaves out the same, whoever computes it
    run_training(Task::preferences, tiny.config("one"), {});
    for (int count : {2, 3}) {
        tiny.run_settings = settings + std::to_string(6 / count) + "\n";
        auto const config = tiny.config("many" + std::to_string(count));
        together(count, [&](Ranks& ranks) {
            auto const result = run_training(Task::preferences, config, {.ranks = &ranks});
            EXPECT_EQ(result.end, RunEnd::finished);
        });
        for (char const* key : {"loss", "rewards/margins", "grad_norm", "logps/rejected", "tokens", "eval_loss"}) {
            auto const one = numbers_of(tiny.folder / "one", key), many = numbers_of(config.run.output, key);
            ASSERT_EQ(one.size(), many.size()) << key;
            ASSERT_GE(one.size(), 3U) << key;
            for (std::size_t i = 0; i < one.size(); ++i) {
                EXPECT_NEAR(many[i], one[i], 2e-4 * (1 + std::abs(one[i]))) << key << " " << i;
            }
        }
    }
}

// As torchrun would start them.
pid_t start_rank(TinyRun const& tiny, std::string const& config, int rank, int port) {
    auto const program = (built_program().parent_path() / "echollama-train").string();
    auto const said = tiny.folder / ("said-" + std::to_string(rank));
    pid_t const process = fork();
    if (process == 0) {
        setenv("RANK", std::to_string(rank).c_str(), 1);
        setenv("WORLD_SIZE", "2", 1);
        setenv("MASTER_PORT", std::to_string(port).c_str(), 1);
        bool const told = std::freopen(said.c_str(), "w", stdout) && dup2(STDOUT_FILENO, STDERR_FILENO) >= 0;
        _exit(told ? execl(program.c_str(), program.c_str(), "dpo", config.c_str(), "--threads", "1", nullptr) : 99);
    }
    return process;
}

std::string text_in(std::filesystem::path const& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST(Ranks, OneThatDiesEndsTheOthersWithASentence) {
    TinyRun tiny;
    tiny.run_settings = "num_epochs = 200000\nsave_steps = 2\n"; // far longer than the test
    auto const config = (tiny.folder / "tiny.toml").string();
    std::ofstream(config) << tiny.text();
    int const port = free_port();
    auto const first = start_rank(tiny, config, 0, port), second = start_rank(tiny, config, 1, port);
    for (int i = 0; i < 1200 && !std::filesystem::exists(tiny.folder / "run" / "state.safetensors"); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    kill(second, SIGKILL);
    int status = 0;
    waitpid(second, &status, 0);
    waitpid(first, &status, 0);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 1);
    EXPECT_NE(text_in(tiny.folder / "said-0").find("process 1 of 2 (counted from 0) is gone"), std::string::npos)
        << text_in(tiny.folder / "said-0");
    // and one process can go on with it, accumulating twice as much
    tiny.run_settings = "num_epochs = 200000\nsave_steps = 2\ngradient_accumulation_steps = 2\n";
    std::stop_source stop;
    RunHooks hooks{.stop = stop.get_token(), .resume = true};
    hooks.step = [&](StepReport const& report, std::int64_t, double, double) {
        EXPECT_GE(report.step, 2);
        stop.request_stop();
    };
    EXPECT_EQ(run_training(Task::preferences, tiny.config(), hooks).end, RunEnd::stopped);
}

} // namespace
} // namespace echollama::test
