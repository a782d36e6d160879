// The Orpheus voice on a tiny random LLaMA with the real token layout (156,940 tokens) and the golden SNAC weights: no
// words come out, but framing, masking, streaming and ending are those of the real voice.
#include "base/error.h"
#include "formats/gguf_writer.h"
#include "networks/snac.h"
#include "support/devices.h"
#include "support/golden_snac.h"
#include "support/llama_words.h"
#include "voice/orpheus/orpheus.h"
#include "voice/orpheus/orpheus_sampler.h"
#include "voice/orpheus/orpheus_text.h"
#include "voice/voices.h"

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

using namespace echollama;
using namespace echollama::test;

namespace {

constexpr std::int64_t width = 32, feed = 64, vocabulary = 156940;

std::vector<float> noise(std::string const& name, std::int64_t count, float scale) {
    return golden_tensor(name, static_cast<std::size_t>(count), scale, 0);
}

// `bias`: logits added to single tokens. The first hidden value is always large and positive (every embedding row
// starts with a constant), so a row of the output matrix sets a token's logit through it.
void write_tiny_orpheus(std::filesystem::path const& path, std::map<std::int64_t, float> const& bias) {
    convert::GgufWriter out("llama");
    auto u32 = [&](char const* key, std::int64_t value) { out.set(key, static_cast<std::uint32_t>(value)); };
    u32("llama.context_length", 4096);
    u32("llama.embedding_length", width);
    u32("llama.block_count", 1);
    u32("llama.feed_forward_length", feed);
    u32("llama.attention.head_count", 2);
    u32("llama.attention.head_count_kv", 1);
    u32("llama.rope.dimension_count", 16);
    u32("llama.vocab_size", vocabulary);
    out.set("llama.attention.layer_norm_rms_epsilon", 1e-5F);
    LlamaWords const words(vocabulary);
    out.set("tokenizer.ggml.model", std::string("gpt2"));
    out.set("tokenizer.ggml.pre", std::string("llama-bpe"));
    out.set("tokenizer.ggml.tokens", words.texts);
    out.set("tokenizer.ggml.token_type", words.types);
    out.set("tokenizer.ggml.merges", std::vector<std::string>{"u n"});
    u32("tokenizer.ggml.bos_token_id", LlamaWords::begin);
    u32("tokenizer.ggml.eos_token_id", LlamaWords::end);

    auto embedding = noise("embedding", width * vocabulary, 1);
    for (std::int64_t id = 0; id < vocabulary; ++id) {
        embedding[static_cast<std::size_t>(id * width)] = 6;
    }
    auto logits = noise("output", width * vocabulary, 0.5F);
    for (std::int64_t id = 0; id < vocabulary; ++id) {
        auto found = bias.find(id);
        logits[static_cast<std::size_t>(id * width)] = found == bias.end() ? 0 : found->second;
    }
    std::vector<float> ones(static_cast<std::size_t>(width), 1.0F);
    auto matrix = [&](std::string const& name, std::int64_t in, std::int64_t n_out) {
        out.add(name, {in, n_out}, noise(name, in * n_out, 0.1F), convert::WeightType::f32);
    };
    out.add("token_embd.weight", {width, vocabulary}, embedding, convert::WeightType::f32);
    out.add("output.weight", {width, vocabulary}, logits, convert::WeightType::f32);
    out.add("output_norm.weight", {width}, ones, convert::WeightType::f32);
    out.add("blk.0.attn_norm.weight", {width}, ones, convert::WeightType::f32);
    out.add("blk.0.ffn_norm.weight", {width}, ones, convert::WeightType::f32);
    matrix("blk.0.attn_q.weight", width, width);
    matrix("blk.0.attn_k.weight", width, 16);
    matrix("blk.0.attn_v.weight", width, 16);
    matrix("blk.0.attn_output.weight", width, width);
    matrix("blk.0.ffn_gate.weight", width, feed);
    matrix("blk.0.ffn_up.weight", width, feed);
    matrix("blk.0.ffn_down.weight", feed, width);
    out.write(path);
}

struct Heard {
    std::vector<float> samples;
    std::vector<std::size_t> chunks; // sizes
    int ends = 0;
};

Heard listen(Speaker& speaker, std::string const& text, std::stop_source* stop_after_first = nullptr) {
    Heard heard;
    std::stop_token stop = stop_after_first ? stop_after_first->get_token() : std::stop_token{};
    speaker.say(
        text, {},
        [&](AudioChunk&& chunk) {
            EXPECT_EQ(chunk.rate, 24000);
            EXPECT_EQ(chunk.first_sample, static_cast<std::int64_t>(heard.samples.size()));
            EXPECT_EQ(heard.ends, 0) << "nothing after the end";
            heard.samples.insert(heard.samples.end(), chunk.samples.begin(), chunk.samples.end());
            heard.chunks.push_back(chunk.samples.size());
            heard.ends += chunk.end;
            if (stop_after_first) {
                stop_after_first->request_stop();
            }
        },
        stop);
    return heard;
}

class Orpheus : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        if (!std::filesystem::exists(golden("snac/weights.tsv"))) {
            return;
        }
        dir_ = std::make_unique<TempDir>();
        convert::convert_snac(golden_snac(), *dir_ / "snac.gguf", convert::WeightType::f32);
        // Text and control tokens would win everywhere if they were not masked.
        write_tiny_orpheus(*dir_ / "talks.gguf", {{orpheus::end_of_speech, -20}, {65, 20}, {128257, 20}, {128001, 20}});
        write_tiny_orpheus(*dir_ / "ends.gguf", {{orpheus::end_of_speech, 20}});
        std::map<std::int64_t, float> same;
        for (int slot = 0; slot < 7; ++slot) {
            same[audio_token_id(slot, 0)] = 20; // code 0 in every slot
        }
        write_tiny_orpheus(*dir_ / "repeats.gguf", same);
    }
    static void TearDownTestSuite() { dir_.reset(); }
    void SetUp() override { SKIP_WITHOUT(golden("snac/weights.tsv")); }

    static std::unique_ptr<Speaker> speaker(std::string const& model, OrpheusOptions options = {}) {
        options.device = device();
        return make_orpheus_speaker(*dir_ / (model + ".gguf"), *dir_ / "snac.gguf", options);
    }

    static inline std::unique_ptr<TempDir> dir_;
};

} // namespace

