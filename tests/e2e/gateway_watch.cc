#include "e2e/gateway_watch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "await.h"
#include "base/strings.h"

namespace gpuscaler::e2e {
namespace {

constexpr std::chrono::milliseconds kAskEvery{5};
constexpr std::chrono::milliseconds kListenAgainAfter{20};
constexpr size_t kMostComplaints = 5;

bool MayBe(const absl::StatusOr<double>& value, const GatewayWatch::Allowed& allowed) {
  if (value.ok()) return allowed.values.count(*value) > 0;
  return allowed.unavailable && absl::IsUnavailable(value.status());
}

}  // namespace

GatewayWatch::GatewayWatch(uint16_t port, const std::string& host, Metadata metadata,
                           Allowed allowed)
    : name_(base::StrCat(host, ":", port)),
      metadata_(std::move(metadata)),
      keda_(port, host),
      allowed_(std::move(allowed)),
      ask_thread_([this](const std::stop_token& stop) { Ask(stop); }),
      listen_thread_([this](const std::stop_token& stop) { Listen(stop); }) {}

GatewayWatch::~GatewayWatch() {
  ask_thread_.request_stop();
  listen_thread_.request_stop();
  {
    base::MutexLock lock(mutex_);
    if (stream_ != nullptr) stream_->context.TryCancel();
  }
  ask_thread_.join();
  listen_thread_.join();
}

void GatewayWatch::Allow(Allowed allowed) {
  base::MutexLock lock(mutex_);
  allowed_ = std::move(allowed);
}

base::SteadyTime GatewayWatch::AwaitValue(double value, base::SteadyTime since) {
  Answer answer;
  const bool came = Await([&] {
    answer = latest();
    return answer.asked_at >= since && answer.value.ok() && *answer.value == value;
  });
  EXPECT_TRUE(came) << name_ << ": wanted " << value << ", got " << answer.value.value_or(-1) << " "
                    << answer.value.status();
  return answer.came_at;
}

base::SteadyTime GatewayWatch::AwaitUnavailable(base::SteadyTime since) {
  Answer answer;
  const bool came = Await([&] {
    answer = latest();
    return answer.asked_at >= since && absl::IsUnavailable(answer.value.status());
  });
  EXPECT_TRUE(came) << name_ << ": got " << answer.value.value_or(-1);
  return answer.came_at;
}

base::Duration GatewayWatch::longest_gap() const {
  base::MutexLock lock(mutex_);
  return longest_gap_;
}

std::map<double, size_t> GatewayWatch::answers() const {
  base::MutexLock lock(mutex_);
  return answers_;
}

GatewayWatch::Allowed GatewayWatch::allowed() const {
  base::MutexLock lock(mutex_);
  return allowed_;
}

GatewayWatch::Answer GatewayWatch::latest() const {
  base::MutexLock lock(mutex_);
  return latest_;
}

void GatewayWatch::Ask(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Allowed when_asked = allowed();
    Answer answer;
    answer.asked_at = base::Now();
    answer.value = keda_.Value(metadata_);
    answer.came_at = base::Now();
    Judge(std::move(answer), when_asked);
    std::this_thread::sleep_for(kAskEvery);
  }
}

// What is allowed may have changed between the question and the answer.
void GatewayWatch::Judge(Answer answer, const Allowed& when_asked) {
  const Allowed now = allowed();
  if (!MayBe(answer.value, when_asked) && !MayBe(answer.value, now)) {
    Complain(answer.value.ok() ? base::StrCat("answers ", *answer.value)
                               : answer.value.status().ToString());
  }
  base::MutexLock lock(mutex_);
  if (answer.value.ok()) {
    ++answers_[*answer.value];
    if (served_at_ != base::SteadyTime()) {
      longest_gap_ = std::max(longest_gap_, answer.came_at - served_at_);
    }
  }
  if (answer.value.ok() || when_asked.unavailable || now.unavailable) served_at_ = answer.came_at;
  latest_ = std::move(answer);
}

void GatewayWatch::Listen(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    const Allowed when_opened = allowed();
    const auto stream = keda_.StreamIsActive(metadata_);
    {
      base::MutexLock lock(mutex_);
      stream_ = stream.get();
      if (stop.stop_requested()) stream->context.TryCancel();
    }
    while (const auto response = stream->Read()) {
      if (!response->result()) Complain("says that the busy workload is inactive");
    }
    {
      base::MutexLock lock(mutex_);
      stream_ = nullptr;
    }
    // A stream's own deadline ends it too.
    const bool timed_out = std::chrono::system_clock::now() >= stream->context.deadline();
    if (stop.stop_requested() || timed_out) continue;
    if (!when_opened.unavailable && !allowed().unavailable) {
      Complain("breaks an open StreamIsActive: " + stream->reader->Finish().error_message());
    }
    std::this_thread::sleep_for(kListenAgainAfter);
  }
}

void GatewayWatch::Complain(const std::string& about) {
  base::MutexLock lock(mutex_);
  if (++complaints_ <= kMostComplaints) ADD_FAILURE() << "the gateway at " << name_ << " " << about;
}

}  // namespace gpuscaler::e2e
