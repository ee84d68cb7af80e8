#include "rpc/loop.h"

#include <gmock/gmock.h>
#include <grpcpp/alarm.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "await.h"

namespace gpuscaler::rpc {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

// Longer than a turn, so that each sleeper takes a turn of its own.
void Work() {
  for (const auto end = base::Now() + milliseconds(2); base::Now() < end;) {
  }
}

// What happens on a loop, in its order.
class LoopTest : public testing::Test {
 protected:
  class Worker final : public Sleeper {
   public:
    Worker(LoopTest& test, std::string name) : test_(test), name_(std::move(name)) {}
    void Poll(base::SteadyTime) override {
      test_.Note(name_);
      if (on_poll) on_poll();
      Work();
    }
    base::SteadyTime due() const override { return kNever; }
    void End() override { test_.Note(name_ + " ends"); }
    std::function<void()> on_poll;

   private:
    LoopTest& test_;
    const std::string name_;
  };

  // What comes in through the queue.
  class Event final : public Tag {
   public:
    Event(Loop& loop, std::function<void()> act) : loop_(loop), act_(std::move(act)) {}
    void Come() { alarm_.Set(loop_.queue(), gpr_time_0(GPR_CLOCK_MONOTONIC), this); }
    void Proceed(bool) override { act_(); }

   private:
    Loop& loop_;
    std::function<void()> act_;
    grpc::Alarm alarm_;
  };

  ~LoopTest() override { loop_.Close(); }

  Worker& Add(const std::string& name) {
    return *workers_.emplace_back(std::make_unique<Worker>(*this, name));
  }
  Event& On(std::function<void()> act) {
    return *events_.emplace_back(std::make_unique<Event>(loop_, std::move(act)));
  }

  // Its first wake attaches the workers, which are then polled.
  void Start() {
    loop_.Start([this](base::SteadyTime) {
      if (std::exchange(attached_, true)) return;
      for (const auto& worker : workers_) loop_.Attach(worker.get());
    });
    loop_.Wake();
  }

  void Note(const std::string& what) {
    std::lock_guard lock(mutex_);
    notes_.push_back(what);
  }
  std::vector<std::string> notes() {
    std::lock_guard lock(mutex_);
    return notes_;
  }
  bool NotesReach(size_t count) {
    return Await([&] { return notes().size() >= count; });
  }

  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Event>> events_;
  std::atomic<bool> enough_ = false;
  Loop loop_{std::make_unique<grpc::CompletionQueue>()};

 private:
  bool attached_ = false;
  std::mutex mutex_;
  std::vector<std::string> notes_;
};

TEST_F(LoopTest, WhatComesInDoesNotWaitForAllSleepers) {
  Event& call = On([this] { Note("call"); });
  Add("a").on_poll = [&call] { call.Come(); };
  Add("b");
  Add("c");
  Start();
  ASSERT_TRUE(NotesReach(4));
  EXPECT_THAT(notes(), ElementsAre("a", "call", "b", "c"));
}

TEST_F(LoopTest, SleepersDoNotWaitForAllThatComesIn) {
  Event& flood = On([this] {
    if (!enough_) events_[0]->Come();
  });
  Add("a").on_poll = [&flood] { flood.Come(); };
  Add("b");
  Add("c");
  Start();
  EXPECT_TRUE(NotesReach(3));  // with the queue never empty
  enough_ = true;
  EXPECT_THAT(notes(), ElementsAre("a", "b", "c"));
}

TEST_F(LoopTest, AWakeInTheMiddleKeepsTheOrder) {
  Add("a").on_poll = [this, first = true]() mutable {
    if (std::exchange(first, false)) loop_.Wake();
  };
  Add("b");
  Add("c");
  Start();
  ASSERT_TRUE(NotesReach(4));
  // "a" again only once the others had their turn, who have then seen what the wake was for.
  EXPECT_THAT(notes(), ElementsAre("a", "b", "c", "a"));
}

TEST_F(LoopTest, OneThatLeavesIsNotPolled) {
  Event& leave = On([this] {
    loop_.Detach(workers_[1].get());
    workers_[2].reset();
  });
  Event& last = On([this] { Note("last"); });
  Add("a").on_poll = [&leave] { leave.Come(); };
  Add("b");
  Add("c");
  Add("d").on_poll = [&last] { last.Come(); };
  Start();
  ASSERT_TRUE(NotesReach(3));
  EXPECT_THAT(notes(), ElementsAre("a", "d", "last"));
}

TEST_F(LoopTest, AllEndWhoeverIsStillToBePolled) {
  Add("a").on_poll = [this] { loop_.Drain(); };
  Add("b");
  Start();
  ASSERT_TRUE(Await([this] { return testing::Value(notes(), testing::Contains("b ends")); }));
  EXPECT_THAT(notes(), testing::IsSupersetOf({"a", "a ends", "b ends"}));
}

}  // namespace
}  // namespace gpuscaler::rpc
