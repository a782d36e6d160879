#include "publish.h"

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/input_file.h"
#include "dataset/card.h"
#include "hub/names.h"
#include "hub/upload.h"
#include "train/report/model_card.h"
#include "train/report/report.h"

#include <nlohmann/json.hpp>

namespace echollama {
namespace {

namespace fs = std::filesystem;

// A file of a repository: a copy, or written here.
struct Piece {
    std::string path;
    fs::path from = {}; // empty: the text
    std::string text = {};

    std::uintmax_t bytes() const { return from.empty() ? text.size() : fs::file_size(from); }
};

struct Repository {
    hub::RepositoryKind kind;
    std::string name; // empty: it goes nowhere
    fs::path folder;
    std::vector<Piece> pieces;
};

std::string text_of(fs::path const& file, char const* what) {
    auto const bytes = read_input(file, {.what = what, .most_bytes = 1U << 20U});
    return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

// The adapter's own description, but for this computer's path of the base model.
std::string adapter_config(Publication const& what) {
    auto const file = what.run / "adapter" / "adapter_config.json";
    auto config = nlohmann::ordered_json::parse(text_of(file, "adapter's configuration"), nullptr, false);
    if (!config.is_object()) {
        throw Error("The adapter's configuration " + file.string() + " is no JSON object; end the run first.");
    }
    config["base_model_name_or_path"] = what.base;
    return config.dump(2) + "\n";
}

std::string repository_title(Publication const& what) {
    return what.to.empty() ? what.run.filename().string() : what.to;
}

Repository model_repository(Publication const& what) {
    auto const curves = train::read_run_curves(what.run);
    for (char const* file : {"adapter/adapter_model.safetensors", "adapter/adapter_config.json", "adapter.gguf"}) {
        if (!fs::exists(what.run / file)) {
            throw Error("The run " + what.run.string() + " has no " + file +
                        " yet; end it with --resume, then publish it.");
        }
    }
    train::CardNames names{.base = what.base,
                           .repository = repository_title(what),
                           .data = what.data_to,
                           .licence = what.licence,
                           .figure = std::string(curves.preferences ? "figure-5" : "figure-6") + ".png",
                           .program = "echollama-train " ECHOLLAMA_VERSION};
    Repository repository{hub::RepositoryKind::model, what.to, what.folder / "model", {}};
    bool const drawn = fs::exists(what.run / names.figure);
    names.figure = drawn ? names.figure : "";
    repository.pieces = {{.path = "README.md", .text = train::model_card(curves, names)},
                         {.path = "adapter_config.json", .text = adapter_config(what)},
                         {.path = "adapter_model.safetensors", .from = what.run / "adapter/adapter_model.safetensors"},
                         {.path = "adapter.gguf", .from = what.run / "adapter.gguf"}};
    if (drawn) {
        repository.pieces.push_back({.path = names.figure, .from = what.run / names.figure});
    }
    return repository;
}

// The card that lies beside the data, which somebody may have completed; else one of their figures.
std::string data_card(Publication const& what) {
    auto const written = fs::path(what.data.string() + ".card.md");
    if (fs::exists(written)) {
        return text_of(written, "data set's card");
    }
    return dataset::dataset_card(dataset::check_dataset(what.data), what.data_licence);
}

Repository data_repository(Publication const& what) {
    Repository repository{hub::RepositoryKind::dataset, what.data_to, what.folder / "dataset", {}};
    auto const ending = [](fs::path const& file) { return file.extension().string(); };
    repository.pieces = {{.path = "README.md", .text = data_card(what)},
                         {.path = "train" + ending(what.data), .from = what.data}};
    if (!what.eval.empty()) {
        repository.pieces.push_back({.path = "test" + ending(what.eval), .from = what.eval});
    }
    return repository;
}

std::string size_text(std::uintmax_t bytes) {
    return bytes < 2000        ? std::to_string(bytes) + " bytes"
           : bytes < 2'000'000 ? std::to_string(bytes / 1000) + " kilobytes"
                               : std::to_string(bytes / 1'000'000) + " megabytes";
}

void tell(Repository const& repository, hub::Settings const& settings,
          std::function<void(std::string const&)> const& told) {
    bool const model = repository.kind == hub::RepositoryKind::model;
    auto const where = repository.name.empty() ? std::string("nowhere, as no repository is named")
                                               : hub::page_of(settings, repository.kind, repository.name);
    told(std::string(model ? "The adapter" : "The data") + " would go to " + where + ":");
    for (auto const& piece : repository.pieces) {
        told("  " + piece.path + ", " + size_text(piece.bytes()) +
             (piece.from.empty() ? "" : ", from " + piece.from.string()));
    }
}

void write(Repository const& repository) {
    std::error_code error;
    fs::create_directories(repository.folder, error);
    for (auto const& piece : repository.pieces) {
        auto const to = repository.folder / piece.path;
        if (piece.from.empty()) {
            write_file_atomically(to, piece.text, "what is published");
        } else if (!fs::copy_file(piece.from, to, fs::copy_options::overwrite_existing, error)) {
            throw Error("Cannot copy " + piece.from.string() + " to " + to.string() + " (" + error.message() +
                        "); make room, or name another folder with --out.");
        }
    }
}

void send(Repository const& repository, Publication const& what, hub::Settings const& settings,
          std::function<void(std::string const&)> const& told, std::stop_token const& stop) {
    hub::Upload upload{
        repository.kind, repository.name, what.is_private, "From echollama-train " ECHOLLAMA_VERSION, {}};
    for (auto const& piece : repository.pieces) {
        upload.files.push_back({piece.path, repository.folder / piece.path});
    }
    auto const page = hub::upload(
        settings, upload, [&](std::string const& file) { told("Sending " + file + "."); }, stop);
    told("Published: " + page);
}

} // namespace

void publish(Publication const& what, std::function<void(std::string const&)> const& told, std::stop_token stop) {
    hub::check_repository(what.base);
    auto const settings = hub::settings_from_environment();
    std::vector<Repository> repositories = {model_repository(what)};
    if (!what.data.empty()) {
        repositories.push_back(data_repository(what));
    }
    for (auto const& repository : repositories) {
        if (!repository.name.empty()) {
            hub::check_repository(repository.name);
        }
        if (what.only_tells) {
            tell(repository, settings, told);
        } else {
            write(repository);
        }
    }
    if (what.only_tells) {
        return;
    }
    told("Ready in " + what.folder.string() + "; read the cards before others do.");
    for (auto const& repository : repositories) {
        if (!repository.name.empty()) {
            send(repository, what, settings, told, stop);
        }
    }
}

} // namespace echollama
