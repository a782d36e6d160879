#include "voice/subtitles.h"

#include "text/sentences.h"
#include "text/speech_text.h"
#include "text/utf8.h"

#include <algorithm>
#include <cctype>
#include <cmath>

namespace echollama {
namespace {

constexpr double frame_s = 0.01;
constexpr float heard_share = 0.03F; // of the loudest frame: quieter ones are silence
constexpr double shortest_pause_s = 0.06;

struct Span {
    double begin_s = 0, end_s = 0;
};

// Loudest sample of each 10 ms.
std::vector<float> envelope(AudioBuffer const& sound) {
    auto const length = static_cast<std::size_t>(std::max(1.0, frame_s * sound.rate));
    std::vector<float> out;
    for (std::size_t at = 0; at < sound.samples.size(); at += length) {
        float height = 0;
        for (std::size_t i = at; i < std::min(at + length, sound.samples.size()); ++i) {
            height = std::max(height, std::abs(sound.samples[i]));
        }
        out.push_back(height);
    }
    return out;
}

// Where something is heard, in order; pauses of at least 60 ms lie between. Empty: silence.
std::vector<Span> heard_spans(AudioBuffer const& sound) {
    auto const heights = envelope(sound);
    float const threshold = heights.empty() ? 0 : *std::max_element(heights.begin(), heights.end()) * heard_share;
    std::vector<Span> spans;
    for (std::size_t i = 0; i < heights.size(); ++i) {
        if (heights[i] <= threshold) {
            continue;
        }
        double const begin = static_cast<double>(i) * frame_s, end = std::min(begin + frame_s, sound.seconds());
        if (!spans.empty() && begin - spans.back().end_s < shortest_pause_s) {
            spans.back().end_s = end;
        } else {
            spans.push_back({begin, end});
        }
    }
    return spans;
}

std::vector<SubtitleWord> words_of(std::string const& text) {
    std::vector<SubtitleWord> words;
    for (std::size_t i = 0; i < text.size();) {
        bool const space = std::isspace(static_cast<unsigned char>(text[i])) != 0;
        if (!space && (i == 0 || words.empty() || words.back().end != i)) {
            words.push_back({i, i, 0});
        }
        ++i;
        if (!space) {
            words.back().end = i;
        }
    }
    return words;
}

std::string letters_of(std::string_view word) {
    std::string out;
    for (char c : word) {
        auto const byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) || byte >= 0x80) {
            out += static_cast<char>(std::tolower(byte));
        }
    }
    return out;
}

// The words as they are spoken, hyphens apart.
std::vector<std::string> spoken_words(std::string_view text) {
    auto spoken = normalise_for_speech(text);
    std::replace(spoken.begin(), spoken.end(), '-', ' ');
    std::vector<std::string> out;
    for (auto const& word : words_of(spoken)) {
        if (auto letters = letters_of(std::string_view(spoken).substr(word.begin, word.end - word.begin));
            !letters.empty()) {
            out.push_back(letters);
        }
    }
    return out;
}

std::string_view slice(std::string const& text, SubtitleWord const& word) {
    return std::string_view(text).substr(word.begin, word.end - word.begin);
}

bool ends_clause(std::string_view word) {
    auto const last = word.find_last_not_of("\"')]");
    return last != std::string_view::npos && std::string_view(".,;:!?").find(word[last]) != std::string_view::npos;
}

// Indices of the longest common subsequence, of both.
std::vector<std::pair<std::size_t, std::size_t>> common(std::vector<std::string> const& a,
                                                        std::vector<std::string> const& b) {
    std::vector<std::vector<std::size_t>> best(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = a.size(); i-- > 0;) {
        for (std::size_t k = b.size(); k-- > 0;) {
            best[i][k] = a[i] == b[k] ? best[i + 1][k + 1] + 1 : std::max(best[i + 1][k], best[i][k + 1]);
        }
    }
    std::vector<std::pair<std::size_t, std::size_t>> pairs;
    for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
        if (a[i] == b[k]) {
            pairs.emplace_back(i++, k++);
        } else if (best[i + 1][k] >= best[i][k + 1]) {
            ++i;
        } else {
            ++k;
        }
    }
    return pairs;
}

