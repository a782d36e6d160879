#include "hub/fetch.h"

#include "base/error.h"

#include <algorithm>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace echollama::hub {
namespace {

using http::Outcome;
using Clock = std::chrono::steady_clock;

constexpr std::size_t most_pieces_at_once = 8; // 32 MiB a request: few requests, and an even end

// A server that sends the whole file to whoever asks for a part.
struct SendsOnlyWholes {};

// Bytes of the file that one request asks for: pieces of which only the first may have begun.
struct Range {
    std::size_t first = 0, last = 0; // pieces
    std::uint64_t begin = 0, end = 0;
};

// A part of "bytes 5-9/10".
struct ContentRange {
    std::uint64_t begin = 0, end = 0, total = 0;
};

std::optional<ContentRange> parse_content_range(std::string const& text) {
    ContentRange range;
    char rest = 0;
    unsigned long long begin = 0, end = 0, total = 0;
    if (std::sscanf(text.c_str(), "bytes %llu-%llu/%llu%c", &begin, &end, &total, &rest) != 3 || end < begin) {
        return std::nullopt;
    }
    range.begin = begin;
    range.end = end + 1;
    range.total = total;
    return range;
}

class Fetching {
  public:
    Fetching(Settings const& settings, Origin const& origin, PartialFile& file, FetchOptions const& options,
             std::stop_token const& stop, bool whole)
        : settings_(settings), origin_(origin), file_(file), options_(options), whole_(whole),
          taken_(file.pieces(), false), outer_(stop, [this] { inner_.request_stop(); }) {
        located_ = origin_.locate();
        check_located();
        done_ = file_.done_bytes();
    }

    void run() {
        auto const missing = (file_.bytes() - done_ + PartialFile::piece_bytes - 1) / PartialFile::piece_bytes;
        auto const count =
            whole_ ? 1 : std::min<std::uint64_t>(static_cast<std::uint64_t>(options_.connections), missing);
        std::vector<std::jthread> workers;
        for (std::uint64_t i = 0; i < count; ++i) {
            workers.emplace_back([this] { work(); });
        }
        workers.clear(); // joins them
        if (failure_) {
            std::rethrow_exception(failure_);
        }
        if (!file_.complete()) {
            throw Cancelled();
        }
    }

  private:
    void work() {
        try {
            while (auto const range = take()) {
                fill(*range);
            }
        } catch (...) {
            std::lock_guard lock(mutex_);
            if (!failure_) {
                failure_ = std::current_exception();
            }
            inner_.request_stop();
        }
    }

    // The next pieces that nobody has and that are not complete.
    std::optional<Range> take() {
        std::lock_guard lock(mutex_);
        if (inner_.stop_requested()) {
            return std::nullopt;
        }
        std::size_t first = 0;
        while (first < file_.pieces() && (taken_[first] || file_.piece_complete(first))) {
            ++first;
        }
        if (first == file_.pieces()) {
            return std::nullopt;
        }
        auto const share = file_.pieces() / static_cast<std::size_t>(std::max(1, options_.connections));
        auto const most = whole_ ? file_.pieces() : std::clamp<std::size_t>(share, 1, most_pieces_at_once);
        auto last = first;
        while (last + 1 < file_.pieces() && last + 1 - first < most && !taken_[last + 1] &&
               file_.piece_done(last + 1) == 0) {
            ++last;
        }
        std::fill(taken_.begin() + static_cast<std::ptrdiff_t>(first),
                  taken_.begin() + static_cast<std::ptrdiff_t>(last) + 1, true);
        return range_of(first, last);
    }

    Range range_of(std::size_t first, std::size_t last) const {
        return {first, last, first * PartialFile::piece_bytes + file_.piece_done(first),
                last * PartialFile::piece_bytes + file_.piece_size(last)};
    }

