// Lines of the Model Context Protocol, each as the first and after an "initialize".
#include "fuzz.h"
#include "mcp/session.h"

#include <cstdlib>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    std::string const modern = R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",)"
                               R"("io.modelcontextprotocol/clientCapabilities":{},"progressToken":7})";
    return {
        bytes_of(R"({"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}})"),
        bytes_of(R"({"jsonrpc":"2.0","id":"a","method":"tools/call","params":{"name":"echo","arguments":{"a":1}}})"),
        bytes_of(R"({"jsonrpc":"2.0","id":2,"method":"server/discover","params":{)" + modern + "}}"),
        bytes_of(R"({"jsonrpc":"2.0","id":3,"method":"tools/list","params":{"cursor":null,)" + modern + "}}"),
        bytes_of(R"({"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"echo",)" + modern + "}}"),
        bytes_of(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"a"}})")};
}

void run(Input input) {
    mcp::Tool echo;
    echo.name = "echo";
    echo.run = [](mcp::ToolCall const& call) {
        call.progress("half");
        return mcp::ToolResult{Json::array(), call.arguments};
    };
    mcp::Session session({"fuzz", "1", ""}, {echo}, [](std::string const& line) {
        if (line.find('\n') != std::string::npos || Json::parse(line).at("jsonrpc") != "2.0") {
            std::abort(); // one message, on one line
        }
    });
    std::string const line(text_of(input));
    session.take(line);
    session.take(R"({"jsonrpc":"2.0","id":0,"method":"initialize"})");
    session.take(line);
}

} // namespace echollama::fuzz
