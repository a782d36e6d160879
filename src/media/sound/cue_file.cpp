#include "media/sound/cue_file.h"

namespace echollama {

void CueFile::put(std::string const& text) {
    bool written = std::fwrite(text.data(), 1, text.size(), file_.stream()) == text.size();
    if (!file_.rewindable()) {
        written = written && std::fflush(file_.stream()) == 0;
    }
    if (!written) {
        file_.fail();
    }
}

} // namespace echollama