    // Asks until all of it is there.
    void fill(Range range) {
        int failures = 0;
        while (true) {
            auto const before = range.begin;
            auto const outcome = ask_for(range);
            if (range.begin == range.end) {
                return;
            }
            // What moves on is worth going on, but a whole begins anew each time, and what drips would take for ever.
            auto const came = range.begin - std::min(before, range.begin);
            bool const moves =
                !whole_ && came > 0 && (outcome.kind != Outcome::Kind::silent || came >= PartialFile::piece_bytes);
            failures = moves ? 0 : failures + 1;
            recover(outcome, failures);
            range = range_of(range.first, range.last);
        }
    }

    // One request; moves range.begin on as bytes come.
    Outcome ask_for(Range& range) {
        http::Request request;
        Located located;
        {
            std::lock_guard lock(mutex_);
            located = located_;
        }
        request.address = located.address;
        request.method = "GET";
        request.headers = located.headers;
        request.connect_timeout = options_.connect_timeout;
        request.idle_timeout = options_.idle_timeout;
        request.sinks_on_network_thread = true; // what waits is lost when the program is killed
        if (whole_) {
            file_.forget_all(); // such a server always begins at the beginning
            range = range_of(0, file_.pieces() - 1);
            std::lock_guard lock(mutex_);
            done_ = 0;
        } else {
            request.wanted = {206};
            request.headers.emplace_back("Range",
                                         "bytes=" + std::to_string(range.begin) + "-" + std::to_string(range.end - 1));
        }
        auto piece = range.first;
        bool slow = false;
        Window window{Clock::now(), 0};
        auto const sink = [&](std::string_view bytes) {
            slow = is_slow(window, bytes.size());
            store(piece, range, bytes);
            return !slow && range.begin < range.end;
        };
        auto const head = [&](int, http::Headers const& headers) {
            check_head(range, headers);
            return true;
        };
        auto const outcome = http::exchange(request, sink, inner_.get_token(), head);
        if (!outcome) {
            throw Cancelled();
        }
        range.first = std::min(piece, range.last);
        if (slow) {
            return {Outcome::Kind::silent, 0, "", "", "", {}};
        }
        if (outcome->kind == Outcome::Kind::complete && range.begin < range.end) { // fewer bytes than were promised
            return {Outcome::Kind::cut, 0, "", "", "", {}};
        }
        return *outcome;
    }

    struct Window {
        Clock::time_point begin;
        std::uint64_t bytes;
    };
    bool is_slow(Window& window, std::size_t more) const {
        window.bytes += more;
        auto const passed = Clock::now() - window.begin;
        if (passed < options_.slow_after) {
            return false;
        }
        auto const seconds = std::chrono::duration<double>(passed).count();
        bool const slow =
            static_cast<double>(window.bytes) < static_cast<double>(options_.slowest_bytes_per_second) * seconds;
        window = {Clock::now(), 0};
        return slow;
    }

