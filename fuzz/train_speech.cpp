// Lines that say what a folder's recordings are.
#include "fuzz.h"
#include "train/speech/speech_rows.h"

namespace echollama::fuzz {

std::vector<Bytes> seeds() {
    return {bytes_of("LJ001-0001|Printing, in 1455|Printing, in fourteen fifty-five"),
            bytes_of(R"({"file_name":"a/b.wav","text":"Hello.","source":"tara"})"),
            bytes_of("\"a,b.wav\",\"He said \"\"no\"\".\",tara")};
}

void run(Input input) {
    std::string const line(text_of(input));
    if (line.starts_with('{')) {
        train::parse_audiofolder_row(line, ".");
    } else if (line.starts_with('"')) {
        train::parse_csv_line(line);
    } else {
        train::parse_ljspeech_line(line, ".");
    }
}

} // namespace echollama::fuzz
