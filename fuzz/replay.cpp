// Runs a fuzz target without libFuzzer: its seeds, and deterministic mutations of them. "TARGET [COUNT]" tries COUNT
// mutations (default 10000); "TARGET --file FILE…" tries files, such as those that libFuzzer kept. An input that the
// target does not survive is written to crash-TARGET in the working folder.
#include "base/error.h"
#include "fuzz.h"
#include "mutate.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

using namespace echollama;

namespace {

// More than any refused or accepted input of the tests may take.
constexpr rlim_t memory_limit = 4ULL << 30;
constexpr unsigned seconds_for_one_input = 20;

std::string crash_file;
fuzz::Input current;

void keep_current_input() {
    int const file = open(crash_file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0644);
    [[maybe_unused]] auto const bytes = write(file, current.data(), current.size());
    close(file);
}

extern "C" void on_signal(int number) {
    static char const text[] = "crashed or took too long; the input is kept in the working folder as crash-…\n";
    keep_current_input();
    [[maybe_unused]] auto const bytes = write(STDERR_FILENO, text, sizeof text - 1);
    signal(number, SIG_DFL);
    raise(number);
}

// False: the input was refused.
bool survives(fuzz::Input input) {
    current = input;
    alarm(seconds_for_one_input);
    try {
        fuzz::run(input);
        return true;
    } catch (Error const&) {
        return false;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "threw %s instead of Error; the input is kept as %s\n", error.what(), crash_file.c_str());
        keep_current_input();
        std::exit(1);
    }
}

int try_files(int count, char** names) {
    for (int i = 0; i < count; ++i) {
        std::ifstream file(names[i], std::ios::binary);
        fuzz::Bytes const bytes{std::istreambuf_iterator<char>(file), {}};
        std::printf("%s: %s\n", names[i], survives(bytes) ? "accepted" : "refused");
    }
    return 0;
}

int try_mutations(std::uint64_t count) {
    auto const seeds = fuzz::seeds();
    for (std::size_t i = 0; i < seeds.size(); ++i) {
        if (!survives(seeds[i])) {
            std::fprintf(stderr, "seed %zu is refused\n", i);
            return 1;
        }
    }
    std::uint64_t accepted = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        auto const input = fuzz::mutated(seeds[i % seeds.size()], seeds[(i / seeds.size()) % seeds.size()], i);
        accepted += survives(input) ? 1 : 0;
    }
    std::printf("%zu seeds, %llu mutations, %llu of them accepted\n", seeds.size(),
                static_cast<unsigned long long>(count), static_cast<unsigned long long>(accepted));
    return 0;
}

} // namespace

int main(int count, char** arguments) {
    crash_file = "crash-" + std::filesystem::path(arguments[0]).filename().string();
#ifndef ECHOLLAMA_SANITIZED // sanitizers reserve terabytes of address space
    rlimit const limit{memory_limit, memory_limit};
    setrlimit(RLIMIT_AS, &limit);
#endif
    for (int number : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM}) {
        signal(number, on_signal);
    }
    if (count > 2 && std::string(arguments[1]) == "--file") {
        return try_files(count - 2, arguments + 2);
    }
    return try_mutations(count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 10000);
}
