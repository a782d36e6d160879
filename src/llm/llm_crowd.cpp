#include "llm/llm_crowd.h"

#include "base/error.h"
#include "llm/llm_sampler.h"

#include <llama.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <list>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace echollama {
namespace {

// What one caller asked for. The crowd's thread writes tokens, the caller takes them.
struct Job {
    std::vector<LlmToken> prompt;
    int max_tokens = 0;
    bool greedy = false;
    LlmSamplerChain sampler;
    std::stop_source stop;

    // The crowd's thread only.
    int sequence = -1;
    std::size_t read = 0; // of the prompt
    int written = 0;      // tokens
    LlmToken next = 0;    // to be evaluated
    int output = -1;      // its place in the batch where logits are asked for; -1: none

    std::mutex mutex; // over what follows
    std::condition_variable changed;
    std::deque<LlmToken> tokens;
    std::optional<LlmEnd> end;
    std::exception_ptr failure;

    bool is_reading() const { return read < prompt.size(); }
    void give(LlmToken token) {
        std::lock_guard lock(mutex);
        tokens.push_back(token);
        changed.notify_all();
    }
    void finish(LlmEnd how, std::exception_ptr why = nullptr) {
        std::lock_guard lock(mutex);
        end = how;
        failure = std::move(why);
        changed.notify_all();
    }
};

// Tokens of several sequences that are evaluated together.
class Batch {
  public:
    explicit Batch(int size) : batch_(llama_batch_init(size, 0, 1)), size_(size) {}
    ~Batch() { llama_batch_free(batch_); }
    Batch(Batch const&) = delete;
    Batch& operator=(Batch const&) = delete;

    int room() const { return size_ - batch_.n_tokens; }
    void clear() { batch_.n_tokens = 0; }
    int add(LlmToken token, std::size_t position, int sequence, bool logits) {
        auto const i = batch_.n_tokens++;
        batch_.token[i] = token;
        batch_.pos[i] = static_cast<llama_pos>(position);
        batch_.n_seq_id[i] = 1;
        batch_.seq_id[i][0] = sequence;
        batch_.logits[i] = logits ? 1 : 0;
        return i;
    }
    llama_batch const& get() const { return batch_; }

  private:
    llama_batch batch_;
    int size_;
};

} // namespace

struct LlmCrowd::State {
    using Jobs = std::list<std::shared_ptr<Job>>;

    Llm& llm;
    llama_context* context = llm.context();
    std::size_t places = static_cast<std::size_t>(llm.context_size()); // of one sequence
    std::vector<std::vector<LlmToken>> evaluated;                      // by sequence: what its memory holds
    std::vector<bool> taken;                                           // sequences that a job has
    std::vector<std::uint64_t> used;                                   // when each began its last job, by `uses`
    std::uint64_t uses = 0;
    Jobs active;
    Batch batch{static_cast<int>(llama_n_batch(llm.context()))};

    std::atomic<std::size_t> reused = 0;
    std::mutex mutex; // over what follows
    std::condition_variable_any changed;
    Jobs waiting;
    std::jthread thread;

    explicit State(Llm& model) : llm(model) {
        auto const sequences = llama_n_seq_max(context);
        evaluated.resize(sequences);
        taken.resize(sequences);
        used.resize(sequences);
        llama_memory_clear(llama_get_memory(context), true);
        llama_set_abort_callback(
            context, [](void* data) { return static_cast<State*>(data)->nobody_waits(); }, this);
        thread = std::jthread([this](std::stop_token const& stop) { run(stop); });
    }

    ~State() {
        thread.request_stop();
        thread.join();
        llama_set_abort_callback(context, nullptr, nullptr);
    }

    // All that is being evaluated was given up.
    bool nobody_waits() const {
        return std::all_of(active.begin(), active.end(), [](auto const& job) { return job->stop.stop_requested(); });
    }

    void run(std::stop_token const& stop);
    void admit();
    void begin(std::shared_ptr<Job> const& job);
    void keep(int sequence, std::size_t count);
    void leave(Jobs::iterator& job, LlmEnd end, std::exception_ptr failure = nullptr);
    void leave_stopped();
    void fill();
    void evaluate();
    void choose();
    std::optional<LlmEnd> take(Job& job, LlmToken token);
};

