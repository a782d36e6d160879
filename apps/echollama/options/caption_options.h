// Which caption model looks at the picture.
#pragma once

#include "app.h"
#include "captioner/captioner.h"
#include "models/stage_files.h"

namespace echollama {

// `given` with the installed model where none is named. Throws Error, saying where to get one, when there is none.
CaptionerFiles caption_files(AppContext const& context, CaptionerFiles const& given);

// The text model and its vision encoder, for device_of().
StageFiles captioner_stage(CaptionerFiles const& files);

} // namespace echollama