TEST_F(Orpheus, EndOfSpeechEndsAtAFrameBorderAfterAtLeastOneFrame) {
    auto heard = listen(*speaker("ends"), "Hello there.");
    EXPECT_EQ(heard.samples.size(), 2048u);
    EXPECT_EQ(heard.ends, 1);
}

TEST_F(Orpheus, SpeaksAsLongAsTheLengthGuardAllowsInWholeFrames) {
    auto heard = listen(*speaker("talks"), "Hi.");
    EXPECT_EQ(heard.samples.size(), most_frames("tara: Hi.") * 2048);
    EXPECT_EQ(heard.ends, 1);
    EXPECT_GT(heard.chunks.size(), 4u) << "it streams";
    EXPECT_LE(heard.chunks.front(), 1024u) << "first sound after 21 tokens";
}

// The stream is the whole decode of the frames that the model writes, but for the faded ends.
TEST_F(Orpheus, StreamIsTheWholeDecodeOfWhatTheModelWrote) {
    OrpheusOptions options;
    options.seed = 3;
    options.voice = "leo";
    auto heard = listen(*speaker("talks", options), "Hi.");

    Llm llm(*dir_ / "talks.gguf", {.device = device()});
    std::vector<std::int32_t> tokens;
    LlmSampling sampling;
    sampling.max_tokens = static_cast<int>(most_frames("leo: Hi.")) * 7;
    sampling.temperature = 0;
    SpeechSampler sampler(options.temperature, options.top_p, options.repeat_penalty, options.seed);
    llm.generate(
        orpheus_prompt(llm.tokenize("leo: Hi.")), sampling,
        [&](LlmToken token) {
            tokens.push_back(token);
            return true;
        },
        {},
        [&](std::span<float> logits) {
            int slot = static_cast<int>(tokens.size() % 7);
            keep_only(logits, sampler.choose(logits, slot, slot == 0 && !tokens.empty()));
        });
    auto frames = read_frames(tokens);
    ASSERT_EQ(frames.size(), most_frames("leo: Hi."));
    EXPECT_GT(std::set<SnacFrame>(frames.begin(), frames.end()).size(), frames.size() / 2) << "the model varies";

    Snac snac(*dir_ / "snac.gguf", 2, device());
    SnacNoise noise;
    noise.seed = 3;
    auto whole = snac.decode(to_codes(frames), noise);
    ASSERT_EQ(heard.samples.size(), whole.size());
    constexpr std::ptrdiff_t fade_in = 48, fade_out = 120;
    auto const same = [](float a, float b) { return device() == nn::cpu_device ? a == b : std::abs(a - b) < 1e-3F; };
    EXPECT_TRUE(
        std::equal(heard.samples.begin() + fade_in, heard.samples.end() - fade_out, whole.begin() + fade_in, same));
}

TEST_F(Orpheus, SameSeedSameSoundOtherSeedOrVoiceAnother) {
    OrpheusOptions options;
    auto tara = speaker("talks", options);
    auto first = listen(*tara, "Hi.");
    EXPECT_EQ(listen(*tara, "Hi.").samples, first.samples);
    options.seed = 1;
    EXPECT_NE(listen(*speaker("talks", options), "Hi.").samples, first.samples);
    options.seed = 0;
    options.voice = "";
    auto plain = listen(*speaker("talks", options), "Hi.");
    EXPECT_NE(plain.samples, first.samples);
    EXPECT_EQ(plain.samples.size(), most_frames("Hi.") * 2048);
}

TEST_F(Orpheus, RepeatingSpeechIsEnded) {
    OrpheusOptions options;
    options.temperature = 0;
    options.repeat_penalty = 1;
    std::string const text = "This sentence could take a good deal longer than two seconds.";
    auto heard = listen(*speaker("repeats", options), text);
    EXPECT_EQ(heard.ends, 1);
    EXPECT_LE(heard.samples.size(), 25u * 2048u);
    EXPECT_LT(heard.samples.size(), most_frames(text) * 2048);
}

