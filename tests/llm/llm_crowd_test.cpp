// Several conversations with the starter's language model at a time.
#include "llm/llm_crowd.h"
#include "support/language.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace echollama {
namespace {

using namespace std::chrono_literals;

class Crowd : public testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::exists(test::smollm())) {
            GTEST_SKIP() << "needs " << test::smollm();
        }
        LlmOptions options;
        options.context = 128;
        options.sequences = 4;
        options.exact = true;
        llm_ = std::make_unique<Llm>(test::smollm(), options);
        crowd_ = std::make_unique<LlmCrowd>(*llm_);
    }

    std::vector<LlmToken> prompt(std::string const& question) const {
        return llm_->render({"Answer briefly.", {{Turn::Role::user, question}}});
    }
    std::string answer(std::string const& question, int most = 6) {
        std::string text;
        LlmSampling sampling;
        sampling.temperature = 0;
        sampling.max_tokens = most;
        crowd_->generate(prompt(question), sampling,
                         [&](LlmToken token) {
                             text += llm_->piece(token);
                             return true;
                         },
                         {});
        return text;
    }

    std::unique_ptr<Llm> llm_;
    std::unique_ptr<LlmCrowd> crowd_;
};

std::vector<std::string> const questions{"What is the capital of France?", "Name a colour.", "How many legs has a cat?",
                                         "What do bees make?", "Say hello."};

TEST_F(Crowd, EachIsAnsweredAsIfItWereAlone) {
    std::vector<std::string> alone, together(questions.size());
    for (auto const& question : questions) {
        alone.push_back(answer(question));
        EXPECT_FALSE(alone.back().empty());
    }
    std::vector<std::jthread> askers;
    for (std::size_t i = 0; i < questions.size(); ++i) { // more than may work at once
        askers.emplace_back([&, i] { together[i] = answer(questions[i]); });
    }
    askers.clear();
    // Sums are made in another order, so that where two words are as likely the other may come: rarely.
    int same = 0;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        EXPECT_EQ(together[i].substr(0, 3), alone[i].substr(0, 3)) << questions[i];
        same += together[i] == alone[i] ? 1 : 0;
    }
    EXPECT_GE(same, static_cast<int>(questions.size()) - 1);
}

TEST_F(Crowd, WhatOneModelWritesAloneTheCrowdWritesToo) {
    Llm single(test::smollm(), {.context = 128, .exact = true});
    std::string text;
    LlmSampling sampling;
    sampling.temperature = 0;
    sampling.max_tokens = 6;
    single.generate(prompt(questions[0]), sampling,
                    [&](LlmToken token) {
                        text += single.piece(token);
                        return true;
                    },
                    {});
    EXPECT_EQ(answer(questions[0]), text);
}

TEST_F(Crowd, ConversationsKeepTheirPrefixesBesideEachOther) {
    for (int turn = 0; turn < 2; ++turn) {
        for (std::size_t i = 0; i < 4; ++i) {
            answer(questions[i], 2);
        }
        if (turn == 0) {
            EXPECT_EQ(crowd_->reused(), 0U) << "what they have alike at the beginning takes nobody's place";
        }
    }
    std::size_t all = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        all += prompt(questions[i]).size() - 1;
    }
    EXPECT_EQ(crowd_->reused(), all) << "each found its own";
}

TEST_F(Crowd, WhoStopsHoldsUpNobodyAndIsLeftSoon) {
    std::stop_source stop;
    std::atomic<int> written = 0;
    LlmSampling sampling;
    sampling.temperature = 0;
    sampling.max_tokens = 80;
    std::jthread const stopped([&] {
        auto const end = crowd_->generate(
            prompt("Tell a long story."), sampling, [&](LlmToken) { return ++written > 0; }, stop.get_token());
        EXPECT_EQ(end, LlmEnd::stopped);
    });
    while (written < 3) {
        std::this_thread::sleep_for(1ms);
    }
    auto const begin = std::chrono::steady_clock::now();
    stop.request_stop();
    EXPECT_FALSE(answer(questions[0], 4).empty());
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 20s);
    int most = 0;
    auto const end = crowd_->generate(prompt(questions[0]), sampling, [&](LlmToken) { return ++most < 3; }, {});
    EXPECT_EQ(end, LlmEnd::sink);
    EXPECT_EQ(most, 3);
}

TEST_F(Crowd, WhatCannotBeIsRefusedAndAFullContextEnds) {
    LlmSampling sampling;
    sampling.temperature = 0;
    auto const sink = [](LlmToken) { return true; };
    EXPECT_THROW(crowd_->generate({}, sampling, sink, {}), Error);
    auto const places = static_cast<std::size_t>(llm_->context_size()); // llama.cpp rounds it up
    EXPECT_THROW(crowd_->generate(std::vector<LlmToken>(places, 1), sampling, sink, {}), Error);
    EXPECT_THROW(crowd_->generate(std::vector<LlmToken>{-1}, sampling, sink, {}), Error);
    sampling.max_tokens = 1000;
    auto long_prompt = llm_->tokenize("a b");
    long_prompt.resize(places - 2, long_prompt.back());
    auto const end = crowd_->generate(long_prompt, sampling, sink, {});
    EXPECT_TRUE(end == LlmEnd::context_full || end == LlmEnd::end_token);
}

} // namespace
} // namespace echollama
