// What a user can get wrong: every refusal names the row, the key or the file.
#include "tiny_run.h"

#include <set>

namespace echollama::test {
namespace {

using namespace train;

void expect_says(std::string const& sentence, std::vector<std::string> const& parts, std::string const& of = "") {
    for (auto const& part : parts) {
        EXPECT_NE(sentence.find(part), std::string::npos) << sentence << "\n" << of;
    }
}

std::string config_refusal(std::string const& text) {
    return refusal([&] { parse_config(text, "a.toml", "."); });
}

std::string const model = "[model]\nbase_model = \"m\"\n", training = "[data]\ntrain = \"d\"\n",
                  run = "[run]\noutput_dir = \"o\"\n";

TEST(Configurations, NameTheKeyThatIsWrong) {
    EXPECT_EQ(config_refusal(model + training + run), "");
    struct Case {
        std::string text;
        std::vector<std::string> said;
    };
    for (auto const& [text, said] : std::vector<Case>{
             {"x = [", {"a.toml", "line 1"}},
             {"a = 1\n", {"'a'", "[model]"}},
             {"model = 1\n", {"model", "brackets"}},
             {training + run, {"base_model", "[model]"}},
             {model + run, {"train", "[data]"}},
             {model + training, {"output_dir", "[run]"}},
             {model + training + run + "[lora]\nrank = 8\n", {"'rank'", "[lora]", "r, alpha"}},
             {model + training + run + "[lora]\nr = 0\n", {"r in [lora]", "1 to 4096"}},
             {model + training + run + "[lora]\nr = 8.5\n", {"r in [lora]"}},
             {model + training + run + "[lora]\ntarget_modules = [\"q_proj\", \"x_proj\"]\n",
              {"target_modules", "q_proj"}},
             {model + training + run + "[lora]\ntarget_modules = \"q_proj\"\n", {"target_modules", "list"}},
             {model + training + run + "[loss]\nkind = \"dpo\"\n", {"kind", "\"sigmoid\""}},
             {model + training + run + "[loss]\nbeta = -1\n", {"beta", "number"}},
             {model + training + run + "[loss]\nbeta = nan\n", {"beta", "number"}},
             {model + training + run + "[loss]\nbeta = \"0.1\"\n", {"beta", "number"}},
             {model + training + run + "[optimizer]\nlearning_rate = 11\n", {"learning_rate", "0 to 10"}},
             {model + training + run + "gradient_checkpointing = 1\n", {"gradient_checkpointing", "true or false"}},
             {model + training + "[speech]\nrecordings = \"r\"\n" + run, {"snac", "belong together"}},
             {model + training + "[speech]\nrecordings = \"r\"\nsnac = \"s\"\n" + run, {"train", "must be where"}},
             {model + training + run + "\x01", {"a.toml", "line"}}}) {
        expect_says(config_refusal(text), said, text);
    }
}

// Every key is a flag, too, which stands before the file, is checked in the same way, and names itself.
TEST(Configurations, EveryKeyIsAFlag) {
    auto const keys = config_keys();
    EXPECT_GE(keys.size(), 40U);
    std::set<std::string> names;
    for (auto const& key : keys) {
        EXPECT_TRUE(names.insert(key.name).second) << key.name << " is in two sections";
        auto const said = refusal([&] {
            parse_config(model + training + run, "a.toml", ".", {{key.name, "\x01 [nothing"}});
        });
        if (key.kind == ConfigKey::Kind::other || key.kind == ConfigKey::Kind::words) {
            expect_says(said, {flag_of(key.name), key.wanted}, key.name);
        }
    }
    auto const c = parse_config(model + training + run + "[lora]\nr = 4\n", "a.toml", "/folder",
                                {{"r", "16"},
                                 {"learning_rate", "3e-4"},
                                 {"eval", "e.jsonl"},
                                 {"shuffle", "false"},
                                 {"kind", "ipo"},
                                 {"target_modules", "q_proj,down_proj"},
                                 {"dropout", "0.05"}});
    EXPECT_EQ(c.lora.rank, 16);
    EXPECT_EQ(c.rate, 3e-4);
    EXPECT_EQ(c.data.train, "/folder/d");
    EXPECT_EQ(c.data.evaluation, "e.jsonl") << "from the working folder";
    EXPECT_FALSE(c.data.shuffles);
    EXPECT_EQ(c.loss.kind, PreferenceLoss::ipo);
    EXPECT_EQ(c.lora.targets, (std::vector<Projection>{Projection::q, Projection::down}));
    EXPECT_EQ(c.lora.dropout, 0.05);
    auto const bare = read_config("", {{"base_model", "m"}, {"train", "d"}, {"output_dir", "o"}});
    EXPECT_EQ(bare.run.output, "o");
    expect_says(refusal([] { read_config("", {{"base_model", "m"}, {"train", "d"}}); }), {"--output-dir is missing"});
    expect_says(refusal([] {
                    parse_config(model + training + run, "a", ".", {{"kind", "dpo"}});
                }),
                {"--kind", "\"ipo\"", "'dpo'"});
}

TEST(Configurations, ThatAreShippedCanBeRead) {
    for (char const* name : {"echollama-dpo.toml", "orpheus-elise.toml"}) {
        auto const config = read_config(data_dir().parent_path().parent_path() / "configs" / name);
        EXPECT_EQ(config.lora.targets.size(), projection_count);
        EXPECT_GT(config.rate, 0);
    }
}

// What is said about a file of one good row and this one.
std::string data_refusal(std::string const& row, std::string const& settings = "") {
    TinyRun tiny;
    std::ofstream(tiny.folder / "pairs.jsonl") << R"({"prompt_ids":[1],"chosen_ids":[2],"rejected_ids":[3]})"
                                               << "\n\n"
                                               << row << "\n";
    auto text = tiny.text();
    text.insert(text.find("train ="), settings);
    return refusal([&] { run_training(Task::preferences, parse_config(text, "a.toml", tiny.folder.path()), {}); });
}

TEST(Data, NameTheRowAndTheKeyThatAreWrong) {
    struct Case {
        std::string row;
        std::string said;
    };
    for (auto const& [row, said] : std::vector<Case>{
             {"{", "JSON object"},
             {"[1]", "JSON object"},
             {R"({"prompt":"a","chosen":"b"})", "'rejected' is missing"},
             {R"({"prompt":"a","chosen":1,"rejected":"c"})", "'chosen' is not a text"},
             {R"({"prompt":"a","chosen":" ","rejected":"c"})", "'chosen' is empty"},
             {R"({"chosen":"b","rejected":"c"})", "'prompt' is missing"},
             {R"({"prompt_ids":[1],"chosen_ids":[2]})", "'rejected_ids' is missing"},
             {R"({"prompt_ids":[1],"chosen_ids":[512],"rejected_ids":[1]})", "'chosen_ids' holds"},
             {R"({"prompt_ids":[1],"chosen_ids":[-1],"rejected_ids":[1]})", "'chosen_ids' holds"},
             {R"({"prompt_ids":[1.5],"chosen_ids":[1],"rejected_ids":[1]})", "'prompt_ids' holds"},
             {R"({"prompt_ids":[],"chosen_ids":[1],"rejected_ids":[1]})", "'prompt_ids' is missing or no list"}}) {
        expect_says(data_refusal(row), {"Row 3 of", "pairs.jsonl", said});
    }
    expect_says(data_refusal(R"({"prompt_ids":[1,2,3],"chosen_ids":[1],"rejected_ids":[1,2]})", "sequence_len = 4\n"),
                {"Row 3", "5 tokens", "sequence_len"});
    EXPECT_EQ(data_refusal(R"({"prompt_ids":[1,2,3],"chosen_ids":[1],"rejected_ids":[1,2]})",
                           "sequence_len = 4\nlonger_rows = \"drop\"\n"),
              "");
}

TEST(Runs, NameWhatIsNotThere) {
    TinyRun tiny;
    auto refused = [&](TrainConfig const& config, RunHooks const& hooks = {}) {
        return refusal([&] { run_training(Task::preferences, config, hooks); });
    };
    expect_says(refused(tiny.config(), {.resume = true}), {"no run to go on with"});
    auto config = tiny.config();
    config.data.train = tiny.folder / "none.jsonl";
    expect_says(refused(config), {"none.jsonl"});
    config = tiny.config();
    config.model.path = tiny.folder / "pairs.jsonl";
    expect_says(refused(config), {"pairs.jsonl"});
    config = tiny.config();
    config.rate = 1e30;
    expect_says(refused(config), {"learning_rate"});
    EXPECT_EQ(refused(tiny.config("good")), "");
    expect_says(refused(tiny.config("good")), {"--resume"});
    config = tiny.config("good");
    config.loss.beta = 0.2;
    expect_says(refused(config, {.resume = true}), {"other settings"});
    std::filesystem::resize_file(tiny.folder / "good" / "state.safetensors", 300);
    expect_says(refused(tiny.config("good"), {.resume = true}), {"state.safetensors"});
}

TEST(Models, OfAnotherShapeAreRefused) {
    TinyRun tiny;
    auto const file = tiny.folder / "model" / "config.json";
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    text.replace(text.find("\"intermediate_size\":64"), 22, "\"intermediate_size\":65");
    std::ofstream(file) << text;
    expect_says(refusal([&] { load_llama(tiny.folder / "model"); }), {"model.layers.0.mlp", "another shape"});
}

} // namespace
} // namespace echollama::test