void LlmCrowd::State::run(std::stop_token const& stop) {
    while (true) {
        {
            std::unique_lock lock(mutex);
            changed.wait(lock, stop, [&] { return !waiting.empty() || !active.empty(); });
        }
        if (stop.stop_requested()) {
            break;
        }
        admit();
        leave_stopped();
        fill();
        evaluate();
        choose();
    }
    for (auto job = active.begin(); job != active.end();) {
        leave(job, LlmEnd::stopped);
    }
    std::lock_guard lock(mutex);
    for (auto const& job : waiting) {
        job->finish(LlmEnd::stopped);
    }
}

void LlmCrowd::State::admit() {
    std::lock_guard lock(mutex);
    while (!waiting.empty() && active.size() < taken.size()) {
        if (waiting.front()->stop.stop_requested()) { // its prefix takes nobody's place
            waiting.pop_front();
            continue;
        }
        begin(waiting.front());
        active.splice(active.end(), waiting, waiting.begin());
    }
}

// Of the free sequences the one whose conversation goes on with this prompt: most of what it knows is in it. Else the
// one that was used longest ago; what prompts have alike at their beginning, such as the system's text, takes nobody's
// place.
void LlmCrowd::State::begin(std::shared_ptr<Job> const& job) {
    std::size_t common = 0;
    bool goes_on = false;
    for (std::size_t i = 0; i < taken.size(); ++i) {
        if (taken[i]) {
            continue;
        }
        auto const& known = evaluated[i];
        auto const limit = std::min(job->prompt.size() - 1, known.size()); // the last one's logits are needed
        auto const end =
            std::mismatch(known.begin(), known.begin() + static_cast<std::ptrdiff_t>(limit), job->prompt.begin());
        auto const same = static_cast<std::size_t>(end.first - known.begin());
        bool const continued = same > 0 && 4 * same >= 3 * known.size();
        bool const earlier = job->sequence < 0 || used[i] < used[static_cast<std::size_t>(job->sequence)];
        if (continued ? !goes_on || same > common : !goes_on && earlier) {
            job->sequence = static_cast<int>(i);
            common = same;
            goes_on = continued;
        }
    }
    used[static_cast<std::size_t>(job->sequence)] = ++uses;
    taken[static_cast<std::size_t>(job->sequence)] = true;
    keep(job->sequence, common);
    job->read = evaluated[static_cast<std::size_t>(job->sequence)].size();
    reused += job->read;
}

// Models whose memory cannot be cut begin anew.
void LlmCrowd::State::keep(int sequence, std::size_t count) {
    auto* memory = llama_get_memory(context);
    auto& known = evaluated[static_cast<std::size_t>(sequence)];
    if (!llama_memory_seq_rm(memory, sequence, static_cast<llama_pos>(count), -1)) {
        llama_memory_seq_rm(memory, sequence, -1, -1);
        count = 0;
    }
    known.resize(std::min(known.size(), count));
}

void LlmCrowd::State::leave(Jobs::iterator& job, LlmEnd end, std::exception_ptr failure) {
    taken[static_cast<std::size_t>((*job)->sequence)] = false;
    (*job)->finish(end, std::move(failure));
    job = active.erase(job);
}

void LlmCrowd::State::leave_stopped() {
    for (auto job = active.begin(); job != active.end();) {
        if ((*job)->stop.stop_requested()) {
            leave(job, LlmEnd::stopped);
        } else {
            ++job;
        }
    }
}

// Who writes gets the next token evaluated; who still reads shares what room is left, in equal parts. llama.cpp
// evaluates sequences together only where their numbers follow each other in the batch.
void LlmCrowd::State::fill() {
    batch.clear();
    active.sort([](auto const& a, auto const& b) { return a->sequence < b->sequence; });
    auto readers = static_cast<int>(
        std::count_if(active.begin(), active.end(), [](auto const& job) { return job->is_reading(); }));
    int writers = static_cast<int>(active.size()) - readers;
    for (auto const& job : active) {
        job->output = -1;
        if (!job->is_reading()) {
            auto const at = evaluated[static_cast<std::size_t>(job->sequence)].size();
            job->output = batch.add(job->next, at, job->sequence, true);
            --writers;
            continue;
        }
        auto const room = batch.room() - writers;
        auto const share = std::max(1, room / readers--);
        for (int i = 0; i < share && i < room && job->is_reading(); ++i, ++job->read) {
            bool const last = job->read + 1 == job->prompt.size();
            auto const place = batch.add(job->prompt[job->read], job->read, job->sequence, last);
            job->output = last ? place : -1;
        }
    }
}

