// A microphone that may be unplugged and come back.
#pragma once

#include "media/device/microphone.h"

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace echollama {

// One thread uses it.
class SteadyMicrophone {
  public:
    // `told` hears once when it goes, why and that it is tried again, and once when it is back.
    SteadyMicrophone(int rate, std::function<void(std::string const& sentence)> told)
        : rate_(rate), told_(std::move(told)) {}

    // Opens it now instead of when it is first read. Throws Error when there is none.
    void open();

    // Waits for sound, and where there is no microphone, for it to come back: it is tried every two seconds. Empty when
    // stop is requested.
    std::vector<float> read(std::stop_token stop);

  private:
    int rate_;
    std::function<void(std::string const&)> told_;
    std::unique_ptr<Microphone> microphone_;
    bool lost_ = false;
};

} // namespace echollama
