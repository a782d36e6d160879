// What is told of a data set where it is published: Markdown with the head that model hubs read (huggingface_hub,
// DatasetCardData), with the figures of its own rows.
#pragma once

#include "dataset/check.h"

#include <string>

namespace echollama::dataset {

// `licence`: as hubs write it ("cc-by-4.0"); empty: not said, and the card asks for it.
std::string dataset_card(DatasetReport const& report, std::string const& licence = {});

} // namespace echollama::dataset
