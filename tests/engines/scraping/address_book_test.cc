#include "engines/scraping/address_book.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/strings.h"
#include "fakes/engines/scripted_names.h"

namespace gpuscaler::engines {
namespace {

using fakes::AddressesOf;
using std::chrono::milliseconds;
using std::chrono::seconds;

class AddressBookTest : public testing::Test {
 protected:
  void Enter(const std::vector<std::string>& addresses) {
    book_.Enter(AddressesOf(addresses), now_);
  }
  void Fail(absl::StatusCode code) { book_.Enter(absl::Status(code, "why"), now_); }
  std::string Listed() const {
    std::string text;
    for (const IpAddress& each : book_.addresses()) base::AppendItem(&text, each.ToString());
    return text;
  }

  base::SteadyTime now_ = base::Now();
  const AddressGuard guard_{{}, {}};
  AddressBook book_{guard_};
};

TEST_F(AddressBookTest, ListsEachOnceInOrder) {
  EXPECT_FALSE(book_.once_resolved());
  Enter({"10.0.0.3", "10.0.0.1", "10.0.0.3"});
  EXPECT_EQ(Listed(), "10.0.0.1, 10.0.0.3");
  EXPECT_TRUE(book_.status().ok());
  EXPECT_TRUE(book_.once_resolved());
}

TEST_F(AddressBookTest, FollowsAddressesAsTheyComeAndGo) {
  Enter({"10.0.0.1", "10.0.0.2"});
  now_ += seconds(5);
  Enter({"10.0.0.2", "10.0.0.3"});
  EXPECT_EQ(Listed(), "10.0.0.2, 10.0.0.3");
}

TEST_F(AddressBookTest, TakesOneFamily) {
  Enter({"fd00::1", "10.0.0.1", "fd00::2", "10.0.0.2"});
  EXPECT_EQ(Listed(), "10.0.0.1, 10.0.0.2") << "one pod, two families";
  Enter({"fd00::2", "fd00::1"});
  EXPECT_EQ(Listed(), "fd00::1, fd00::2");
  Enter({"127.0.0.1", "fd00::1"});
  EXPECT_EQ(Listed(), "fd00::1") << "no IPv4 address may be dialled";
}

TEST_F(AddressBookTest, WhatTheGuardRefusesIsLeftOutAtOnce) {
  Enter({"10.0.0.1", "169.254.169.254", "127.0.0.1"});
  EXPECT_EQ(Listed(), "10.0.0.1");
  EXPECT_TRUE(book_.status().ok());
  Enter({"169.254.169.254"});
  EXPECT_EQ(Listed(), "");
  EXPECT_EQ(book_.status().code(), absl::StatusCode::kPermissionDenied);
  EXPECT_TRUE(book_.once_resolved());
  Enter({"10.0.0.1"});
  EXPECT_EQ(Listed(), "10.0.0.1");
}

TEST_F(AddressBookTest, AFailureKeepsThemForAMinute) {
  Enter({"10.0.0.1"});
  now_ += AddressBook::kKeepOnFailure - milliseconds(1);
  Fail(absl::StatusCode::kUnavailable);
  EXPECT_EQ(Listed(), "10.0.0.1");
  EXPECT_EQ(book_.status().code(), absl::StatusCode::kUnavailable);
  now_ += milliseconds(1);
  Fail(absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(Listed(), "");
  EXPECT_EQ(book_.status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(AddressBookTest, ANameWithoutAddressesKeepsThemForSeconds) {
  Enter({"10.0.0.1"});
  now_ += AddressBook::kKeepOnNone - milliseconds(1);
  Fail(absl::StatusCode::kNotFound);
  EXPECT_EQ(Listed(), "10.0.0.1");
  now_ += milliseconds(1);
  Enter({});
  EXPECT_EQ(Listed(), "");
  EXPECT_EQ(book_.status().code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(book_.once_resolved());
}

TEST_F(AddressBookTest, AnAnswerBetweenFailuresBeginsTheTimeAnew) {
  Enter({"10.0.0.1"});
  now_ += seconds(50);
  Enter({"10.0.0.1"});
  now_ += seconds(50);
  Fail(absl::StatusCode::kUnavailable);
  EXPECT_EQ(Listed(), "10.0.0.1");
}

TEST_F(AddressBookTest, HasRoomForSoManyAndNoMore) {
  std::vector<std::string> many;
  for (int i = 0; i < 256; ++i) many.push_back("10.0.0." + std::to_string(i));
  Enter(many);
  EXPECT_EQ(book_.addresses().size(), 256U);
  EXPECT_EQ(book_.surplus(), 0U);
  many.push_back("9.0.0.1");
  many.push_back("10.0.1.0");
  Enter(many);
  EXPECT_EQ(book_.addresses().size(), 256U);
  EXPECT_EQ(book_.addresses().front().ToString(), "9.0.0.1");
  EXPECT_EQ(book_.surplus(), 2U);
}

}  // namespace
}  // namespace gpuscaler::engines
