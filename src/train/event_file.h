// Records of TensorBoard's event files (events.out.tfevents.*), so that a run can be watched while it learns. The
// format: tensorflow/core/lib/io/record_writer.h (length, masked CRC-32C of it, bytes, masked CRC-32C of them) around
// the protocol buffers of tensorflow/core/util/event.proto.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace echollama::train {

using Scalars = std::vector<std::pair<std::string, float>>; // tag and value

// The first record of every file. wall_time: seconds since 1970.
std::string event_file_head(double wall_time);

// One moment of a run: what was measured at this step.
std::string event_record(double wall_time, std::int64_t step, Scalars const& scalars);

// CRC-32C (Castagnoli) of the bytes, as RFC 3720 has it.
std::uint32_t crc32c(std::string_view bytes);

} // namespace echollama::train