void LlmCrowd::State::evaluate() {
    if (batch.get().n_tokens == 0) {
        return;
    }
    auto const code = llama_decode(context, batch.get());
    if (code == 0) {
        for (int i = 0; i < batch.get().n_tokens; ++i) {
            evaluated[static_cast<std::size_t>(batch.get().seq_id[i][0])].push_back(batch.get().token[i]);
        }
        return;
    }
    auto const failure = code == 2
                             ? nullptr
                             : std::make_exception_ptr(Error("The language model failed while reading its input; use "
                                                             "a smaller context."));
    for (auto job = active.begin(); job != active.end();) { // what was evaluated of the batch is not known
        auto const sequence = (*job)->sequence;
        leave(job, LlmEnd::stopped, failure);
        keep(sequence, 0);
    }
}

void LlmCrowd::State::choose() {
    for (auto job = active.begin(); job != active.end();) {
        auto const output = (*job)->output;
        if (output < 0) {
            ++job;
            continue;
        }
        auto const words = static_cast<std::size_t>(llm.vocabulary_size());
        auto const token = (*job)->greedy ? likeliest({llama_get_logits_ith(context, output), words})
                                          : llama_sampler_sample((*job)->sampler.get(), context, output);
        if (auto const end = take(**job, token)) {
            leave(job, *end);
        } else {
            ++job;
        }
    }
}

// nullopt: it goes on.
std::optional<LlmEnd> LlmCrowd::State::take(Job& job, LlmToken token) {
    if (llm.is_end(token)) {
        return LlmEnd::end_token;
    }
    job.give(token);
    job.next = token;
    if (++job.written >= job.max_tokens) {
        return LlmEnd::max_tokens;
    }
    if (evaluated[static_cast<std::size_t>(job.sequence)].size() + 1 >= places) {
        return LlmEnd::context_full;
    }
    return std::nullopt;
}

LlmCrowd::LlmCrowd(Llm& llm) : state_(std::make_unique<State>(llm)) {}

LlmCrowd::~LlmCrowd() = default;

std::size_t LlmCrowd::reused() const {
    return state_->reused;
}

LlmEnd LlmCrowd::generate(std::span<LlmToken const> prompt, LlmSampling const& sampling, LlmTokenSink const& sink,
                          std::stop_token stop) {
    state_->llm.check_prompt(prompt);
    if (sampling.max_tokens <= 0) {
        return LlmEnd::max_tokens;
    }
    auto const job = std::make_shared<Job>();
    job->prompt.assign(prompt.begin(), prompt.end());
    job->max_tokens = sampling.max_tokens;
    job->greedy = sampling.temperature <= 0 && sampling.repeat_penalty == 1; // needs no list of candidates
    job->sampler = make_sampler(sampling, state_->llm.vocabulary_size());
    std::stop_callback const stopped(stop, [&] {
        job->stop.request_stop();
        std::lock_guard lock(job->mutex);
        job->changed.notify_all();
    });
    {
        std::lock_guard lock(state_->mutex);
        state_->waiting.push_back(job);
        state_->changed.notify_all();
    }
    std::unique_lock lock(job->mutex);
    while (true) {
        job->changed.wait(lock, [&] { return !job->tokens.empty() || job->end || stop.stop_requested(); });
        if (stop.stop_requested()) { // the crowd's thread lets go of it at its next step
            return LlmEnd::stopped;
        }
        if (job->tokens.empty()) {
            break;
        }
        auto const token = job->tokens.front();
        job->tokens.pop_front();
        lock.unlock();
        if (!sink(token)) {
            job->stop.request_stop();
            return LlmEnd::sink;
        }
        lock.lock();
    }
    if (job->failure) {
        std::rethrow_exception(job->failure);
    }
    return *job->end;
}

} // namespace echollama
