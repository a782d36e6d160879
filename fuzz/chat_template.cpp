// A model file's chat template: any bytes are run as one or refused with a sentence.
#include "base/error.h"
#include "fuzz.h"
#include "llm/chat_jinja.h"

#include <stdexcept>

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {
        bytes_of("{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m['content'] | trim }}<|im_end|>\n{% endfor %}"
                 "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"),
        bytes_of("{{ bos_token }}{%- set ns = namespace(x=false) -%}{%- for message in messages[1:] -%}{%- if "
                 "(message['role'] == 'user') != (loop.index0 % 2 == 0) -%}{{ raise_exception('roles') }}{%- endif "
                 "-%}{{ '[INST] ' ~ message.content[:20] + ' [/INST]' }}{%- endfor -%}"),
        bytes_of("{# c #}{% for i in range(3) %}{{ i }}{% endfor %}{% set a = [1, 'b', {'c': none}] %}{{ a | tojson "
                 "}}{% if a is defined and not a[0] is string %}{{ messages | length }}{% elif x %}{{ y }}{% else "
                 "%}{{ messages[-1].content.split(' ')[0] | upper }}{% endif %}")};
}

void run(Input input) {
    try {
        auto const parts =
            render_jinja(std::string(text_of(input)),
                         {{"system", "Be short."}, {"user", "Where is <|im_end|> the cup?"}}, {"<s>", "</s>"});
        std::string said;
        for (auto const& part : parts) {
            said += part.from_message ? part.text : std::string();
        }
        if (said.find("Where is <|im_end|> the cup?") == std::string::npos) {
            throw std::logic_error("what was said is missing or may be read as special tokens");
        }
    } catch (Error const&) { // refused
    }
}

} // namespace echollama::fuzz
