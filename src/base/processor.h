// Whether this computer can run the program.
#pragma once

namespace echollama {

// Throws Error when the processor lacks instructions that the program was built for, which would end it in the middle
// of its work. A build for the processor it is built on (GGML_NATIVE) is not checked.
void check_processor();

} // namespace echollama
