#include "dataset/build.h"

#include "base/bounded_queue.h"
#include "base/error.h"
#include "text/sentences.h"
#include "wording/prompt.h"
#include "wording/wording.h"

#include <exception>
#include <mutex>
#include <optional>
#include <thread>

namespace echollama::dataset {
namespace {

std::string reply_of(Describer& describer, Prompt const& prompt, std::stop_token stop) {
    std::string text;
    describer.reply(
        prompt, [&](std::string_view piece) { text += piece; }, stop);
    if (stop.stop_requested()) {
        throw Cancelled();
    }
    text = trimmed(text);
    if (text.empty()) {
        throw Error("the language model answered nothing");
    }
    return text;
}

std::string own_words(Scene const& scene) {
    std::string text;
    for (auto const& sentence : describe_scene(scene, {})) {
        text += (text.empty() ? "" : " ") + sentence;
    }
    return text;
}

// A picture whose rejected answer is there and whose chosen one is not.
struct Task {
    std::string image, rejected;
    Question question;
};

class Builder {
  public:
    Builder(BuildRoles const& roles, RowFile& file, std::function<void(BuildProgress const&)> const& tell,
            std::size_t all, std::stop_token stop)
        : roles_(roles), file_(file), tell_(tell), stop_(std::move(stop)) {
        progress_.all = all;
    }

    std::vector<Failure> run(std::vector<std::string> const& images, int requests) {
        BoundedQueue<Task> tasks(static_cast<std::size_t>(requests));
        {
            std::vector<std::jthread> teachers;
            for (int i = 0; i < requests; ++i) {
                teachers.emplace_back([&] { teach(tasks); });
            }
            ask_about(images, tasks);
            tasks.close();
        }
        if (broken_) {
            std::rethrow_exception(broken_);
        }
        if (stop_.stop_requested()) {
            throw Cancelled();
        }
        return std::move(failures_);
    }

  private:
    void ask_about(std::vector<std::string> const& images, BoundedQueue<Task>& tasks) {
        for (auto const& image : images) {
            if (stop_.stop_requested() || is_broken()) {
                return;
            }
            attempt(image, [&] {
                Task task{image, "", roles_.look(image)};
                task.rejected = reply_of(*roles_.base, task.question.prompt, stop_);
                tasks.push(std::move(task), stop_);
            });
        }
    }

    void teach(BoundedQueue<Task>& tasks) {
        std::unique_ptr<Describer> teacher;
        while (auto const task = tasks.pop(stop_)) {
            attempt(task->image, [&] {
                if (roles_.teacher && !teacher) {
                    teacher = roles_.teacher();
                }
                add(*task,
                    teacher ? reply_of(*teacher, task->question.prompt, stop_) : own_words(task->question.scene));
            });
        }
    }

    void add(Task const& task, std::string const& chosen) {
        if (chosen == task.rejected) {
            throw Error("both answers are the same");
        }
        Preference row{task.question.prompt.system,
                       turns_with_context(task.question.prompt).front().text,
                       chosen,
                       task.rejected,
                       task.image,
                       roles_.teacher_name,
                       roles_.base_name,
                       true,
                       tally_claims(chosen, task.question.scene),
                       tally_claims(task.rejected, task.question.scene)};
        std::lock_guard lock(mutex_);
        if (broken_) {
            return;
        }
        try {
            file_.add(row);
        } catch (...) { // a full disk ends it all, not this picture
            broken_ = std::current_exception();
            return;
        }
        ++progress_.done;
        tell_(progress_);
    }

    // A picture that fails costs its row.
    template <class Work>
    void attempt(std::string const& image, Work const& work) {
        try {
            work();
        } catch (Cancelled const&) {
            return; // run() tells
        } catch (std::exception const& error) {
            std::lock_guard lock(mutex_);
            failures_.push_back({image, error.what()});
            ++progress_.failed;
            tell_(progress_);
        }
    }

    bool is_broken() {
        std::lock_guard lock(mutex_);
        return broken_ != nullptr;
    }

    BuildRoles const& roles_;
    RowFile& file_;
    std::function<void(BuildProgress const&)> const& tell_;
    std::stop_token stop_;
    std::mutex mutex_; // over all below, and the file
    BuildProgress progress_;
    std::vector<Failure> failures_;
    std::exception_ptr broken_;
};

} // namespace

std::vector<Failure> build_dataset(std::vector<std::string> const& images, BuildRoles const& roles, RowFile& file,
                                   BuildOptions const& options, std::function<void(BuildProgress const&)> const& tell,
                                   std::stop_token stop) {
    std::vector<std::string> wanted;
    for (auto const& image : images) {
        if (!file.holds(image)) {
            wanted.push_back(image);
        }
    }
    return Builder(roles, file, tell, wanted.size(), std::move(stop)).run(wanted, options.requests);
}

} // namespace echollama::dataset