// When each word of the text is heard, where it is among those that the voice told.
std::vector<std::optional<double>> found_times(std::string const& text, std::vector<SpokenWord> const& spoken,
                                               std::vector<SubtitleWord> const& words) {
    std::vector<std::string> written, told;
    std::vector<std::size_t> owner; // word of the text that each written one belongs to
    for (std::size_t i = 0; i < words.size(); ++i) {
        for (auto& word : spoken_words(slice(text, words[i]))) {
            written.push_back(std::move(word));
            owner.push_back(i);
        }
    }
    std::vector<double> told_s;
    for (auto const& word : spoken) {
        for (auto& part : spoken_words(word.text)) {
            told.push_back(std::move(part));
            told_s.push_back(word.start_s);
        }
    }
    std::vector<std::optional<double>> found(words.size());
    for (auto const& [at, heard] : common(written, told)) {
        auto& time = found[owner[at]];
        time = time ? time : told_s[heard];
    }
    return found;
}

// Words between two that were found share the time between them.
void take_known(std::vector<std::optional<double>> const& found, Span const& heard, std::vector<SubtitleWord>& words) {
    double last_s = heard.begin_s;
    for (std::size_t i = 0; i < words.size();) {
        std::size_t next = i;
        while (next < words.size() && !found[next]) {
            ++next;
        }
        double const next_s = next < words.size() ? *found[next] : heard.end_s;
        auto const missing = static_cast<double>(next - i);
        for (std::size_t k = i; k < next; ++k) { // shares begin behind the last word that was found
            double const share = (static_cast<double>(k - i) + (i > 0 ? 1 : 0)) / (missing + (i > 0 ? 1 : 0));
            words[k].start_s = last_s + share * (next_s - last_s);
        }
        if (next < words.size()) {
            words[next].start_s = next_s;
        }
        last_s = next_s;
        i = next + 1;
    }
}

// Spreads words [first, last) over the span by their letters.
void spread(std::string const& text, std::vector<SubtitleWord>& words, std::size_t first, std::size_t last,
            Span const& span) {
    std::vector<double> lengths;
    double all = 0;
    for (std::size_t i = first; i < last; ++i) {
        double letters = 1; // a word lasts a little, whatever is in it
        for (auto const& word : spoken_words(slice(text, words[i]))) {
            letters += static_cast<double>(word.size());
        }
        lengths.push_back(letters);
        all += letters;
    }
    double before = 0;
    for (std::size_t i = first; i < last; ++i) {
        words[i].start_s = span.begin_s + before / all * (span.end_s - span.begin_s);
        before += lengths[i - first];
    }
}

// Which pause (index of the span behind it) each clause ends with, 0: none. A pause fits the better the longer it is
// and the nearer to the time at which the clause should end; the best choice of all is taken, in order.
std::vector<std::size_t> matched_pauses(std::vector<double> const& clause_ends_s, std::vector<Span> const& spans) {
    constexpr double far_costs = 0.25; // seconds of pause for each second that it is away
    auto const pauses = spans.size() - 1, clauses = clause_ends_s.size();
    auto const fit = [&](std::size_t clause, std::size_t pause) {
        double const begin = spans[pause].end_s, end = spans[pause + 1].begin_s;
        return end - begin - far_costs * std::abs((begin + end) / 2 - clause_ends_s[clause]);
    };
    std::vector<std::vector<double>> best(clauses + 1, std::vector<double>(pauses + 1)); // from here on
    for (std::size_t c = clauses; c-- > 0;) {
        for (std::size_t p = pauses; p-- > 0;) {
            best[c][p] = std::max({best[c + 1][p], best[c][p + 1], best[c + 1][p + 1] + fit(c, p)});
        }
    }
    std::vector<std::size_t> chosen(clauses);
    for (std::size_t c = 0, p = 0; c < clauses && p < pauses;) {
        if (best[c][p] == best[c + 1][p]) {
            ++c;
        } else if (best[c][p] == best[c][p + 1]) {
            ++p;
        } else {
            chosen[c++] = ++p;
        }
    }
    return chosen;
}

