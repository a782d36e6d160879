#include "voice/forked_work.h"

#include "base/error.h"

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <string>

namespace echollama {
namespace {

constexpr char error_kind = '\0';

struct Header {
    std::uint32_t size = 0;
    char kind = 0;
};

bool write_all(int file, void const* bytes, std::size_t count) {
    auto const* at = static_cast<char const*>(bytes);
    while (count > 0) {
        auto const done = write(file, at, count);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        at += done > 0 ? done : 0;
        count -= done > 0 ? static_cast<std::size_t>(done) : 0;
    }
    return true;
}

// False at the end of the pipe.
bool read_all(int file, void* bytes, std::size_t count) {
    auto* at = static_cast<char*>(bytes);
    while (count > 0) {
        auto const done = read(file, at, count);
        if (done == 0 || (done < 0 && errno != EINTR)) {
            return false;
        }
        at += done > 0 ? done : 0;
        count -= done > 0 ? static_cast<std::size_t>(done) : 0;
    }
    return true;
}

[[noreturn]] void run_copy(std::function<void(BlockSink const&)> const& work, int pipe) {
    auto emit = [&](char kind, std::string_view bytes) {
        Header const header{static_cast<std::uint32_t>(bytes.size()), kind};
        return write_all(pipe, &header, sizeof header) && write_all(pipe, bytes.data(), bytes.size());
    };
    try {
        work(emit);
    } catch (std::exception const& error) {
        emit(error_kind, error.what());
    }
    _exit(0); // no destructors: everything belongs to the original
}

struct Copy {
    pid_t process;
    int pipe;
    ~Copy() {
        close(pipe);
        kill(process, SIGKILL); // it has ended, or nobody listens any more
        while (waitpid(process, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
};

} // namespace

void run_in_fork(std::function<void(BlockSink const& emit)> const& work, BlockSink const& block) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0) {
        return work(block);
    }
    pid_t const process = fork();
    if (process == 0) {
        close(ends[0]);
        run_copy(work, ends[1]);
    }
    close(ends[1]);
    if (process < 0) {
        close(ends[0]);
        return work(block);
    }
    Copy const copy{process, ends[0]};
    std::string bytes;
    for (Header header; read_all(copy.pipe, &header, sizeof header);) {
        bytes.resize(header.size);
        if (!read_all(copy.pipe, bytes.data(), bytes.size())) {
            break;
        }
        if (header.kind == error_kind) {
            throw Error(bytes);
        }
        if (!block(header.kind, bytes)) {
            return;
        }
    }
}

} // namespace echollama
