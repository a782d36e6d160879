// What is told of an adapter where it is published: Markdown with the head that model hubs read
// (huggingface_hub, ModelCardData), with this run's own figures.
#pragma once

#include "train/report/run_curves.h"

#include <string>

namespace echollama::train {

struct CardNames {
    std::string base;                        // what the hub calls the model that was trained: "OWNER/NAME"
    std::string repository;                  // where the adapter goes
    std::string data;                        // the data's repository; empty: not published
    std::string licence = "";                // as hubs write it ("apache-2.0"); empty: not said, and the card says so
    std::string figure = "";                 // file of the figure beside the card; empty: none
    std::string program = "echollama-train"; // with its version
};

std::string model_card(RunCurves const& curves, CardNames const& names);

} // namespace echollama::train