void estimate(std::string const& text, std::vector<Span> const& spans, std::vector<SubtitleWord>& words) {
    spread(text, words, 0, words.size(), {spans.front().begin_s, spans.back().end_s});
    std::vector<std::size_t> next_words; // behind the end of a clause
    std::vector<double> ends_s;
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (ends_clause(slice(text, words[i]))) {
            next_words.push_back(i + 1);
            ends_s.push_back(words[i + 1].start_s);
        }
    }
    auto const pauses = matched_pauses(ends_s, spans);
    std::size_t word = 0;
    double begin_s = spans.front().begin_s;
    for (std::size_t clause = 0; clause < pauses.size(); ++clause) {
        if (auto const span = pauses[clause]; span > 0) {
            spread(text, words, word, next_words[clause], {begin_s, spans[span - 1].end_s});
            word = next_words[clause];
            begin_s = spans[span].begin_s;
        }
    }
    spread(text, words, word, words.size(), {begin_s, spans.back().end_s});
}

} // namespace

std::vector<SubtitleWord> word_times(std::string const& text, AudioBuffer const& sound,
                                     std::vector<SpokenWord> const& spoken) {
    auto words = words_of(text);
    auto const spans = heard_spans(sound);
    if (words.empty() || spans.empty()) {
        return words;
    }
    if (spoken.empty()) {
        estimate(text, spans, words);
    } else {
        take_known(found_times(text, spoken, words), {spans.front().begin_s, spans.back().end_s}, words);
    }
    double last_s = spans.front().begin_s;
    for (auto& word : words) { // never back, and not before anything is heard
        word.start_s = last_s = std::clamp(word.start_s, last_s, std::max(last_s, spans.back().end_s));
    }
    return words;
}

std::size_t told_words(std::string const& text, std::vector<SpokenWord> const& spoken) {
    auto const found = found_times(text, spoken, words_of(text));
    auto const last = std::find_if(found.rbegin(), found.rend(), [](auto const& time) { return time.has_value(); });
    return static_cast<std::size_t>(found.rend() - last);
}

void SpeechSubtitles::expect(std::string const& sentence) {
    Utf8Joiner valid;
    auto text = valid.push(trimmed(sentence));
    std::lock_guard lock(mutex_);
    sentences_.push_back(text + valid.finish());
}

void SpeechSubtitles::write(AudioChunk const& chunk) {
    sound_.rate = chunk.rate;
    auto const channels = static_cast<std::size_t>(chunk.channels);
    for (std::size_t i = 0; i + channels <= chunk.samples.size(); i += channels) {
        float loudest = 0;
        for (std::size_t c = 0; c < channels; ++c) {
            loudest = std::abs(chunk.samples[i + c]) > std::abs(loudest) ? chunk.samples[i + c] : loudest;
        }
        sound_.samples.push_back(loudest);
    }
    spoken_.insert(spoken_.end(), chunk.words.begin(), chunk.words.end());
    if (chunk.end) {
        complete();
    }
}

void SpeechSubtitles::complete() {
    Subtitle subtitle;
    {
        std::lock_guard lock(mutex_);
        if (!sentences_.empty()) {
            subtitle.text = std::move(sentences_.front());
            sentences_.pop_front();
        }
    }
    if (auto const spans = heard_spans(sound_); !spans.empty() && !subtitle.text.empty()) {
        subtitle.start_s = before_s_ + spans.front().begin_s;
        subtitle.end_s = before_s_ + spans.back().end_s;
        subtitle.words = word_times(subtitle.text, sound_, spoken_);
        subtitle.times = spoken_.empty() ? WordTimes::estimated : WordTimes::told;
        for (auto& word : subtitle.words) {
            word.start_s += before_s_;
        }
        sink_(subtitle);
    }
    before_s_ += sound_.seconds();
    sound_.samples.clear();
    spoken_.clear();
}

void SpeechSubtitles::finish() {
    if (!sound_.samples.empty()) {
        complete();
    }
    std::lock_guard lock(mutex_);
    sentences_.clear();
}

} // namespace echollama
