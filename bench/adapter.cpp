// What an adapter makes of a language model: bench_adapter MODEL.gguf ADAPTER.gguf|- ANSWERS.jsonl [SCENES QUESTIONS
// PAIRS SEED]. Answers are kept in the file, and asked for only when it does not hold them: it can be ended and run
// again. Held-out made-up scenes and questions (dataset/toy_rows.h), answered as the program asks, before any
// check; and which answer of held-out pairs the model finds likelier ("ADAPTER.gguf" stands beside a folder "adapter",
// as echollama-train leaves them; "-": none).
#include "base/openmp_spin.h"
#include "dataset/toy_rows.h"
#include "describer/grounded_stream.h"
#include "describer/local_describer.h"
#include "train/data.h"
#include "train/encoder.h"
#include "train/reference.h"
#include "wording/grounding.h"
#include "wording/mentions.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

using namespace echollama;
using dataset::make_toy_row;
using dataset::ToyRow;
using Clock = std::chrono::steady_clock;

namespace {

struct Sums {
    int answers = 0, sentences = 0, passed = 0;
    int ungrounded = 0, wrong = 0; // things that are not there; sides and numbers that are not so
    int unknown = 0, honest = 0;   // questions that no scene answers, and what says so
    int known = 0, right = 0;      // the others; answers that say something true and nothing else
    std::vector<double> words = {}, first_ms = {};
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values.empty() ? 0 : values[values.size() / 2];
}

bool says_unknown(std::string const& text) {
    static constexpr std::string_view forms[] = {"cannot tell", "can't tell",   "do not know", "don't know",
                                                 "not sure",    "not provided", "cannot say",  "not mentioned"};
    return std::any_of(std::begin(forms), std::end(forms),
                       [&](auto form) { return text.find(form) != std::string::npos; });
}

std::vector<std::string> sentences_of(std::string const& text) {
    SentenceCutter cutter;
    auto all = cutter.push(text);
    for (auto const& rest : cutter.finish()) {
        all.push_back(rest);
    }
    std::erase_if(all, [](auto const& sentence) { return trimmed(sentence).empty(); });
    return all;
}

void judge(std::string const& text, ToyRow const& row, Sums& sums) {
    bool supported = false, flawless = true;
    for (auto const& claim : check_claims(text, row.scene)) {
        bool const good = claim.verdict == Verdict::supported;
        bool const place = claim.subject == Claim::Subject::side || claim.subject == Claim::Subject::clock ||
                           claim.subject == Claim::Subject::count;
        sums.ungrounded += claim.subject == Claim::Subject::object && !good;
        sums.wrong += place && claim.verdict == Verdict::contradicted;
        supported = supported || good;
        flawless = flawless && good;
    }
    auto const sentences = sentences_of(text);
    sums.sentences += static_cast<int>(sentences.size());
    if (row.question.empty()) { // what would be spoken as it is written
        GroundedStream stream(
            row.scene, [](auto const&) {}, row.options.wording);
        stream.push(text);
        stream.finish();
        sums.passed += static_cast<int>(stream.spoken() - stream.corrected());
    } else {
        for (auto const& sentence : sentences) {
            sums.passed += is_speakable(sentence, row.scene, says_unknown(sentence));
        }
        ++(row.unknown ? sums.unknown : sums.known);
        sums.honest += row.unknown && says_unknown(text);
        sums.right += !row.unknown && supported && flawless;
    }
    ++sums.answers;
    sums.words.push_back(static_cast<double>(split_words(text).size()));
}

void print(std::string const& name, Sums const& s) {
    double const n = std::max(1, s.answers);
    std::printf("%-22s %3d answers: things that are not there %.2f, wrong sides or numbers %.2f an answer; %d of %d "
                "sentences pass (%.0f %%); %.0f words; first piece %.0f ms",
                name.c_str(), s.answers, s.ungrounded / n, s.wrong / n, s.passed, s.sentences,
                100.0 * s.passed / std::max(1, s.sentences), median(s.words), median(s.first_ms));
    if (s.known + s.unknown > 0) {
        std::printf("; true answers %d of %d, what it cannot know is said so %d of %d", s.right, s.known, s.honest,
                    s.unknown);
    }
    std::printf("\n");
}

struct Told {
    std::string text;
    double first_ms = 0;
};

Told tell(Describer& describer, ToyRow const& row) {
    Told told;
    auto const begin = Clock::now();
    describer.reply(row.prompt,
                    [&](std::string_view piece) {
                        if (told.text.empty()) {
                            told.first_ms = std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
                        }
                        told.text += piece;
                    },
                    {});
    return told;
}

std::map<std::string, Told> read_told(std::string const& file) {
    std::map<std::string, Told> all;
    std::ifstream stream(file);
    for (std::string line; std::getline(stream, line);) {
        auto const json = nlohmann::json::parse(line, nullptr, false);
        if (json.is_object()) {
            all[json.at("row")] = {json.at("text"), json.at("first_ms")};
        }
    }
    return all;
}

void answer(std::string const& model, std::string const& adapter, std::vector<ToyRow> const& rows,
            std::string const& file) {
    auto told = read_told(file);
    std::ofstream out(file, std::ios::app);
    LocalDescriberOptions options;
    options.model.threads = 1;
    if (adapter != "-") {
        options.model.adapters.push_back({adapter, 1});
    }
    auto describer = make_local_describer(model, options);
    std::map<std::string, Sums> sums;
    for (auto const& row : rows) {
        if (!told.contains(row.row.image)) {
            auto const& one = told[row.row.image] = tell(*describer, row);
            out << nlohmann::ordered_json{{"row", row.row.image},
                                          {"question", row.question},
                                          {"text", one.text},
                                          {"first_ms", one.first_ms}}
                       .dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)
                << std::endl;
        }
        auto const style = std::string(row.options.style == PromptStyle::paper ? "paper" : "default");
        auto& own = sums[(row.question.empty() ? "descriptions, " : "questions, ") + style];
        own.first_ms.push_back(told[row.row.image].first_ms);
        judge(trimmed(told[row.row.image].text), row, own);
    }
    for (auto const& [name, own] : sums) {
        print(name, own);
    }
}

