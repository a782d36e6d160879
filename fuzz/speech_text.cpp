// Any text on its way to a voice: cut into sentences without losing a byte, turned into words once and for all.
#include "text/speech_text.h"

#include "fuzz.h"
#include "text/sentences.h"
#include "text/thoughts.h"

#include <numeric>
#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of("Dr. Smith paid $1,234.56 on 3/4/2025 at 10:30 p.m.; 1/2 of 21st-century people (5-10 kg) agree! OK?"),
        bytes_of("**Bold** [link](https://a.example/b?c=1) <b>tag</b> 😀 `code`\n- item 1\n2. item <|eot_id|>"),
        bytes_of(
            "| a. B | [c. D](e) |\n|--|\n`f. G` ![h](i \"j\") \xE2\x9A\xA0\xEF\xB8\x8F <a href=k>l. M</a> \\*n\\*"),
        bytes_of("<think>a</think>b <|channel|>analysis<|message|>c <reasoning>d [THINK]e[/THINK]f"),
        bytes_of(
            "6\" x 5', 24\"-36\", 9am–5pm, Mon–Fri, &#8364;5, <Enter>, World War II, 1428 Elm St. a^2=b, 10.0.0.1/x"),
        bytes_of("-3.5 °C, 20 %, MCMXCIX, 007, 1e5, a@b.example, 192.168.0.1, #7 & no. 8 … wait… what")};
}

constexpr std::size_t longest_name = 32; // letters that a byte may become: the longest of Unicode's names

// However the text arrives, the same is left when its thoughts are taken out.
void check_thoughts(std::string const& text) {
    ThoughtFilter whole({}, ThoughtFilter::Start::unknown), pieces({}, ThoughtFilter::Start::unknown);
    auto all = whole.push(text);
    all += whole.finish();
    std::string parts;
    for (std::size_t at = 0; at < text.size(); at += 3) {
        parts += pieces.push(text.substr(at, 3));
    }
    parts += pieces.finish();
    bool const one_close = text.find('/') == text.rfind('/'); // a second one may take back what has been passed on
    if (all.size() > text.size() || (one_close && text.find("|>") == std::string::npos && all != parts)) {
        throw std::logic_error("thoughts depend on how they arrive");
    }
}

void run(Input input) {
    std::string const text(text_of(input));
    SentenceCutter cutter(64);
    std::string joined_again;
    for (auto const& sentences :
         {cutter.push(text.substr(0, text.size() / 2)), cutter.push(text.substr(text.size() / 2)), cutter.finish()}) {
        joined_again = std::accumulate(sentences.begin(), sentences.end(), joined_again);
    }
    if (joined_again != text) {
        throw std::logic_error("cutting into sentences changed the text");
    }
    auto const plain = plain_text(text);
    if (plain.find_first_of("\n\t") != std::string::npos || plain.size() > longest_name * text.size() + 64) {
        throw std::logic_error("plain text is not one line");
    }
    check_thoughts(text);
    auto const spoken = normalise_for_speech(text);
    if (normalise_for_speech(spoken) != spoken) {
        throw std::logic_error("what is spoken changes when it is prepared again");
    }
}

} // namespace echollama::fuzz
