// How the files that were fetched become what the program loads.
#pragma once

#include "app.h"
#include "store/install.h"

#include <filesystem>
#include <string>

namespace echollama {

// Whether a file that needs no conversion may be linked to: not to a stick that is taken out again.
enum class Placing { hard_link, symbolic_link, copy };

// Of a model of the list; shows how far it is. The base of an adapter is looked for in the models folder.
store::Converter conversion_of(AppContext const& context, store::ModelEntry const& entry, Placing placing);

// Adds `models convert`, `models merge` and `models quantize`.
void add_convert(Command& models, AppContext& context);
void add_merge(Command& models, AppContext& context);
void add_quantize(Command& models, AppContext& context);

} // namespace echollama
