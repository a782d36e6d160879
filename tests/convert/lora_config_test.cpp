// adapter_config.json: what it says is followed, refused by its name, or told.
#include "base/error.h"
#include "convert/lora_config.h"
#include "support/support.h"

namespace echollama::convert {
namespace {

using test::refusal;

LoraConfig parsed(std::string const& inside) {
    return parse_lora_config("{" + inside + "}", "adapter_config.json");
}

double alpha_of(std::string const& patterns, std::string const& module) {
    auto const config = parsed(R"("lora_alpha": 1, "alpha_pattern": )" + patterns);
    std::vector<bool> used(config.alpha_pattern.size());
    return number_for(config.alpha_pattern, module, config.alpha, used);
}

TEST(LoraConfig, PatternsFitAsInPeft) {
    // From PEFT 0.11's get_pattern_key and its tests: the expression fits the whole name or an end behind a dot.
    struct Case {
        char const *patterns, *module;
        double alpha;
    };
    for (auto const& one : {
             Case{R"({"q_proj": 2})", "model.layers.0.self_attn.q_proj", 2},
             Case{R"({"proj": 2})", "model.layers.0.self_attn.q_proj", 1},
             Case{R"({"model.layers.0.self_attn.q_proj": 2})", "model.layers.0.self_attn.q_proj", 2},
             Case{R"({"layers.0.self_attn.q_proj": 2})", "model.layers.10.self_attn.q_proj", 1},
             Case{R"({"[qk]_proj": 2})", "model.layers.3.self_attn.k_proj", 2},
             Case{R"({"[qk]_proj": 2})", "model.layers.3.self_attn.v_proj", 1},
             Case{R"({"layers\\.[0-7]\\.self_attn\\.q_proj": 2})", "model.layers.7.self_attn.q_proj", 2},
             Case{R"({"layers\\.[0-7]\\.self_attn\\.q_proj": 2})", "model.layers.8.self_attn.q_proj", 1},
             Case{R"({"model\\.layers\\.\\d+\\.mlp\\..*": 2})", "model.layers.12.mlp.up_proj", 2},
             Case{R"({".*mlp.*": 2})", "model.layers.12.mlp.up_proj", 2},
             Case{R"({"^model.layers.1.mlp.up_proj$": 2})", "model.layers.1.mlp.up_proj", 2},
             Case{R"({"up_proj|down_proj": 2})", "model.layers.12.mlp.down_proj", 2},
             Case{R"({"(?:up|down)_proj": 2})", "model.layers.12.mlp.down_proj", 2},
             Case{R"({"layers\\.(?!0\\.).*q_proj": 2})", "model.layers.0.self_attn.q_proj", 1},
             Case{R"({"layers\\.(?!0\\.).*q_proj": 2})", "model.layers.4.self_attn.q_proj", 2},
             Case{R"({"z_proj": 3, "q_proj": 2, "self_attn.q_proj": 4})", "model.layers.0.self_attn.q_proj", 2},
             Case{R"({"self_attn.q_proj": 4, "q_proj": 2})", "model.layers.0.self_attn.q_proj", 4},
             Case{R"({"b_proj": 4, ".*": 2, "a_proj": 5})", "x.a_proj", 2},
             Case{"{}", "x.q_proj", 1},
             Case{"null", "x.q_proj", 1},
         }) {
        EXPECT_EQ(alpha_of(one.patterns, one.module), one.alpha) << one.patterns << " " << one.module;
    }
}

TEST(LoraConfig, PatternsThatCannotBeFollowedAreRefusedByName) {
    for (auto const* key : {"(?P<layer>[0-9]).q_proj", "(?i)Q_PROJ", "(?<=self_attn.)q_proj", "\\\\Aq_proj",
                            "q_proj\\\\Z", "[q_proj", "(q_proj", "q_proj)", "*q_proj", "q{2,1}"}) {
        for (auto const* which : {"alpha_pattern", "rank_pattern"}) {
            auto const said =
                refusal([&] { parsed("\"" + std::string(which) + "\": {\"" + std::string(key) + "\": 2}"); });
            EXPECT_NE(said.find("pattern '"), std::string::npos) << key << ": " << said;
        }
    }
    for (auto const* number : {"\"16\"", "-1", "null", "[1]", "true"}) {
        EXPECT_THROW(parsed(R"("alpha_pattern": {"q_proj": )" + std::string(number) + "}"), Error) << number;
    }
    EXPECT_THROW(parsed(R"("alpha_pattern": ["q_proj"])"), Error);
}

TEST(LoraConfig, HostilePatternsTakeNoTime) {
    auto const config = parsed(R"re("alpha_pattern": {"(a+)+b": 2, "(.*)*x": 3})re");
    std::vector<bool> used(2);
    EXPECT_EQ(number_for(config.alpha_pattern, std::string(60, 'a') + "c", 1, used), 1);
    EXPECT_EQ(used, (std::vector<bool>{false, false}));
    EXPECT_THROW(parsed("\"alpha_pattern\": {\"" + std::string(5000, '(') + "\": 1}"), Error);
}

TEST(LoraConfig, OtherKindsOfAdaptersAreRefusedByWhatTheyHave) {
    struct Case {
        char const *setting, *says;
    };
    for (auto const& one : {Case{R"("peft_type": "ADALORA")", "ADALORA"}, Case{R"("use_dora": true)", "use_dora"},
                            Case{R"("bias": "all")", "biases"}, Case{R"("fan_in_fan_out": true)", "fan_in_fan_out"},
                            Case{R"("modules_to_save": ["lm_head"])", "modules_to_save"},
                            Case{R"("layer_replication": [[0, 4]])", "layer_replication"},
                            Case{R"("lora_bias": true)", "lora_bias"}, Case{R"("use_qalora": true)", "use_qalora"},
                            Case{R"("trainable_token_indices": [1, 2])", "trainable_token_indices"},
                            Case{R"("init_lora_weights": "pissa_niter_16")", "pissa"},
                            Case{R"("init_lora_weights": "olora")", "olora"}}) {
        EXPECT_NE(refusal([&] { parsed(one.setting); }).find(one.says), std::string::npos) << one.setting;
    }
    for (auto const* harmless : {R"("bias": "none", "use_dora": false, "modules_to_save": null)",
                                 R"("init_lora_weights": true, "lora_dropout": 0.1)",
                                 R"("init_lora_weights": "gaussian", "layer_replication": [])"}) {
        EXPECT_TRUE(parsed(harmless).unused.empty()) << harmless;
    }
}

TEST(LoraConfig, WhatIsNotKnownIsTold) {
    auto const config = parsed(R"("r": 16, "scale_by_magic": 3, "not_set": false, "empty": [], "lora_dropout": 0.5)");
    EXPECT_EQ(config.unused, std::vector<std::string>{"'scale_by_magic'"});
    EXPECT_EQ(config.rank, 16);
    EXPECT_EQ(config.alpha, 8);
    for (auto const* damaged : {"", "[]", "{", "null"}) {
        EXPECT_THROW(parse_lora_config(damaged, "x"), Error);
    }
    EXPECT_THROW(parsed(R"("lora_alpha": "16")"), Error);
}

} // namespace
} // namespace echollama::convert
