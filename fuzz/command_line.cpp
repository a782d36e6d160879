// Any words as a command line: they are read or refused in one sentence, and what was read is what was written.
#include "command_line/command_line.h"

#include "base/error.h"
#include "fuzz.h"

#include <cmath>
#include <stdexcept>

namespace echollama::fuzz {
namespace {

struct Given {
    bool loud = false;
    std::string text, command;
    std::filesystem::path file;
    std::optional<int> count;
    double rate = 1;
    std::vector<std::string> names, rest;
    int unit = 0;
};

Command declared(Given& given) {
    Command root{"program", "Does what it is told"};
    root.example = "program say word";
    root.flag("--loud,-l", given.loud, "Loudly");
    auto& say = root.subcommand("say", "Say words");
    say.run = [&given] { given.command = "say"; };
    auto& text = say.option("--text,-t", given.text, "A text");
    say.option("--file,-f", given.file, "A file").excludes(text);
    say.option("--count", given.count, "How often").range(1, 9);
    say.option("--rate", given.rate, "How fast").range(0.5, 2).needs(text);
    say.list("--name", given.names, "Who");
    say.choice("--unit", given.unit, {{"metres", 1, {"meters"}}, {"feet", 2, {}}}, "Unit of lengths");
    say.list("words", given.rest, "What");
    return root;
}

} // namespace

// The words stand one on a line.
std::vector<Bytes> seeds() {
    return {bytes_of("say\n--text\nHello there\n--rate=1.5\nword"), bytes_of("say\n-lt-5\n--count\n+3\n--\n--loud"),
            bytes_of("--loud\nsay\n--name\na\n--name=b\n--unit\nMeters"), bytes_of("say\n-f\n/tmp/x\n- and so on"),
            bytes_of("say\n--help\n--bogus")};
}

void run(Input input) {
    Given given;
    auto const root = declared(given);
    std::vector<std::string> words(1);
    for (char const byte : text_of(input)) {
        if (byte == '\n') {
            words.emplace_back();
        } else if (byte != '\0') {
            words.back() += byte;
        }
    }
    try {
        auto const parsed = parse_command_line(root, words);
        if (parsed.help) {
            command_help(*parsed.command);
            return;
        }
        parsed.command->run();
    } catch (UsageError const& refusal) {
        std::string const sentence = refusal.what();
        if (!sentence.ends_with('.') && !sentence.ends_with('?')) {
            throw std::logic_error("a refusal is no sentence: " + sentence);
        }
        throw;
    }
    if ((given.count && (*given.count < 1 || *given.count > 9)) || !(given.rate >= 0.5 && given.rate <= 2) ||
        (!given.text.empty() && !given.file.empty())) {
        throw std::logic_error("a value that is not allowed was taken");
    }
    std::size_t taken = 0;
    for (auto const& word : given.rest) {
        taken += word.size();
    }
    if (taken > input.size() || given.rest.size() + given.names.size() > words.size()) {
        throw std::logic_error("more was taken than was given");
    }
}

} // namespace echollama::fuzz