TEST_F(Orpheus, LongTextIsSpokenInParts) {
    std::string text = "Hello there. And again. One more.";
    auto heard = listen(*speaker("ends"), text); // one frame a part
    EXPECT_EQ(heard.samples.size(), 3u * 2048u);
    EXPECT_EQ(heard.ends, 1);
    for (std::size_t seam : {2048u, 4096u}) {
        EXPECT_NEAR(heard.samples[seam - 1], 0, 1e-3) << "faded at the seam";
        EXPECT_NEAR(heard.samples[seam], 0, 1e-3);
    }
}

// While the first part is heard, the second one's prompt is read and its frames are written.
TEST_F(Orpheus, TheNextPartIsWrittenWhileTheFirstIsHeard) {
    using Clock = std::chrono::steady_clock;
    auto voice = speaker("talks");
    auto const begin = Clock::now();
    auto const alone = listen(*voice, "Hi.");
    auto const writing = Clock::now() - begin; // of one part: prompt, frames and sound
    std::int64_t heard = 0;
    Clock::time_point last{};
    Clock::duration gap{};
    voice->say("Hi. Hi.", {},
               [&](AudioChunk&& chunk) {
                   if (heard == 0) {
                       std::this_thread::sleep_for(3 * writing); // a slow device
                   }
                   if (heard >= static_cast<std::int64_t>(alone.samples.size()) && gap == Clock::duration{}) {
                       gap = Clock::now() - last;
                   }
                   heard += chunk.frames();
                   last = Clock::now();
               },
               {});
    EXPECT_EQ(heard, 2 * static_cast<std::int64_t>(alone.samples.size()));
    EXPECT_LT(gap, writing / 4);
}

TEST_F(Orpheus, ASinkThatFailsEndsTheWriting) {
    auto voice = speaker("talks");
    EXPECT_THROW(voice->say("Hi. Hi.", {}, [](AudioChunk&&) { throw Error("The disk is full."); }, {}), Error);
    EXPECT_FALSE(listen(*voice, "Hi.").samples.empty());
}

TEST_F(Orpheus, NothingToSayAndStopping) {
    auto voice = speaker("talks");
    auto nothing = listen(*voice, "  \n ");
    EXPECT_TRUE(nothing.samples.empty());
    EXPECT_EQ(nothing.ends, 1);
    std::stop_source stop;
    auto stopped = listen(*voice, "A much longer sentence that goes on and on.", &stop);
    EXPECT_LE(stopped.samples.size(), 2048u);
    auto again = listen(*voice, "Hi.");
    EXPECT_EQ(again.samples.size(), most_frames("tara: Hi.") * 2048) << "usable after a stop";
}

// A models folder with an Orpheus and its codec, and files that the user names.
TEST_F(Orpheus, IsChosenByTheNameOfAVoiceOrOfAModel) {
    OrpheusOptions options;
    options.voice = "leo";
    auto const leo = listen(*speaker("ends", options), "Hello there.").samples;
    options.voice = "";
    auto const plain = listen(*speaker("ends", options), "Hello there.").samples;
    ASSERT_NE(leo, plain);
    TempDir models;
    std::filesystem::create_symlink(*dir_ / "ends.gguf", models / "orpheus-3b-q4_k_m.gguf");
    std::filesystem::create_symlink(*dir_ / "snac.gguf", models / "snac.gguf");
    TempDir empty;
    auto const chosen = [&](VoiceChoice const& choice, std::filesystem::path const& folder) {
        return listen(*make_speaker(choice, folder, 2), "Hello there.").samples;
    };
    EXPECT_EQ(chosen({.name = "leo"}, models.path()), leo);
    EXPECT_EQ(chosen({.name = "none"}, models.path()), plain);
    EXPECT_EQ(chosen({.name = "leo", .model = *dir_ / "ends.gguf"}, empty.path()), leo) << "the codec lies beside it";
    EXPECT_EQ(chosen({.name = "leo", .model = *dir_ / "ends.gguf", .live = true}, empty.path()), leo);
    auto const other = models / "orpheus-3b-q4_k_m.gguf";
    EXPECT_EQ(chosen({.name = "none", .model = other, .snac = *dir_ / "snac.gguf"}, empty.path()), plain);
    EXPECT_EQ(chosen({.model = *dir_ / "ends.gguf"}, empty.path()), listen(*speaker("ends"), "Hello there.").samples)
        << "without a name the first voice, tara";
}

TEST_F(Orpheus, WrongVoiceOrModelIsSaidInOneSentence) {
    OrpheusOptions options;
    options.voice = "tarra";
    EXPECT_THROW(speaker("talks", options), UsageError);
    EXPECT_THROW(make_orpheus_speaker(*dir_ / "snac.gguf", *dir_ / "snac.gguf"), Error);
    EXPECT_THROW(make_orpheus_speaker(*dir_ / "talks.gguf", *dir_ / "talks.gguf"), Error);
}