// How often the better answer is the likelier one, by kind of fault.
void prefer(std::string const& model, std::string const& adapter, std::vector<ToyRow> const& rows) {
    auto const weights = train::load_llama(model);
    train::Lora lora({}, weights, 1);
    if (adapter != "-") {
        lora.read(std::filesystem::path(adapter).parent_path() / "adapter" / "adapter_model.safetensors");
    }
    train::Workers workers(1);
    train::Network network(weights, lora, workers, {.positions = 2048});
    auto const encoder = train::make_encoder({.path = model}, weights.shape.vocabulary);
    std::map<std::string, std::pair<int, int>> kinds;
    for (auto const& made : rows) {
        train::Row row;
        row.prompt = encoder.prompt(made.row.system, made.row.prompt);
        row.chosen = encoder.answer(made.row.chosen);
        row.rejected = encoder.answer(made.row.rejected);
        train::Row const* one[] = {&row};
        auto const sums = network.score(train::batch_of(one));
        auto const mean = [](train::AnswerSum const& sum) { return sum.log_prob / static_cast<double>(sum.tokens); };
        bool const likelier = sums[0].log_prob > sums[1].log_prob, likelier_mean = mean(sums[0]) > mean(sums[1]);
        auto const longer = std::abs(static_cast<double>(row.chosen.size()) - static_cast<double>(row.rejected.size()));
        auto const count = [&](std::string const& kind, bool right) {
            kinds[kind].first += right;
            ++kinds[kind].second;
        };
        count("all, by token", likelier_mean);
        count("all, whole answer", likelier);
        count("fault " + made.fault, likelier);
        if (made.hard) {
            count("same form (hard)", likelier);
        }
        if (longer <= 2) {
            count("lengths within 2 tokens", likelier);
        }
    }
    for (auto const& [kind, tally] : kinds) {
        std::printf("prefers the better answer, %s: %d of %d (%.0f %%)\n", kind.c_str(), tally.first, tally.second,
                    100.0 * tally.first / tally.second);
    }
}

} // namespace

int main(int argc, char** argv) try {
    limit_openmp_spinning(argv);
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // what was measured is seen at once
    if (argc < 4) {
        std::fprintf(stderr,
                     "usage: bench_adapter MODEL.gguf ADAPTER.gguf|- ANSWERS.jsonl [SCENES QUESTIONS PAIRS SEED]\n");
        return 2;
    }
    auto const number = [&](int i, int otherwise) { return argc > i ? std::stoi(argv[i]) : otherwise; };
    auto scenes = number(4, 200), questions = number(5, 300), pairs = number(6, 200);
    auto const seed = static_cast<std::uint64_t>(number(7, 3));
    std::vector<ToyRow> asked, compared;
    for (std::uint64_t i = 0; scenes > 0 || questions > 0; ++i) {
        auto row = make_toy_row({.seed = seed, .held_out = true}, i);
        auto& left = row.question.empty() ? scenes : questions;
        if (left > 0) {
            --left;
            asked.push_back(std::move(row));
        }
    }
    for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(pairs); ++i) {
        compared.push_back(make_toy_row({.seed = seed + 1, .held_out = true}, i));
    }
    answer(argv[1], argv[2], asked, argv[3]);
    prefer(argv[1], argv[2], compared);
} catch (std::exception const& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
