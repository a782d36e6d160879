#include "mcp/stdio.h"
#include "mcp/tools.h"
#include "serve/engine_options.h"
#include "version.h"

#include <memory>

namespace echollama {
namespace {

constexpr auto instructions = "Pictures and recordings are given by their path. What describe and ask say was found in "
                              "the picture; do not add to "
                              "it. Who listens may not see the picture.";

void run(AppContext const& context, EngineOptions const& options) {
    Timings timings;
    auto models = load_engine_models(context, options, timings);
    auto const loading = begin_in_order(models.seeing.detector, models.describer);
    server::Engine engine(std::move(models));
    mcp::serve_standard_streams({"echollama", ECHOLLAMA_VERSION, instructions}, mcp::make_tools(engine), context.stop);
}

} // namespace

void add_mcp(Command& root, AppContext& context) {
    auto options = std::make_shared<EngineOptions>();
    auto& command =
        root.subcommand("mcp", "Serve agents as tools over standard input and output (Model Context Protocol)");
    add_engine_options(command, *options);
    command.example = "echollama mcp";
    command.notes = "The tools: describe, ask, say, listen. Name this command in your agent's list of servers.";
    command.run = [&context, options] { run(context, *options); };
}

} // namespace echollama
