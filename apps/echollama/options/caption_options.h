// Which caption model looks at the picture.
#pragma once

#include "app.h"
#include "captioner/captioner.h"

namespace echollama {

// `given` with the installed model where none is named. Throws Error, saying where to get one, when there is none.
CaptionerFiles caption_files(AppContext const& context, CaptionerFiles const& given);

} // namespace echollama
