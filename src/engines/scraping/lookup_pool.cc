#include "engines/scraping/lookup_pool.h"

#include <array>
#include <deque>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/periodic_thread.h"

namespace gpuscaler::engines {
namespace {

constexpr size_t kStandings = 3;
// Busy threads of a standing and of those below it, at most.
constexpr std::array<size_t, kStandings> kMostBusy = {
    LookupPool::kMostThreads, LookupPool::kMostThreads - 2, LookupPool::kMostThreads / 2 - 1};

struct Job {
  std::string name;
  LookupPool::Done done;
};

}  // namespace

struct LookupPool::State {
  explicit State(std::shared_ptr<Resolver> r) : resolver(std::move(r)) {}

  // The standing whose next job may run now; empty: none.
  std::optional<size_t> Next() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    for (size_t standing = 0; standing < kStandings; ++standing) {
      size_t taken = 0;
      for (size_t i = standing; i < kStandings; ++i) taken += busy[i];
      if (!waiting[standing].empty() && taken < kMostBusy[standing]) return standing;
    }
    return std::nullopt;
  }

  size_t CountWaiting() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
    size_t count = 0;
    for (const auto& jobs : waiting) count += jobs.size();
    return count;
  }

  const std::shared_ptr<Resolver> resolver;
  base::Mutex mutex;
  base::CondVar wake;
  std::array<std::deque<Job>, kStandings> waiting ABSL_GUARDED_BY(mutex);
  std::array<size_t, kStandings> busy ABSL_GUARDED_BY(mutex) = {};
  size_t threads ABSL_GUARDED_BY(mutex) = 0;
  size_t idle ABSL_GUARDED_BY(mutex) = 0;
  bool stopped ABSL_GUARDED_BY(mutex) = false;
};

LookupPool::LookupPool(std::shared_ptr<Resolver> resolver)
    : state_(std::make_shared<State>(std::move(resolver))) {}

LookupPool::~LookupPool() {
  base::MutexLock lock(state_->mutex);
  state_->stopped = true;
  state_->wake.NotifyAll();
}

void LookupPool::Submit(std::string name, Standing standing, Done done) {
  base::MutexLock lock(state_->mutex);
  state_->waiting[static_cast<size_t>(standing)].push_back({std::move(name), std::move(done)});
  // An idle thread may be on its way to a job that came before.
  if (state_->CountWaiting() > state_->idle && state_->threads < kMostThreads &&
      state_->Next().has_value()) {
    try {
      // Detached, since a lookup cannot be interrupted: nobody may have to wait for it.
      std::thread([state = state_] { Run(state); }).detach();
      ++state_->threads;
    } catch (const std::system_error&) {
      // No thread to be had: those that there are come to it, or the next Submit.
    }
  }
  state_->wake.NotifyAll();
}

void LookupPool::Run(const std::shared_ptr<State>& state) {
  base::SetThreadName("engine-names");
  base::MutexLock lock(state->mutex);
  while (!state->stopped) {
    const std::optional<size_t> standing = state->Next();
    if (!standing) {
      ++state->idle;
      state->wake.WaitUntil(state->mutex, {}, base::Now() + std::chrono::hours(1));
      --state->idle;
      continue;
    }
    Job job = std::move(state->waiting[*standing].front());
    state->waiting[*standing].pop_front();
    ++state->busy[*standing];
    const base::SteadyTime began = base::Now();
    state->mutex.unlock();
    absl::StatusOr<Addresses> answer = state->resolver->Resolve(job.name);
    state->mutex.lock();
    --state->busy[*standing];
    if (!state->stopped) job.done(std::move(answer), base::Now() - began);
  }
  --state->threads;
}

}  // namespace gpuscaler::engines
