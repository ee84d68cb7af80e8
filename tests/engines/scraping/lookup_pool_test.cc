#include "engines/scraping/lookup_pool.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "await.h"
#include "fakes/engines/scripted_names.h"

namespace gpuscaler::engines {
namespace {

class LookupPoolTest : public testing::Test {
 protected:
  ~LookupPoolTest() override { names_->Release(); }

  void Submit(const std::string& name, Standing standing) {
    pool_->Submit(name, standing, [this, name](const auto&, base::Duration) {
      const std::lock_guard lock(mutex_);
      answered_.push_back(name);
    });
  }
  void HangMany(Standing standing, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string name = "hanging" + std::to_string(hanging_++);
      names_->Hang(name);
      Submit(name, standing);
    }
  }
  bool Answered(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return std::find(answered_.begin(), answered_.end(), name) != answered_.end();
  }

  std::mutex mutex_;
  std::vector<std::string> answered_;
  int hanging_ = 0;
  std::shared_ptr<fakes::ScriptedNames> names_ = std::make_shared<fakes::ScriptedNames>();
  std::unique_ptr<LookupPool> pool_ = std::make_unique<LookupPool>(names_);
};

TEST_F(LookupPoolTest, SlowNamesLeaveRoomForNewOnesAndBothForQuickOnes) {
  HangMany(Standing::kSlow, 20);
  Await([&] { return names_->under_way() == 3; });
  Submit("new", Standing::kNew);
  Await([&] { return Answered("new"); });
  HangMany(Standing::kNew, 20);
  Await([&] { return names_->under_way() == 6; });
  for (int i = 0; i < 100; ++i) Submit("quick" + std::to_string(i), Standing::kQuick);
  Await([&] { return Answered("quick99"); });
  EXPECT_EQ(names_->under_way(), 6U);
}

TEST_F(LookupPoolTest, WhatWaitedIsLookedUpWhenThereIsRoomAgain) {
  HangMany(Standing::kNew, 30);
  Await([&] { return names_->under_way() == 6; });
  names_->Release();
  Await([&] {
    const std::lock_guard lock(mutex_);
    return answered_.size() == 30;
  });
}

TEST_F(LookupPoolTest, ItsEndWaitsForNobodyAndNothingIsCalledAfterIt) {
  HangMany(Standing::kNew, 6);
  Await([&] { return names_->under_way() == 6; });
  pool_.reset();
  EXPECT_EQ(names_->under_way(), 6U);
  names_->Release();
  Await([&] { return names_.use_count() == 1; });  // the threads have gone
  EXPECT_TRUE(answered_.empty());
}

}  // namespace
}  // namespace gpuscaler::engines