    void store(std::size_t& piece, Range& range, std::string_view bytes) {
        if (bytes.size() > range.end - range.begin) {
            throw Error(located_server() + " sends more of " + origin_.what + " than it said; try again later.");
        }
        auto const all = bytes.size();
        while (!bytes.empty()) {
            auto const room = file_.piece_size(piece) - file_.piece_done(piece);
            auto const now = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(room, bytes.size())));
            file_.append(piece, now);
            bytes.remove_prefix(now.size());
            piece += file_.piece_complete(piece) ? 1 : 0;
        }
        range.begin += all;
        std::lock_guard lock(mutex_);
        done_ += all;
        if (options_.progress) {
            options_.progress(done_);
        }
    }

    void check_head(Range const& range, http::Headers const& headers) {
        if (!whole_) {
            auto const told = parse_content_range(http::header_of(headers, "content-range"));
            if (told && told->total != file_.bytes()) {
                throw Error(located_server() + " has " + std::to_string(told->total) + " bytes of " + origin_.what +
                            ", and the hub said " + std::to_string(file_.bytes()) +
                            "; it may just be changing, so try again later.");
            }
            if (!told || told->begin != range.begin || told->end > range.end) {
                throw Error(located_server() + " sends another part of " + origin_.what +
                            " than was asked for; try again later, or another mirror.");
            }
        } else if (auto const length = http::header_of(headers, "content-length");
                   !length.empty() && length != std::to_string(file_.bytes())) {
            throw Error(located_server() + " has " + length + " bytes of " + origin_.what + ", and the hub said " +
                        std::to_string(file_.bytes()) + "; it may just be changing, so try again later.");
        }
        auto const tag = http::header_of(headers, "etag");
        std::lock_guard lock(mutex_);
        if (tag_.empty()) {
            tag_ = tag;
        } else if (!tag.empty() && tag != tag_) {
            throw Error(located_.address.server + " changed " + origin_.what +
                        " while it was fetched; run the same command again to fetch the new one.");
        }
    }

    std::string located_server() {
        std::lock_guard lock(mutex_);
        return located_.address.server;
    }

    // What was promised to whoever asked for the list must be what lies there.
    void check_located() const {
        if (located_.bytes && *located_.bytes != file_.bytes()) {
            throw Error(located_.address.server + " has " + std::to_string(*located_.bytes) + " bytes of " +
                        origin_.what + ", and the hub said " + std::to_string(file_.bytes()) +
                        "; it may just be changing, so try again later.");
        }
    }

    // Waits, or asks anew where the file lies, or gives up.
    void recover(Outcome const& outcome, int failures) {
        using Kind = Outcome::Kind;
        auto const server = located_server();
        auto const refuse = [&] { throw Error(refusal_sentence(settings_, outcome, server, origin_.what)); };
        if (outcome.kind == Kind::refused && outcome.status == 200) {
            throw SendsOnlyWholes{};
        }
        auto const status = outcome.status;
        if (outcome.kind == Kind::refused && status >= 300 && status < 400 && failures < 8) {
            std::lock_guard lock(mutex_);
            located_.address = redirected(located_.address, outcome.location);
            located_.headers = headers_for(settings_, located_.address);
            return;
        }
        bool const expired = status == 400 || status == 401 || status == 403 || status == 404 || status == 410;
        if (outcome.kind == Kind::refused && expired && failures <= 2) { // signed addresses hold for a while
            relocate();
            return;
        }
        auto again = outcome;
        if (again.kind == Kind::silent) { // a new connection may do better
            again.kind = Kind::cut;
        }
        auto const wait = http::wait_before_retry(again, std::max(0, failures - 1), options_.retry);
        if (!wait) {
            refuse();
        }
        if (!http::wait_for(*wait, inner_.get_token())) {
            throw Cancelled();
        }
    }

    void relocate() {
        auto fresh = origin_.locate();
        std::lock_guard lock(mutex_);
        if (!fresh.content.empty() && !located_.content.empty() && fresh.content != located_.content) {
            throw Error(fresh.address.server + " changed " + origin_.what +
                        " while it was fetched; run the same command again to fetch the new one.");
        }
        tag_.clear();
        located_ = std::move(fresh);
    }

    Settings const& settings_;
    Origin const& origin_;
    PartialFile& file_;
    FetchOptions const& options_;
    bool whole_;
    std::mutex mutex_;
    std::vector<bool> taken_;
    Located located_;
    std::string tag_; // of the place it is fetched from
    std::uint64_t done_ = 0;
    std::exception_ptr failure_;
    std::stop_source inner_;
    std::stop_callback<std::function<void()>> outer_;
};

} // namespace

void fetch(Settings const& settings, Origin const& origin, PartialFile& file, FetchOptions const& options,
           std::stop_token const& stop) {
    for (bool const whole : {false, true}) {
        if (file.complete()) {
            return;
        }
        try {
            Fetching(settings, origin, file, options, stop, whole).run();
            return;
        } catch (SendsOnlyWholes const&) { // once more, without parts
        }
    }
    throw Error("The server of " + origin.what + " cannot send it; try again later.");
}

} // namespace echollama::hub
