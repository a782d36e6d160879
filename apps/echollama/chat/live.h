// `echollama chat --mic`: a conversation through the microphone and the sound device, and by typed lines.
#pragma once

#include "app.h"
#include "chat/options.h"
#include "chat/spoken.h"

namespace echollama {

// Until it is ended by a line, a spoken wish or Ctrl-C. Without a microphone lines are typed; without a sound device
// the speech goes to the file of the options, else to conversation.wav. A device that goes is told, and tried again.
void run_live(AppContext const& context, ChatOptions options, ListeningOptions const& listening);

} // namespace echollama
