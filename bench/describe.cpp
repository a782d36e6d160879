// How long a photo takes until its first words, its first sound and its end. "bench_describe PHOTO [RUNS [MODELS]]":
//   cold: the program starts, and the system has forgotten the model files;
//   warm: the program starts, the files are in memory;
//   loaded: the models are loaded, another photo comes.
// The first two run the real program beside this one; times are from its start, the peak memory is its own.
#include "base/openmp_spin.h"
#include "describer/local_describer.h"
#include "pipeline/input.h"
#include "pipeline/see.h"
#include "pipeline/tell.h"
#include "store/paths.h"
#include "vision/detectors.h"
#include "voice/voices.h"

#include <fcntl.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

using namespace echollama;
namespace fs = std::filesystem;

namespace {

constexpr int threads = 2;

struct Figures {
    double first_text = 0, first_audio = 0, done = 0; // ms
    double peak_mb = 0;                               // 0: not measured
};

double moment(std::vector<StageTiming> const& stages, std::string const& name) {
    auto const found = std::find_if(stages.begin(), stages.end(), [&](auto const& s) { return s.stage == name; });
    return found == stages.end() ? 0 : found->start_ms;
}

double since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

std::vector<StageTiming> timings_in(std::string const& json) {
    std::vector<StageTiming> stages;
    auto const result = nlohmann::json::parse(json);
    for (auto const& stage : result.at("timings")) {
        stages.push_back({stage.at("stage"), stage.at("start_ms"), stage.at("duration_ms")});
    }
    return stages;
}

// What the program writes, and when it begins to.
struct Written {
    std::string text;
    double begin_ms = 0;
};

Written read_all(int file, std::chrono::steady_clock::time_point begin) {
    Written written;
    std::array<char, 4096> part{};
    for (ssize_t count = 0; (count = read(file, part.data(), part.size())) > 0;) {
        written.begin_ms = written.text.empty() ? since(begin) : written.begin_ms;
        written.text.append(part.data(), static_cast<std::size_t>(count));
    }
    close(file);
    return written;
}

// The JSON comes when all is done; before its clock began, the program was started.
Figures run_program(fs::path const& photo, fs::path const& models) {
    auto const program = fs::read_symlink("/proc/self/exe").parent_path() / "echollama";
    auto const wav = fs::temp_directory_path() / ("bench_describe-" + std::to_string(getpid()) + ".wav");
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) {
        std::perror("pipe");
        std::exit(1);
    }
    auto const begin = std::chrono::steady_clock::now();
    pid_t const child = fork();
    if (child == 0) {
        dup2(ends[1], STDOUT_FILENO);
        execl(program.c_str(), program.c_str(), "describe", photo.c_str(), "--json", "--out", wav.c_str(), "--models",
              models.c_str(), "--threads", std::to_string(threads).c_str(), nullptr);
        _exit(127);
    }
    close(ends[1]);
    auto const written = read_all(ends[0], begin);
    int status = 0;
    rusage usage{};
    wait4(child, &status, 0, &usage);
    double const all = since(begin);
    if (status != 0) {
        std::fprintf(stderr, "the program failed\n");
        std::exit(1);
    }
    auto const stages = timings_in(written.text);
    fs::remove(wav);
    double const before = written.begin_ms - moment(stages, "done");
    return {before + moment(stages, "first text"), before + moment(stages, "first audio"), all,
            static_cast<double>(usage.ru_maxrss) / 1024};
}

void forget_files(fs::path const& folder) {
    for (auto const& item : fs::recursive_directory_iterator(folder)) {
        if (item.is_regular_file()) {
            int const file = open(item.path().c_str(), O_RDONLY | O_CLOEXEC);
            fdatasync(file);
            posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
            close(file);
        }
    }
}

std::vector<Figures> run_loaded(fs::path const& photo, fs::path const& models, int runs) {
    SeeingModels seeing;
    seeing.detector = ready<Detector>(make_starter_detector(models, threads));
    TellingModels telling;
    telling.describer = ready<Describer>(
        make_local_describer(models / "smollm2-135m-instruct-q4_1.gguf", {.model = {.threads = threads}}));
    telling.speaker = ready<Speaker>(make_speaker({.name = "natural"}, models, threads));
    std::vector<Figures> all;
    for (int i = 0; i <= runs; ++i) { // the first does not count
        Timings timings;
        InputOptions input;
        input.picture = photo;
        auto const view = load_input(input);
        auto const observation = see(view, seeing, -1, timings, {});
        TellingRequest request;
        request.prompts.wording.sure_score = observation.sure_score;
        tell(observation.scene, telling, request, {[](auto const&) {}, [](AudioChunk&&) {}}, timings, {});
        auto const stages = timings.stages();
        all.push_back({moment(stages, "first text"), moment(stages, "first audio"), moment(stages, "done"), 0});
    }
    all.erase(all.begin());
    return all;
}

void report(char const* name, std::vector<Figures> const& all) {
    auto const line = [&](char const* what, double Figures::*of) {
        std::vector<double> values(all.size());
        std::transform(all.begin(), all.end(), values.begin(), [of](Figures const& figures) { return figures.*of; });
        std::sort(values.begin(), values.end());
        std::printf("%-7s %-12s %7.0f (%.0f..%.0f)\n", name, what, values[values.size() / 2], values.front(),
                    values.back());
    };
    line("first text", &Figures::first_text);
    line("first audio", &Figures::first_audio);
    line("all done", &Figures::done);
    if (all.front().peak_mb > 0) {
        line("peak MB", &Figures::peak_mb);
    }
}

} // namespace

int main(int argc, char** argv) {
    limit_openmp_spinning(argv);
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_describe PHOTO [RUNS [MODELS]]\n");
        return 2;
    }
    fs::path const photo = argv[1];
    int const runs = argc > 2 ? std::max(1, std::atoi(argv[2])) : 5;
    fs::path const models = argc > 3 ? fs::path(argv[3]) : store::default_models_dir();
    std::vector<Figures> cold, warm;
    for (int i = 0; i < runs; ++i) {
        forget_files(models);
        cold.push_back(run_program(photo, models));
        warm.push_back(run_program(photo, models));
    }
    std::printf("times in ms: median (least..most) of %d runs, %d threads\n", runs, threads);
    report("cold", cold);
    report("warm", warm);
    report("loaded", run_loaded(photo, models, runs));
}
