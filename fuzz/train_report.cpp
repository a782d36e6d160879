// What a run's folder tells of it: facts, an empty line, and the log's lines.
#include "fuzz.h"
#include "train/report/report.h"

#include <sstream>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of(R"({"task":"dpo","base_model":"m","parameters":1000,"trainable":10,"steps":2}

{"step":0,"epoch":0.5,"learning_rate":2e-5,"grad_norm":1.5,"loss":0.6931,"rewards/chosen":0,"rewards/rejected":0,"rewards/margins":0,"rewards/accuracies":0,"tokens":100,"tokens_per_second":10}
{"step":0,"eval_loss":0.69,"eval_rewards/margins":0.1,"eval_rewards/accuracies":0.5}
{"step":1,"epoch":1,"learning_rate":0,"grad_norm":1e300,"loss":-1,"tokens":1}
)"),
            bytes_of("{\"task\":\"sft\"}\n\n{\"step\":1000000000000,\"loss\":null}\n")};
}

void run(Input input) {
    auto const text = std::string(text_of(input));
    auto const gap = text.find("\n\n");
    std::istringstream facts(text.substr(0, gap)), log(gap == std::string::npos ? "" : text.substr(gap + 2));
    auto const curves = train::parse_run_curves(facts, log, "run");
    train::report_text(curves, "figure");
    for (auto const& panel : train::run_chart(curves).panels) {
        for (auto const& line : panel.lines) {
            train::axis_marks(line.y.front(), line.y.back(), 6);
        }
    }
}

} // namespace echollama::fuzz
