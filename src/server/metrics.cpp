#include "server/metrics.h"

#include "server/engine.h"

#include <cstdio>
#include <string>

namespace echollama::server {
namespace {

std::string number(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", value);
    return text;
}

class Text {
  public:
    void head(std::string const& name, char const* type, char const* help) {
        name_ = "echollama_" + name;
        text_ += "# HELP " + name_ + " " + help + "\n# TYPE " + name_ + " " + type + "\n";
    }
    // `labels`: "a=\"b\"", or empty.
    void value(std::string const& labels, std::string const& value, char const* suffix = "") {
        text_ += name_ + suffix + (labels.empty() ? "" : "{" + labels + "}") + " " + value + "\n";
    }
    void histogram(std::string const& labels, Histogram const& histogram) {
        auto const comma = labels.empty() ? "" : ",";
        std::uint64_t count = 0;
        for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
            count += histogram.counts.at(i);
            auto const bound = i < Histogram::bounds.size() ? number(Histogram::bounds.at(i)) : "+Inf";
            value(labels + comma + "le=\"" + bound + "\"", std::to_string(count), "_bucket");
        }
        value(labels, number(histogram.sum), "_sum");
        value(labels, std::to_string(count), "_count");
    }
    std::string take() { return std::move(text_); }

  private:
    std::string name_, text_;
};

std::string stage_label(std::string const& stage) {
    return "stage=\"" + stage + "\"";
}

void add_stages(Text& text, std::map<std::string, Stage::Figures> const& figures) {
    auto const each = [&](auto const& value) {
        for (auto const& [stage, f] : figures) {
            text.value(stage_label(stage), value(f));
        }
    };
    text.head("requests_waiting", "gauge", "Requests that wait for the model.");
    each([](auto const& f) { return std::to_string(f.waiting); });
    text.head("uses_total", "counter", "Times that the model worked.");
    each([](auto const& f) { return std::to_string(f.used); });
    text.head("refused_total", "counter", "Requests that were refused because too many waited.");
    each([](auto const& f) { return std::to_string(f.refused); });
    text.head("cancelled_total", "counter", "Requests that were given up while they waited.");
    each([](auto const& f) { return std::to_string(f.cancelled); });
    text.head("busy_seconds_total", "counter", "Time that the model worked.");
    each([](auto const& f) { return number(f.busy_s); });
    text.head("stage_duration_seconds", "histogram", "How long one use of the model took.");
    for (auto const& [stage, f] : figures) {
        text.histogram(stage_label(stage), f.durations);
    }
    text.head("stage_wait_seconds", "histogram", "How long a request waited for the model.");
    for (auto const& [stage, f] : figures) {
        text.histogram(stage_label(stage), f.waits);
    }
}

void add_work(Text& text, Engine const& engine, std::map<std::string, Stage::Figures> const& figures) {
    auto const work = engine.work();
    text.head("pieces_generated_total", "counter", "Pieces of text that the language model wrote; most are tokens.");
    text.value("", std::to_string(work.pieces));
    text.head("audio_seconds_total", "counter",
              "Seconds of sound that were made by the voice and understood by the listener.");
    text.value(stage_label("voice"), number(work.spoken_s));
    text.value(stage_label("listener"), number(work.heard_s));
    text.head("real_time_factor", "gauge", "Time that the model worked for a second of sound, since the start.");
    for (auto const& [stage, seconds] : {std::pair{"voice", work.spoken_s}, {"listener", work.heard_s}}) {
        auto const busy = figures.find(stage);
        text.value(stage_label(stage),
                   number(seconds > 0 && busy != figures.end() ? busy->second.busy_s / seconds : 0));
    }
}

} // namespace

void Metrics::add_request(std::string const& route, int status, double seconds) {
    std::lock_guard lock(mutex_);
    ++requests_[{route, status}];
    durations_[route].add(seconds);
}

void Metrics::add_first_sound(double seconds) {
    std::lock_guard lock(mutex_);
    first_sound_.add(seconds);
}

std::string Metrics::text(Engine const& engine) const {
    Text text;
    auto const figures = engine.figures();
    add_stages(text, figures);
    add_work(text, engine, figures);
    text.head("realtime_sessions", "gauge", "Spoken conversations that are held.");
    text.value("", std::to_string(realtime_sessions));
    std::lock_guard lock(mutex_);
    text.head("http_requests_total", "counter", "Requests that were answered.");
    for (auto const& [request, count] : requests_) {
        text.value("route=\"" + request.first + "\",code=\"" + std::to_string(request.second) + "\"",
                   std::to_string(count));
    }
    text.head("http_request_duration_seconds", "histogram", "From a request's beginning to its answer's end.");
    for (auto const& [route, durations] : durations_) {
        text.histogram("route=\"" + route + "\"", durations);
    }
    text.head("time_to_first_audio_seconds", "histogram", "From a request for speech to its first sound.");
    text.histogram("", first_sound_);
    return text.take();
}

} // namespace echollama::server
