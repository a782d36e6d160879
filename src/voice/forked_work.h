// Work in a copy of this process, for libraries that carry state from one call to the next.
#pragma once

#include <functional>
#include <string_view>

namespace echollama {

// Gives a block of bytes to the caller; false: stop.
using BlockSink = std::function<bool(char kind, std::string_view bytes)>;

// Runs `work` in a forked copy of this process, which ends with it: whatever it changes in memory is gone afterwards.
// `work` must not use threads, locks or files of the program. Each block that it emits is passed to `block` here, in
// order, as soon as it comes. An Error that it throws is thrown here. When `block` returns false or throws, the copy is
// killed. Where no copy can be made (too little memory), the work is done in this process.
void run_in_fork(std::function<void(BlockSink const& emit)> const& work, BlockSink const& block);

} // namespace echollama
