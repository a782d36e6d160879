#include "base/error.h"
#include "media/video/frame_source.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>

namespace echollama {
namespace {

constexpr auto try_again = std::chrono::seconds(2);

// False when stop was requested meanwhile.
bool wait(std::chrono::milliseconds time, std::stop_token const& stop) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

class Returning {
  public:
    Returning(std::string name, std::function<NextFrame(std::stop_token)> open)
        : name_(std::move(name)), open_(std::move(open)), reader_(open_({})) {}

    SourceEvent next(std::stop_token const& stop) {
        while (!stop.stop_requested()) {
            if (!reader_ && !reopen(stop)) {
                continue;
            }
            if (returned_) {
                returned_ = false;
                return {SourceEvent::Kind::returned, {}, "The " + name_ + " is back."};
            }
            try {
                auto frame = reader_(stop);
                if (!frame) {
                    return {};
                }
                frame->seconds = went_on(frame->seconds);
                return {SourceEvent::Kind::frame, std::move(*frame)};
            } catch (Error const& error) {
                reader_ = nullptr;
                return {SourceEvent::Kind::lost, {}, std::string(error.what()) + " It is waited for."};
            }
        }
        return {};
    }

  private:
    bool reopen(std::stop_token const& stop) {
        if (!wait(try_again, stop)) {
            return false;
        }
        try {
            reader_ = open_(stop);
            returned_ = true;
            lost_at_ = last_;
            began_ = std::nullopt;
        } catch (Error const&) {
            reader_ = nullptr; // still away
        }
        return returned_;
    }

    // The clock of a device that returned may begin anew.
    double went_on(double seconds) {
        began_ = began_.value_or(seconds);
        last_ = lost_at_ + (seconds - *began_);
        return last_;
    }

    std::string name_;
    std::function<NextFrame(std::stop_token)> open_;
    NextFrame reader_;
    bool returned_ = false;
    std::optional<double> began_;
    double lost_at_ = 0, last_ = 0;
};

} // namespace

FrameSource returning_source(std::string const& name, std::function<NextFrame(std::stop_token)> open) {
    auto source = std::make_shared<Returning>(name, std::move(open));
    return {name, true, [source](std::stop_token const& stop) { return source->next(stop); }};
}

} // namespace echollama
