#include "base/error.h"
#include "convert/hf_tokenizer.h"
#include "support/support.h"

#include <gtest/gtest.h>

namespace echollama::test {
namespace {

using convert::parse_hf_tokenizer;
using convert::TokenType;

std::string const ends = R"(, "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false}})";

std::string refusal_of(std::string const& json, std::size_t vocabulary = 0) {
    return test::refusal([&] { parse_hf_tokenizer(json, "t.json", vocabulary); });
}

TEST(HfTokenizer, ReadsAWholeFile) {
    auto tokenizer = convert::read_hf_tokenizer(data("moondream/tokenizer.json"), 384);
    ASSERT_EQ(tokenizer.tokens.size(), 384U);
    EXPECT_EQ(tokenizer.pre, "gpt-2");
    auto end = tokenizer.find("<|endoftext|>");
    ASSERT_GE(end, 256);
    EXPECT_EQ(tokenizer.types[static_cast<std::size_t>(end)], TokenType::control);
    auto spaces = tokenizer.find("    ");
    ASSERT_GT(spaces, end);
    EXPECT_EQ(tokenizer.types[static_cast<std::size_t>(spaces)], TokenType::user_defined);
    EXPECT_EQ(tokenizer.types.back(), TokenType::unused);
    EXPECT_EQ(tokenizer.find("not a token"), -1);
    EXPECT_FALSE(tokenizer.merges.empty());
}

TEST(HfTokenizer, KnowsHowTextIsSplit) {
    auto pre = [](std::string const& steps, std::string const& more = "") {
        return parse_hf_tokenizer(R"({"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [])" + more +
                                      R"(}, "pre_tokenizer": )" + steps + "}",
                                  "t.json")
            .pre;
    };
    EXPECT_EQ(pre(R"({"type": "Sequence", "pretokenizers": [{"type": "Digits", "individual_digits": true},
                      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true}]})"),
              "smollm");
    auto split = [](std::string const& digits) {
        return R"({"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex":
               "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|)" +
               digits + R"(| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
               "behavior": "Isolated", "invert": false},
               {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]})";
    };
    EXPECT_EQ(pre(split(R"(\\p{N}{1,3})"), R"(, "ignore_merges": true)"), "llama-bpe");
    EXPECT_EQ(pre(split(R"(\\p{N}{1,3})")), "smaug-bpe") << "the same words, but known ones are merged, too";
    EXPECT_EQ(pre(split(R"(\\p{N})")), "qwen2");
    EXPECT_THROW(pre(split(R"(\\p{N}{1,2})")), Error) << "nearly the same is not the same";
    EXPECT_THROW(pre(R"({"type": "ByteLevel", "add_prefix_space": false})", R"(, "byte_fallback": true)"), Error);
    EXPECT_THROW(pre(R"({"type": "Whitespace"})"), Error);
    EXPECT_THROW(pre(R"({"type": "Sequence", "pretokenizers": []})"), Error);
}

TEST(HfTokenizer, MergesInBothForms) {
    auto tokenizer = parse_hf_tokenizer(
        R"({"model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b", ["ab", "a"]]})" + ends,
        "t.json");
    EXPECT_EQ(tokenizer.merges, (std::vector<std::string>{"a b", "ab a"}));
}

TEST(HfTokenizer, RefusesInOneSentenceThatNamesTheFile) {
    for (std::string const& bad :
         {std::string("{"), std::string("[]"), R"({"model": 1})" + std::string(),
          R"({"model": {"type": "WordPiece"})" + ends, R"({"model": {"vocab": {}, "merges": []})" + ends,
          R"({"model": {"vocab": {"a": -1}, "merges": []})" + ends,
          R"({"model": {"vocab": {"a": 99999999999}, "merges": []})" + ends,
          R"({"model": {"vocab": {"a": 0, "b": 0}, "merges": []})" + ends,
          R"({"model": {"vocab": {"a": 0}, "merges": [3]})" + ends, R"({"model": {"vocab": {"a": 0}})" + ends,
          R"({"added_tokens": [{"id": 1}], "model": {"vocab": {"a": 0}, "merges": []})" + ends,
          R"({"model": {"vocab": {"a": 0}, "merges": []}, "pre_tokenizer": {"type": 5}})" + std::string(),
          R"({"model": {"vocab": {"a": 0}, "merges": []}})" + std::string()}) {
        EXPECT_NE(refusal_of(bad).find("t.json"), std::string::npos) << bad << "\n" << refusal_of(bad);
    }
    EXPECT_NE(refusal_of(R"({"model": {"vocab": {"a": 0, "b": 1}, "merges": []})" + ends, 1).find("2 tokens"),
              std::string::npos);
}

} // namespace
} // namespace echollama::test
