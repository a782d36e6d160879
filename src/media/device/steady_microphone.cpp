#include "media/device/steady_microphone.h"

#include "base/error.h"

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace echollama {
namespace {

void wait(std::stop_token const& stop, std::chrono::seconds time) {
    std::mutex mutex;
    std::unique_lock lock(mutex);
    std::condition_variable_any().wait_for(lock, stop, time, [] { return false; });
}

} // namespace

void SteadyMicrophone::open() {
    microphone_ = std::make_unique<Microphone>(rate_);
}

std::vector<float> SteadyMicrophone::read(std::stop_token stop) {
    while (!stop.stop_requested()) {
        try {
            if (!microphone_) {
                open();
            }
            auto samples = microphone_->read(stop);
            if (lost_ && !samples.empty()) {
                told_("The microphone is back.");
                lost_ = false;
            }
            return samples;
        } catch (Error const& error) {
            microphone_.reset();
            if (!lost_) {
                told_(std::string(error.what()) + " It is tried again every two seconds.");
            }
            lost_ = true;
            wait(stop, std::chrono::seconds(2));
        }
    }
    return {};
}

} // namespace echollama
