// Models that several requests use: each call waits for its turn at the model's stage.
#pragma once

#include "pipeline/loading.h"
#include "roles/roles.h"
#include "server/stage.h"

#include <memory>

namespace echollama::server {

// The model in its role, safe to be called from any thread. Its calls throw what Stage::enter throws. Not valid() stays
// not valid().
Loading<Detector> shared(Loading<Detector> model, std::shared_ptr<Stage> stage);
Loading<DepthEstimator> shared(Loading<DepthEstimator> model, std::shared_ptr<Stage> stage);
Loading<Reader> shared(Loading<Reader> model, std::shared_ptr<Stage> stage);
Loading<Captioner> shared(Loading<Captioner> model, std::shared_ptr<Stage> stage);
Loading<Describer> shared(Loading<Describer> model, std::shared_ptr<Stage> stage);
Loading<Speaker> shared(Loading<Speaker> model, std::shared_ptr<Stage> stage);
Loading<Listener> shared(Loading<Listener> model, std::shared_ptr<Stage> stage);

} // namespace echollama::server
