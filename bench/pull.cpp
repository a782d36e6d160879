// How fast models are fetched and checked, beside curl on the loopback and the disk.
//     bench_pull PROGRAM [MEGABYTES [ROUNDS]]
// Per round: curl of a file from an imitation of the hub, 'models pull' of the same; then another file is pulled, and,
// with the system's cache dropped where that is allowed (as root), both files are read by dd (the speed of the disk:
// what a program reaches that does nothing with what it reads) and by 'models verify'. Prints seconds, then medians.
#include "support/imitation_hub.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_of(std::string const& command) {
    auto const begin = Clock::now();
    if (std::system(command.c_str()) != 0) {
        std::fprintf(stderr, "failed: %s\n", command.c_str());
        std::exit(1);
    }
    return std::chrono::duration<double>(Clock::now() - begin).count();
}

void drop_cache() {
    sync();
    std::ofstream("/proc/sys/vm/drop_caches") << 3;
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

} // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_pull PROGRAM [MEGABYTES [ROUNDS]]\n");
        return 2;
    }
    std::string const program = argv[1];
    auto const bytes = std::size_t{1'000'000} * static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 300);
    int const rounds = argc > 3 ? std::atoi(argv[3]) : 5;
    echollama::test::ImitationHub hub;
    hub.repositories["maker/m"].files["m-Q4_K_M.gguf"] = {echollama::test::noise(bytes), true};
    hub.repositories["maker/n"].files["n-Q4_K_M.gguf"] = {echollama::test::noise(bytes, 2), true};
    auto const folder = fs::path("bench-pull.tmp");
    std::string const url = hub.endpoint() + "/maker/m/resolve/main/m-Q4_K_M.gguf";
    std::string const environment = "HF_ENDPOINT=" + hub.endpoint() + " HF_HOME=" + (folder / "hf").string() +
                                    " ECHOLLAMA_MODELS=" + (folder / "models").string() + " ";
    std::vector<double> curl, pull, disk, verify;
    seconds_of("curl -sL -o /dev/null " + url); // the hub computes its checksum once
    for (int i = 0; i < rounds; ++i) {
        fs::remove_all(folder);
        fs::create_directories(folder);
        curl.push_back(seconds_of("curl -sL -o " + (folder / "curl").string() + " " + url));
        fs::remove(folder / "curl");
        pull.push_back(seconds_of(environment + program + " models pull -q hf:maker/m >/dev/null"));
        seconds_of(environment + program + " models pull -q hf:maker/n >/dev/null");
        auto const read = [&](std::string const& name) {
            return "dd if=" + fs::canonical(folder / "models" / name).string() + " of=/dev/null bs=4M 2>/dev/null";
        };
        auto const by_dd = [&] {
            drop_cache();
            disk.push_back(seconds_of(read("m-Q4_K_M.gguf") + " && " + read("n-Q4_K_M.gguf")));
        };
        auto const by_verify = [&] {
            drop_cache();
            verify.push_back(seconds_of(environment + program + " models verify -q >/dev/null"));
        };
        // In turns, because a virtual disk remembers on its own side what was read before.
        i % 2 == 0 ? by_dd() : by_verify();
        i % 2 == 0 ? by_verify() : by_dd();
        std::printf("curl %.3f s, pull %.3f s, dd %.3f s, verify %.3f s\n", curl.back(), pull.back(), disk.back(),
                    verify.back());
    }
    fs::remove_all(folder);
    auto const megabytes = static_cast<double>(bytes) / 1e6;
    std::printf("medians of %d with %.0f MB: curl %.0f MB/s, pull %.0f MB/s (%.0f %%), disk %.0f MB/s, verify %.0f "
                "MB/s (%.0f %%)\n",
                rounds, megabytes, megabytes / median(curl), megabytes / median(pull),
                100 * median(curl) / median(pull), 2 * megabytes / median(disk), 2 * megabytes / median(verify),
                100 * median(disk) / median(verify));
}
